//! Apache httpd: a file of directives for `<VirtualHost>`.
//!
//! The variables of a policy start with the name of its plan: `NAME_origin`, `NAME_excused`. If the path chooses
//! among several policies, `SITE_policy` is the number of one, and the others start with the name of the site.

use super::{
    File, Text, apache_headers, apache_reject,
    escape::{self, apache as quote},
    loss::Loss,
    losses::When::{Always, If},
    origins::{OriginList, OriginRegex},
    plan::{NAME_BYTE, Plan, names_pcre},
    site::{Site, plain_pcre},
    target::Server,
};

pub(super) static SERVER: Server = Server {
    name: "apache",
    files,
    chooses_by_path: true,
    losses: &[
        (Loss::ExposedHeaders, If(|plan| plan.exposes_present_headers)),
        (Loss::ForwardedHosts, If(|plan| plan.trusts_forwarded_headers())),
        (Loss::RejectStatus, If(|plan| plan.reject_status().is_some_and(|it| !is_known(it)))),
        (Loss::PreflightForm, If(|plan| !is_known(plan.preflight_status.as_u16()))),
        (Loss::MalformedOrigins, If(|plan| plan.matches_malformed())),
        (Loss::EmptyLines, Always),
        (Loss::SeveralLines, If(|plan| plan.mirrors_method || plan.rejection.is_some())),
        (Loss::InvalidNames, If(|plan| plan.mirrors_request_headers())),
        (Loss::EarlyErrors, Always),
    ],
};

fn files(site: &Site<'_>) -> Vec<File> {
    let name = format!("{}.conf", site.name);
    vec![File {
        purpose: format!(
            "first in each `<VirtualHost>` that the policy is for: Include /etc/apache2/{name}"
        ),
        name,
        text: directives(site),
    }]
}

/// Apache has a list of statuses, and sends no other.
fn is_known(status: u16) -> bool {
    matches!(
        status,
        200..=208 | 226 | 400..=417 | 421..=424 | 426 | 428 | 429 | 431 | 451 | 500..=508 | 510 | 511
    )
}

fn directives(site: &Site<'_>) -> String {
    let mut text = Text::new(site);
    text.comment(
        "\nInclude this file in `<VirtualHost>`, before all of its rewrite rules. It needs three modules:\n\
         a2enmod headers rewrite setenvif\n\n\
         Apache keeps the value of a header for the next `SetEnvIf` of that header, and a `SetEnvIfExpr`\n\
         between the two replaces it. So all `SetEnvIf` come first, after one of a header that is never sent.",
    );
    request(&mut text, site);
    choose(&mut text, site);
    answer(&mut text, site);
    apache_headers::headers(&mut text, site);
    returns(&mut text, site);
    text.text
}

impl Text {
    /// Sets a variable if an expression is true.
    pub(super) fn set_if(&mut self, expression: &str, assignments: &str) {
        self.line(format_args!("SetEnvIfExpr {} {assignments}", quote(expression)));
    }

    /// Sets a variable if a header matches. Several lines of it are one text, with commas between them.
    pub(super) fn set_if_header(&mut self, header: &str, regex: &str, assignment: &str) {
        self.line(format_args!("SetEnvIf {header} {} {assignment}", quote(regex)));
    }
}

/// Reads the request, without expressions.
fn request(text: &mut Text, site: &Site<'_>) {
    let name = &site.name;
    text.blank();
    text.set_if_header("X-Corsac-None", "^", &format!("!{name}_origin"));
    if site.paths.is_some() {
        text.comment(
            "The path as it was sent, if all servers read it in the same way. At this time Apache has not\n\
             decoded it yet.",
        );
        let plain = format!("^{}$", plain_pcre());
        text.set_if_header("Request_URI", &plain, &format!("{name}_path=$0"));
    }
    text.comment("More than 1024 names or 16 KiB of them: no page asks for so many.");
    for too_many in ["^(?:[^,]*,){1024}", "^.{16385}"] {
        let header = "Access-Control-Request-Headers";
        text.set_if_header(header, too_many, &format!("{name}_too_many=1"));
    }
    apache_reject::shared(text, site);
    if let Some(methods) =
        site.plans.iter().filter(|plan| plan.mirrors_method).find_map(|plan| plan.methods.as_ref())
    {
        mirror_method(text, name, methods);
    }
    if site.any(|plan| plan.mirrors_request_headers()) {
        // `*` would not cover `Authorization`, and nothing with credentials.
        text.comment("The requested names, if all of them are names.");
        let names = format!("^{}$", names_pcre());
        text.set_if_header("Access-Control-Request-Headers", &names, &format!("{name}_names=$0"));
    }
    for (index, plan) in site.plans.iter().enumerate() {
        let origins = plan.origins.as_ref().filter(|origins| !origins.is_empty());
        if origins.is_none() && plan.senders().is_none() {
            continue;
        }
        text.blank();
        text.comment_plan(site, index);
        if let Some(origins) = origins {
            origin(text, plan, origins);
        }
        apache_reject::senders(text, plan);
    }
}

