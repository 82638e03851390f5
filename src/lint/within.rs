//! Compares a policy with a ceiling.

use std::sync::Arc;

use http::HeaderValue;

use super::Excess;
use crate::{
    origin::{CustomMatchers, OriginPattern, OriginSet, Predicate},
    policy::{
        Enforcement, Origins, Policy, fetch,
        lists::{HeaderNames, Methods},
        rules::Names,
    },
};

impl Policy {
    /// Checks that this policy allows nothing that `ceiling` does not: no other origin, method, request
    /// header or exposed header, no credentials, no longer max-age, and no request that the ceiling
    /// rejects.
    ///
    /// ```
    /// use corsac::CorsLayer;
    ///
    /// let ceiling = CorsLayer::builder()
    ///     .allow_origins(["https://*.example.com"])
    ///     .allow_methods(["PUT"])
    ///     .build_policy()?;
    /// let policy = CorsLayer::builder()
    ///     .allow_origins(["https://app.example.com", "https://*.example.org"])
    ///     .build_policy()?;
    ///
    /// let excesses = policy.within(&ceiling).unwrap_err();
    /// assert_eq!(
    ///     excesses[0].to_string(),
    ///     "origin \"https://*.example.org\" is wider than the ceiling, which does not allow \
    ///      \"https://a.example.org\"",
    /// );
    /// # Ok::<(), corsac::BuildError>(())
    /// ```
    ///
    /// Patterns are compared with patterns: `https://pr-*.example.com` is within
    /// `https://*.example.com`, and `http://localhost:3000` is within `http://localhost:*`. An origin
    /// without a wildcard is compared with everything that the ceiling allows.
    ///
    /// # Errors
    ///
    /// Returns everything that goes beyond the ceiling, in the order of the builder's methods. A regex or
    /// a predicate of this policy is an excess, because it cannot be compared, unless the ceiling allows
    /// any origin or has the same regex. A pattern that only several patterns of the ceiling cover
    /// together is an excess too.
    #[doc(alias = "subset")]
    pub fn within(&self, ceiling: &Self) -> Result<(), Vec<Excess>> {
        let mut excesses = Vec::new();
        if !matches!(self.origins, Origins::Denied(_)) {
            check_origins(self, ceiling, &mut excesses);
            check_methods(&self.rules.methods, &ceiling.methods, &mut excesses);
            excesses
                .extend(excess_names(&self.rules.request_headers, &ceiling.request_headers).map(
                    |value| value.map_or(Excess::AnyHeader, |value| Excess::Header { value }),
                ));
            // Fetch, "CORS-safelisted response-header name": pages can read these anyway.
            let is_safelisted = |name: &Option<String>| {
                name.as_ref().is_some_and(|name| {
                    fetch::is_safelisted_response_header(&name.to_ascii_lowercase())
                })
            };
            let exposed = excess_names(&self.rules.exposed_headers, &ceiling.exposed);
            excesses.extend(exposed.filter(|name| !is_safelisted(name)).map(|value| {
                value.map_or(Excess::AnyExposedHeader, |value| Excess::ExposedHeader { value })
            }));
            if self.rules.allows_credentials() && !ceiling.rules.allows_credentials() {
                excesses.push(Excess::Credentials);
            }
            let (value, ceiling) = (self.rules.max_age(), ceiling.rules.max_age());
            if value > ceiling {
                excesses.push(Excess::MaxAge { value, ceiling });
            }
        }
        check_enforcement(self, ceiling, &mut excesses);
        if excesses.is_empty() { Ok(()) } else { Err(excesses) }
    }
}

