//! Varnish: a file of subroutines to include, and the lines that call them.
//!
//! The names start with the name of the site, or of a plan if each has its own. Varnish has no variables, so
//! headers of the request keep what the response needs.

use super::{
    File, Text,
    escape::{self, vcl as quote, vcl_regex as quote_regex},
    loss::Loss,
    losses::When::{Always, If},
    origins::{OriginList, OriginRegex},
    plan::{AllowHeaders, NAME_BYTE, Plan, STRIPPED},
    site::{Site, plain_pcre},
    target::Server,
    varnish_reject::reject,
};

pub(super) static SERVER: Server = Server {
    name: "varnish",
    files,
    chooses_by_path: true,
    losses: &[
        (Loss::ExposedHeaders, If(|plan| plan.exposes_present_headers)),
        (Loss::ForwardedHosts, If(|plan| plan.trusts_forwarded_headers())),
        (Loss::MalformedOrigins, If(|plan| plan.matches_malformed())),
        (Loss::SeveralLines, Always),
        (Loss::PipedResponses, Always),
        (Loss::EarlyErrors, Always),
    ],
};

/// The request's origin, as it came. A subroutine unsets it if it is not allowed.
const ORIGIN: &str = "req.http.X-Corsac-Origin";
/// `preflight` or `forbidden`, if this file answers.
const ANSWER: &str = "req.http.X-Corsac-Answer";
/// The number of a policy, or `none`.
const POLICY: &str = "req.http.X-Corsac-Policy";

fn files(site: &Site<'_>) -> Vec<File> {
    vec![File {
        name: format!("{}.vcl", site.name),
        purpose: "beside the VCL file; its first lines say what to write there".to_owned(),
        text: subroutines(site),
    }]
}

fn subroutines(site: &Site<'_>) -> String {
    let mut text = Text::new(site);
    let name = &site.name;
    text.comment(&format!(
        "\nWrite these lines after the backends, before all other subroutines. Varnish joins subroutines\n\
         of the same name in the order of the file, and refuses a file in which a call is missing.\n\n\
         \tinclude \"{name}.vcl\";\n\
         \tsub vcl_recv {{ call {name}_recv; }}\n\
         \tsub vcl_req_method {{ call {name}_req_method; }}\n\
         \tsub vcl_backend_fetch {{ call {name}_backend_fetch; }}\n\
         \tsub vcl_deliver {{ call {name}_deliver; }}\n\
         \tsub vcl_synth {{ call {name}_synth; }}\n\n\
         If they are for some hosts only, write the same condition around each call, such as\n\
         `if (req.http.Host ~ \"(?i)^api\\.example\\.com(:|$)\")`, with `bereq` in `vcl_backend_fetch`.\n",
    ));
    text.rule("import std;");
    choose(&mut text, site);
    for (index, plan) in site.plans.iter().enumerate() {
        if site.paths.is_some() {
            text.blank();
            text.comment_plan(site, index);
        }
        if let Some(origins) = &plan.origins {
            origin(&mut text, &plan.name, origins);
        }
        if let Some(rejection) = &plan.rejection {
            reject(&mut text, &plan.name, rejection);
        }
        if site.paths.is_some() {
            text.sub(&plan.name, "recv");
            answer(&mut text, plan);
            text.close();
            text.sub(&plan.name, "headers");
            headers(&mut text, plan);
            text.close();
        }
    }
    recv(&mut text, site);
    other_methods(&mut text, name);
    text.sub(name, "backend_fetch");
    text.rule(&format!("unset be{ORIGIN};"));
    if site.paths.is_some() {
        text.rule(&format!("unset be{POLICY};"));
    }
    text.close();
    all_headers(&mut text, site);
    deliver(&mut text, name);
    text.text
}

impl Text {
    fn sub(&mut self, name: &str, of: &str) {
        self.blank();
        self.open(&format!("sub {name}_{of}"));
    }

    fn set(&mut self, header: &str, value: &str) {
        self.rule(&format!("set {header} = {value};"));
    }

