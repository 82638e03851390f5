//! Models of gateways, and policies that are cut to them.

use std::ops::RangeInclusive;

use super::super::plan::{AllowHeaders, Plan};
use crate::origin::{OriginPattern, Wildcard};

/// The part of the protocol that a gateway can say.
pub(super) struct Model {
    /// Returns whether the gateway can match one origin.
    pub(super) matches: fn(&str) -> bool,
    pub(super) wildcards: Wildcards,
    pub(super) origins_max: usize,
    /// The methods that can be listed, or none if each can be.
    pub(super) methods: &'static [&'static str],
    /// The gateway needs `GET`, `HEAD` and `POST` in its list, and a policy does not.
    pub(super) lists_safelisted: bool,
    pub(super) any_method: AnyMethod,
    pub(super) any_header: AnyHeader,
    pub(super) headers_max: usize,
    /// Without credentials, `*` exposes every header.
    pub(super) exposes_any: bool,
    pub(super) max_age: RangeInclusive<u64>,
}

pub(super) enum Wildcards {
    /// By regular expressions for whole origins, in the syntax of RE2.
    Regex,
    /// By other texts, or by none.
    Texts(fn(&OriginPattern) -> Vec<String>),
}

/// How `*` in the list of methods is answered.
pub(super) enum AnyMethod {
    /// With the requested method.
    Mirrored,
    /// With `*`, which means nothing with credentials (Fetch, "CORS-preflight fetch").
    Star,
    /// There is no `*`.
    Never,
}

/// How `*` in the list of headers is answered.
pub(super) enum AnyHeader {
    /// With the requested names.
    Mirrored,
    /// With the requested names if credentials are allowed. Otherwise perhaps with `*`, which does not
    /// cover `authorization` (Fetch, "CORS non-wildcard request-header name").
    MirroredWithCredentials,
    /// With `*`, beside other names.
    Star,
    /// With `*`, alone.
    StarAlone,
}

/// The part of a policy that a gateway can say, and the entries that it cannot.
#[derive(Debug, Default)]
pub(super) struct Cut {
    /// If this and `regexes` are empty, there is nothing to export.
    pub(super) origins: Vec<String>,
    pub(super) regexes: Vec<String>,
    pub(super) methods: Vec<String>,
    pub(super) headers: Vec<String>,
    pub(super) exposed: Vec<String>,
    pub(super) max_age: u64,
    pub(super) omitted_origins: Vec<String>,
    pub(super) omitted_methods: Vec<String>,
    pub(super) omitted_headers: Vec<String>,
    pub(super) omitted_exposed: Vec<String>,
}

impl Model {
    pub(super) fn cut(&self, plan: &Plan<'_>) -> Cut {
        let mut cut = Cut {
            max_age: plan.max_age.clamp(*self.max_age.start(), *self.max_age.end()),
            ..Cut::default()
        };
        self.cut_origins(plan, &mut cut);
        self.cut_methods(plan, &mut cut);
        self.cut_headers(plan, &mut cut);
        self.cut_exposed(plan, &mut cut);
        cut
    }

    fn cut_origins(&self, plan: &Plan<'_>, cut: &mut Cut) {
        let Some(list) = &plan.origins else {
            cut.origins = vec!["*".to_owned()];
            return;
        };
        for origin in &list.exact {
            if (self.matches)(origin) {
                cut.origins.push((*origin).to_owned());
            } else {
                cut.omitted_origins.push(format!("{origin:?}"));
            }
        }
        for wildcard in &list.wildcards {
            match (&self.wildcards, wildcard.pattern) {
                // All schemes but a few: these expressions have no look-ahead.
                (Wildcards::Regex, None) if wildcard.is_of_other_scheme => {
                    cut.omitted_origins.push("any origin of another scheme".to_owned());
                }
                (Wildcards::Regex, _) => cut.regexes.push(format!("^{}$", wildcard.re2())),
                (Wildcards::Texts(texts), Some(pattern)) => {
                    let texts = texts(pattern);
                    if texts.is_empty() {
                        cut.omitted_origins.push(format!("{:?}", pattern.as_str()));
                    }
                    cut.origins.extend(texts);
                }
                // The list has several of these.
                (Wildcards::Texts(_), None) => {
                    cut.omitted_origins = vec!["any origin with credentials".to_owned()];
                }
            }
        }
        omit_beyond(self.origins_max, &mut cut.origins, &mut cut.omitted_origins);
    }

