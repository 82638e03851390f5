//! Origins that do not exist, to find matchers that allow every page.

use std::hash::{BuildHasher, RandomState};

use super::Origin;

/// Returns a made-up origin that `allows` returns `true` for, if there is one.
///
/// The names are random: letters, digits, both, with a hyphen, under `.invalid` (RFC 6761, 6.4) and
/// under common top-level domains; and addresses for documentation (RFC 5737). With both schemes of
/// the web, and with ports.
pub(crate) fn find_allowed(allows: &dyn Fn(&Origin) -> bool) -> Option<Origin> {
    // Lists in text, because loops over arrays are unrolled to five times the code.
    for host in hosts().split(' ') {
        for scheme in "https http".split(' ') {
            for port in " :8443 :3000 :8080 :5173".split(' ') {
                // Each of them parses, which a test shows.
                let Ok(origin) = format!("{scheme}://{host}{port}").parse() else { continue };
                if allows(&origin) {
                    return Some(origin);
                }
            }
        }
    }
    None
}

/// The type of [`find_allowed`].
pub(crate) type FindAllowed = fn(&dyn Fn(&Origin) -> bool) -> Option<Origin>;

/// Returns the hosts with blanks between them.
fn hosts() -> String {
    let number = RandomState::new().hash_one("made up");
    // Long enough that no real name is met by chance.
    let letter = |at: u32| char::from(b'a' + (number >> (4 * at)).to_le_bytes()[0] % 16);
    let letters: String = (0..12).map(letter).collect();
    let (first, second) = letters.split_at(6);
    let digits = number % 1_000_000_000;
    let names = format!(
        "{letters} {first}7{digits}{second} {first}-{second} www.{letters} 7{digits}-7{digits}0"
    );
    let mut hosts = String::new();
    for name in names.split(' ') {
        for domain in "invalid com net org io dev app co.uk".split(' ') {
            hosts.extend([name, ".", domain, " "]);
        }
    }
    hosts + "203.0.113.7 198.51.100.200"
}

#[cfg(test)]
mod tests {
    use super::find_allowed;

    #[test]
    fn open_predicates_are_found() {
        assert!(find_allowed(&|_| true).is_some());
        assert!(find_allowed(&|origin| origin.scheme() == "http").is_some());
        for port in [8443, 3000, 8080, 5173] {
            assert!(find_allowed(&|origin| origin.port() == Some(port)).is_some());
        }
        assert!(find_allowed(&|origin| origin.host().rsplit('.').next() == Some("com")).is_some());
        let is_letters = |label: &str| label.bytes().all(|byte| byte.is_ascii_lowercase());
        assert!(find_allowed(&|origin| origin.host().split('.').all(is_letters)).is_some());
        assert!(find_allowed(&|origin| !is_letters(&origin.host().replace('.', ""))).is_some());
        assert!(find_allowed(&|origin| origin.host().starts_with("203.")).is_some());
    }

    #[test]
    fn every_text_is_an_origin() {
        let seen = std::cell::RefCell::new(std::collections::HashSet::new());
        assert!(find_allowed(&|origin| !seen.borrow_mut().insert(origin.to_string())).is_none());
        assert_eq!(seen.borrow().len(), (5 * 8 + 2) * 2 * 5);
    }

    #[test]
    fn closed_predicates_are_not_found() {
        assert!(find_allowed(&|origin| origin.host().ends_with(".my-company.com")).is_none());
        assert!(find_allowed(&|origin| origin.scheme() == "chrome-extension").is_none());
        assert!(find_allowed(&|origin| origin.host().starts_with("192.168.")).is_none());
        assert!(find_allowed(&|_| false).is_none());
    }
}
