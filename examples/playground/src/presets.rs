//! The policies to choose from.

use corsac::CorsLayer;
use serde::Serialize;

use crate::{code, form::Form, ports::Port};

#[derive(Serialize)]
pub(crate) struct Preset {
    pub(crate) id: &'static str,
    title: &'static str,
    note: &'static str,
    code: String,
    /// The start for a user's own policy, and the form that a fix changes.
    pub(crate) form: Form,
    /// The preset of the library, if there is one.
    #[serde(skip)]
    pub(crate) layer: Option<CorsLayer>,
}

pub(crate) fn all(page: &Port) -> Vec<Preset> {
    let listed = page.url("localhost");
    let everything =
        Form { any_method: true, any_header: true, expose_any: true, ..Form::default() };
    let strict = Form {
        origins: vec![listed],
        methods: strings(&["PUT", "DELETE"]),
        headers: strings(&["content-type", "authorization"]),
        exposed: strings(&["x-request-id"]),
        credentials: true,
        max_age: Some(600),
        ..Form::default()
    };
    let of_form = |id, title, note, form| Preset {
        id,
        title,
        note,
        code: code::of(&form),
        form,
        layer: None,
    };
    vec![
        of_form("strict", "Strict list", "one origin, with cookies", strict.clone()),
        Preset {
            code: "CorsLayer::permissive()".to_owned(),
            layer: Some(CorsLayer::permissive()),
            ..of_form(
                "permissive",
                "Permissive",
                "every origin, never with cookies",
                Form { any_origin: true, ..everything.clone() },
            )
        },
        Preset {
            code: "CorsLayer::localhost()".to_owned(),
            layer: Some(CorsLayer::localhost()),
            ..of_form(
                "localhost",
                "Localhost",
                "this machine on any port, with cookies",
                Form { origins: loopback(), credentials: true, ..everything },
            )
        },
        of_form(
            "subdomains",
            "Subdomains",
            "every subdomain, not the domain itself",
            Form { origins: vec![page.url("*.localhost")], ..strict.clone() },
        ),
        of_form(
            "reject",
            "Reject",
            "the strict list, and 403 for the rest",
            Form { reject: true, ..strict },
        ),
    ]
}

fn loopback() -> Vec<String> {
    let hosts = ["localhost", "127.0.0.1", "[::1]"];
    let both = hosts.map(|host| [format!("http://{host}:*"), format!("https://{host}:*")]);
    both.into_iter().flatten().collect()
}

fn strings(items: &[&str]) -> Vec<String> {
    items.iter().map(|&item| item.to_owned()).collect()
}
