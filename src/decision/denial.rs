//! Why a request is refused, in words.

use std::fmt;

use http::{
    HeaderMap,
    header::{ACCESS_CONTROL_REQUEST_METHOD, ORIGIN},
    uri::Authority,
};

use crate::{
    fetch,
    origin::{Nearest, Origin, OriginPattern, nearest},
    policy::{Enforcement, Methods, Origins, Policy},
    request_headers::{MAX_BYTES, MAX_NAMES, RequestHeaders},
    same_origin::{is_same_origin, is_websocket},
};

/// The rule that refused. Its names, from [`as_str`](DenialKind::as_str), make good metric labels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum DenialKind {
    /// Nothing in the policy allows the origin.
    Origin,
    /// The origin is `null`: that of sandboxed frames, of files, of some redirects.
    NullOrigin,
    /// The request has several `Origin` lines. No browser sends that.
    SeveralOrigins,
    /// The `Origin` header is not an origin. No browser sends that.
    MalformedOrigin,
    /// A regex or a predicate allows the origin, but it is plain http and credentials are allowed.
    InsecureOrigin,
    /// The method that the preflight asks for is not allowed.
    Method,
    /// The preflight asks for something that is no method, or for several.
    MalformedMethod,
    /// A header that the preflight asks for is not allowed.
    Header,
    /// The preflight asks for something that is no header name.
    MalformedHeader,
    /// The preflight asks for more header names than any page sends.
    TooManyHeaders,
    /// There is no policy for the request: [`Policy::of_nobody`], or a look-up that found nothing.
    NoPolicy,
    /// Each path has a policy, and this path can be read in more than one way, as `/public/../admin`.
    AmbiguousPath,
}

impl DenialKind {
    /// A short name that stays the same: `origin`, `null-origin`, `several-origins`,
    /// `malformed-origin`, `insecure-origin`, `method`, `malformed-method`, `header`,
    /// `malformed-header`, `too-many-headers`, `no-policy`, `ambiguous-path`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Origin => "origin",
            Self::NullOrigin => "null-origin",
            Self::SeveralOrigins => "several-origins",
            Self::MalformedOrigin => "malformed-origin",
            Self::InsecureOrigin => "insecure-origin",
            Self::Method => "method",
            Self::MalformedMethod => "malformed-method",
            Self::Header => "header",
            Self::MalformedHeader => "malformed-header",
            Self::TooManyHeaders => "too-many-headers",
            Self::NoPolicy => "no-policy",
            Self::AmbiguousPath => "ambiguous-path",
        }
    }
}

/// What is refused, and why. Prints one sentence that a person can act on.
///
/// The sentence is for people: it changes from version to version. Programs ask for the
/// [`kind`](Denial::kind).
#[derive(Clone)]
pub struct Denial<'a> {
    pub(super) policy: &'a Policy,
    pub(super) headers: &'a HeaderMap,
    kind: DenialKind,
    pub(super) value: &'a [u8],
    /// As in the decision, where it is about the origin.
    pub(crate) authority: Option<&'a Authority>,
}

impl<'a> Denial<'a> {
    /// The rule that refused.
    #[must_use]
    pub fn kind(&self) -> DenialKind {
        // Told apart here, where somebody asks, and not while the request waits.
        let is_token = || fetch::is_token(self.value);
        match self.kind {
            _ if self.is_of_nobody() => self.policy.nobody.unwrap_or(DenialKind::NoPolicy),
            DenialKind::Origin if self.value == b"null" => DenialKind::NullOrigin,
            DenialKind::Origin if !self.is_origin() => DenialKind::MalformedOrigin,
            DenialKind::Method if !is_token() => DenialKind::MalformedMethod,
            DenialKind::Header if !is_token() => DenialKind::MalformedHeader,
            kind => kind,
        }
    }

    /// What it refused, as sent: the origin, the method, or the first of the header names. Empty where
    /// there are too many headers.
    #[must_use]
    pub fn value(&self) -> &'a [u8] {
        self.value
    }

    /// Of the allowed origins, the one that resembles a refused origin most, if any does.
    ///
    /// Looks at the first 1000 patterns, so ask for it when somebody is going to read it.
    #[must_use]
    pub fn nearest(&self) -> Option<&'a OriginPattern> {
        self.nearest_and_clause().map(|nearest| nearest.pattern)
    }

    #[inline]
    pub(crate) fn new(
        policy: &'a Policy,
        headers: &'a HeaderMap,
        kind: DenialKind,
        value: &'a [u8],
    ) -> Self {
        Self { policy, headers, kind, value, authority: None }
    }

    /// Nothing at all is granted: neither to this origin, nor to one that asks like this.
    #[inline]
    pub(crate) fn is_total(&self) -> bool {
        !matches!(
            self.kind,
            DenialKind::Method
                | DenialKind::MalformedMethod
                | DenialKind::Header
                | DenialKind::MalformedHeader
        )
    }

    pub(crate) fn is_about_origin(&self) -> bool {
        self.is_total() && self.kind != DenialKind::TooManyHeaders
    }

    /// No origin would have done.
    fn is_of_nobody(&self) -> bool {
        self.is_about_origin() && self.policy.nobody.is_some()
    }

    fn is_origin(&self) -> bool {
        Origin::is_valid(self.value)
    }

    /// Of all that the preflight asks for, each once.
    pub(super) fn refused_headers(&self) -> Vec<&'a [u8]> {
        let requested = RequestHeaders::read(self.headers);
        let refused = requested.iter().flat_map(RequestHeaders::names);
        let mut refused: Vec<&[u8]> =
            refused.filter(|name| !self.policy.request_headers.allow(name)).collect();
        refused.sort_unstable();
        refused.dedup();
        refused
    }

    fn nearest_and_clause(&self) -> Option<Nearest<'a>> {
        match (&self.policy.origins, self.kind()) {
            (Origins::Listed(set), DenialKind::Origin | DenialKind::MalformedOrigin) => {
                let origin = std::str::from_utf8(self.value).ok().filter(|it| !it.contains('*'))?;
                nearest(origin, set.patterns())
            }
            _ => None,
        }
    }
}

