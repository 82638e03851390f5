//! The origin of an answer, by the traces of programs and well-known configurations.

use http::{
    HeaderMap,
    header::{
        ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
        ACCESS_CONTROL_MAX_AGE, AGE, HeaderName, LOCATION, SERVER, WWW_AUTHENTICATE,
    },
};

use super::{
    browser,
    check::Check,
    judge::{Answers, Seen, allow_origin},
};

/// Defines the causes. The documentation of each is made of the same sentences as its findings.
macro_rules! causes {
    ($($name:ident, $id:literal, $meaning:literal, $remedy:literal;)*) => {
        /// The program or the configuration that an answer comes from.
        ///
        /// Each variant is documented with its [`id`](Cause::id), its [`meaning`](Cause::meaning) and
        /// its [`remedy`](Cause::remedy).
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum Cause {
            $(
                #[doc = concat!("`", $id, "`: ", $meaning, ".\n\nFix: ", $remedy, ".")]
                $name,
            )*
        }

        impl Cause {
            /// All causes.
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            /// Returns a short, stable name in kebab case.
            #[must_use]
            pub fn id(self) -> &'static str {
                match self { $(Self::$name => $id,)* }
            }

            /// Returns the origin of the answer, in one sentence.
            #[must_use]
            pub fn meaning(self) -> &'static str {
                match self { $(Self::$name => $meaning,)* }
            }

            /// Returns the change that helps there, in one sentence.
            #[must_use]
            pub fn remedy(self) -> &'static str {
                match self { $(Self::$name => $remedy,)* }
            }
        }
    };
}

causes! {
    AddHeaderInIf, "nginx-add-header-in-if",
        "a recipe of enable-cors.org for nginx: the `add_header` lines in its `if` replace those outside \
         of it, `Access-Control-Allow-Origin` among them",
        "replace the recipe: `corsac export` writes one for nginx that works";
    NginxSnippet, "nginx-snippet",
        "the nginx snippet with a max-age of 20 days (1728000), which many sites have copied",
        "replace the snippet: `corsac export` writes one for nginx with your list of origins";
    IngressNginx, "ingress-nginx-defaults",
        "the defaults of ingress-nginx: its annotation `enable-cors` is on",
        "set its `cors-*` annotations, or disable `enable-cors` and let the app answer";
    Spring, "spring",
        "Spring has answered, with its own list of origins",
        "add the origin to the CORS configuration of the Spring application, or disable it there";
    Serverless, "serverless-cors",
        "`cors: true` of the Serverless Framework answers preflights, and adds nothing to other responses",
        "send the headers from the function too";
    TwoAnswers, "two-answers",
        "the app and a proxy in front of it both add the header",
        "disable CORS in one of the two: `CorsLayer::disabled()` in the app, or no headers in the proxy";
    OriginsJoined, "origins-joined",
        "a configuration with a list of origins writes all of them into one header, as SAM and the \
         Serverless Framework do",
        "choose the one origin of the request in code, or use a gateway that does";
    EnvoyFilter, "envoy-cors-filter",
        "the CORS filter of Envoy or Istio has answered, and its list does not have this origin",
        "add the origin to the filter, or export the policy for Envoy";
    RouteAnswers, "route-answers",
        "the preflight has the status that other requests for this path have: it is passed on to the \
         route",
        "answer preflights before the router";
    AuthenticationFirst, "authentication-first",
        "authentication stands in front of CORS",
        "answer preflights before authentication, and add the headers to its refusals";
    AwsS3, "s3",
        "S3 has answered: no rule of the bucket matches",
        "add the origin, the method and the headers to one rule of the bucket";
    AwsApiGateway, "api-gateway",
        "API Gateway of AWS has answered",
        "set `CorsConfiguration` of the API, and let no authorizer stand before OPTIONS";
    AppStar, "app-star",
        "origins that the edge allows get the headers of the edge, and all others get the `*` of the app",
        "let the edge remove the CORS headers of the app, as exported configurations do";
    SharedCache, "shared-cache",
        "the response comes from a cache",
        "let the cache honor `Vary: Origin`, or add the CORS headers behind it";
    NginxWithoutAlways, "nginx-without-always",
        "nginx leaves `add_header` out of errors, unless the line ends with `always`",
        "write `always` at the end of each `add_header`";
    HttpsRedirect, "redirect-to-https",
        "the server redirects http to https",
        "call the https URL";
    SlashRedirect, "redirect-to-slash",
        "the server redirects to the same path with a slash at its end, or without one",
        "call the URL that it redirects to";
}

