//! Punycode, the ASCII form of labels that are not ASCII.

/// Whether `encoded`, the rest of a label after `xn--`, is the punycode of a text that is not ASCII.
///
/// Browsers refuse the URL if it is not (URL, "domain to ASCII"), so they never send it as an origin.
/// They also look each decoded character up in the tables of UTS 46. Of these only the plainest rules
/// are checked here.
///
/// RFC 3492, 6.2 "Decoding procedure", without the decoded text.
pub(super) fn is_valid_punycode(encoded: &[u8]) -> bool {
    let (basic, digits) = match encoded.iter().rposition(|byte| *byte == b'-') {
        Some(hyphen) => (hyphen, &encoded[hyphen + 1..]),
        None => (0, encoded),
    };
    let Ok(mut length) = u32::try_from(basic) else { return false };
    let (mut code_point, mut index, mut bias) = (INITIAL_N, 0_u32, INITIAL_BIAS);
    let mut digits = digits.iter().copied().peekable();
    let is_ascii = digits.peek().is_none();
    while digits.peek().is_some() {
        let before = index;
        let mut weight = 1_u32;
        for k in (BASE..).step_by(BASE as usize) {
            let Some(digit) = digits.next().and_then(value_of) else { return false };
            let sum = digit.checked_mul(weight).and_then(|product| index.checked_add(product));
            let Some(sum) = sum else { return false };
            index = sum;
            let threshold = threshold(k, bias);
            if digit < threshold {
                break;
            }
            let Some(next) = weight.checked_mul(BASE - threshold) else { return false };
            weight = next;
        }
        length += 1;
        bias = adapt(index - before, length, before == 0);
        code_point = match code_point.checked_add(index / length) {
            Some(sum) if char::from_u32(sum).is_some_and(may_be_in_domain) => sum,
            _ => return false,
        };
        index = index % length + 1;
    }
    !is_ascii
}

/// UTS 46, 4 "Processing": a decoded label contains only characters that are mapped to themselves.
fn may_be_in_domain(c: char) -> bool {
    let is_private_or_special =
        matches!(c, '\u{e000}'..='\u{f8ff}' | '\u{fff0}'..='\u{ffff}' | '\u{e0000}'..);
    !(c.is_control() || c.is_whitespace() || c.is_uppercase() || is_private_or_special)
}

/// Encodes a host that has letters beyond ASCII, as browsers do (URL, "domain to ASCII").
///
/// `None` for letters that UTS 46 maps in ways that its tables are needed for.
pub(super) fn encode_host(host: &str) -> Option<String> {
    let mut encoded = String::new();
    for label in host.split('.') {
        encoded.push_str(&encode_label(label)?);
        encoded.push('.');
    }
    encoded.pop();
    Some(encoded)
}

fn encode_label(label: &str) -> Option<String> {
    let mut text = Vec::new();
    let mut basic = String::new();
    for c in label.chars() {
        let c = map(c)?;
        text.push(u32::from(c));
        if c.is_ascii() {
            basic.push(c);
        }
    }
    if basic.len() == label.len() { Some(basic) } else { encode(&text, &basic) }
}

