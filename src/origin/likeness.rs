//! How much two names look alike.

/// Whether one insertion, deletion, substitution or swap of neighbours makes `a` into `b`.
pub(super) fn is_one_edit(a: &str, b: &str) -> bool {
    match differing_parts(a, b) {
        ([_], [_] | []) | ([], [_]) => true,
        ([a1, a2], [b1, b2]) => a1 == b2 && a2 == b1,
        _ => false,
    }
}

/// Cuts off the longest common start, and then the longest common end.
pub(super) fn differing_parts<'a>(a: &'a str, b: &'a str) -> (&'a [u8], &'a [u8]) {
    let start = a.bytes().zip(b.bytes()).take_while(|(a, b)| a == b).count();
    let (a, b) = (&a.as_bytes()[start..], &b.as_bytes()[start..]);
    let end = a.iter().rev().zip(b.iter().rev()).take_while(|(a, b)| a == b).count();
    (&a[..a.len() - end], &b[..b.len() - end])
}
