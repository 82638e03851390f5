//! Varnish: a file of subroutines to include, and the lines that call them.

use super::{
    File, Text,
    escape::{self, vcl as quote, vcl_regex as quote_regex},
    loss::{
        Loss,
        When::{Always, If},
    },
    origins::{OriginList, OriginRegex},
    plan::{AllowHeaders, NAME_BYTE, Plan, Rejection, STRIPPED, own_host_pcre},
    site::Site,
    target::Server,
};

pub(super) static SERVER: Server = Server {
    name: "varnish",
    files,
    chooses_by_path: false,
    losses: &[
        (Loss::ExposedHeaders, If(|plan| plan.exposes_present_headers)),
        (Loss::ForwardedHosts, If(|plan| plan.trusts_forwarded_headers())),
        (Loss::MalformedOrigins, If(|plan| plan.matches_malformed())),
        (Loss::SeveralLines, Always),
        (Loss::PipedResponses, Always),
        (Loss::EarlyErrors, Always),
    ],
};

fn files(site: &Site<'_>) -> Vec<File> {
    let files = site.plans.iter().map(|plan| File {
        name: format!("{}.vcl", site.name),
        purpose: "beside the VCL file; its first lines say what to write there".to_owned(),
        text: subroutines(site, plan),
    });
    files.collect()
}

fn subroutines(site: &Site<'_>, plan: &Plan<'_>) -> String {
    let mut text = Text::new(site);
    text.comment(
        "\nWrite these lines after the backends, before all other subroutines. Varnish joins subroutines\n\
         of the same name in the order of the file, and refuses a file in which a call is missing.\n\n\
         \tinclude \"corsac.vcl\";\n\
         \tsub vcl_recv { call corsac_recv; }\n\
         \tsub vcl_req_method { call corsac_req_method; }\n\
         \tsub vcl_backend_fetch { call corsac_backend_fetch; }\n\
         \tsub vcl_deliver { call corsac_deliver; }\n\
         \tsub vcl_synth { call corsac_synth; }\n",
    );
    text.line(format_args!("import std;"));
    if let Some(origins) = &plan.origins {
        origin(&mut text, origins);
    }
    if let Some(rejection) = &plan.rejection {
        reject(&mut text, rejection);
    }
    recv(&mut text, plan);
    other_methods(&mut text);
    backend_fetch(&mut text);
    headers(&mut text, plan);
    deliver(&mut text);
    text.text
}

/// The request's origin, as it came. A subroutine unsets it if it is not allowed.
const ORIGIN: &str = "req.http.X-Corsac-Origin";
/// `preflight` or `forbidden`, if this file answers.
const ANSWER: &str = "req.http.X-Corsac-Answer";

impl Text {
    fn vcl(&mut self, depth: usize, line: &str) {
        self.line(format_args!("{}{line}", "    ".repeat(depth)));
    }

    fn vcl_comment(&mut self, depth: usize, comment: &str) {
        for line in comment.lines() {
            self.vcl(depth, &format!("# {line}"));
        }
    }

    fn sub(&mut self, name: &str) {
        self.blank();
        self.line(format_args!("sub corsac_{name} {{"));
    }

    /// Writes the end of the subroutine if one of the tests is true.
    fn return_if(&mut self, depth: usize, tests: &[String]) {
        let separator = format!("\n{}|| ", "    ".repeat(depth + 1));
        // One long expression takes the C compiler longer.
        for tests in tests.chunks(50) {
            self.vcl(depth, &format!("if ({}) {{ return; }}", tests.join(&separator)));
        }
    }
}

/// The longest list of origins that is compared text by text. Each comparison is C code, which takes a
/// millisecond to compile.
const LONGEST_LIST: usize = 200;

