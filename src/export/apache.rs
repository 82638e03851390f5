//! Apache httpd: a file of directives for `<VirtualHost>`.

use super::{
    File, Text, apache_reject,
    escape::{self, apache as quote, apache_format as quote_format},
    loss::Loss,
    losses::When::{Always, If},
    origins::{OriginList, OriginRegex},
    plan::{AllowHeaders, NAME_BYTE, Plan, STRIPPED, names_pcre},
    site::Site,
    target::Server,
};

pub(super) static SERVER: Server = Server {
    name: "apache",
    files,
    chooses_by_path: false,
    losses: &[
        (Loss::ExposedHeaders, If(|plan| plan.exposes_present_headers)),
        (Loss::ForwardedHosts, If(|plan| plan.trusts_forwarded_headers())),
        (Loss::RejectStatus, If(|plan| plan.reject_status().is_some_and(|it| !is_known(it)))),
        (Loss::MalformedOrigins, If(|plan| plan.matches_malformed())),
        (Loss::EmptyLines, Always),
        (Loss::SeveralLines, If(|plan| plan.mirrors_method || plan.rejection.is_some())),
        (Loss::InvalidNames, If(|plan| plan.mirrors_request_headers())),
        (Loss::SeparateVary, Always),
        (Loss::PreflightForm, If(|plan| !is_known(plan.preflight_status.as_u16()))),
        (Loss::EarlyErrors, Always),
    ],
};

fn files(site: &Site<'_>) -> Vec<File> {
    let files = site.plans.iter().map(|plan| File {
        name: format!("{}.conf", site.name),
        purpose: format!(
            "first in each `<VirtualHost>` that the policy is for: Include /etc/apache2/{}.conf",
            site.name
        ),
        text: directives(site, plan),
    });
    files.collect()
}

/// Apache has a list of statuses, and sends no other.
fn is_known(status: u16) -> bool {
    matches!(
        status,
        200..=208 | 226 | 400..=417 | 421..=424 | 426 | 428 | 429 | 431 | 451 | 500..=508 | 510 | 511
    )
}