/// UTS 46, 4 "Processing": a letter in lower case. `None` outside of the scripts that have neither
/// combining marks nor rules of their own, and for letters that NFC writes in another form.
///
/// Not `char::to_lowercase`, whose tables would be a tenth of what corsac adds to an app.
fn map(c: char) -> Option<char> {
    let code = u32::from(c);
    let lower = match c {
        // Latin, Greek, Cyrillic
        'A'..='Z'
        | '\u{c0}'..='\u{d6}'
        | '\u{d8}'..='\u{de}'
        | '\u{391}'..='\u{3a1}'
        | '\u{3a3}'..='\u{3ab}'
        | '\u{410}'..='\u{42f}' => code + 32,
        '\u{178}' => 0xff,
        '\u{386}' => code + 38,
        '\u{388}'..='\u{38a}' => code + 37,
        '\u{38c}' => code + 64,
        '\u{38e}'..='\u{38f}' => code + 63,
        '\u{400}'..='\u{40f}' => code + 80,
        // Armenian, Georgian
        '\u{531}'..='\u{556}' => code + 48,
        '\u{1c90}'..='\u{1cba}' => code - 0xbc0,
        // Pairs, the upper case even or odd.
        '\u{100}'..='\u{12f}'
        | '\u{134}'..='\u{137}'
        | '\u{14a}'..='\u{177}'
        | '\u{1a0}'..='\u{1a1}'
        | '\u{218}'..='\u{21b}'
        | '\u{48a}'..='\u{4bf}'
        | '\u{4d0}'..='\u{52f}'
        | '\u{1ea0}'..='\u{1ef9}' => code | 1,
        '\u{139}'..='\u{13e}'
        | '\u{141}'..='\u{148}'
        | '\u{179}'..='\u{17e}'
        | '\u{1af}'..='\u{1b0}'
        | '\u{4c1}'..='\u{4ce}' => code + code % 2,
        // The signs for kelvin, angstrom and ohm are letters, and so is theta as a symbol.
        '\u{212a}' => u32::from('k'),
        '\u{212b}' => 0xe5,
        '\u{2126}' => 0x3c9,
        '\u{3f4}' => 0x3b8,
        _ => code,
    };
    char::from_u32(lower).filter(|c| c.is_ascii() || is_mapped_to_itself(*c))
}

/// Whether a letter is one of these scripts, in lower case, in the form of NFC.
fn is_mapped_to_itself(c: char) -> bool {
    matches!(
        c,
        // Latin
        '\u{df}'..='\u{f6}' | '\u{f8}'..='\u{12f}' | '\u{131}' | '\u{134}'..='\u{13e}'
            | '\u{141}'..='\u{148}' | '\u{14a}'..='\u{17e}' | '\u{1a0}'..='\u{1a1}'
            | '\u{1af}'..='\u{1b0}' | '\u{218}'..='\u{21b}' | '\u{1ea0}'..='\u{1ef9}'
            // Greek, Cyrillic, Armenian, Georgian
            | '\u{3ac}'..='\u{3ce}' | '\u{430}'..='\u{45f}' | '\u{48a}'..='\u{4bf}'
            | '\u{4c1}'..='\u{4ce}' | '\u{4d0}'..='\u{52f}' | '\u{561}'..='\u{586}'
            | '\u{10d0}'..='\u{10fa}'
            // Japanese, Chinese, Korean
            | '\u{3005}' | '\u{3041}'..='\u{3096}' | '\u{30a1}'..='\u{30fa}' | '\u{30fc}'
            | '\u{4e00}'..='\u{9fff}' | '\u{ac00}'..='\u{d7a3}'
    )
}

/// RFC 3492, 6.3 "Encoding procedure", for a text with these characters of ASCII.
fn encode(text: &[u32], basic: &str) -> Option<String> {
    let mut length = u32::try_from(basic.len()).ok()?;
    let mut encoded = format!("xn--{basic}{}", if basic.is_empty() { "" } else { "-" });
    let (mut next, mut delta, mut bias) = (INITIAL_N, 0_u32, INITIAL_BIAS);
    let mut is_first = true;
    while let Some(smallest) = text.iter().copied().filter(|c| *c >= next).min() {
        let step = (smallest - next).checked_mul(length + 1)?;
        delta = delta.checked_add(step)?;
        next = smallest;
        for c in text {
            if *c < next {
                delta = delta.checked_add(1)?;
            } else if *c == next {
                push_delta(&mut encoded, delta, bias);
                length += 1;
                bias = adapt(delta, length, is_first);
                (delta, is_first) = (0, false);
            }
        }
        delta += 1;
        next += 1;
    }
    Some(encoded)
}

/// Appends a number of variable length.
fn push_delta(encoded: &mut String, mut delta: u32, bias: u32) {
    let mut k = BASE;
    loop {
        let threshold = threshold(k, bias);
        if delta < threshold {
            break encoded.push(digit_of(delta));
        }
        encoded.push(digit_of(threshold + (delta - threshold) % (BASE - threshold)));
        delta = (delta - threshold) / (BASE - threshold);
        k += BASE;
    }
}

