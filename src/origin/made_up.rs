//! Origins that do not exist, to find matchers that allow every page.

use std::hash::{BuildHasher, RandomState};

use super::Origin;

/// Returns a made-up origin that `allows` returns `true` for, if there is one.
///
/// The names are random: letters, digits, both, with a hyphen, under `.invalid` (RFC 6761, 6.4) and
/// under common top-level domains; and addresses for documentation (RFC 5737). With both schemes of
/// the web, and with ports.
pub(crate) fn find_allowed(allows: impl Fn(&Origin) -> bool) -> Option<Origin> {
    let number = RandomState::new().hash_one("made up");
    // Long enough that no real name is met by chance.
    let letter = |at: u32| char::from(b'a' + (number >> (4 * at) & 15).to_le_bytes()[0]);
    let letters: String = (0..12).map(letter).collect();
    let (first, second) = letters.split_at(6);
    let digits = format!("7{}", number % 1_000_000_000);
    let names = [
        letters.clone(),
        format!("{first}{digits}{second}"),
        format!("{first}-{second}"),
        format!("www.{letters}"),
        format!("{digits}-{digits}0"),
    ];
    let domains = [".invalid", ".com", ".net", ".org", ".io", ".dev", ".app", ".co.uk"];
    let hosts = names.iter().flat_map(|name| domains.map(|domain| format!("{name}{domain}")));
    let hosts = hosts.chain(["203.0.113.7".to_owned(), "198.51.100.200".to_owned()]);
    let origins = hosts.flat_map(|host| {
        ["https", "http"].into_iter().flat_map(move |scheme| {
            ["", ":8443", ":3000"].map(|port| format!("{scheme}://{host}{port}"))
        })
    });
    origins.filter_map(|text| text.parse().ok()).find(allows)
}

#[cfg(test)]
mod tests {
    use super::find_allowed;

    #[test]
    fn open_predicates_are_found() {
        assert!(find_allowed(|_| true).is_some());
        assert!(find_allowed(|origin| origin.scheme() == "http").is_some());
        assert!(find_allowed(|origin| origin.port() == Some(8443)).is_some());
        assert!(find_allowed(|origin| origin.host().rsplit('.').next() == Some("com")).is_some());
        let is_letters = |label: &str| label.bytes().all(|byte| byte.is_ascii_lowercase());
        assert!(find_allowed(|origin| origin.host().split('.').all(is_letters)).is_some());
        assert!(find_allowed(|origin| !is_letters(&origin.host().replace('.', ""))).is_some());
        assert!(find_allowed(|origin| origin.host().starts_with("203.")).is_some());
    }

    #[test]
    fn closed_predicates_are_not_found() {
        assert!(find_allowed(|origin| origin.host().ends_with(".my-company.com")).is_none());
        assert!(find_allowed(|origin| origin.scheme() == "chrome-extension").is_none());
        assert!(find_allowed(|origin| origin.host().starts_with("192.168.")).is_none());
        assert!(find_allowed(|_| false).is_none());
    }
}