    /// Ends a block, and starts another one.
    fn branch(&mut self, start: &str) {
        self.depth -= 1;
        self.open(start);
    }

    /// Starts a block for which one of the tests is true.
    pub(super) fn open_if(&mut self, tests: &[String], operator: &str) {
        let separator = format!("\n{}\t{operator} ", "\t".repeat(self.depth));
        self.open(&format!("if ({})", tests.join(&separator)));
    }

    /// Writes the end of the subroutine if one of the tests is true.
    pub(super) fn return_if(&mut self, tests: &[String]) {
        // One long expression takes the C compiler longer.
        for tests in tests.chunks(50) {
            self.open_if(tests, "||");
            self.rule("return;");
            self.close();
        }
    }
}

/// The longest list of origins that is compared text by text. Each comparison is C code, which takes a
/// millisecond to compile.
const LONGEST_LIST: usize = 200;

/// Returns expressions, one of which is true if `header` is one of these origins.
pub(super) fn tests(origins: &OriginList<'_>, header: &str) -> Vec<String> {
    let matches = |regex: String| format!("{header} ~ {}", quote_regex(&format!("^{regex}$")));
    let mut tests: Vec<String> = if origins.exact.len() <= LONGEST_LIST {
        origins.exact.iter().map(|origin| format!("{header} == {}", quote(origin))).collect()
    } else {
        // A regex has 64 KiB at most, compiled, and an origin fewer than 300 bytes.
        let regexes = origins.exact.chunks(100).map(|origins| {
            let origins: Vec<String> = origins.iter().map(|origin| escape::regex(origin)).collect();
            matches(format!("(?:{})", origins.join("|")))
        });
        regexes.collect()
    };
    tests.extend(origins.wildcards.iter().map(OriginRegex::pcre).map(matches));
    tests
}

