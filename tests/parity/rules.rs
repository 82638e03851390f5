//! The differences, as functions that turn tower-http's answer into corsac's.

use corsac::{Decision, DenialKind, RequestKind};
use http::{
    HeaderName, Method, Request,
    header::{
        ACCESS_CONTROL_ALLOW_CREDENTIALS as CREDENTIALS, ACCESS_CONTROL_ALLOW_HEADERS as HEADERS,
        ACCESS_CONTROL_ALLOW_METHODS as METHODS, ACCESS_CONTROL_ALLOW_ORIGIN as ORIGIN,
        ACCESS_CONTROL_EXPOSE_HEADERS as EXPOSE, ACCESS_CONTROL_MAX_AGE as MAX_AGE,
        ACCESS_CONTROL_REQUEST_HEADERS, ACCESS_CONTROL_REQUEST_METHOD, VARY,
    },
};

use super::{
    answer::Answer,
    corpus::{Names, PolicyData, ResponseData, header_map},
    translation::{TowerHttp, allows_credentials},
};

/// What a rule may look at: all that goes in, and what corsac decides, but not what it answers.
pub(crate) struct Seen<'a> {
    pub(crate) policy: &'a PolicyData,
    pub(crate) request: &'a Request<()>,
    pub(crate) inner: &'a ResponseData,
    pub(crate) decision: &'a Decision<'a>,
    pub(crate) tower_http: &'a TowerHttp,
}

type Rule = (&'static str, fn(&Seen<'_>, &mut Answer));

/// By the ids of `differences.json`, in the order in which they apply.
pub(crate) const RULES: [Rule; 19] = [
    ("plain-options", plain_options),
    ("look-alike-origin", |seen, answer| refuse(seen, answer, DenialKind::Origin)),
    ("malformed-origin", |seen, answer| refuse(seen, answer, DenialKind::MalformedOrigin)),
    ("several-origins", |seen, answer| refuse(seen, answer, DenialKind::SeveralOrigins)),
    ("null-origin", |seen, answer| refuse(seen, answer, DenialKind::NullOrigin)),
    ("too-many-headers", |seen, answer| refuse(seen, answer, DenialKind::TooManyHeaders)),
    ("refused-gets-nothing", refused_gets_nothing),
    ("inner-headers", inner_headers),
    ("reject", reject),
    ("refused-preflight", refused_preflight),
    ("no-content", no_content),
    ("max-age", max_age),
    ("any-method", any_method),
    ("any-header", any_header),
    ("each-once", each_once),
    ("no-panic", no_panic),
    ("expose-any", expose_any),
    ("vary-line", vary_line),
    ("vary-names", vary_names),
];

fn plain_options(seen: &Seen<'_>, answer: &mut Answer) {
    if seen.request.method() == Method::OPTIONS && !seen.is_preflight() {
        let mut request = seen.request.clone();
        *request.method_mut() = Method::GET;
        *answer = seen.tower_http.ask(request, seen.inner);
    }
}

// tower-http lets it pass, corsac does not.
fn refuse(seen: &Seen<'_>, answer: &mut Answer, kind: DenialKind) {
    if seen.denial() == Some(kind) && !seen.inner_has(&ORIGIN) {
        answer.remove(&ORIGIN);
    }
}

// tower-http sends these whatever it thinks of the origin.
fn refused_gets_nothing(seen: &Seen<'_>, answer: &mut Answer) {
    if !seen.is_granted() {
        seen.own_headers().iter().for_each(|name| answer.remove(name));
    }
}

fn inner_headers(seen: &Seen<'_>, answer: &mut Answer) {
    let own = seen.own_headers();
    let all = [CREDENTIALS, EXPOSE, ORIGIN, METHODS, HEADERS, MAX_AGE];
    // An allowed plain OPTIONS may say more.
    let owned = if seen.is_granted() { &all[..2] } else { &all[..] };
    for name in owned.iter().filter(|name| seen.inner_has(name) && !own.contains(name)) {
        answer.remove(name);
    }
}

fn reject(seen: &Seen<'_>, answer: &mut Answer) {
    if !seen.is_preflight() && seen.decision.status().is_some() {
        answer.reaches_service = false;
        answer.status = 403;
    }
}

fn refused_preflight(seen: &Seen<'_>, answer: &mut Answer) {
    if seen.is_preflight() && !seen.is_granted() {
        answer.status = 403;
    }
}

fn no_content(seen: &Seen<'_>, answer: &mut Answer) {
    if seen.is_preflight() && seen.is_granted() {
        answer.status = 204;
    }
}

fn max_age(seen: &Seen<'_>, answer: &mut Answer) {
    if seen.is_preflight() && seen.is_granted() && seen.policy.max_age.is_none() {
        answer.set(&MAX_AGE, [7200]);
    }
}