/// The start of `Access-Control-Allow-Headers` in copied configurations.
const SNIPPET_NAMES: &str = "DNT,User-Agent,X-Requested-With,If-Modified-Since";
const INGRESS_NAMES: &str = "DNT,Keep-Alive,User-Agent";
const SERVERLESS_NAMES: &str =
    "Content-Type,X-Amz-Date,Authorization,X-Api-Key,X-Amz-Security-Token,X-Amz-User-Agent";

impl Cause {
    /// Returns the cause of a finding, if its answer or the others show it.
    pub(super) fn find(check: Check, at: usize, answers: &Answers<'_>) -> Option<Self> {
        let exchange = answers.exchanges.get(at)?;
        let seen = answers.seen.get(at).copied().flatten()?;
        let by_check = match check {
            Check::AllowOriginTwice => Some(Self::TwoAnswers),
            Check::AllowOriginList => lists_origins(&seen, answers).then_some(Self::OriginsJoined),
            Check::AnyOriginAllowed => allows_by_star(&seen, answers).then_some(Self::AppStar),
            Check::CacheMixesOrigins => Some(Self::SharedCache).filter(|_| is_cached(&seen)),
            Check::PreflightRedirected | Check::RedirectWithoutCors => {
                redirect(&exchange.url, &seen)
            }
            Check::PreflightNeedsCredentials => Some(Self::AuthenticationFirst),
            Check::ErrorWithoutCors if is_refused_by_authentication(&seen) => {
                Some(Self::AuthenticationFirst)
            }
            Check::ErrorWithoutCors if server(&seen).starts_with("nginx") => {
                Some(Self::NginxWithoutAlways)
            }
            _ => None,
        };
        let by_preflight = || match check {
            // Preflights show whose configuration it is.
            Check::AnyOriginAllowed
            | Check::AllowOriginMissing
            | Check::WildcardWithCredentials => {
                let preflights = answers.iter().filter(|(_, exchange, _)| exchange.is_preflight());
                preflights.map(|(_, _, seen)| seen).find_map(|seen| configuration(&seen))
            }
            Check::ErrorWithoutCors | Check::HeadWithoutCors => None,
            _ => configuration(&seen),
        };
        let by_route = || {
            let is_preflight = matches!(check, Check::PreflightRouted | Check::PreflightUnanswered);
            let is_same = |(_, other, get): (usize, &super::Exchange, Seen<'_>)| {
                !other.is_preflight()
                    && other.scene == exchange.scene
                    && other.place == exchange.place
                    && get.status == seen.status
            };
            let is_routed = is_preflight && !seen.status.is_success();
            (is_routed && answers.iter().any(is_same)).then_some(Self::RouteAnswers)
        };
        program(&seen).or(by_check).or_else(by_preflight).or_else(by_route)
    }
}

/// A program that leaves its name in the answer.
fn program(seen: &Seen<'_>) -> Option<Cause> {
    let has = |text: &[u8]| seen.body.windows(text.len()).any(|part| part == text);
    if seen.status.as_u16() == 403 && has(b"Invalid CORS request") {
        Some(Cause::Spring)
    } else if seen.status.as_u16() == 403 && has(b"AccessForbidden") && has(b"CORSResponse") {
        Some(Cause::AwsS3)
    } else if seen.headers.contains_key("apigw-requestid") {
        Some(Cause::AwsApiGateway)
    } else {
        None
    }
}