/// Writes the subroutine that chooses a policy.
fn choose(text: &mut Text, site: &Site<'_>) {
    let Some(paths) = &site.paths else { return };
    let path = "req.http.X-Corsac-Path";
    text.blank();
    text.list_plans(site);
    text.open(&format!("sub {}_choose", site.name));
    text.comment("The path as it was sent. `http://example.com?a` has none.");
    text.set(path, r#"regsub(req.url, "\?.*$", "")"#);
    text.open(&format!("if ({path} == \"\")"));
    text.set(path, "\"/\"");
    text.close();
    let plain = quote_regex(&format!("^{}$", plain_pcre()));
    text.open(&format!("if ({path} !~ {plain})"));
    text.set(POLICY, "\"0\"");
    for choice in &paths.choices {
        text.branch(&format!("}} elsif ({path} ~ {})", quote_regex(&choice.regex)));
        text.set(POLICY, &quote(&choice.policy()));
    }
    text.branch("} else");
    text.set(POLICY, "\"0\"");
    text.close();
    text.rule(&format!("unset {path};"));
    text.close();
}

/// Runs one of several subroutines. Without a known policy it is that of policy 0, which denies.
fn run_chosen(text: &mut Text, site: &Site<'_>, of: &str) {
    text.open(&format!("if ({POLICY} == \"none\")"));
    text.rule("return;");
    for (index, plan) in site.plans.iter().enumerate().skip(1) {
        text.branch(&format!("}} elsif ({POLICY} == \"{index}\")"));
        text.rule(&format!("call {}_{of};", plan.name));
    }
    text.branch("} else");
    text.rule(&format!("call {}_0_{of};", site.name));
    text.close();
}

fn origin(text: &mut Text, name: &str, origins: &OriginList<'_>) {
    text.blank();
    text.comment(
        "Unsets the origin if it is not allowed.\n\
         A regex that is not anchored at both ends would allow look-alikes.",
    );
    text.open(&format!("sub {name}_origin"));
    text.return_if(&tests(origins, ORIGIN));
    text.rule(&format!("unset {ORIGIN};"));
    text.close();
}

fn recv(text: &mut Text, site: &Site<'_>) {
    text.sub(&site.name, "recv");
    text.comment("Never those of the client.");
    text.rule(&format!("unset {ORIGIN};"));
    text.rule(&format!("unset {ANSWER};"));
    if site.paths.is_some() {
        text.rule(&format!("call {}_choose;", site.name));
        run_chosen(text, site, "recv");
    } else {
        site.plans.iter().for_each(|plan| answer(text, plan));
    }
    text.close();
}

/// Answers preflights, and rejects.
fn answer(text: &mut Text, plan: &Plan<'_>) {
    let name = &plan.name;
    text.open("if (!req.http.Origin)");
    text.rule("return;");
    text.close();
    let mut denied = Vec::new();
    if plan.origins.is_some() {
        text.comment("Several lines become one, which matches nothing.");
        text.rule("std.collect(req.http.Origin, \", \");");
        text.set(ORIGIN, "req.http.Origin");
        text.rule(&format!("call {name}_origin;"));
        denied.push(format!("!{ORIGIN}"));
    }
    text.comment(
        "A preflight is `OPTIONS` with these two headers. Other `OPTIONS` are the service's.\n\
         Before authentication, because a preflight carries no credentials.",
    );
    text.open("if (req.method == \"OPTIONS\" && req.http.Access-Control-Request-Method)");
    text.comment("More than 1024 names or 16 KiB of them: no page asks for so many.");
    let names = "req.http.Access-Control-Request-Headers";
    text.rule(&format!("std.collect({names}, \",\");"));
    denied.push(format!("{names} ~ \"^.{{16385}}\""));
    denied.push(format!("regsuball({names}, \"[^,]+\", \"\") ~ \"^.{{1024}}\""));
    text.open_if(&denied, "||");
    if plan.origins.is_some() {
        text.rule(&format!("unset {ORIGIN};"));
    }
    text.set(ANSWER, "\"forbidden\"");
    // Fetch, "HTTP responses": "403 can be used".
    text.rule("return (synth(403));");
    text.close();
    text.set(ANSWER, "\"preflight\"");
    text.rule(&format!("return (synth({}));", plan.preflight_status.as_u16()));
    text.close();
    if plan.rejection.is_some() {
        text.open(&format!("if (!{ORIGIN})"));
        text.rule(&format!("call {name}_reject;"));
        text.close();
    }
}

fn other_methods(text: &mut Text, name: &str) {
    text.blank();
    text.comment(
        "Varnish pipes methods that it does not know, and a piped response passes unchanged.",
    );
    text.open(&format!("sub {name}_req_method"));
    let known = quote_regex("^(?:GET|HEAD|PUT|POST|TRACE|OPTIONS|DELETE|PATCH|CONNECT|PRI)$");
    text.open(&format!("if (req.method !~ {known})"));
    text.rule("return (pass);");
    text.close();
    text.close();
}

/// Writes the subroutine for the headers of every response.
fn all_headers(text: &mut Text, site: &Site<'_>) {
    text.blank();
    text.comment(
        "On every response, and not in the cache: one stored response serves every origin.",
    );
    text.open(&format!("sub {}_headers", site.name));
    if site.paths.is_some() {
        run_chosen(text, site, "headers");
    } else {
        site.plans.iter().for_each(|plan| headers(text, plan));
    }
    text.close();
}

fn headers(text: &mut Text, plan: &Plan<'_>) {
    text.comment(
        "The service behind may send CORS headers of its own: two of a kind make browsers refuse.",
    );
    for name in STRIPPED {
        text.rule(&format!("unset resp.http.{name};"));
    }
    vary(text, plan);
    if plan.origins.is_some() {
        text.comment("Again, because `std.rollback` brings the client's own X-Corsac-Origin back.");
        text.rule(&format!("call {}_origin;", plan.name));
        text.open(&format!("if (!{ORIGIN})"));
    } else {
        text.open(&format!("if ({ANSWER} == \"forbidden\")"));
    }
    text.rule("return;");
    text.close();
    let origin = if plan.origins.is_some() { ORIGIN } else { "\"*\"" };
    text.set("resp.http.Access-Control-Allow-Origin", origin);
    if plan.credentials {
        text.set("resp.http.Access-Control-Allow-Credentials", "\"true\"");
    }
    text.open(&format!("if ({ANSWER} == \"preflight\")"));
    text.comment("The full lists, which the browser compares with what it needs.");
    if let Some(methods) = &plan.methods {
        text.set("resp.http.Access-Control-Allow-Methods", &quote(methods));
        if plan.mirrors_method {
            add_method(text, methods);
        }
    }
    match &plan.request_headers {
        AllowHeaders::None => {}
        AllowHeaders::Listed(names) => {
            text.set("resp.http.Access-Control-Allow-Headers", &quote(names));
        }
        AllowHeaders::Mirrored => allow_any_header(text),
    }
    text.set("resp.http.Access-Control-Max-Age", &format!("\"{}\"", plan.max_age));
    if let Some(names) = &plan.exposed {
        text.branch("} else");
        text.set("resp.http.Access-Control-Expose-Headers", &quote(names));
    }
    text.close();
}

/// Adds what is missing to the names of the service. `*` stands for all names.
fn vary(text: &mut Text, plan: &Plan<'_>) {
    let (vary, name) = ("resp.http.Vary", plan.vary.actual);
    text.comment("Also if the origin is refused or missing: a cache must not mix up the answers.");
    text.open(&format!("if ({ANSWER})"));
    text.set(vary, &quote(plan.vary.preflight));
    if !name.is_empty() {
        text.branch("} else");
        text.rule(&format!("std.collect({vary}, \", \");"));
        text.open(&format!("if ({vary} !~ \"[^ ,]\")"));
        text.set(vary, &quote(name));
        let has_name = quote_regex(&format!(r"(?i)(?:^|,)[ \t]*(?:\*|{name})[ \t]*(?:,|$)"));
        text.branch(&format!("}} elsif ({vary} !~ {has_name})"));
        text.set(vary, &format!("{vary} + {}", quote(&format!(", {name}"))));
        text.close();
    }
    text.close();
}

fn add_method(text: &mut Text, methods: &str) {
    let requested = "req.http.Access-Control-Request-Method";
    let listed: Vec<String> = methods.split(", ").map(escape::regex).collect();
    let listed = quote_regex(&format!("^(?:{}|(?i:CONNECT|TRACE|TRACK))$", listed.join("|")));
    let name = quote_regex(&format!("^{NAME_BYTE}{{1,128}}$"));
    text.comment("The requested method, if it is another.");
    text.open_if(&[format!("{requested} ~ {name}"), format!("{requested} !~ {listed}")], "&&");
    let header = "resp.http.Access-Control-Allow-Methods";
    text.set(header, &format!("{header} + \", \" + {requested}"));
    text.close();
}

/// Mirrors the requested names. `*` would not cover `Authorization`, and nothing with credentials.
fn allow_any_header(text: &mut Text) {
    let header = "resp.http.Access-Control-Allow-Headers";
    let other = quote_regex(&format!(r"(?:^|(?<=,))[ \t]*+(?!{NAME_BYTE}++[ \t]*+(?:,|$))[^,]+"));
    text.comment("The requested names, without what is no name.");
    let names = "req.http.Access-Control-Request-Headers";
    text.set(header, &format!("regsuball({names}, {other}, \"\")"));
    text.open(&format!("if ({header} !~ {})", quote_regex(NAME_BYTE)));
    text.rule(&format!("unset {header};"));
    text.close();
}

fn deliver(text: &mut Text, name: &str) {
    text.sub(name, "deliver");
    text.rule(&format!("call {name}_headers;"));
    text.close();
    text.sub(name, "synth");
    text.rule(&format!("call {name}_headers;"));
    text.comment("The answer to a preflight has no body.");
    text.open(&format!("if ({ANSWER})"));
    text.rule("return (deliver);");
    text.close();
    text.close();
}