/// Returns expressions, one of which is true if `header` is one of these origins.
fn tests(origins: &OriginList<'_>, header: &str) -> Vec<String> {
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

fn origin(text: &mut Text, origins: &OriginList<'_>) {
    text.blank();
    text.comment(
        "Unsets the origin if it is not allowed.\n\
         A regex that is not anchored at both ends would allow look-alikes.",
    );
    text.line(format_args!("sub corsac_origin {{"));
    text.return_if(1, &tests(origins, ORIGIN));
    text.vcl(1, &format!("unset {ORIGIN};"));
    text.vcl(0, "}");
}

fn recv(text: &mut Text, plan: &Plan<'_>) {
    text.sub("recv");
    text.vcl_comment(1, "Never those of the client.");
    text.vcl(1, &format!("unset {ORIGIN};"));
    text.vcl(1, &format!("unset {ANSWER};"));
    text.vcl(1, "if (!req.http.Origin) { return; }");
    let mut denied = Vec::new();
    if plan.origins.is_some() {
        text.vcl_comment(1, "Several lines become one, which matches nothing.");
        text.vcl(1, "std.collect(req.http.Origin, \", \");");
        text.vcl(1, &format!("set {ORIGIN} = req.http.Origin;"));
        text.vcl(1, "call corsac_origin;");
        denied.push(format!("!{ORIGIN}"));
    }
    text.vcl_comment(
        1,
        "A preflight is `OPTIONS` with these two headers. Other `OPTIONS` are the service's.\n\
         Before authentication, because a preflight carries no credentials.",
    );
    text.vcl(1, "if (req.method == \"OPTIONS\" && req.http.Access-Control-Request-Method) {");
    text.vcl_comment(2, "More than 1024 names or 16 KiB of them: no page asks for so many.");
    let names = "req.http.Access-Control-Request-Headers";
    text.vcl(2, &format!("std.collect({names}, \",\");"));
    denied.push(format!("{names} ~ \"^.{{16385}}\""));
    denied.push(format!("regsuball({names}, \"[^,]+\", \"\") ~ \"^.{{1024}}\""));
    text.vcl(2, &format!("if ({}) {{", denied.join("\n            || ")));
    if plan.origins.is_some() {
        text.vcl(3, &format!("unset {ORIGIN};"));
    }
    text.vcl(3, &format!("set {ANSWER} = \"forbidden\";"));
    // Fetch, "HTTP responses": "403 can be used".
    text.vcl(3, "return (synth(403));");
    text.vcl(2, "}");
    text.vcl(2, &format!("set {ANSWER} = \"preflight\";"));
    text.vcl(2, &format!("return (synth({}));", plan.preflight_status.as_u16()));
    text.vcl(1, "}");
    if plan.rejection.is_some() {
        text.vcl(1, &format!("if (!{ORIGIN}) {{ call corsac_reject; }}"));
    }
    text.vcl(0, "}");
}

/// Answers requests that come neither from an own page nor from a trusted sender.
fn reject(text: &mut Text, rejection: &Rejection<'_>) {
    text.sub("reject");
    text.vcl_comment(
        1,
        "The service's own pages: `Sec-Fetch-Site` decides, which no page can forge.",
    );
    text.vcl(1, "if (req.http.Sec-Fetch-Site == \"same-origin\") { return; }");
    text.vcl(1, "if (!req.http.Sec-Fetch-Site) {");
    if rejection.own_origins.is_empty() {
        text.vcl_comment(2, "Without it, pages whose host and port are those of the request.");
    }
    text.return_if(2, &own_pages(rejection, "https"));
    let http = own_pages(rejection, "http");
    if !http.is_empty() {
        text.vcl_comment(
            2,
            "A plain http page is not the service's own if the request came over https. Varnish\n\
             keeps the scheme of HTTP/2 as a header.",
        );
        text.vcl(2, "std.collect(req.http.X-Forwarded-Proto, \",\");");
        text.vcl(2, "std.collect(req.http.Forwarded, \",\");");
        let separator = "\n            && ";
        let plain = [
            "std.port(server.ip) != 443".to_owned(),
            "!(req.proto == \"HTTP/2.0\" && req.http.scheme ~ \"(?i)^(?:https|wss)$\")".to_owned(),
            format!(
                "req.http.X-Forwarded-Proto !~ {}",
                quote_regex(r"(?i)(?:^|,)[ \t]*(?:https|wss)[ \t]*(?:,|$)")
            ),
            format!(
                "req.http.Forwarded !~ {}",
                quote_regex(r#"(?i)(?:^|[,;])[ \t]*proto="?(?:https|wss)"?[ \t]*(?:[,;]|$)"#)
            ),
        ];
        text.vcl(2, &format!("if ({}) {{", plain.join(separator)));
        text.return_if(3, &http);
        text.vcl(2, "}");
    }
    text.vcl(1, "}");
    if !rejection.senders.is_empty() {
        text.vcl_comment(
            1,
            "Trusted senders. A page that opens a WebSocket reads, so handshakes are not covered.",
        );
        text.vcl(1, "std.collect(req.http.Upgrade, \",\");");
        let websocket = quote_regex(r"(?i)(?:^|,)[ \t]*websocket[ \t]*(?:,|$)");
        text.vcl(
            1,
            &format!("if (!req.http.Sec-WebSocket-Key && req.http.Upgrade !~ {websocket}) {{"),
        );
        text.return_if(2, &tests(&rejection.senders, "req.http.Origin"));
        text.vcl(1, "}");
    }
    text.vcl(1, &format!("return (synth({}));", rejection.status.as_u16()));
    text.vcl(0, "}");
}

/// Returns expressions, one of which is true if the origin is an own one of this scheme.
fn own_pages(rejection: &Rejection<'_>, scheme: &str) -> Vec<String> {
    if rejection.own_origins.is_empty() {
        let page = "req.http.Origin + \" \" + req.http.Host";
        let regexes = own_host_pcre(scheme).map(|regex| quote_regex(&format!("^{regex}$")));
        return regexes.map(|regex| format!("{page} ~ {regex}")).to_vec();
    }
    let is_http = |own: &&String| own.starts_with("http://") == (scheme == "http");
    let own = rejection.own_origins.iter().filter(is_http);
    own.map(|own| format!("req.http.Origin == {}", quote(own))).collect()
}

fn other_methods(text: &mut Text) {
    text.blank();
    text.comment(
        "Varnish pipes methods that it does not know, and a piped response passes unchanged.",
    );
    text.line(format_args!("sub corsac_req_method {{"));
    let known = "^(?:GET|HEAD|PUT|POST|TRACE|OPTIONS|DELETE|PATCH|CONNECT|PRI)$";
    text.vcl(1, &format!("if (req.method !~ {}) {{ return (pass); }}", quote_regex(known)));
    text.vcl(0, "}");
}

fn backend_fetch(text: &mut Text) {
    text.sub("backend_fetch");
    text.vcl(1, &format!("unset be{ORIGIN};"));
    text.vcl(0, "}");
}

fn headers(text: &mut Text, plan: &Plan<'_>) {
    text.blank();
    text.comment(
        "On every response, and not in the cache: one stored response serves every origin.",
    );
    text.line(format_args!("sub corsac_headers {{"));
    text.vcl_comment(
        1,
        "The service behind may send CORS headers of its own: two of a kind make browsers refuse.",
    );
    for name in STRIPPED {
        text.vcl(1, &format!("unset resp.http.{name};"));
    }
    vary(text, plan);
    if plan.origins.is_some() {
        text.vcl_comment(
            1,
            "Again, because `std.rollback` brings the client's own X-Corsac-Origin back.",
        );
        text.vcl(1, "call corsac_origin;");
        text.vcl(1, &format!("if (!{ORIGIN}) {{ return; }}"));
    } else {
        text.vcl(1, &format!("if ({ANSWER} == \"forbidden\") {{ return; }}"));
    }
    let set = |text: &mut Text, depth, name: &str, value: &str| {
        text.vcl(depth, &format!("set resp.http.{name} = {value};"));
    };
    let origin = if plan.origins.is_some() { ORIGIN } else { "\"*\"" };
    set(text, 1, "Access-Control-Allow-Origin", origin);
    if plan.credentials {
        set(text, 1, "Access-Control-Allow-Credentials", "\"true\"");
    }
    text.vcl(1, &format!("if ({ANSWER} == \"preflight\") {{"));
    text.vcl_comment(2, "The full lists, which the browser compares with what it needs.");
    if let Some(methods) = &plan.methods {
        set(text, 2, "Access-Control-Allow-Methods", &quote(methods));
        if plan.mirrors_method {
            add_method(text, methods);
        }
    }
    match &plan.request_headers {
        AllowHeaders::None => {}
        AllowHeaders::Listed(names) => {
            set(text, 2, "Access-Control-Allow-Headers", &quote(names));
        }
        AllowHeaders::Mirrored => allow_any_header(text),
    }
    set(text, 2, "Access-Control-Max-Age", &format!("\"{}\"", plan.max_age));
    if let Some(names) = &plan.exposed {
        text.vcl(1, "} else {");
        set(text, 2, "Access-Control-Expose-Headers", &quote(names));
    }
    text.vcl(1, "}");
    text.vcl(0, "}");
}

/// Adds what is missing to the names of the service. `*` stands for all names.
fn vary(text: &mut Text, plan: &Plan<'_>) {
    text.vcl_comment(
        1,
        "Also if the origin is refused or missing: a cache must not mix up the answers.",
    );
    let of_preflight = quote(plan.vary.preflight);
    text.vcl(1, &format!("if ({ANSWER}) {{"));
    text.vcl(2, &format!("set resp.http.Vary = {of_preflight};"));
    let name = plan.vary.actual;
    if !name.is_empty() {
        text.vcl(1, "} else {");
        text.vcl(2, "std.collect(resp.http.Vary, \", \");");
        let has_name = quote_regex(&format!(r"(?i)(?:^|,)[ \t]*(?:\*|{name})[ \t]*(?:,|$)"));
        text.vcl(2, "if (resp.http.Vary !~ \"[^ ,]\") {");
        text.vcl(3, &format!("set resp.http.Vary = {};", quote(name)));
        text.vcl(2, &format!("}} elsif (resp.http.Vary !~ {has_name}) {{"));
        let added = quote(&format!(", {name}"));
        text.vcl(3, &format!("set resp.http.Vary = resp.http.Vary + {added};"));
        text.vcl(2, "}");
    }
    text.vcl(1, "}");
}

fn add_method(text: &mut Text, methods: &str) {
    let requested = "req.http.Access-Control-Request-Method";
    let listed: Vec<String> = methods.split(", ").map(escape::regex).collect();
    let listed = format!("^(?:{}|(?i:CONNECT|TRACE|TRACK))$", listed.join("|"));
    let name = quote_regex(&format!("^{NAME_BYTE}{{1,128}}$"));
    text.vcl_comment(2, "The requested method, if it is another.");
    text.vcl(
        2,
        &format!("if ({requested} ~ {name} && {requested} !~ {}) {{", quote_regex(&listed)),
    );
    let header = "resp.http.Access-Control-Allow-Methods";
    text.vcl(3, &format!("set {header} = {header} + \", \" + {requested};"));
    text.vcl(2, "}");
}

/// Mirrors the requested names. `*` would not cover `Authorization`, and nothing with credentials.
fn allow_any_header(text: &mut Text) {
    let header = "resp.http.Access-Control-Allow-Headers";
    let other = format!(r"(?:^|(?<=,))[ \t]*+(?!{NAME_BYTE}++[ \t]*+(?:,|$))[^,]+");
    text.vcl_comment(2, "The requested names, without what is no name.");
    text.vcl(
        2,
        &format!(
            "set {header} = regsuball(req.http.Access-Control-Request-Headers, {}, \"\");",
            quote_regex(&other)
        ),
    );
    let name = quote_regex(NAME_BYTE);
    text.vcl(2, &format!("if ({header} !~ {name}) {{ unset {header}; }}"));
}

fn deliver(text: &mut Text) {
    text.sub("deliver");
    text.vcl(1, "call corsac_headers;");
    text.vcl(0, "}");
    text.sub("synth");
    text.vcl(1, "call corsac_headers;");
    text.vcl_comment(1, "The answer to a preflight has no body.");
    text.vcl(1, &format!("if ({ANSWER}) {{ return (deliver); }}"));
    text.vcl(0, "}");
}
