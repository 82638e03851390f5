//! Punycode, the ASCII form of labels that are not ASCII.

/// Whether `encoded`, the rest of a label after `xn--`, is the punycode of a text that is not ASCII.
///
/// Browsers refuse the URL if it is not (URL, "domain to ASCII"), so they never send it as an origin.
/// They also check that a host may contain the decoded text. That takes tables (UTS 46), and is not
/// checked here.
///
/// RFC 3492, 6.2 "Decoding procedure", without the decoded text.
pub(super) fn is_valid_punycode(encoded: &[u8]) -> bool {
    let (basic, digits) = match encoded.iter().rposition(|byte| *byte == b'-') {
        Some(hyphen) => (hyphen, &encoded[hyphen + 1..]),
        None => (0, encoded),
    };
    let Ok(mut length) = u32::try_from(basic) else { return false };
    let (mut code_point, mut index, mut bias) = (128_u32, 0_u32, 72_u32);
    let mut digits = digits.iter().copied().peekable();
    let is_ascii = digits.peek().is_none();
    while digits.peek().is_some() {
        let before = index;
        let mut weight = 1_u32;
        for k in (36_u32..).step_by(36) {
            let Some(digit) = digits.next().and_then(value) else { return false };
            let Some(sum) =
                digit.checked_mul(weight).and_then(|product| index.checked_add(product))
            else {
                return false;
            };
            index = sum;
            let threshold = k.saturating_sub(bias).clamp(1, 26);
            if digit < threshold {
                break;
            }
            let Some(next) = weight.checked_mul(36 - threshold) else { return false };
            weight = next;
        }
        length += 1;
        bias = adapt(index - before, length, before == 0);
        code_point = match code_point.checked_add(index / length) {
            Some(sum) if char::from_u32(sum).is_some() => sum,
            _ => return false,
        };
        index = index % length + 1;
    }
    !is_ascii
}

/// RFC 3492, 5 "Parameter values for Punycode".
fn value(digit: u8) -> Option<u32> {
    match digit {
        b'a'..=b'z' => Some(u32::from(digit - b'a')),
        b'A'..=b'Z' => Some(u32::from(digit - b'A')),
        b'0'..=b'9' => Some(u32::from(digit - b'0') + 26),
        _ => None,
    }
}

/// RFC 3492, 6.1 "Bias adaptation function".
fn adapt(delta: u32, length: u32, is_first: bool) -> u32 {
    let mut delta = delta / if is_first { 700 } else { 2 };
    delta += delta / length;
    let mut k = 0;
    while delta > 455 {
        delta /= 35;
        k += 36;
    }
    k + 36 * delta / (delta + 38)
}

#[cfg(test)]
mod tests {
    use super::is_valid_punycode;

    #[test]
    fn names_of_real_domains() {
        for label in
            ["bcher-kva", "p1ai", "xample-9ua", "mnchen-3ya", "fiqs8s", "j6w193g", "80akhbyknj4f"]
        {
            assert!(is_valid_punycode(label.as_bytes()), "{label}");
        }
    }

    #[test]
    fn texts_that_are_not_punycode() {
        for label in ["", "f", "a-", "-", "99999999999", "bcher_kva", "bcher-kv_"] {
            assert!(!is_valid_punycode(label.as_bytes()), "{label}");
        }
    }
}
