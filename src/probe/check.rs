//! The things that a probe can find, each with its id.

use std::fmt;

/// Whether pages can show a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Grade {
    /// Pages show it now: a browser concludes something else than the policy.
    Outcome,
    /// Pages do not show it yet: caches, other clients or the next change may.
    Hygiene,
}

impl Grade {
    /// Returns a short, stable name: `outcome`, `hygiene`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Outcome => "outcome",
            Self::Hygiene => "hygiene",
        }
    }
}

/// Defines the checks. The documentation of each is made of the same sentences as its findings.
macro_rules! checks {
    ($($name:ident, $grade:ident, $id:literal, $meaning:literal, $remedy:literal;)*) => {
        /// Something that a probe can find in a deployment.
        ///
        /// Each variant is documented with its [`id`](Check::id), its [`meaning`](Check::meaning) and
        /// its [`remedy`](Check::remedy).
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Check {
            $(
                #[doc = concat!("`", $id, "`: ", $meaning, ".\n\nFix: ", $remedy, ".")]
                $name,
            )*
        }

        impl Check {
            /// All checks: those of the grade [`Outcome`](Grade::Outcome) first.
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            /// Returns a short, stable name in kebab case.
            #[must_use]
            pub fn id(self) -> &'static str {
                match self { $(Self::$name => $id,)* }
            }

            /// Returns whether pages can show it.
            #[must_use]
            pub fn grade(self) -> Grade {
                match self { $(Self::$name => Grade::$grade,)* }
            }

            /// Returns the fault, in one sentence.
            #[must_use]
            pub fn meaning(self) -> &'static str {
                match self { $(Self::$name => $meaning,)* }
            }

            /// Returns the change that helps, in one sentence.
            #[must_use]
            pub fn remedy(self) -> &'static str {
                match self { $(Self::$name => $remedy,)* }
            }
        }
    };
}