/// A configuration that is known by the headers of its preflights.
fn configuration(seen: &Seen<'_>) -> Option<Cause> {
    let names = value(seen.headers, &ACCESS_CONTROL_ALLOW_HEADERS);
    let has_origin = seen.headers.contains_key(ACCESS_CONTROL_ALLOW_ORIGIN);
    let max_age = value(seen.headers, &ACCESS_CONTROL_MAX_AGE);
    let names = names.replace(", ", ",");
    if names.starts_with(SNIPPET_NAMES) && !has_origin {
        Some(Cause::AddHeaderInIf)
    } else if names.starts_with(SNIPPET_NAMES) && max_age == "1728000" {
        Some(Cause::NginxSnippet)
    } else if names.starts_with(INGRESS_NAMES) {
        Some(Cause::IngressNginx)
    } else if names.starts_with(SERVERLESS_NAMES) {
        Some(Cause::Serverless)
    } else if server(seen).contains("envoy")
        && seen.status.is_success()
        && seen.headers.contains_key(ACCESS_CONTROL_ALLOW_METHODS)
        && !has_origin
    {
        Some(Cause::EnvoyFilter)
    } else {
        None
    }
}

fn value(headers: &HeaderMap, name: &HeaderName) -> String {
    browser::get(headers, name).unwrap_or_default()
}

fn server(seen: &Seen<'_>) -> String {
    value(seen.headers, &SERVER).to_ascii_lowercase()
}

/// Whether the value is a list of origins that were asked for.
fn lists_origins(seen: &Seen<'_>, answers: &Answers<'_>) -> bool {
    let value = allow_origin(seen).unwrap_or_default();
    let known = |origin: &str| answers.exchanges.iter().any(|it| it.origin() == Some(origin));
    value.split(',').map(str::trim).filter(|origin| known(origin)).count() > 1
}

/// Whether a denied origin gets `*`, and an allowed one its own name.
fn allows_by_star(seen: &Seen<'_>, answers: &Answers<'_>) -> bool {
    let is_echo = |(_, exchange, seen): (usize, &super::Exchange, Seen<'_>)| {
        allow_origin(&seen).is_some_and(|value| Some(value.as_str()) == exchange.origin())
    };
    allow_origin(seen).as_deref() == Some("*") && answers.page().any(is_echo)
}

/// RFC 9111, 5.1 "Age", and the headers of single caches.
fn is_cached(seen: &Seen<'_>) -> bool {
    let names = ["x-cache", "cf-cache-status", "x-cache-status", "x-proxy-cache", "cdn-cache"];
    let is_hit = |name: &&str| {
        let value = seen.headers.get(*name).and_then(|value| value.to_str().ok());
        value.is_some_and(|value| value.to_ascii_lowercase().contains("hit"))
    };
    seen.headers.contains_key(AGE)
        || names.iter().any(is_hit)
        // Two numbers: that of the request, and that of the one which filled the cache.
        || seen.headers.get("x-varnish").is_some_and(|value| value.as_bytes().contains(&b' '))
}

fn is_refused_by_authentication(seen: &Seen<'_>) -> bool {
    seen.status.as_u16() == 401 || seen.headers.contains_key(WWW_AUTHENTICATE)
}

fn redirect(url: &str, seen: &Seen<'_>) -> Option<Cause> {
    let location = value(seen.headers, &LOCATION);
    let path = |url: &str| {
        let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
        rest.find('/').map(|start| rest[start..].to_owned()).unwrap_or_default()
    };
    let (from, to) = (path(url), path(&location));
    if url.starts_with("http://") && location.starts_with("https://") {
        Some(Cause::HttpsRedirect)
    } else if from != to && from.trim_end_matches('/') == to.trim_end_matches('/') {
        Some(Cause::SlashRedirect)
    } else {
        None
    }
}