/// `SITE_method`: the requested method, if it is not a usual one.
fn mirror_method(text: &mut Text, name: &str, methods: &str) {
    text.comment("The requested method, if it is not a usual one.");
    let usual: Vec<String> = methods.split(", ").map(escape::regex).collect();
    let usual = format!("(?:{}|(?i:CONNECT|TRACE|TRACK))$", usual.join("|"));
    let method = format!("^(?!{usual}){NAME_BYTE}{{1,128}}$");
    text.set_if_header("Access-Control-Request-Method", &method, &format!("{name}_method=$0"));
}

/// `NAME_origin`: the request's origin, if the policy lists it.
fn origin(text: &mut Text, plan: &Plan<'_>, origins: &OriginList<'_>) {
    text.comment(
        "The request's origin, if it is allowed. Several `Origin` lines are one text here, which matches\n\
         nothing. A regex that is not anchored at both ends would allow look-alikes.",
    );
    set_if_origin(text, origins, &format!("{}_origin=$0", plan.name));
}

/// The size of a compiled regex is limited to 64 KiB.
const ORIGINS_PER_REGEX: usize = 100;

/// Sets a variable if the origin is one of these.
pub(super) fn set_if_origin(text: &mut Text, origins: &OriginList<'_>, assignment: &str) {
    let exact = origins.exact.iter().map(|origin| escape::regex(origin));
    let wildcards = origins.wildcards.iter().map(OriginRegex::pcre);
    let regexes: Vec<String> = exact.chain(wildcards).collect();
    for regexes in regexes.chunks(ORIGINS_PER_REGEX) {
        // A line that ends with a backslash continues in the next one, whose blanks would count.
        let regexes: Vec<String> = regexes.iter().map(|regex| escape::in_quotes(regex)).collect();
        let regexes = regexes.join("\\\n|");
        text.line(format_args!("SetEnvIf Origin \"^(?:\\\n{regexes}\\\n)$\" {assignment}"));
    }
}

/// `SITE_policy`: the number of a policy, or `none`.
fn choose(text: &mut Text, site: &Site<'_>) {
    let (Some(paths), name) = (&site.paths, &site.name) else { return };
    text.blank();
    text.list_plans(site);
    text.comment("The last one that matches decides.");
    for choice in paths.choices.iter().rev() {
        let expression = format!("reqenv('{name}_path') =~ m#{}#", choice.regex);
        text.set_if(&expression, &format!("{name}_policy={}", choice.policy()));
    }
    text.set_if(&format!("-z reqenv('{name}_path')"), &format!("{name}_policy=0"));
    text.comment("Apache has dropped slashes at the start of the path.");
    text.set_if(
        "%{THE_REQUEST} =~ m#^[^ ]+ (?:[A-Za-z]+://[^/?]*)?//#",
        &format!("{name}_policy=0"),
    );
    keep(text, &format!("{name}_policy"));
}

/// An `ErrorDocument` is another request, with another path and the method `GET`.
fn keep(text: &mut Text, variable: &str) {
    text.comment("An `ErrorDocument` is another request inside of Apache: the first one decides.");
    text.set_if(&format!("reqenv('REDIRECT_{variable}') =~ m#^(.+)$#"), &format!("{variable}=$1"));
}

/// Returns an expression that is true if the path chose a plan, with `&&` at its end, or nothing.
pub(super) fn chosen(site: &Site<'_>, index: usize) -> String {
    let is_chosen = |_| format!("reqenv('{}_policy') == '{index}' && ", site.name);
    site.paths.as_ref().map(is_chosen).unwrap_or_default()
}

