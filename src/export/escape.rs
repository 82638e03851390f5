//! Writes a text so that a language reads it as that text: one function for each language.

/// Writes a text as a regular expression that matches it. PCRE and RE2 read it alike.
pub(super) fn regex(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len() + 8);
    for char in text.chars() {
        match char {
            // These start variables and placeholders in some languages around the expression.
            '$' => escaped.push_str(r"\x24"),
            '{' => escaped.push_str(r"\x7b"),
            '}' => escaped.push_str(r"\x7d"),
            '_' | '-' | ':' | '/' => escaped.push(char),
            _ if char.is_ascii_alphanumeric() => escaped.push(char),
            // Both take a backslash before punctuation as that punctuation.
            _ => escaped.extend(['\\', char]),
        }
    }
    escaped
}

/// Quotes a text for nginx: a key of a `map`, in which `$` has no meaning.
pub(super) fn nginx_key(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for char in text.chars() {
        // The parser of nginx removes one backslash before these two, and before `'`, `t`, `r`, `n`.
        if matches!(char, '"' | '\\') {
            quoted.push('\\');
        }
        quoted.push(char);
    }
    quoted.push('"');
    quoted
}

/// Quotes a text for nginx: a value, in which `$` starts a variable. Only another variable can stand for
/// it, and `dollar` is the name of that.
pub(super) fn nginx_value(text: &str, dollar: &str) -> String {
    nginx_key(text).replace('$', &format!("${{{dollar}}}"))
}

/// Quotes a text for a Caddyfile. A backslash stands for itself unless a quotation mark follows, so a text
/// must not end with one. In a value, `{` starts a placeholder.
pub(super) fn caddy(text: &str) -> String {
    format!("\"{}\"", text.replace('"', "\\\""))
}

/// Quotes a text for `HAProxy`, which takes every byte between single quotes as it is.
pub(super) fn haproxy(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

/// Quotes a text for `HAProxy`: a format, in which `%` starts an expression.
pub(super) fn haproxy_format(text: &str) -> String {
    haproxy(&text.replace('%', "%%"))
}

/// Quotes a text for Varnish. `"` ends a text between quotation marks, which has no escapes, and `"}` one
/// that starts with `{"`.
pub(super) fn vcl(text: &str) -> String {
    if text.contains(['"', '\n']) {
        format!("{{\"{}\"}}", text.replace("\"}", "\"\"} + {\"}"))
    } else {
        format!("\"{text}\"")
    }
}

/// Quotes a regular expression for Varnish, which takes no sum of texts there.
pub(super) fn vcl_regex(regex: &str) -> String {
    format!("\"{}\"", regex.replace("\\\"", r"\x22").replace('"', r"\x22").replace('\n', r"\x0a"))
}

/// Writes a text as a part of a quoted one, in which a backslash is for a quotation mark or another
/// backslash: for YAML, and for arguments of Apache httpd. No text of a policy has control characters, nor
/// `${`, which starts a variable of Apache httpd.
pub(super) fn in_quotes(text: &str) -> String {
    text.replace('\\', r"\\").replace('"', "\\\"")
}

/// Quotes a text for YAML.
pub(super) fn yaml(text: &str) -> String {
    format!("\"{}\"", in_quotes(text))
}

/// Quotes a text for Envoy: a format in YAML, in which `%` starts a command.
pub(super) fn envoy_format(text: &str) -> String {
    yaml(&text.replace('%', "%%"))
}

/// Quotes a text for Apache httpd: an argument of a directive.
pub(super) fn apache(text: &str) -> String {
    format!("\"{}\"", in_quotes(text))
}

/// Quotes a text for Apache httpd: a format, in which `%` starts a variable.
pub(super) fn apache_format(text: &str) -> String {
    apache(&text.replace('%', "%%"))
}

/// Quotes a text for JSON, and for YAML in which a tool fills in templates, such as Helm and Traefik: they look
/// for braces beside other signs, so only those of a repetition stay.
pub(super) fn json(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    let mut chars = text.chars().peekable();
    while let Some(char) = chars.next() {
        match char {
            '"' | '\\' => quoted.extend(['\\', char]),
            '{' if !chars.peek().is_some_and(char::is_ascii_digit) => quoted.push_str("\\u007b"),
            char => quoted.push(char),
        }
    }
    quoted.push('"');
    quoted
}

/// Escapes a text for XML, between tags or in a quoted attribute.
pub(super) fn xml(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for char in text.chars() {
        match char {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            char => escaped.push(char),
        }
    }
    escaped
}
