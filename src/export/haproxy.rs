//! `HAProxy`: rules for a `frontend`. It has no directive that includes a file.
//!
//! The names start with the name of the site, or of a plan if each has its own. If the path chooses among
//! several policies, the rules of each have one more condition.

use super::{
    File, Text,
    escape::{haproxy as quote, haproxy_format as quote_format},
    haproxy_reject,
    loss::Loss,
    losses::When::{Always, If},
    origins::{OriginList, OriginRegex},
    plan::{AllowHeaders, NAME_BYTE, Plan, names_pcre},
    site::{Site, plain_pcre},
    target::Server,
};

pub(super) static SERVER: Server = Server {
    name: "haproxy",
    files,
    chooses_by_path: true,
    losses: &[
        (Loss::ExposedHeaders, If(|plan| plan.exposes_present_headers)),
        (Loss::ForwardedHosts, If(|plan| plan.trusts_forwarded_headers())),
        (Loss::MalformedOrigins, If(|plan| plan.matches_malformed())),
        (Loss::SplitRequestHeaders, Always),
        (Loss::InvalidNames, If(|plan| plan.mirrors_request_headers())),
        (Loss::SeparateVary, Always),
        (Loss::EarlyErrors, Always),
    ],
};

fn files(site: &Site<'_>) -> Vec<File> {
    vec![File {
        name: format!("{}.frontend.cfg", site.name),
        purpose: "paste these lines into the `frontend`, before all of its other rules".to_owned(),
        text: rules(site),
    }]
}

fn rules(site: &Site<'_>) -> String {
    let mut text = Text::new(site);
    text.comment("\nPaste these lines into the `frontend`, before all of its other rules.");
    choose(&mut text, site);
    shared(&mut text, site);
    for (index, plan) in site.plans.iter().enumerate() {
        text.blank();
        text.comment_plan(site, index);
        let chosen = site.paths.as_ref().map(|_| format!("{}_policy_{index} ", site.name));
        let mut rules =
            Rules { text: &mut text, site: &site.name, chosen: chosen.unwrap_or_default() };
        origin(&mut rules, plan);
        answer(&mut rules, plan);
        haproxy_reject::excuse(&mut rules, plan);
        mirror(&mut rules, plan);
        headers(&mut rules, plan);
        returns(&mut rules, plan);
    }
    text.text
}

/// Writes the rules of a plan.
pub(super) struct Rules<'t> {
    pub(super) text: &'t mut Text,
    /// Starts the names of what all plans share.
    pub(super) site: &'t str,
    /// The condition of each rule, with a blank at its end, or nothing.
    chosen: String,
}

impl Rules<'_> {
    /// Writes a rule for requests that have chosen this plan and meet the condition.
    pub(super) fn rule_if(&mut self, rule: &str, condition: &str) {
        let condition = format!("{}{condition}", self.chosen);
        match condition.trim_end() {
            "" => self.text.line(format_args!("{rule}")),
            condition => self.text.line(format_args!("{rule} if {condition}")),
        }
    }

    fn set_header(&mut self, name: &str, value: &str, condition: &str) {
        self.rule_if(&format!("http-after-response set-header {name} {value}"), condition);
    }
}

impl Text {
    pub(super) fn acl(&mut self, acl: &str) {
        self.line(format_args!("acl {acl}"));
    }
}

/// `txn.SITE_policy`: the number of a policy, if there is one.
fn choose(text: &mut Text, site: &Site<'_>) {
    let (Some(paths), name) = (&site.paths, &site.name) else { return };
    text.blank();
    text.list_plans(site);
    text.comment("The path as it was sent. `*` is none, so it has policy 0.");
    text.acl(&format!("{name}_plain path -m reg -- {}", quote(&format!("^{}$", plain_pcre()))));
    text.line(format_args!("http-request set-var(txn.{name}_policy) str(0) if !{name}_plain"));
    for choice in &paths.choices {
        let policy = choice.policy();
        text.line(format_args!(
            "http-request set-var(txn.{name}_policy) str({policy}) if !{{ var(txn.{name}_policy) -m found }} {{ path -m reg -- {} }}",
            quote(&choice.regex)
        ));
    }
    for index in 0..site.plans.len() {
        text.acl(&format!("{name}_policy_{index} var(txn.{name}_policy) -m str {index}"));
    }
    if site.leaves_paths() {
        text.acl(&format!("{name}_no_policy var(txn.{name}_policy) -m str none"));
    }
}