fn any_method(seen: &Seen<'_>, answer: &mut Answer) {
    if seen.is_preflight() && seen.is_granted() && is_any(&seen.policy.allow_methods) {
        let mut methods = vec!["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];
        let requested = seen.request.headers()[ACCESS_CONTROL_REQUEST_METHOD].to_str();
        let refused = [Some(DenialKind::Method), Some(DenialKind::MalformedMethod)];
        methods.extend(requested.ok().filter(|_| !refused.contains(&seen.denial())));
        answer.set(&METHODS, once(methods));
    }
}

fn any_header(seen: &Seen<'_>, answer: &mut Answer) {
    if seen.is_preflight() && seen.is_granted() && is_any(&seen.policy.allow_headers) {
        let lines = seen.request.headers().get_all(ACCESS_CONTROL_REQUEST_HEADERS).iter();
        let lines = lines.map(|line| String::from_utf8_lossy(line.as_bytes()));
        let text = lines.collect::<Vec<_>>().join(",");
        let names = text.split(',').filter_map(|name| name.trim().parse::<HeaderName>().ok());
        answer.set(&HEADERS, once(names.map(|name| name.to_string()).collect()));
    }
}

fn each_once(seen: &Seen<'_>, answer: &mut Answer) {
    // Fetch, "normalize": what browsers write in upper case themselves.
    let normalized = ["DELETE", "GET", "HEAD", "OPTIONS", "POST", "PUT"];
    let normalize = |method: String| {
        let upper = method.to_ascii_uppercase();
        if normalized.contains(&upper.as_str()) { upper } else { method }
    };
    if seen.is_preflight() && !is_any(&seen.policy.allow_methods) {
        let methods = answer.list(&METHODS).into_iter().map(normalize).collect();
        answer.set(&METHODS, once(methods));
    }
    if seen.is_preflight() && !is_any(&seen.policy.allow_headers) {
        answer.set(&HEADERS, once(answer.list(&HEADERS)));
    }
}

fn no_panic(_: &Seen<'_>, answer: &mut Answer) {
    answer.panics = false;
}

fn expose_any(seen: &Seen<'_>, answer: &mut Answer) {
    let is_star_useless = is_any(&seen.policy.expose_headers) && allows_credentials(seen.policy);
    if is_star_useless && seen.is_granted() && !seen.is_preflight() {
        // Of what browsers always or never show to a page, what occurs in the corpus.
        let unnamed = ["content-type", "set-cookie"];
        let is_named =
            |name: &&str| !unnamed.contains(name) && !name.starts_with("access-control-");
        let names = answer.names().filter(is_named);
        // Servers add it outside of every layer.
        answer.set(&EXPOSE, once(names.chain(["date"]).map(str::to_owned).collect()));
    }
}

fn vary_line(seen: &Seen<'_>, answer: &mut Answer) {
    if seen.names_origins() && seen.inner_has(&VARY) {
        let list = answer.list(&VARY);
        let inner = header_map(&seen.inner.headers);
        if list.iter().any(|name| name == "*") && inner.get_all(VARY).iter().count() > 1 {
            answer.set(&VARY, vec!["*".to_owned()]);
        } else if list.iter().any(|name| name == "*") {
            answer.restore(&VARY, &inner);
        } else {
            answer.set(&VARY, once(list));
        }
    }
}

fn vary_names(seen: &Seen<'_>, answer: &mut Answer) {
    let of_preflights = ["access-control-request-headers", "access-control-request-method"];
    let is_of_preflights = |name: &String| of_preflights.contains(&name.as_str());
    let mut list = answer.list(&VARY);
    if seen.is_preflight() {
        list.extend(of_preflights.map(str::to_owned));
        answer.set(&VARY, once(list));
    } else if list.iter().any(is_of_preflights) {
        list.retain(|name| !is_of_preflights(name));
        answer.set(&VARY, list);
    }
}

impl Seen<'_> {
    fn is_preflight(&self) -> bool {
        self.decision.kind() == RequestKind::Preflight
    }

    fn denial(&self) -> Option<DenialKind> {
        self.decision.denial().map(|denial| denial.kind())
    }

    fn names_origins(&self) -> bool {
        !is_any(&self.policy.allow_origins)
    }

    /// Somebody of another origin may read the response.
    fn is_granted(&self) -> bool {
        match self.denial() {
            None => self.decision.origin().is_some() || !self.names_origins(),
            // The browser compares, and refuses.
            Some(
                DenialKind::Method
                | DenialKind::MalformedMethod
                | DenialKind::Header
                | DenialKind::MalformedHeader,
            ) => true,
            Some(_) => false,
        }
    }

    fn inner_has(&self, name: &HeaderName) -> bool {
        header_map(&self.inner.headers).contains_key(name)
    }

    /// What tower-http sends of its own, beside the origin.
    fn own_headers(&self) -> Vec<HeaderName> {
        let policy = self.policy;
        let mut names = vec![(CREDENTIALS, allows_credentials(policy))];
        if self.is_preflight() {
            names.push((METHODS, is_set(&policy.allow_methods)));
            names.push((HEADERS, is_set(&policy.allow_headers)));
            names.push((MAX_AGE, policy.max_age.is_some()));
        } else {
            names.push((EXPOSE, is_set(&policy.expose_headers)));
        }
        names.into_iter().filter(|(_, is_sent)| *is_sent).map(|(name, _)| name).collect()
    }
}

fn is_any(names: &Names) -> bool {
    matches!(names, Names::Any(_))
}

fn is_set(names: &Names) -> bool {
    !matches!(names, Names::Listed(names) if names.is_empty())
}

/// Each element once.
fn once<T: Ord>(mut list: Vec<T>) -> Vec<T> {
    list.sort_unstable();
    list.dedup();
    list
}