fn directives(site: &Site<'_>, plan: &Plan<'_>) -> String {
    let mut text = Text::new(site);
    text.comment(
        "\nInclude this file in `<VirtualHost>`, before all of its rewrite rules. It needs three modules:\n\
         a2enmod headers rewrite setenvif",
    );
    origin(&mut text, plan.origins.as_ref());
    if let Some(rejection) = &plan.rejection {
        apache_reject::variables(&mut text, rejection);
    }
    answer(&mut text, plan);
    headers(&mut text, plan);
    returns(&mut text, plan);
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

/// `corsac_origin`: the value of `Access-Control-Allow-Origin` if the origin decides alone.
fn origin(text: &mut Text, origins: Option<&OriginList<'_>>) {
    text.blank();
    let Some(origins) = origins else {
        text.comment("Every origin is allowed, by a constant.");
        text.set_if("true", "corsac_origin=*");
        return;
    };
    text.comment(
        "The request's origin, if it is allowed. Several `Origin` lines are one text here, which matches\n\
         nothing. A regex that is not anchored at both ends would allow look-alikes.",
    );
    set_if_origin(text, origins, "corsac_origin=$0");
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

/// `corsac_answer`: how the proxy answers, if the service does not.
fn answer(text: &mut Text, plan: &Plan<'_>) {
    text.blank();
    text.comment(
        "A preflight is `OPTIONS` with these two headers. Other `OPTIONS` are the service's.\n\
         `req` would add each header that it reads to `Vary`.",
    );
    text.set_if(
        "%{REQUEST_METHOD} == 'OPTIONS' && -n req_novary('Origin') && \
         -n req_novary('Access-Control-Request-Method')",
        "corsac_answer=preflight",
    );
    text.comment("More than 1024 names or 16 KiB of them: no page asks for so many.");
    let header = "Access-Control-Request-Headers";
    for too_many in ["^(?:[^,]*,){1024}", "^.{16385}"] {
        text.set_if_header(header, too_many, "corsac_too_many=1");
    }
    if matches!(plan.request_headers, AllowHeaders::Mirrored) {
        // Apache reads a header once for all rules in a row, and an expression with a regex replaces the
        // text that it has read, so no expression can stand between these rules.
        text.comment("The requested names, if all of them are names.");
        text.set_if_header(header, &format!("^{}$", names_pcre()), "corsac_names=$0");
    }
    let mut is_forbidden = "-n reqenv('corsac_too_many')".to_owned();
    if plan.origins.is_some() {
        is_forbidden.push_str(" || -z reqenv('corsac_origin')");
    }
    text.set_if(
        &format!("reqenv('corsac_answer') == 'preflight' && ({is_forbidden})"),
        "corsac_answer=forbidden",
    );
    if plan.rejection.is_some() {
        text.comment("A request of another origin that is neither an own page nor trusted.");
        text.set_if(
            "-z reqenv('corsac_answer') && -n req_novary('Origin') && \
             -z reqenv('corsac_origin') && -z reqenv('corsac_excused')",
            "corsac_answer=rejected",
        );
    }
    text.comment("An `ErrorDocument` is another request inside of Apache, of the method `GET`.");
    text.set_if("reqenv('REDIRECT_corsac_answer') =~ m#^(.+)$#", "corsac_answer=$1");
    text.set_if("reqenv('corsac_answer') == 'forbidden'", "!corsac_origin");
}

fn headers(text: &mut Text, plan: &Plan<'_>) {
    text.blank();
    text.comment(
        "The service behind may send CORS headers of its own: two of a kind make browsers refuse. Apache\n\
         has two tables of headers, and sends both.",
    );
    for table in ["", "always "] {
        for name in STRIPPED {
            text.line(format_args!("Header {table}unset {name}"));
        }
    }
    text.blank();
    text.comment("`always`: pages can read errors too.");
    let set = |text: &mut Text, name: &str, value: &str, condition: &str| {
        let condition = quote(&format!("expr={condition}"));
        text.line(format_args!("Header always set {name} {value} {condition}"));
    };
    let allowed = "-n reqenv('corsac_origin')";
    let preflight = "reqenv('corsac_answer') == 'preflight'";
    set(text, "Access-Control-Allow-Origin", "%{corsac_origin}e", allowed);
    if plan.credentials {
        set(text, "Access-Control-Allow-Credentials", "true", allowed);
    }
    if let Some(names) = &plan.exposed {
        let condition = format!("{allowed} && -z reqenv('corsac_answer')");
        set(text, "Access-Control-Expose-Headers", &quote_format(names), &condition);
    }
    if let Some(methods) = &plan.methods {
        set(text, "Access-Control-Allow-Methods", &quote_format(methods), preflight);
        if plan.mirrors_method {
            allow_methods(text, methods);
            let value = format!("\"{methods}, %{{corsac_method}}e\"");
            let condition = format!("{preflight} && -n reqenv('corsac_method')");
            set(text, "Access-Control-Allow-Methods", &value, &condition);
        }
    }
    match &plan.request_headers {
        AllowHeaders::None => {}
        AllowHeaders::Listed(names) => {
            set(text, "Access-Control-Allow-Headers", &quote_format(names), preflight);
        }
        AllowHeaders::Mirrored => {
            // `*` would not cover `Authorization`, and nothing with credentials.
            let condition = format!("{preflight} && -n reqenv('corsac_names')");
            set(text, "Access-Control-Allow-Headers", "%{corsac_names}e", &condition);
        }
    }
    set(text, "Access-Control-Max-Age", &plan.max_age.to_string(), preflight);
    text.comment("Also if the origin is refused or missing: a cache must not mix up the answers.");
    let merge = |text: &mut Text, names: &str, condition: &str| {
        let (names, condition) = (quote(names), quote(&format!("expr={condition}")));
        text.line(format_args!("Header always merge Vary {names} {condition}"));
    };
    if !plan.vary.actual.is_empty() {
        merge(text, plan.vary.actual, "true");
    }
    for name in ["Access-Control-Request-Method", "Access-Control-Request-Headers"] {
        merge(text, name, "reqenv('corsac_answer') in { 'preflight', 'forbidden' }");
    }
}

/// `corsac_method`: the requested method, if it is not a usual one.
fn allow_methods(text: &mut Text, methods: &str) {
    text.comment("The usual methods, and the requested one if it is another.");
    let usual: Vec<String> = methods.split(", ").map(escape::regex).collect();
    let usual = format!("(?:{}|(?i:CONNECT|TRACE|TRACK))$", usual.join("|"));
    let method = format!("^(?!{usual}){NAME_BYTE}{{1,128}}$");
    text.set_if_header("Access-Control-Request-Method", &method, "corsac_method=$0");
}

fn returns(text: &mut Text, plan: &Plan<'_>) {
    text.blank();
    text.comment(
        "Outside of `<Location>` and `<Directory>` rules run before authentication, because a preflight\n\
         carries no credentials. An `ErrorDocument` must not be answered again.",
    );
    if plan.preflight_status.as_u16() != 204 {
        text.comment("Apache adds a text about an error, which browsers do not read.");
    }
    text.line(format_args!("RewriteEngine On"));
    let known = |status: u16, other| if is_known(status) { status } else { other };
    let mut answers = vec![
        ("preflight", known(plan.preflight_status.as_u16(), 204)),
        // Fetch, "HTTP responses": "403 can be used".
        ("forbidden", 403),
    ];
    if let Some(rejection) = &plan.rejection {
        answers.push(("rejected", known(rejection.status.as_u16(), 403)));
    }
    for (answer, status) in answers {
        text.line(format_args!("RewriteCond %{{ENV:REDIRECT_STATUS}} ^$"));
        text.line(format_args!("RewriteCond %{{ENV:corsac_answer}} ={answer}"));
        text.line(format_args!("RewriteRule ^ - [R={status},L]"));
    }
}
