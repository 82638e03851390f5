//! Spellings that embedders send for origins without a host, such as `file://` and `app://.`.

use super::{
    error::{OriginError, OriginErrorKind as Kind},
    grammar,
    host::is_special,
    text::split_once,
};

/// Reads a spelling that no pattern can express, to be compared byte for byte.
///
/// Browsers send `null` for opaque origins (HTML, "serialization of an origin"). Electron and the web
/// views of phones send the scheme with whatever the URL has for a host.
pub(crate) fn parse_opaque(text: &str) -> Result<Box<str>, OriginError> {
    let Err(first) = check(text) else { return Ok(text.into()) };
    let kind = match grammar::parse(text) {
        Err(kind) if kind.is_about_text() => kind,
        _ => first,
    };
    Err(OriginError::new(text, kind, is_opaque))
}

pub(super) fn is_opaque(text: &str) -> bool {
    check(text).is_ok()
}

fn check(text: &str) -> Result<(), Kind> {
    // The length first.
    let kind = match grammar::parse_parts(text) {
        Err(kind @ Kind::TooLong) => return Err(kind),
        Err(kind) => kind,
        Ok(_) => return Err(Kind::NotOpaque),
    };
    let (scheme, host) = split_once(text, "://").ok_or(Kind::NoScheme)?;
    if is_special(scheme) || kind == Kind::WebSocket {
        return Err(Kind::NeverOpaque);
    }
    if matches!(kind, Kind::NoScheme | Kind::Scheme | Kind::UpperCase) {
        return Err(kind);
    }
    match host.bytes().find(|byte| !is_opaque_host_byte(*byte)) {
        None => Ok(()),
        Some(b'/') => Err(Kind::Path),
        Some(b'?' | b'#') => Err(Kind::Query),
        Some(b'@') => Err(Kind::UserInfo),
        Some(_) => Err(Kind::OpaqueByte),
    }
}

/// URL, "opaque-host parser", with the colon of a port, and without what separates the entries of a
/// list.
fn is_opaque_host_byte(byte: u8) -> bool {
    byte.is_ascii_graphic() && !b"\"#'*,/;<>?@[\\]^`|".contains(&byte)
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::parse_opaque;
    use crate::origin::{
        CustomMatchers, OriginCheck, OriginError, OriginRefusal, OriginSet, ParsedPattern,
    };

    #[test]
    fn spellings_of_embedders() {
        for text in ["file://", "app://.", "app://", "app://.:3000", "custom://%41", "ionic://a!b"]
        {
            assert_eq!(parse_opaque(text).as_deref(), Ok(text));
        }
    }

    #[test]
    fn other_texts() {
        let cases = [
            ("", "an origin cannot be empty"),
            ("null", "`null` stands for every opaque origin; set `dangerous_allow_null_origin`"),
            ("file:", "an origin starts with its scheme and `://`"),
            ("://.", "an origin starts with its scheme and `://`"),
            ("File://", "browsers send origins in lower case; write \"file://\""),
            ("tauri://localhost", "this is an ordinary origin; list it in `allow_origins`"),
            ("https://a.example", "this is an ordinary origin; list it in `allow_origins`"),
            ("tauri://*", "this is an ordinary origin; list it in `allow_origins`"),
            (
                "https://.",
                "pages with this scheme always have a host; list their origins in `allow_origins`",
            ),
            (
                "https://a.example/",
                "pages with this scheme always have a host; list their origins in `allow_origins`",
            ),
            (
                "wss://a.example",
                "pages with this scheme always have a host; list their origins in `allow_origins`",
            ),
            ("file:///", "an origin has no path; write \"file://\""),
            ("file:///android_asset/a.html", "an origin has no path; write \"file://\""),
            ("app://.?a", "an origin has no query and no fragment; write \"app://.\""),
            ("app://u@.", "an origin has no user info; write \"app://.\""),
            (
                "app://a*",
                "an opaque origin is compared byte for byte; write it exactly as the app sends it",
            ),
            (
                "app://., file://",
                "one origin is expected; pass each one as an item of its own, \"app://.\" first",
            ),
        ];
        let message = |text| parse_opaque(text).map_err(|error| error.to_string());
        for (text, sentence) in cases {
            assert_eq!(message(text), Err(format!("origin {text:?}: {sentence}")));
        }
        let long = format!("app://{}", ".".repeat(400));
        let sentence = "longer than any origin that a browser sends";
        assert!(message(&long).is_err_and(|error| error.ends_with(sentence)));
    }

    #[test]
    fn a_set_compares_them_byte_for_byte() -> Result<(), OriginError> {
        let opaque = vec![parse_opaque("file://")?, parse_opaque("app://.")?];
        let custom = CustomMatchers { opaque, ..CustomMatchers::default() };
        let set = OriginSet::new(vec![ParsedPattern::new("https://a.example")?], custom);
        let value = HeaderValue::from_static;
        for allowed in ["file://", "app://.", "https://a.example"] {
            assert_eq!(set.check(&value(allowed)), Ok(()), "{allowed}");
        }
        for refused in ["null", "file:///", "file:", "FILE://", "app://..", "app://", "app://a"] {
            let checked = set.check(&value(refused));
            assert_eq!(checked, Err(OriginRefusal::NotListed), "{refused}");
        }
        let mut checks = Vec::new();
        assert_eq!(set.check_with(&value("file://"), |check| checks.push(check)), Ok(()));
        let exact = OriginCheck::Exact { count: 1, allows: false };
        assert_eq!(checks, [exact, OriginCheck::Opaque]);
        Ok(())
    }
}
