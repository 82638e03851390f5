//! How much two names look alike.

/// Whether readers may take one name for the other: one to two bytes of a longer name differ, or
/// letters and digits of the same shape stand for each other.
pub(super) fn look_alike(a: &str, b: &str) -> bool {
    let (a_part, b_part) = differing_parts(a, b);
    // `t.co` is not a misspelling of `x.co`.
    let is_typo = a_part.len() <= 2 && b_part.len() <= 2 && a.len() - a_part.len() > 5;
    is_typo || have_one_shape(a, b)
}

/// Whether the names are the same with one letter for all that look like it: `paypal` and `paypa1`,
/// `modern` and `rnodern`.
fn have_one_shape(a: &str, b: &str) -> bool {
    let (mut a, mut b) = (a.as_bytes(), b.as_bytes());
    loop {
        match (next_shape(a), next_shape(b)) {
            (Some((a_shape, a_rest)), Some((b_shape, b_rest))) if a_shape == b_shape => {
                (a, b) = (a_rest, b_rest);
            }
            (a, b) => return a.is_none() && b.is_none(),
        }
    }
}

fn next_shape(name: &[u8]) -> Option<(u8, &[u8])> {
    Some(match name {
        [] => return None,
        [b'r', b'n', rest @ ..] => (b'm', rest),
        [b'v', b'v', rest @ ..] => (b'w', rest),
        [b'c', b'l', rest @ ..] => (b'd', rest),
        [b'0', rest @ ..] => (b'o', rest),
        [b'1' | b'i', rest @ ..] => (b'l', rest),
        [b'5', rest @ ..] => (b's', rest),
        [other, rest @ ..] => (*other, rest),
    })
}

/// Whether one insertion, deletion, substitution or swap of neighbours makes `a` into `b`.
pub(super) fn is_one_edit(a: &str, b: &str) -> bool {
    match differing_parts(a, b) {
        ([_], [_] | []) | ([], [_]) => true,
        ([a1, a2], [b1, b2]) => a1 == b2 && a2 == b1,
        _ => false,
    }
}

/// Cuts off the longest common start, and then the longest common end.
fn differing_parts<'a>(a: &'a str, b: &'a str) -> (&'a [u8], &'a [u8]) {
    let start = a.bytes().zip(b.bytes()).take_while(|(a, b)| a == b).count();
    let (a, b) = (&a.as_bytes()[start..], &b.as_bytes()[start..]);
    let end = a.iter().rev().zip(b.iter().rev()).take_while(|(a, b)| a == b).count();
    (&a[..a.len() - end], &b[..b.len() - end])
}

#[cfg(test)]
mod tests {
    use super::{is_one_edit, look_alike};

    #[test]
    fn names_that_look_alike() {
        for (a, b) in [
            ("paypa1.com", "paypal.com"),
            ("paypai.com", "paypal.com"),
            ("g00g1e.com", "google.com"),
            ("rnodern.example", "modern.example"),
            ("vvindovvs.com", "windows.com"),
            ("exampel.com", "example.com"),
            ("exmple.com", "example.com"),
            ("example.co", "example.com"),
        ] {
            assert!(look_alike(a, b) && look_alike(b, a), "{a} {b}");
        }
        for (a, b) in
            [("t.co", "x.co"), ("example.com", "example.net"), ("a.example", "bcd.example")]
        {
            assert!(!look_alike(a, b) && !look_alike(b, a), "{a} {b}");
        }
    }

    #[test]
    fn edits() {
        for (a, b) in
            [("htps", "https"), ("httpss", "https"), ("httpz", "https"), ("htpts", "https")]
        {
            assert!(is_one_edit(a, b) && is_one_edit(b, a), "{a} {b}");
        }
        for (a, b) in [("https", "https"), ("tphts", "https"), ("hptps1", "https"), ("", "ab")] {
            assert!(!is_one_edit(a, b) && !is_one_edit(b, a), "{a} {b}");
        }
    }
}
