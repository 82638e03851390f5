//! Domains under which anybody can have one, <https://publicsuffix.org/>.

use crate::origin::Parts;

/// The domain behind a wildcard, where anybody can have a domain that the wildcard covers.
///
/// Not seen are domains that lie above such a domain, and belong to one owner: `amazonaws.com` is
/// one's own, `s3.amazonaws.com` is everybody's.
pub(super) fn below(parts: Parts<'_>) -> Option<&str> {
    let domain = parts.host.strip_suffix('.').unwrap_or(parts.host);
    let is_suffix = |domain: &str| {
        // What the list does not know has no suffix but its last label.
        psl::suffix(domain.as_bytes()).is_some_and(|it| it.is_known() && it == domain.as_bytes())
    };
    // The list has wildcards too: any domain right below `compute.amazonaws.com` is a suffix.
    let is_one = || is_suffix(domain) || is_suffix(&format!("any-label.{domain}"));
    (parts.has_host_wildcard() && is_one()).then_some(domain)
}
