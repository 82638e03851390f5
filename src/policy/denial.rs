//! Why a request is denied, in words.

use std::{fmt, sync::OnceLock};

use http::header::{ACCESS_CONTROL_REQUEST_METHOD, ORIGIN};

use super::{
    DenialKind, Enforcement, Origins,
    decision::Context,
    fetch,
    lists::Methods,
    request_headers::{MAX_BYTES, MAX_NAMES, RequestHeaders},
    same_origin::{Foreign, check_own_page, is_websocket, request_host},
};
use crate::origin::{Nearest, Origin, OriginPattern, nearest, quoted};

/// The rule that denied a request, and the value that it denied.
///
/// `Display` prints one sentence that a person can act on. The sentence changes from version to
/// version; programs use the [`kind`](Denial::kind).
#[derive(Clone)]
pub struct Denial<'a> {
    pub(super) context: Context<'a>,
    kind: DenialKind,
    pub(super) value: &'a [u8],
    /// Searched at most once.
    nearest: OnceLock<Option<Nearest<'a>>>,
}

impl<'a> Denial<'a> {
    /// Returns the rule that denied the request.
    #[must_use]
    pub fn kind(&self) -> DenialKind {
        // Distinguished only here, so that a request does not wait for it.
        let is_name = || fetch::is_name(self.value);
        match self.kind {
            DenialKind::Origin if self.value == b"null" => DenialKind::NullOrigin,
            DenialKind::Origin if !self.is_origin() => DenialKind::MalformedOrigin,
            DenialKind::Method if !is_name() => DenialKind::MalformedMethod,
            DenialKind::Header if !is_name() => DenialKind::MalformedHeader,
            kind => kind,
        }
    }

    /// Returns the denied value as sent: the origin, the method, or the first of the header names.
    /// Empty if there are too many headers.
    #[must_use]
    pub fn value(&self) -> &'a [u8] {
        self.value
    }

    /// Returns the allowed origin that is most similar to a denied one, if any is similar.
    ///
    /// Compares up to 1000 patterns, so call it only if a person reads the result.
    #[must_use]
    pub fn nearest(&self) -> Option<&'a OriginPattern> {
        self.find_nearest().map(|nearest| nearest.pattern)
    }

    #[inline]
    pub(crate) fn new(context: Context<'a>, kind: DenialKind, value: &'a [u8]) -> Self {
        Self { context, kind, value, nearest: OnceLock::new() }
    }

    pub(crate) fn is_about_origin(&self) -> bool {
        self.kind.is_about_origin()
    }

    fn is_origin(&self) -> bool {
        Origin::is_valid(self.value)
    }

    /// Returns each denied header that the preflight asks for, once.
    pub(super) fn denied_headers(&self) -> Vec<&'a [u8]> {
        let Context { policy, headers, .. } = self.context;
        let requested = RequestHeaders::read(headers).into_iter().flat_map(RequestHeaders::names);
        let mut denied: Vec<&[u8]> = Vec::new();
        for name in requested {
            if policy.request_headers.allowed_by(name).is_none() {
                // There are at most `MAX_NAMES`.
                let Err(place) = denied.binary_search(&name) else { continue };
                denied.insert(place, name);
            }
        }
        denied
    }

    pub(super) fn find_nearest(&self) -> Option<&Nearest<'a>> {
        let search = || match (&self.context.policy.origins, self.kind()) {
            (Origins::Listed(set), DenialKind::Origin | DenialKind::MalformedOrigin) => {
                let origin = std::str::from_utf8(self.value).ok()?;
                if origin.contains('*') { None } else { nearest(origin, set.patterns()) }
            }
            _ => None,
        };
        self.nearest.get_or_init(search).as_ref()
    }
}