fn check_origins(policy: &Policy, ceiling: &Policy, excesses: &mut Vec<Excess>) {
    let set = match (&policy.origins, &ceiling.origins) {
        // Fetch, "CORS check": `*` stands for every origin, `null` included.
        (Origins::Denied(_), _) | (_, Origins::Any) => return,
        (Origins::Any, _) => return excesses.push(Excess::AnyOrigin),
        (Origins::Listed(set), _) => set,
    };
    let allowed = [ceiling.origin_set()];
    for pattern in set.patterns() {
        if let Err(example) = check_pattern(pattern, allowed) {
            excesses.push(Excess::Origin { value: pattern.to_string(), example });
        }
    }
    let Some(custom) = set.custom() else { return };
    let is_allowed = |text: &str| allowed.into_iter().flatten().any(|set| allows(set, text));
    if custom.null && !is_allowed("null") {
        excesses.push(Excess::NullOrigin);
    }
    let opaque = custom.opaque.iter().filter(|value| !is_allowed(value));
    excesses.extend(opaque.map(|value| Excess::OpaqueOrigin { value: value.to_string() }));
    let other = ceiling.origin_set().and_then(OriginSet::custom);
    if other.is_some_and(|other| other.any) {
        return;
    }
    if custom.any {
        return excesses.push(Excess::AnyOrigin);
    }
    // The same code allows the same origins, unless the ceiling does not use it for plain http ones.
    let other = other.filter(|other| custom.deny_insecure || !other.deny_insecure);
    let is_known =
        |regex: &&String| other.is_some() && ceiling.rules.origin_regexes.contains(*regex);
    let regexes = policy.rules.origin_regexes.iter().filter(|regex| !is_known(regex));
    excesses.extend(regexes.map(|regex| Excess::OriginCode { regex: Some(regex.clone()) }));
    let is_known = |predicate: &&Predicate| {
        other.is_some_and(|other| other.predicates.iter().any(|it| Arc::ptr_eq(it, predicate)))
    };
    let predicates = custom.predicates.iter().filter(|predicate| !is_known(predicate));
    excesses.extend(predicates.map(|_| Excess::OriginCode { regex: None }));
}

/// Checks that the sets together allow every origin that a pattern matches. Fails with an origin that
/// they do not allow, if there is one to show that is not the pattern itself.
fn check_pattern<const N: usize>(
    pattern: &OriginPattern,
    allowed: [Option<&OriginSet>; N],
) -> Result<(), Option<String>> {
    let sets = || allowed.into_iter().flatten();
    if !pattern.is_wildcard() {
        let is_allowed = sets().any(|set| allows(set, pattern.as_str()));
        return if is_allowed { Ok(()) } else { Err(None) };
    }
    let covers = |set: &OriginSet| {
        let any = set.custom().is_some_and(|custom: &CustomMatchers| custom.any);
        any || set.patterns().iter().any(|other| other.is_wildcard() && other.covers(pattern))
    };
    if sets().any(covers) {
        return Ok(());
    }
    Err(pattern.samples().find(|origin| !sets().any(|set| allows(set, origin))))
}

fn allows(set: &OriginSet, origin: &str) -> bool {
    HeaderValue::from_str(origin).is_ok_and(|origin| set.check(&origin).is_ok())
}

fn check_methods(names: &Names, ceiling: &Methods, excesses: &mut Vec<Excess>) {
    if names.any && !ceiling.any {
        excesses.push(Excess::AnyMethod);
    }
    let listed = names.listed.iter();
    let excess = listed.filter(|name| ceiling.allowed_by(name.as_bytes()).is_none());
    excesses.extend(excess.map(|value| Excess::Method { value: value.clone() }));
}

/// Returns the names that the ceiling does not have, and `None` for any name.
fn excess_names<'n>(
    names: &'n Names,
    ceiling: &'n HeaderNames,
) -> impl Iterator<Item = Option<String>> + 'n {
    let any = (names.any && !ceiling.any).then_some(None);
    let listed = names.listed.iter().filter(|name| ceiling.allowed_by(name.as_bytes()).is_none());
    any.into_iter().chain(listed.cloned().map(Some))
}

/// Compares the requests that reach the service.
fn check_enforcement(policy: &Policy, ceiling: &Policy, excesses: &mut Vec<Excess>) {
    // If any origin is allowed, no request is rejected.
    let rejects = |policy: &Policy| {
        policy.rules.enforcement == Enforcement::Reject && !matches!(policy.origins, Origins::Any)
    };
    if !rejects(ceiling) {
        return;
    }
    if !rejects(policy) {
        return excesses.push(Excess::Enforcement);
    }
    let allowed = [Some(&ceiling.senders), ceiling.origin_set()];
    let senders = policy.senders.patterns().iter();
    let senders = senders.filter(|pattern| check_pattern(pattern, allowed).is_err());
    excesses.extend(senders.map(|pattern| Excess::TrustedSender { value: pattern.to_string() }));
    let (own, other) = (&policy.rules, &ceiling.rules);
    let is_own = |origin: &&String| {
        other.own_origins.contains(*origin)
            || ceiling.origin_set().is_some_and(|set| allows(set, origin))
    };
    let origins = own.own_origins.iter().filter(|origin| !is_own(origin));
    excesses.extend(origins.map(|origin| Excess::OwnOrigin { value: origin.clone() }));
    if own.own_origins.is_empty() && !other.own_origins.is_empty() {
        excesses.push(Excess::OwnHost);
    }
    if own.own_origins.is_empty() && own.trust_forwarded_headers && !other.trust_forwarded_headers {
        excesses.push(Excess::ForwardedHeaders);
    }
}
