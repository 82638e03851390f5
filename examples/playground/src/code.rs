//! Writes a form as builder code.

use std::fmt::Write;

use crate::form::Form;

/// Returns the code of a form, formatted as by rustfmt.
pub(crate) fn of(form: &Form) -> String {
    let mut code = "CorsLayer::builder()\n".to_owned();
    for setter in setters(form) {
        // Writing to a string cannot fail.
        _ = writeln!(code, "    {setter}");
    }
    code + "    .build()?"
}

/// `.allow_origins(["https://a.example"])`
pub(crate) fn list(setter: &str, items: &[String]) -> String {
    const NARROW: usize = 52;
    let items: Vec<String> = items.iter().map(|item| format!("{item:?}")).collect();
    let line = format!(".{setter}([{}])", items.join(", "));
    if line.len() <= NARROW {
        line
    } else {
        format!(".{setter}([\n        {},\n    ])", items.join(",\n        "))
    }
}

fn setters(form: &Form) -> Vec<String> {
    let mut lines = Vec::new();
    let mut lists = |any: bool, any_setter: &str, setter: &str, items: &[String]| {
        if any {
            lines.push(format!(".{any_setter}()"));
        }
        if !items.is_empty() {
            lines.push(list(setter, items));
        }
    };
    lists(form.any_origin, "allow_any_origin", "allow_origins", &form.origins);
    lists(form.any_method, "allow_any_method", "allow_methods", &form.methods);
    lists(form.any_header, "allow_any_header", "allow_headers", &form.headers);
    lists(form.expose_any, "expose_any_header", "expose_headers", &form.exposed);
    if form.credentials {
        lines.push(".allow_credentials(true)".to_owned());
    }
    if let Some(seconds) = form.max_age {
        lines.push(format!(".max_age(Duration::from_secs({seconds}))"));
    }
    if form.reject {
        lines.push(".enforcement(Enforcement::Reject)".to_owned());
    }
    for (is_set, setter) in [
        (form.any_origin_with_credentials, "any_origin_with_credentials"),
        (form.null_origin, "null_origin"),
        (form.insecure_origins, "insecure_origins"),
    ] {
        if is_set {
            lines.push(format!(".dangerous_allow_{setter}()"));
        }
    }
    lines
}