impl fmt::Display for Denial<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let value = quoted(self.value);
        match self.kind() {
            kind @ (DenialKind::Origin | DenialKind::MalformedOrigin) => {
                let is_origin = kind == DenialKind::Origin;
                let verdict = if is_origin { "is not allowed" } else { "is not an origin" };
                write!(f, "origin {value} {verdict}; ")?;
                match self.find_nearest() {
                    Some(Nearest { pattern, difference, .. }) => {
                        write!(f, "the closest allowed origin is \"{pattern}\" ({difference})")?;
                        f.write_str(if is_origin && self.is_insecure() {
                            "; serve the page over https"
                        } else {
                            ""
                        })
                    }
                    None if is_origin && self.is_insecure() => f.write_str(
                        "no allowed origin is similar, and credentials would travel over plain http; \
                         serve the page over https",
                    ),
                    None if is_origin && self.is_rejected_navigation() => f.write_str(
                        "no allowed origin is similar; if it may send forms, add it to \
                         `trusted_senders`",
                    ),
                    None if is_origin => f.write_str(
                        "no allowed origin is similar; if you trust it, add it to `allow_origins`",
                    ),
                    None => f.write_str("a browser sends `scheme://host`, perhaps with a port"),
                }?;
                self.fmt_situation(f)
            }
            DenialKind::NullOrigin => {
                f.write_str(
                    "origin \"null\" is not allowed: sandboxed frames, local files, cross-origin \
                     redirects, and forms under `Referrer-Policy: no-referrer` all send \"null\"; serve \
                     the page from an origin of its own",
                )?;
                self.fmt_situation(f)
            }
            DenialKind::SeveralOrigins => write!(
                f,
                "origin {value} is not the only one: the request has several `Origin` lines, and \
                 a browser sends one; look for a proxy that adds its own"
            ),
            DenialKind::InsecureOrigin => {
                write!(
                    f,
                    "origin {value} is not allowed: credentials would travel over plain http; \
                     serve the page over https, or use `dangerous_allow_insecure_origins`"
                )?;
                self.fmt_situation(f)
            }
            DenialKind::Method => self.fmt_method(f),
            DenialKind::MalformedMethod
                if fetch::is_token(self.value) && self.value.contains(&b'*') =>
            {
                write!(f, "method {value} is not allowed: `*` is not part of a name")
            }
            DenialKind::MalformedMethod => {
                write!(f, "method {value} is not allowed: the preflight must ask for one method")
            }
            DenialKind::Header => self.fmt_headers(f),
            DenialKind::MalformedHeader => {
                write!(f, "request header {value} is not allowed: it is not a header name")
            }
            DenialKind::NoPolicy => {
                write!(f, "origin {value} is not allowed: there is no policy for this request")
            }
            DenialKind::AmbiguousPath => write!(
                f,
                "origin {value} is not allowed: the path can be read in more than one way; write it \
                 plainly"
            ),
            DenialKind::TooManyHeaders => write!(
                f,
                "the preflight asks for more request headers than are read: {MAX_NAMES} names or \
                 {} KiB",
                MAX_BYTES / 1024
            ),
        }
    }
}

