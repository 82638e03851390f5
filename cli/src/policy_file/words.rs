//! Sentences of the library, with the words of a file in place of those of Rust code.

/// Each setter that a file has no field for, and how a file writes it.
const SETTERS: [(&str, &str); 7] = [
    ("`allow_any_origin()`", "`\"*\"` in `allow_origins`"),
    ("`allow_any_method()`", "`\"*\"` in `allow_methods`"),
    ("`allow_any_header()`", "`\"*\"` in `allow_headers`"),
    ("`expose_any_header()`", "`\"*\"` in `expose_headers`"),
    (
        "`dangerous_allow_any_origin_with_credentials()`",
        "`dangerous_allow_any_origin_with_credentials`",
    ),
    ("`.allow_credentials(true)`", "`allow_credentials` set to true"),
    ("`Enforcement::Reject`", "`\"reject\"` in `enforcement`"),
];

/// The start of a line of code, which ends with the list.
const CALL: &str = "`.allow_origins([";

/// Rewrites a sentence for people who write files.
pub fn for_files(sentence: &str) -> String {
    // The library names the spelling of a file beside that of code.
    let mut sentence = sentence.replace(" (`*` in a file)", "");
    for (setter, field) in SETTERS {
        sentence = sentence.replace(setter, field);
    }
    if let Some(start) = sentence.find(CALL) {
        let list = start + CALL.len();
        if let Some(len) = sentence[list..].find("])`") {
            let rest = &sentence[list + len + "])`".len()..];
            let entries = &sentence[list..list + len];
            sentence = format!("{}{entries} in `allow_origins`{rest}", &sentence[..start]);
        }
    }
    sentence
}

#[cfg(test)]
mod tests {
    use super::for_files;

    #[test]
    fn sentences() {
        let cases = [
            (
                "`allow_any_origin()` (`*` in a file) leaves the list without effect",
                "`\"*\"` in `allow_origins` leaves the list without effect",
            ),
            (
                "it allows \"https://a(\" too; write `.allow_origins([\"https://*.a.example\"])` if so",
                "it allows \"https://a(\" too; write \"https://*.a.example\" in `allow_origins` if so",
            ),
            ("only `Enforcement::Reject` stops it", "only `\"reject\"` in `enforcement` stops it"),
            ("an origin has no path", "an origin has no path"),
        ];
        for (sentence, expected) in cases {
            assert_eq!(for_files(sentence), expected);
        }
    }
}
