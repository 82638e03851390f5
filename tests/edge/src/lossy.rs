//! What the losses of a target allow to differ: both answers are reduced to the rest.

use corsac::export::Loss;
use http::{
    HeaderName, StatusCode,
    header::{
        ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_HEADERS,
        ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS,
    },
};

use crate::{
    compare::{Seen, elements},
    requests::Sent,
    upstream,
};

/// Removes from both answers to a request what may differ.
pub fn reduce(expected: &mut Seen, seen: &mut Seen, sent: &Sent, losses: &[Loss]) {
    let has = |loss| losses.contains(&loss);
    if has(Loss::OmittedOrigins) && sent.values("origin").any(is_of_other_scheme) && !seen.allows()
    {
        expected.headers.clear();
    }
    if has(Loss::EchoForAny) && expected.list(&ACCESS_CONTROL_ALLOW_ORIGIN) == ["*"] {
        let origin = sent.values("origin").next();
        if !expected.vary.contains("*") {
            expected.vary.insert("origin".to_owned());
        }
        match origin.map(|origin| String::from_utf8_lossy(origin).into_owned()) {
            Some(origin) => expected.replace(&ACCESS_CONTROL_ALLOW_ORIGIN, origin),
            None => expected.headers.clear(),
        }
    }
    if has(Loss::PreflightForm) && sent.is_preflight() {
        let is_denied = !expected.allows() && !seen.allows();
        for answer in [&mut *expected, &mut *seen] {
            // Fetch, "CORS-preflight fetch": any ok status.
            if answer.status.is_success() || is_denied {
                answer.status = StatusCode::NO_CONTENT;
            }
            if is_denied {
                answer.headers.clear();
            }
            answer.remove(&ACCESS_CONTROL_EXPOSE_HEADERS);
            answer.vary.clear();
        }
        for name in [ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_HEADERS] {
            let mut requested = requested(&name, sent);
            if requested.all(|each| expected.covers(&name, &each) == seen.covers(&name, &each)) {
                expected.remove(&name);
                seen.remove(&name);
            }
        }
    }
    if has(Loss::StrayHeaders) && !seen.allows() {
        seen.remove(&ACCESS_CONTROL_ALLOW_CREDENTIALS);
        seen.remove(&ACCESS_CONTROL_EXPOSE_HEADERS);
    }
    for (loss, name) in [
        (Loss::OmittedMethods, ACCESS_CONTROL_ALLOW_METHODS),
        (Loss::OmittedHeaders, ACCESS_CONTROL_ALLOW_HEADERS),
    ] {
        // Some of the names, or none.
        if has(loss) && seen.list(&name).iter().all(|each| expected.list(&name).contains(each)) {
            expected.remove(&name);
            seen.remove(&name);
        }
    }
    if has(Loss::VaryLines) && seen.reached_service {
        let (_, lines) = upstream::response(sent.case);
        let mut lines = lines.iter().filter(|(name, _)| name == "Vary").map(|(_, value)| value);
        let names = |line: &Vec<u8>| elements(&String::from_utf8_lossy(line), false);
        let kept = lines.next().map(names).unwrap_or_default();
        for dropped in lines.flat_map(names).filter(|name| !kept.contains(name)) {
            expected.vary.remove(&dropped);
        }
    }
}

/// Returns the methods or names that a page asks for, as far as a browser sends them.
fn requested<'s>(list: &HeaderName, sent: &'s Sent) -> impl Iterator<Item = String> + 's {
    let of_methods = list == ACCESS_CONTROL_ALLOW_METHODS;
    let header =
        if of_methods { "access-control-request-method" } else { "access-control-request-headers" };
    let elements = sent.values(header).flat_map(|line| line.split(|byte| *byte == b','));
    elements.map(<[u8]>::trim_ascii).filter_map(move |element| {
        let name = HeaderName::from_bytes(element).ok().filter(|_| !element.contains(&b'*'))?;
        let name = if of_methods { std::str::from_utf8(element).ok()? } else { name.as_str() };
        let is_forbidden =
            ["CONNECT", "TRACE", "TRACK"].iter().any(|method| method.eq_ignore_ascii_case(name));
        let is_sent = !of_methods || !is_forbidden && name.len() <= 128;
        is_sent.then(|| name.to_owned())
    })
}

/// If any origin is allowed, gateways cannot match those of all schemes.
fn is_of_other_scheme(origin: &[u8]) -> bool {
    let schemes: [&[u8]; 3] = [b"http://", b"https://", b"ftp://"];
    !schemes.iter().any(|scheme| origin.starts_with(scheme))
}

impl Seen {
    fn allows(&self) -> bool {
        self.headers.iter().any(|(name, _)| *name == ACCESS_CONTROL_ALLOW_ORIGIN)
    }

    fn list(&self, name: &HeaderName) -> &[String] {
        let header = self.headers.iter().find(|(other, _)| other == name);
        header.map(|(_, values)| values.as_slice()).unwrap_or_default()
    }

    fn replace(&mut self, name: &HeaderName, value: String) {
        self.remove(name);
        self.headers.push((name.clone(), vec![value]));
        self.headers.sort_by(|one, other| one.0.as_str().cmp(other.0.as_str()));
    }

    /// Returns whether a browser finds a method or a name in a list: Fetch, "CORS-preflight fetch".
    fn covers(&self, name: &HeaderName, requested: &str) -> bool {
        let of_methods = *name == ACCESS_CONTROL_ALLOW_METHODS;
        let list = self.list(name);
        let has = |text: &str| list.iter().any(|listed| listed == text);
        let has_star = has("*") && self.list(&ACCESS_CONTROL_ALLOW_CREDENTIALS).is_empty();
        has(requested)
            || of_methods && ["GET", "HEAD", "POST"].contains(&requested)
            || has_star && requested != "authorization"
    }

    fn remove(&mut self, name: &HeaderName) {
        self.headers.retain(|(other, _)| other != name);
    }
}

/// Returns whether the gateway cannot see why corsac refuses the request.
pub fn is_excused(sent: &Sent, losses: &[Loss]) -> bool {
    let requested = || sent.values("access-control-request-headers");
    let is_too_long = requested().map(<[u8]>::len).sum::<usize>() > 16_384
        || requested().flat_map(|line| line.split(|byte| *byte == b',')).count() > 1024;
    losses.contains(&Loss::PreflightForm) && is_too_long
}