/// Returns an expression that is true if there is a policy, with `&&` at its start, or nothing.
pub(super) fn unless_none(site: &Site<'_>) -> String {
    let has_policy = format!(" && reqenv('{}_policy') != 'none'", site.name);
    if site.leaves_paths() { has_policy } else { String::new() }
}

/// `SITE_origin`: the value of `Access-Control-Allow-Origin`. `SITE_answer`: how the proxy answers, if the
/// service does not.
fn answer(text: &mut Text, site: &Site<'_>) {
    let name = &site.name;
    text.blank();
    for (index, plan) in site.plans.iter().enumerate() {
        let chosen = chosen(site, index);
        if plan.origins.is_none() {
            text.comment("Every origin is allowed, by a constant.");
            let is_chosen = chosen.strip_suffix(" && ").unwrap_or("true");
            text.set_if(is_chosen, &format!("{name}_origin=*"));
        } else if !chosen.is_empty() && !plan.denies_all() {
            let origin = format!("reqenv('{}_origin') =~ m#^(.+)$#", plan.name);
            text.set_if(&format!("{chosen}{origin}"), &format!("{name}_origin=$1"));
        }
    }
    text.comment(
        "A preflight is `OPTIONS` with these two headers. Other `OPTIONS` are the service's.\n\
         `req` would add each header that it reads to `Vary`.",
    );
    text.set_if(
        &format!(
            "%{{REQUEST_METHOD}} == 'OPTIONS' && -n req_novary('Origin') && \
             -n req_novary('Access-Control-Request-Method'){}",
            unless_none(site)
        ),
        &format!("{name}_answer=preflight"),
    );
    text.set_if(
        &format!(
            "reqenv('{name}_answer') == 'preflight' && \
             (-n reqenv('{name}_too_many') || -z reqenv('{name}_origin'))"
        ),
        &format!("{name}_answer=forbidden"),
    );
    for (index, plan) in site.plans.iter().enumerate() {
        let Some(rejection) = &plan.rejection else { continue };
        apache_reject::excused(text, site, plan, rejection);
        text.comment("A request of another origin that is neither an own page nor trusted.");
        text.set_if(
            &format!(
                "{}-z reqenv('{name}_answer') && -n req_novary('Origin') && \
                 -z reqenv('{name}_origin') && -z reqenv('{}_excused')",
                chosen(site, index),
                plan.name
            ),
            &format!("{name}_answer=rejected"),
        );
    }
    keep(text, &format!("{name}_answer"));
    text.set_if(&format!("reqenv('{name}_answer') == 'forbidden'"), &format!("!{name}_origin"));
}

fn returns(text: &mut Text, site: &Site<'_>) {
    let name = &site.name;
    text.blank();
    text.comment(
        "Outside of `<Location>` and `<Directory>` rules run before authentication, because a preflight\n\
         carries no credentials. An `ErrorDocument` must not be answered again.",
    );
    if site.any(|plan| plan.preflight_status.as_u16() != 204) {
        text.comment(
            "Apache adds a text about an error to other statuses than 204. Browsers do not read it.",
        );
    }
    text.line(format_args!("RewriteEngine On"));
    let known = |status: u16, other| if is_known(status) { status } else { other };
    let mut answer = |plan: Option<usize>, answer: &str, status: u16| {
        text.line(format_args!("RewriteCond %{{ENV:REDIRECT_STATUS}} ^$"));
        if let (Some(index), Some(_)) = (plan, &site.paths) {
            text.line(format_args!("RewriteCond %{{ENV:{name}_policy}} ={index}"));
        }
        text.line(format_args!("RewriteCond %{{ENV:{name}_answer}} ={answer}"));
        text.line(format_args!("RewriteRule ^ - [R={status},L]"));
    };
    // Fetch, "HTTP responses": "403 can be used".
    answer(None, "forbidden", 403);
    for (index, plan) in site.plans.iter().enumerate() {
        if !plan.denies_all() {
            answer(Some(index), "preflight", known(plan.preflight_status.as_u16(), 204));
        }
        if let Some(status) = plan.reject_status() {
            answer(Some(index), "rejected", known(status, 403));
        }
    }
}