/// Writes what all plans share: `txn.SITE_answer`, which tells how the proxy answers, if the service does not.
fn shared(text: &mut Text, site: &Site<'_>) {
    let name = &site.name;
    let unless_none =
        if site.leaves_paths() { format!(" !{name}_no_policy") } else { String::new() };
    text.blank();
    text.comment(
        "A preflight is `OPTIONS` with these two headers. Other `OPTIONS` are the service's.",
    );
    text.acl(&format!("{name}_has_origin req.fhdr_cnt(origin) gt 0"));
    text.acl(&format!("{name}_has_method req.fhdr_cnt(access-control-request-method) gt 0"));
    text.acl(&format!("{name}_allowed var(txn.{name}_origin) -m found"));
    text.acl(&format!("{name}_preflight var(txn.{name}_answer) -m str preflight"));
    text.acl(&format!("{name}_forbidden var(txn.{name}_answer) -m str forbidden"));
    let preflight = format!("http-request set-var(txn.{name}_answer) str(preflight)");
    text.line(format_args!(
        "{preflight} if METH_OPTIONS {name}_has_origin {name}_has_method{unless_none}"
    ));
    text.comment("More than 1024 names or 16 KiB of them: no page asks for so many.");
    for too_many in ["^(?:[^,]*,){1024}", "^.{16385}"] {
        let too_many = quote(too_many);
        text.acl(&format!(
            "{name}_too_many req.fhdr(access-control-request-headers) -m reg -- {too_many}"
        ));
    }
    text.line(format_args!(
        "http-request set-var(txn.{name}_answer) str(forbidden) if {name}_preflight {name}_too_many"
    ));
    if site.any(|plan| plan.origins.is_some()) {
        text.acl(&format!("{name}_one_origin req.fhdr_cnt(origin) eq 1"));
    }
    haproxy_reject::shared(text, site);
    text.blank();
    text.comment(
        "On every response, also those that HAProxy makes: `http-response` would miss these.\n\
         The service behind may send CORS headers of its own: two of a kind make browsers refuse.",
    );
    let unless_none = unless_none.trim_start();
    let condition =
        if unless_none.is_empty() { String::new() } else { format!(" if {unless_none}") };
    text.line(format_args!("http-after-response del-header access-control- -m beg{condition}"));
    text.line(format_args!(
        "http-after-response set-header Access-Control-Allow-Origin %[var(txn.{name}_origin)] if {name}_allowed"
    ));
}

/// `txn.SITE_origin`: the value of `Access-Control-Allow-Origin`, if there is one.
fn origin(rules: &mut Rules<'_>, plan: &Plan<'_>) {
    let (site, name) = (rules.site, &plan.name);
    let set = format!("http-request set-var(txn.{site}_origin)");
    let Some(origins) = &plan.origins else {
        rules.text.comment("Every origin is allowed, by a constant.");
        rules.rule_if(&format!("{set} str(*)"), "");
        return;
    };
    if origins.is_empty() {
        return;
    }
    rules.text.comment(
        "The whole line, and only one: `req.hdr` would split it at commas, and take the last part.\n\
         A regex that is not anchored at both ends would allow look-alikes.",
    );
    origin_acl(rules.text, origins, &format!("{name}_listed"));
    rules.rule_if(&format!("{set} req.fhdr(origin)"), &format!("{site}_one_origin {name}_listed"));
}

/// The lines of an ACL are alternatives. A line has at most 64 words and 2048 bytes.
pub(super) fn origin_acl(text: &mut Text, origins: &OriginList<'_>, name: &str) {
    for origins in origins.exact.chunks(5) {
        let origins: Vec<String> = origins.iter().map(|origin| quote(origin)).collect();
        text.acl(&format!("{name} req.fhdr(origin) -m str -- {}", origins.join(" ")));
    }
    for regex in origins.wildcards.iter().map(OriginRegex::pcre) {
        let regex = quote(&format!("^{regex}$"));
        text.acl(&format!("{name} req.fhdr(origin) -m reg -- {regex}"));
    }
}

/// Denies the preflights of other origins.
fn answer(rules: &mut Rules<'_>, plan: &Plan<'_>) {
    let site = rules.site;
    if plan.origins.is_some() {
        rules.rule_if(
            &format!("http-request set-var(txn.{site}_answer) str(forbidden)"),
            &format!("{site}_preflight !{site}_allowed"),
        );
    }
    rules.rule_if(
        &format!("http-request unset-var(txn.{site}_origin)"),
        &format!("{site}_forbidden"),
    );
}

