//! Apache httpd: the response headers.

use super::{
    Text,
    apache::{chosen, unless_none},
    escape::{apache as quote, apache_format as quote_format},
    plan::{AllowHeaders, Plan, STRIPPED},
    site::Site,
};

pub(super) fn headers(text: &mut Text, site: &Site<'_>) {
    let name = &site.name;
    text.blank();
    text.comment(
        "The service behind may send CORS headers of its own: two of a kind make browsers refuse. Apache\n\
         has two tables of headers, and sends both.",
    );
    let unless_none = unless_none(site);
    let condition = match unless_none.strip_prefix(" && ") {
        Some(condition) => format!(" {}", quote(&format!("expr={condition}"))),
        None => String::new(),
    };
    for table in ["", "always "] {
        for header in STRIPPED {
            text.line(format_args!("Header {table}unset {header}{condition}"));
        }
    }
    text.blank();
    text.comment("`always`: pages can read errors too.");
    text.set_header(
        "Access-Control-Allow-Origin",
        &format!("%{{{name}_origin}}e"),
        &format!("-n reqenv('{name}_origin')"),
    );
    for (index, plan) in site.plans.iter().enumerate().filter(|(_, plan)| !plan.denies_all()) {
        text.comment_plan(site, index);
        of_plan(text, site, index, plan);
    }
    text.comment("Also if the origin is refused or missing: a cache must not mix up the answers.");
    let varying = |(index, plan): (usize, &Plan<'_>)| {
        (!plan.vary.actual.is_empty()).then(|| format!("'{index}'"))
    };
    let varying: Vec<String> = site.plans.iter().enumerate().filter_map(varying).collect();
    if !varying.is_empty() {
        let condition = match &site.paths {
            Some(_) => format!("reqenv('{name}_policy') in {{ {} }}", varying.join(", ")),
            None => "true".to_owned(),
        };
        text.merge_vary("Origin", &condition);
    }
    for header in ["Access-Control-Request-Method", "Access-Control-Request-Headers"] {
        let condition = format!("reqenv('{name}_answer') in {{ 'preflight', 'forbidden' }}");
        text.merge_vary(header, &condition);
    }
}

fn of_plan(text: &mut Text, site: &Site<'_>, index: usize, plan: &Plan<'_>) {
    let (name, chosen) = (&site.name, chosen(site, index));
    let allowed = format!("{chosen}-n reqenv('{name}_origin')");
    let preflight = format!("{chosen}reqenv('{name}_answer') == 'preflight'");
    if plan.credentials {
        text.set_header("Access-Control-Allow-Credentials", "true", &allowed);
    }
    if let Some(names) = &plan.exposed {
        let condition = format!("{allowed} && -z reqenv('{name}_answer')");
        text.set_header("Access-Control-Expose-Headers", &quote_format(names), &condition);
    }
    if let Some(methods) = &plan.methods {
        let header = "Access-Control-Allow-Methods";
        text.set_header(header, &quote_format(methods), &preflight);
        if plan.mirrors_method {
            let value = format!("\"{methods}, %{{{name}_method}}e\"");
            let condition = format!("{preflight} && -n reqenv('{name}_method')");
            text.set_header(header, &value, &condition);
        }
    }
    match &plan.request_headers {
        AllowHeaders::None => {}
        AllowHeaders::Listed(names) => {
            text.set_header("Access-Control-Allow-Headers", &quote_format(names), &preflight);
        }
        AllowHeaders::Mirrored => {
            let value = format!("%{{{name}_names}}e");
            let condition = format!("{preflight} && -n reqenv('{name}_names')");
            text.set_header("Access-Control-Allow-Headers", &value, &condition);
        }
    }
    text.set_header("Access-Control-Max-Age", &plan.max_age.to_string(), &preflight);
}

impl Text {
    fn set_header(&mut self, name: &str, value: &str, condition: &str) {
        let condition = quote(&format!("expr={condition}"));
        self.line(format_args!("Header always set {name} {value} {condition}"));
    }

    fn merge_vary(&mut self, name: &str, condition: &str) {
        let condition = quote(&format!("expr={condition}"));
        self.line(format_args!("Header always merge Vary {name} {condition}"));
    }
}