impl fmt::Display for Denial<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let value = quote(self.value);
        match self.kind() {
            kind @ (DenialKind::Origin | DenialKind::MalformedOrigin) => {
                let is_origin = kind == DenialKind::Origin;
                let verdict = if is_origin { "is not allowed" } else { "is not an origin" };
                write!(f, "origin {value} {verdict}: ")?;
                match self.nearest_and_clause() {
                    Some(Nearest { pattern, clause, .. }) if is_origin => {
                        write!(f, "\"{pattern}\" is, {clause}")?;
                        f.write_str(if self.is_insecure() {
                            "; serve the page over https"
                        } else {
                            ""
                        })
                    }
                    Some(Nearest { pattern, clause, .. }) => {
                        write!(f, "\"{pattern}\" is allowed, {clause}")
                    }
                    None if is_origin && self.is_insecure() => f.write_str(
                        "nothing like it is, and credentials would travel over plain http; serve \
                         the page over https",
                    ),
                    None if is_origin => f.write_str(
                        "nothing like it is; if you trust it, add it to `allow_origins`",
                    ),
                    None => f.write_str("a browser sends `scheme://host`, perhaps with a port"),
                }?;
                self.fmt_situation(f)
            }
            DenialKind::NullOrigin => {
                f.write_str(
                    "origin \"null\" is not allowed: it is that of every sandboxed frame, file and \
                     redirect between origins; serve the page from an origin of its own",
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
    /// What makes this refusal less than it seems, or asks for more than headers.
    fn fmt_situation(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // A page's own service gets no preflights, and nor does a WebSocket's.
        if self.headers.contains_key(ACCESS_CONTROL_REQUEST_METHOD) {
            return Ok(());
        }
        let origin = self.headers.get(ORIGIN);
        if origin.is_some_and(|origin| is_same_origin(origin, self.headers, self.authority)) {
            f.write_str("; but the page seems to be the service's own, which needs no permission")
        } else if is_websocket(self.headers) {
            f.write_str("; browsers do not check the answer to a `WebSocket` handshake")?;
            f.write_str(match self.policy.enforcement {
                Enforcement::OmitHeaders => ": only `Enforcement::Reject` stops it",
                Enforcement::Reject => ", so it is stopped here",
            })
        } else {
            Ok(())
        }
    }

    fn fmt_method(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let method = String::from_utf8_lossy(self.value);
        write!(f, "method {} is not allowed: ", quote(self.value))?;
        let names = &self.policy.methods.names;
        let normalized = fetch::normalize_method(&method);
        let is_patch = method != "PATCH" && method.eq_ignore_ascii_case("PATCH");
        if fetch::is_forbidden_method(self.value) {
            f.write_str("no browser sends it for a page")
        } else if normalized != method && self.policy.methods.allow(normalized.as_bytes()) {
            write!(f, "\"{normalized}\" is, which is how browsers write it; look at the client")
        } else if let Some(name) = names.iter().find(|name| name.eq_ignore_ascii_case(&method)) {
            write!(f, "\"{name}\" is, and methods are case-sensitive; write it so in the page")
        } else if is_patch {
            f.write_str(
                "methods are case-sensitive; write \"PATCH\" in the page and in `allow_methods`",
            )
        } else if self.policy.methods.any {
            write!(f, "it is longer than {} bytes", Methods::MAX_LEN)
        } else {
            f.write_str("add it to `allow_methods`")
        }
    }

    /// Every header that is refused, so that one change of the policy is enough.
    fn fmt_headers(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let refused = self.refused_headers();
        let (noun, verb, pronoun) =
            if refused.len() == 1 { ("header", "is", "it") } else { ("headers", "are", "them") };
        write!(f, "request {noun} ")?;
        fmt_list(f, refused.iter().copied())?;
        write!(f, " {verb} not allowed: ")?;
        let is = |test: fn(&str) -> bool| {
            refused.iter().any(|name| std::str::from_utf8(name).is_ok_and(test))
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
            .field("value", &format_args!("{}", quote(self.value)))
            .finish_non_exhaustive()
    }
}

/// Quoted, with commas, as many as a person reads.
pub(super) fn fmt_list<'a>(
    f: &mut fmt::Formatter<'_>,
    names: impl Iterator<Item = &'a [u8]>,
) -> fmt::Result {
    const SHOWN: usize = 8;
    for (at, name) in names.take(SHOWN + 1).enumerate() {
        match at {
            0 => write!(f, "{}", quote(name))?,
            SHOWN => f.write_str(" and more")?,
            _ => write!(f, ", {}", quote(name))?,
        }
    }
    Ok(())
}

pub(crate) use crate::origin::quoted as quote;
