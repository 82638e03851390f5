//! Domains under which any person can register a name, <https://publicsuffix.org/>.

use crate::origin::Parts;

/// Returns the domain that a wildcard covers, if it is a public suffix.
///
/// Does not find domains above a public suffix that have one owner: `amazonaws.com` has an owner, and
/// `s3.amazonaws.com` is a public suffix.
pub(super) fn public_suffix_of(parts: Parts<'_>) -> Option<&str> {
    let domain = parts.host.strip_suffix('.').unwrap_or(parts.host);
    let is_suffix = |domain: &str| {
        // The last label is the suffix of a domain that the list does not contain.
        psl::suffix(domain.as_bytes())
            .is_some_and(|suffix| suffix.is_known() && suffix == domain.as_bytes())
    };
    // The list has wildcards too: any domain right below `compute.amazonaws.com` is a suffix.
    let is_public = || is_suffix(domain) || is_suffix(&format!("any-label.{domain}"));
    (parts.has_host_wildcard() && is_public()).then_some(domain)
}
