//! Whether a browser sends a preflight before a request.

/// Fetch, "HTTP fetch": a preflight precedes each request that an HTML form cannot send.
pub(crate) fn needs_preflight(method: &str, headers: &[(String, String)]) -> bool {
    // Fetch, "CORS-safelisted method".
    !matches!(method, "GET" | "HEAD" | "POST")
        || headers.iter().any(|(name, value)| !is_safelisted(&name.to_ascii_lowercase(), value))
}

/// Fetch, "CORS-safelisted request-header".
fn is_safelisted(name: &str, value: &str) -> bool {
    const LONGEST: usize = 128;
    let is_unsafe = |byte: u8| {
        matches!(byte, 0x00..=0x08 | 0x0a..=0x1f | 0x7f) || b"\"():<>?@[\\]{}".contains(&byte)
    };
    let is_language = |byte: u8| byte.is_ascii_alphanumeric() || b" *,-.;=".contains(&byte);
    let is_form = |value: &str| {
        let essence = value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        ["application/x-www-form-urlencoded", "multipart/form-data", "text/plain"]
            .contains(&essence.as_str())
    };
    value.len() <= LONGEST
        && match name {
            "accept" => !value.bytes().any(is_unsafe),
            "accept-language" | "content-language" => value.bytes().all(is_language),
            "content-type" => !value.bytes().any(is_unsafe) && is_form(value),
            "range" => is_simple_range(value),
            _ => false,
        }
}

fn is_simple_range(value: &str) -> bool {
    let Some((first, last)) = value.strip_prefix("bytes=").and_then(|it| it.split_once('-')) else {
        return false;
    };
    match (first.parse::<u64>(), last.parse::<u64>()) {
        (Ok(first), Ok(last)) => first <= last,
        (Ok(_), Err(_)) => last.is_empty(),
        _ => false,
    }
}