    fn cut_methods(&self, plan: &Plan<'_>, cut: &mut Cut) {
        if plan.mirrors_method {
            let has_star = match self.any_method {
                AnyMethod::Mirrored => true,
                AnyMethod::Star => !plan.credentials,
                AnyMethod::Never => false,
            };
            if has_star {
                cut.methods = vec!["*".to_owned()];
                return;
            }
            cut.omitted_methods.push("methods that are not usual".to_owned());
        }
        let safelisted = ["GET", "HEAD", "POST"].into_iter().filter(|_| self.lists_safelisted);
        cut.methods = safelisted.map(str::to_owned).collect();
        for method in names(plan.methods.as_deref()) {
            if !self.methods.is_empty() && !self.methods.contains(&method.as_str()) {
                cut.omitted_methods.push(format!("{method:?}"));
            } else if !cut.methods.contains(&method) {
                cut.methods.push(method);
            }
        }
    }

    fn cut_headers(&self, plan: &Plan<'_>, cut: &mut Cut) {
        let star = || "*".to_owned();
        cut.headers = match &plan.request_headers {
            AllowHeaders::None => Vec::new(),
            AllowHeaders::Listed(line) => names(Some(line)),
            AllowHeaders::Mirrored => match self.any_header {
                AnyHeader::Mirrored => vec![star()],
                AnyHeader::MirroredWithCredentials if plan.credentials => vec![star()],
                AnyHeader::Star | AnyHeader::StarAlone if plan.credentials => {
                    cut.omitted_headers.push("every name".to_owned());
                    Vec::new()
                }
                AnyHeader::Star => vec![star(), "authorization".to_owned()],
                AnyHeader::StarAlone | AnyHeader::MirroredWithCredentials => {
                    cut.omitted_headers.push("\"authorization\"".to_owned());
                    vec![star()]
                }
            },
        };
        omit_beyond(self.headers_max, &mut cut.headers, &mut cut.omitted_headers);
    }

    fn cut_exposed(&self, plan: &Plan<'_>, cut: &mut Cut) {
        cut.exposed = names(plan.exposed.as_deref());
        let has_star = cut.exposed.iter().any(|name| name == "*");
        if plan.exposes_present_headers || has_star && !self.exposes_any {
            cut.exposed.retain(|name| name != "*");
            cut.omitted_exposed.push("names that are not listed".to_owned());
        }
        omit_beyond(self.headers_max, &mut cut.exposed, &mut cut.omitted_exposed);
    }
}

impl Cut {
    pub(super) fn allows_an_origin(&self) -> bool {
        !self.origins.is_empty() || !self.regexes.is_empty()
    }
}

/// Returns whether an origin has a host that every gateway can match: http or https, without brackets,
/// underscores and a dot at its end.
pub(super) fn is_plain(origin: &str) -> bool {
    let authority = origin.strip_prefix("https://").or_else(|| origin.strip_prefix("http://"));
    let Some(authority) = authority else { return false };
    let host = authority.split_once(':').map_or(authority, |(host, _)| host);
    let is_host_byte = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-');
    host.bytes().all(is_host_byte) && !host.ends_with('.')
}

/// Returns a pattern for subdomains of a [plain](is_plain) host with one port, as it was written.
pub(super) fn plain_subdomains(pattern: &OriginPattern) -> Vec<String> {
    let parts = pattern.parts();
    let is_same = parts.wildcard == Wildcard::Subdomains && !pattern.as_str().ends_with(":*");
    let is_plain = is_plain(&pattern.as_str().replace("*.", ""));
    if is_same && is_plain { vec![pattern.as_str().to_owned()] } else { Vec::new() }
}

/// Writes no wildcard.
pub(super) fn no_wildcard(_: &OriginPattern) -> Vec<String> {
    Vec::new()
}

fn names(line: Option<&str>) -> Vec<String> {
    line.map(|line| line.split(", ").map(str::to_owned).collect()).unwrap_or_default()
}

fn omit_beyond(max: usize, entries: &mut Vec<String>, omitted: &mut Vec<String>) {
    let beyond = entries.split_off(max.min(entries.len()));
    omitted.extend(beyond.into_iter().map(|entry| format!("{entry:?}")));
}