/// RFC 3492, 5 "Parameter values for Punycode".
const BASE: u32 = 36;
const INITIAL_BIAS: u32 = 72;
const INITIAL_N: u32 = 128;

fn threshold(k: u32, bias: u32) -> u32 {
    k.saturating_sub(bias).clamp(1, 26)
}

fn value_of(digit: u8) -> Option<u32> {
    match digit {
        b'a'..=b'z' => Some(u32::from(digit - b'a')),
        b'A'..=b'Z' => Some(u32::from(digit - b'A')),
        b'0'..=b'9' => Some(u32::from(digit - b'0') + 26),
        _ => None,
    }
}

/// `a` for 0, `9` for 35.
fn digit_of(value: u32) -> char {
    let value = u8::try_from(value).unwrap_or_default();
    char::from(if value < 26 { b'a' + value } else { b'0' + (value - 26) })
}

/// RFC 3492, 6.1 "Bias adaptation function".
fn adapt(delta: u32, length: u32, is_first: bool) -> u32 {
    let mut delta = delta / if is_first { 700 } else { 2 };
    delta += delta / length;
    let mut k = 0;
    while delta > 455 {
        delta /= 35;
        k += BASE;
    }
    k + BASE * delta / (delta + 38)
}

#[cfg(test)]
mod tests {
    use super::{encode_host, is_mapped_to_itself, is_valid_punycode, map};

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
        // The last three: U+0080, an upper-case letter, a private character.
        for label in
            ["", "f", "a-", "-", "99999999999", "bcher_kva", "bcher-kv_", "a", "bcher-6pa", "0y0c"]
        {
            assert!(!is_valid_punycode(label.as_bytes()), "{label}");
        }
    }

    #[test]
    fn hosts_in_punycode() {
        let cases = [
            ("bücher.example", "xn--bcher-kva.example"),
            ("BÜCHER.Example", "xn--bcher-kva.example"),
            ("münchen.de", "xn--mnchen-3ya.de"),
            ("straße.de", "xn--strae-oqa.de"),
            ("пример.рф", "xn--e1afmkfd.xn--p1ai"),
            ("παράδειγμα.δοκιμή", "xn--hxajbheg2az3al.xn--jxalpdlp"),
            ("例え.テスト", "xn--r8jz45g.xn--zckzah"),
            ("食狮.公司.cn", "xn--85x722f.xn--55qx5d.cn"),
            ("실례.테스트", "xn--9n2bp8q.xn--9t4b11yi5a"),
            ("ệ.vn", "xn--qlg.vn"),
            ("*.bücher.example", "*.xn--bcher-kva.example"),
        ];
        for (host, encoded) in cases {
            assert_eq!(encode_host(host).as_deref(), Some(encoded), "{host}");
        }
    }

    #[test]
    fn hosts_that_take_tables() {
        // Combining, full width, ligature, another dot, right to left, joined, emoji.
        for host in [
            "e\u{301}.fr",
            "ａ.jp",
            "ﬁ.com",
            "例。jp",
            "דוגמה.com",
            "a\u{200d}b",
            "💩.la",
            "STRAẞE.de",
        ] {
            assert_eq!(encode_host(host), None, "{host}");
        }
    }

    #[test]
    fn letters_as_unicode_maps_them() {
        for c in '\0'..=char::MAX {
            let mut lower = c.to_lowercase();
            let mapped = match (lower.next(), lower.next()) {
                (Some(lower), None) => {
                    let is_letter = lower.is_alphanumeric() && !lower.is_uppercase();
                    (lower.is_ascii() || is_letter && is_mapped_to_itself(lower)).then_some(lower)
                }
                _ => None,
            };
            // UTS 46 maps it to two letters, or to one, depending on the version.
            let mapped = mapped.filter(|_| c != '\u{1e9e}');
            assert_eq!(map(c), mapped, "{c} {c:?} {:x}", u32::from(c));
        }
    }
}