/// The request's headers are gone when the response comes, so variables keep what is mirrored.
fn mirror(rules: &mut Rules<'_>, plan: &Plan<'_>) {
    let (site, name) = (rules.site, &plan.name);
    if let (true, Some(methods)) = (plan.mirrors_method, &plan.methods) {
        let text = &mut *rules.text;
        text.comment("The usual methods, and the requested one if it is another.");
        let method = "req.fhdr(access-control-request-method,1)";
        let usual: Vec<String> = methods.split(", ").map(quote).collect();
        text.acl(&format!("{name}_usual {method} -m str -- {}", usual.join(" ")));
        text.acl(&format!("{name}_no_method {method} -m str -i CONNECT TRACE TRACK"));
        let is_name = quote(&format!("^{NAME_BYTE}{{1,128}}$"));
        text.acl(&format!("{name}_method {method} -m reg -- {is_name}"));
        rules.rule_if(
            &format!("http-request set-var(txn.{site}_method) {method}"),
            &format!("{site}_preflight {name}_method !{name}_usual !{name}_no_method"),
        );
    }
    if plan.mirrors_request_headers() {
        // `*` would not cover `Authorization`, and nothing with credentials.
        rules.text.comment("The requested names, if all of them are names, in one line.");
        let names = quote(&format!("^{}$", names_pcre()));
        let line = "req.fhdr(access-control-request-headers)";
        rules.text.acl(&format!("{name}_names {line} -m reg -- {names}"));
        rules
            .text
            .acl(&format!("{name}_one_line req.fhdr_cnt(access-control-request-headers) eq 1"));
        rules.rule_if(
            &format!("http-request set-var(txn.{site}_names) {line}"),
            &format!("{site}_preflight {name}_one_line {name}_names"),
        );
    }
}

fn headers(rules: &mut Rules<'_>, plan: &Plan<'_>) {
    let site = rules.site;
    let (allowed, preflight) = (format!("{site}_allowed"), format!("{site}_preflight"));
    if plan.credentials {
        rules.set_header("Access-Control-Allow-Credentials", "true", &allowed);
    }
    if let Some(names) = &plan.exposed {
        let condition = format!("{allowed} !{preflight}");
        rules.set_header("Access-Control-Expose-Headers", &quote_format(names), &condition);
    }
    if let Some(methods) = &plan.methods {
        let name = "Access-Control-Allow-Methods";
        rules.set_header(name, &quote_format(methods), &preflight);
        if plan.mirrors_method {
            let methods = format!("\"{methods}, %[var(txn.{site}_method)]\"");
            let condition = format!("{{ var(txn.{site}_method) -m found }}");
            rules.set_header(name, &methods, &condition);
        }
    }
    match &plan.request_headers {
        AllowHeaders::None => {}
        AllowHeaders::Listed(names) => {
            rules.set_header("Access-Control-Allow-Headers", &quote_format(names), &preflight);
        }
        AllowHeaders::Mirrored => {
            let names = format!("%[var(txn.{site}_names)]");
            let condition = format!("{{ var(txn.{site}_names) -m found }} {preflight}");
            rules.set_header("Access-Control-Allow-Headers", &names, &condition);
        }
    }
    rules.set_header("Access-Control-Max-Age", &plan.max_age.to_string(), &preflight);
    rules
        .text
        .comment("Also if the origin is refused or missing: a cache must not mix up the answers.");
    if !plan.vary.actual.is_empty() {
        let vary = format!("http-after-response add-header Vary {}", plan.vary.actual);
        rules.rule_if(&vary, "");
    }
    for answer in [preflight, format!("{site}_forbidden")] {
        rules.rule_if(
            "http-after-response add-header Vary \
             \"Access-Control-Request-Method, Access-Control-Request-Headers\"",
            &answer,
        );
    }
}

fn returns(rules: &mut Rules<'_>, plan: &Plan<'_>) {
    let site = rules.site;
    rules.text.comment("Before authentication, because a preflight carries no credentials.");
    let mut answer = |status: u16, condition: String| {
        rules.rule_if(&format!("http-request return status {status}"), &condition);
    };
    answer(plan.preflight_status.as_u16(), format!("{site}_preflight"));
    // Fetch, "HTTP responses": "403 can be used".
    answer(403, format!("{site}_forbidden"));
    if let Some(status) = plan.reject_status() {
        answer(status, format!("{site}_has_origin !{site}_allowed !{site}_excused"));
    }
}