impl Denial<'_> {
    /// Prints a clause if the denial has no effect, or if only `Enforcement::Reject` gives it one.
    fn fmt_situation(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Context { policy, headers, .. } = self.context;
        // Browsers send no preflights to a page's own service, nor for WebSockets.
        if headers.contains_key(&ACCESS_CONTROL_REQUEST_METHOD) {
            return Ok(());
        }
        let Some(origin) = headers.get(&ORIGIN) else { return Ok(()) };
        let rejects = policy.rules.enforcement == Enforcement::Reject;
        let Err(foreign) = check_own_page(origin, self.context) else {
            return f.write_str(
                "; but the page seems to be the service's own, which needs no permission",
            );
        };
        if is_websocket(headers) {
            f.write_str("; browsers do not check the answer to a `WebSocket` handshake")?;
            f.write_str(if rejects {
                ", so it is stopped here"
            } else {
                ": only `Enforcement::Reject` stops it"
            })?;
        }
        if rejects { self.fmt_foreign(f, foreign) } else { Ok(()) }
    }

    /// Prints the reason why the page is not one of the service's own.
    fn fmt_foreign(&self, f: &mut fmt::Formatter<'_>, foreign: Foreign) -> fmt::Result {
        let Context { policy, headers, uri } = self.context;
        let Some(host) = request_host(headers, uri) else { return Ok(()) };
        let host = host.to_string();
        let host = quoted(host.as_bytes());
        match foreign {
            Foreign::FetchMetadata => Ok(()),
            Foreign::Scheme => f.write_str(
                "; the request came over https, so an http page is not the service's own",
            ),
            Foreign::Port => write!(
                f,
                "; the request's own host is {host} (different port): if a proxy changed it, let the \
                 proxy pass `Host` on, or set `own_origins`"
            ),
            Foreign::Untrusted(header) => write!(
                f,
                "; the request's own host is {host}, and `{}` has the host of the page: if a proxy \
                 sets it, set `trust_forwarded_headers`, or `own_origins`",
                header.name()
            ),
            Foreign::Host if policy.rules.own_origins.is_empty() => {
                write!(f, "; the request's own host is {host}")
            }
            Foreign::Host => f.write_str("; it is not one of the `own_origins`"),
        }
    }

    fn fmt_method(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let method = String::from_utf8_lossy(self.value);
        write!(f, "method {} is not allowed: ", quoted(self.value))?;
        let methods = &self.context.policy.methods;
        let normalized = fetch::normalize_method(&method);
        if fetch::is_forbidden_method(self.value) {
            f.write_str("no browser sends it for a page")
        } else if normalized != method && methods.allowed_by(normalized.as_bytes()).is_some() {
            write!(
                f,
                "\"{normalized}\" is allowed, and browsers write it in upper case; look at the client"
            )
        } else if let Some(name) =
            methods.names.iter().find(|name| name.eq_ignore_ascii_case(&method))
        {
            write!(
                f,
                "\"{name}\" is allowed, and methods are case-sensitive; write it so in the page"
            )
        } else if fetch::is_misspelled_patch(&method) {
            f.write_str(
                "methods are case-sensitive; write \"PATCH\" in the page and in `allow_methods`",
            )
        } else if methods.any {
            write!(f, "it is longer than {} bytes", Methods::MAX_LEN)
        } else {
            f.write_str("add it to `allow_methods`")
        }
    }

    /// Prints every denied header, so that one change of the policy is enough.
    fn fmt_headers(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let denied = self.denied_headers();
        let (noun, verb, pronoun) =
            if denied.len() == 1 { ("header", "is", "it") } else { ("headers", "are", "them") };
        write!(f, "request {noun} ")?;
        fmt_list(f, denied.iter().copied())?;
        write!(f, " {verb} not allowed: ")?;
        let is = |test: fn(&str) -> bool| {
            denied.iter().any(|name| std::str::from_utf8(name).is_ok_and(test))
        };
        if is(fetch::is_cors_response_header) {
            f.write_str("servers send `access-control-*`; remove it from the page's request")
        } else if is(fetch::is_forbidden_request_header) {
            f.write_str("browsers never ask for one that they set themselves; look at the client")
        } else {
            write!(f, "add {pronoun} to `allow_headers`")
        }
    }
}

impl fmt::Debug for Denial<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Denial")
            .field("kind", &self.kind())
            .field("value", &format_args!("{}", quoted(self.value)))
            .finish_non_exhaustive()
    }
}

/// Prints up to eight names, in quotes and with commas.
pub(super) fn fmt_list<'a>(
    f: &mut fmt::Formatter<'_>,
    names: impl Iterator<Item = &'a [u8]>,
) -> fmt::Result {
    const SHOWN: usize = 8;
    for (at, name) in names.take(SHOWN + 1).enumerate() {
        match at {
            0 => write!(f, "{}", quoted(name))?,
            SHOWN => f.write_str(" and more")?,
            _ => write!(f, ", {}", quoted(name))?,
        }
    }
    Ok(())
}