checks! {
    // Pages that the policy allows are blocked.
    AllowOriginMissing, Outcome, "allow-origin-missing",
        "a page that the policy allows gets a response without `Access-Control-Allow-Origin`",
        "let the app or the edge add the headers to every response of this URL, and check that the \
         other one does not remove them";
    AllowOriginMismatch, Outcome, "allow-origin-mismatch",
        "`Access-Control-Allow-Origin` is not the origin of the page, byte for byte",
        "send back the `Origin` of the request if it is listed, without a slash and in its own case";
    AllowOriginTwice, Outcome, "allow-origin-twice",
        "the response has several `Access-Control-Allow-Origin` lines, which browsers read as one \
         invalid value",
        "let one program answer: disable CORS in the app (`CorsLayer::disabled()`), or let the edge \
         remove what the app sends";
    AllowOriginList, Outcome, "allow-origin-list",
        "`Access-Control-Allow-Origin` has several origins in one line, and browsers accept one",
        "send the one origin of the request; this header has no list";
    WildcardWithCredentials, Outcome, "wildcard-with-credentials",
        "the response has `*`, which browsers do not accept for requests with credentials, and the \
         policy allows credentials",
        "send the origin of the request instead of `*`";
    CredentialsMissing, Outcome, "credentials-missing",
        "the policy allows credentials, and the response has no `Access-Control-Allow-Credentials: \
         true`, in lower case",
        "send `Access-Control-Allow-Credentials: true` with preflights and with responses";
    PreflightUnanswered, Outcome, "preflight-unanswered",
        "the answer to the preflight of a page that the policy allows has no \
         `Access-Control-Allow-Origin`",
        "send the CORS headers where preflights are answered too; in nginx an `add_header` in an `if` \
         replaces those outside of it";
    PreflightNeedsCredentials, Outcome, "preflight-needs-credentials",
        "authentication refuses the preflight, which never carries a cookie or a token",
        "answer preflights before authentication";
    PreflightRouted, Outcome, "preflight-routed",
        "the preflight gets the answer of a router (404, 405 or 501)",
        "answer preflights before the router, for each path and for paths that do not exist";
    PreflightRedirected, Outcome, "preflight-redirected",
        "the preflight is redirected, and browsers do not follow",
        "call the final URL, or answer preflights before the redirect";
    PreflightStatus, Outcome, "preflight-status",
        "the answer to the preflight has CORS headers, but a status outside of 200 to 299",
        "answer with 204";
    MethodMissing, Outcome, "method-missing",
        "the preflight does not allow a method that the policy lists",
        "add the method to `Access-Control-Allow-Methods`; methods are case-sensitive";
    HeaderMissing, Outcome, "header-missing",
        "the preflight does not allow a request header that the policy lists",
        "add the name to `Access-Control-Allow-Headers`; with credentials `*` is only a name, and it \
         never includes `Authorization`";
    AllowMethodsMalformed, Outcome, "allow-methods-malformed",
        "`Access-Control-Allow-Methods` is not a list of methods, so the preflight fails",
        "write methods between commas, without quotes, brackets and blanks inside";
    AllowHeadersMalformed, Outcome, "allow-headers-malformed",
        "`Access-Control-Allow-Headers` is not a list of names, so the preflight fails",
        "write names between commas, without quotes, brackets and blanks inside";
    ExposedHeaderMissing, Outcome, "exposed-header-missing",
        "a response does not expose a header that the policy exposes",
        "send `Access-Control-Expose-Headers` with the response itself, and not with the preflight";
    ErrorWithoutCors, Outcome, "error-without-cors",
        "an error response has no CORS headers, so the page sees a CORS error instead of the status",
        "add the headers to errors too; in nginx write `always` at the end of `add_header`";
    HeadWithoutCors, Outcome, "head-without-cors",
        "the response to HEAD has no CORS headers, and the one to GET has",
        "add the headers whatever the method is";
    RedirectWithoutCors, Outcome, "redirect-without-cors",
        "the URL redirects, and the redirect has no CORS headers, so the page cannot follow it",
        "call the final URL, or add the headers to redirects";
    WildcardTooNarrow, Outcome, "wildcard-too-narrow",
        "some origins of a wildcard are blocked, and others of the same wildcard are allowed",
        "match one or more labels for `*.`, and any port or none for `:*`";
    CacheMixesOrigins, Outcome, "cache-mixes-origins",
        "a cache gives one page the response for another page",
        "send `Vary: Origin` with every response, and check that the cache honors it";
    VersionsDisagree, Outcome, "versions-disagree",
        "HTTP/1.1 and HTTP/2 give different answers",
        "configure CORS in one place for both, and not in one listener";
    BackendsDisagree, Outcome, "backends-disagree",
        "the same request gets different answers when it is repeated",
        "deploy the same configuration to every server behind the balancer";

    // Pages that the policy does not allow are allowed.
    AnyOriginAllowed, Outcome, "any-origin-allowed",
        "every page is allowed: the server sends back any origin, or `*`",
        "compare the origin with the list, as a whole";
    OriginStartUnanchored, Outcome, "origin-start-unanchored",
        "an origin that only ends like a listed one is allowed",
        "anchor the start of the regular expression, or compare whole origins";
    OriginEndUnanchored, Outcome, "origin-end-unanchored",
        "an origin that only starts like a listed one is allowed",
        "anchor the end of the regular expression, or compare whole origins";
    OriginDotUnescaped, Outcome, "origin-dot-unescaped",
        "a dot of a listed origin matches any byte",
        "escape the dots of the regular expression, or compare whole origins";
    OriginPartAllowed, Outcome, "origin-part-allowed",
        "a part of a listed origin is allowed",
        "compare whole origins, and do not search one text in another one";
    OddHostAllowed, Outcome, "odd-host-allowed",
        "a host of another owner is allowed, because a byte such as `_` ends the comparison",
        "compare whole origins";
    NullOriginAllowed, Outcome, "null-origin-allowed",
        "`null` is allowed, which every page can send from a sandboxed frame",
        "remove `null` from the list";
    InsecureOriginAllowed, Outcome, "insecure-origin-allowed",
        "the http page of a listed https host is allowed, and others on the network can change it",
        "compare the scheme too";
    SubdomainAllowed, Outcome, "subdomain-allowed",
        "each subdomain of a listed host is allowed",
        "compare whole hosts; list `https://*.example.com` if all of them are yours";
    ApexAllowed, Outcome, "apex-allowed",
        "the domain itself is allowed, and the policy lists only its subdomains",
        "require a label in front of the domain, or list the domain too";
    LoopbackLookalikeAllowed, Outcome, "loopback-lookalike-allowed",
        "a host that only starts like `localhost` is allowed",
        "compare the whole host";
    OtherPortAllowed, Outcome, "other-port-allowed",
        "another port of a listed host is allowed",
        "compare the port too; list `https://app.example.com:*` if every port is yours";
    JoinedOriginsAllowed, Outcome, "joined-origins-allowed",
        "two listed hosts in one, such as `barfoo.com` for `foo.com` and `bar.com`, are allowed",
        "anchor each alternative, or compare whole origins";
    TrailingDotAllowed, Outcome, "trailing-dot-allowed",
        "a listed host with a dot at its end is allowed, which is another origin",
        "compare whole origins";
    DeniedOriginAllowed, Outcome, "denied-origin-allowed",
        "an origin that the policy does not allow is allowed",
        "remove it from the list of the deployment, or add it to the policy";
    MethodUnwanted, Outcome, "method-unwanted",
        "the preflight allows a method that the policy does not list",
        "list the methods one by one";
    HeaderUnwanted, Outcome, "header-unwanted",
        "the preflight allows a request header that the policy does not list",
        "list the request headers one by one, and do not send back what the preflight asks for";
    CredentialsUnwanted, Outcome, "credentials-unwanted",
        "pages may send cookies and read the response, and the policy does not allow credentials",
        "remove `Access-Control-Allow-Credentials`";
    ExposedHeaderUnwanted, Outcome, "exposed-header-unwanted",
        "a response exposes a header that the policy does not expose",
        "list the names in `Access-Control-Expose-Headers` one by one";
    PathConfused, Outcome, "path-confused",
        "a path that servers can read as two different ones gets the policy of the wrong one",
        "normalize the path before the policy is chosen, or answer such paths with an error";
    CorsUnwanted, Outcome, "cors-unwanted",
        "a path that must have no CORS has it",
        "exclude the path where the headers are added";
    NotRejected, Outcome, "not-rejected",
        "the policy rejects requests of other origins, and such a request reaches the service",
        "reject the request before the service, with 403";

    // No page shows these.
    MalformedOriginAllowed, Hygiene, "malformed-origin-allowed",
        "a spelling of a listed origin that no browser sends is allowed",
        "compare origins byte for byte";
    SeveralOriginsAllowed, Hygiene, "several-origins-allowed",
        "a request with several origins gets an answer for one of them; no browser sends it",
        "allow nothing if there are several `Origin` lines, or a comma";
    VaryMissing, Hygiene, "vary-missing",
        "responses depend on `Origin`, and have no `Vary: Origin`; a cache can mix them up",
        "send `Vary: Origin` with every response";
    VaryConditional, Hygiene, "vary-conditional",
        "some responses have no `Vary: Origin`: those without CORS headers; a cache can give them to \
         pages",
        "send `Vary: Origin` with every response, whatever the origin is";
    PreflightVaryMissing, Hygiene, "preflight-vary-missing",
        "answers to preflights have no `Vary: Origin`; a cache for OPTIONS can mix them up",
        "send `Vary: Origin` with preflights too";
    StrayHeaders, Hygiene, "stray-headers",
        "a response has CORS headers that have no effect there",
        "send CORS headers only where browsers read them";
    DeniedPreflightHeaders, Hygiene, "denied-preflight-headers",
        "the answer to a preflight of a denied origin has CORS headers, and shows the policy",
        "send no CORS headers to a denied origin";
    ExposedOnPreflight, Hygiene, "exposed-on-preflight",
        "preflights have `Access-Control-Expose-Headers`, which browsers read on responses alone",
        "send it with the response itself";
    OptionsHijacked, Hygiene, "options-hijacked",
        "an OPTIONS request that is no preflight is answered like one",
        "answer OPTIONS only if it has `Origin` and `Access-Control-Request-Method`";
    PreflightReachesApp, Hygiene, "preflight-reaches-app",
        "a preflight reaches the app",
        "answer all preflights where CORS is configured, those of denied origins too";
    MaxAgeDiffers, Hygiene, "max-age-differs",
        "browsers keep the answer to a preflight for another time than the policy says",
        "send the `Access-Control-Max-Age` of the policy: seconds, as digits alone";
    StarEchoed, Hygiene, "star-echoed",
        "the policy allows any origin by the constant `*`, and the server sends back the origin",
        "send `*`, so that caches can keep one response for all pages";
    StarMissing, Hygiene, "star-missing",
        "the policy allows any origin, and a response to a request without `Origin` has no `*`; a cache \
         can give it to pages",
        "send `*` with every response";
    CredentialsWithoutEffect, Hygiene, "credentials-without-effect",
        "`Access-Control-Allow-Credentials` stands beside `*`, and has no effect",
        "remove `Access-Control-Allow-Credentials`";
    NotModifiedWithoutCors, Hygiene, "not-modified-without-cors",
        "a response with status 304 has no CORS headers; the page of a second origin is blocked",
        "add the headers to 304 too";
}

impl Check {
    /// Returns the check with this [`id`](Check::id).
    #[must_use]
    pub fn from_id(id: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|check| check.id() == id)
    }
}

/// Prints the id.
impl fmt::Display for Check {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id())
    }
}
