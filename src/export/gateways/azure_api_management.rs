//! Azure API Management: elements of an API's policy.

use super::{
    super::{
        File,
        escape::xml as escape,
        loss::Loss,
        losses::When::{Always, Entries, If},
        plan::Plan,
        site::Site,
        target::Server,
    },
    NEUTRAL_HEADER, files_of,
    model::{AnyHeader, AnyMethod, Cut, Model, Wildcards, is_plain, no_wildcard},
};
use crate::export::generated;

pub(in super::super) static SERVER: Server = Server {
    name: "azure-api-management",
    files,
    chooses_by_path: false,
    losses: &[
        (Loss::NotRejected, If(|plan| plan.rejection.is_some())),
        (Loss::ExposedHeaders, Entries(|plan| MODEL.cut(plan).omitted_exposed)),
        (Loss::OmittedOrigins, Entries(|plan| MODEL.cut(plan).omitted_origins)),
        (Loss::OmittedMethods, Entries(|plan| MODEL.cut(plan).omitted_methods)),
        (Loss::OmittedHeaders, Entries(|plan| MODEL.cut(plan).omitted_headers)),
        (Loss::MaxAge, If(|plan| MODEL.cut(plan).max_age != plan.max_age)),
        (Loss::ServiceHeaders, Always),
        (Loss::SeveralLines, Always),
        (Loss::EmptyLines, Always),
        (Loss::SeparateVary, Always),
        (Loss::EarlyErrors, Always),
        (Loss::PreflightForm, Always),
        (Loss::StrayHeaders, Always),
        (Loss::EchoForAny, If(|plan| plan.origins.is_none())),
    ],
};

const MODEL: Model = Model {
    matches: is_plain,
    wildcards: Wildcards::Texts(no_wildcard),
    origins_max: usize::MAX,
    methods: &[],
    lists_safelisted: true,
    any_method: AnyMethod::Star,
    any_header: AnyHeader::StarAlone,
    headers_max: usize::MAX,
    exposes_any: true,
    max_age: 1..=0x7fff_ffff,
};

fn files(site: &Site<'_>) -> Vec<File> {
    files_of(site, &MODEL, |plan, cut| {
        vec![
            File {
                name: format!("{}.inbound.xml", site.name),
                purpose: "copy `cors` to the start of `inbound` in the policy of the API"
                    .to_owned(),
                text: inbound(site, plan, cut),
            },
            File {
                name: format!("{}.outbound.xml", site.name),
                purpose:
                    "copy `set-header` into `outbound` and into `on-error` in the policy of the API"
                        .to_owned(),
                text: outbound(site),
            },
        ]
    })
}

fn inbound(site: &Site<'_>, plan: &Plan<'_>, cut: &Cut) -> String {
    let mut xml = Xml::new(site);
    xml.comment(
        "Copy this element to the start of inbound, after base, so that authentication does not stop\n\
         preflights. The order of its parts has a meaning. A denied origin gets no CORS headers; without\n\
         the second attribute it would get an empty response.",
    );
    xml.start(
        "cors",
        &[
            ("allow-credentials", plan.credentials.to_string()),
            ("terminate-unmatched-request", "false".to_owned()),
        ],
    );
    xml.list("allowed-origins", &[], "origin", &cut.origins);
    let max_age = ("preflight-result-max-age", cut.max_age.to_string());
    xml.list("allowed-methods", &[max_age], "method", &cut.methods);
    let neutral = [NEUTRAL_HEADER.to_owned()];
    let headers = if cut.headers.is_empty() { &neutral } else { cut.headers.as_slice() };
    xml.list("allowed-headers", &[], "header", headers);
    if !cut.exposed.is_empty() {
        xml.list("expose-headers", &[], "header", &cut.exposed);
    }
    xml.end("cors");
    xml.text
}

fn outbound(site: &Site<'_>) -> String {
    let mut xml = Xml::new(site);
    xml.comment(
        "Copy this element into outbound and into on-error. A cache must not mix up the answers.",
    );
    xml.start("set-header", &[("name", "Vary".to_owned()), ("exists-action", "append".to_owned())]);
    xml.leaf("value", "Origin");
    xml.end("set-header");
    xml.text
}

struct Xml {
    text: String,
    depth: usize,
}

impl Xml {
    fn new(site: &Site<'_>) -> Self {
        let mut xml = Self { text: String::new(), depth: 0 };
        xml.comment(&generated(site));
        xml
    }

    /// A comment must not contain two hyphens.
    fn comment(&mut self, comment: &str) {
        self.line(&format!("<!-- {} -->", comment.replace('\n', "\n     ")));
    }

    fn line(&mut self, line: &str) {
        self.text.push_str(&"    ".repeat(self.depth));
        self.text.push_str(line);
        self.text.push('\n');
    }

    fn start(&mut self, tag: &str, attributes: &[(&str, String)]) {
        let attributes =
            attributes.iter().map(|(name, value)| format!(" {name}=\"{}\"", escape(value)));
        self.line(&format!("<{tag}{}>", attributes.collect::<String>()));
        self.depth += 1;
    }

    fn end(&mut self, tag: &str) {
        self.depth -= 1;
        self.line(&format!("</{tag}>"));
    }

    fn leaf(&mut self, tag: &str, text: &str) {
        self.line(&format!("<{tag}>{}</{tag}>", escape(text)));
    }

    fn list(&mut self, tag: &str, attributes: &[(&str, String)], each: &str, texts: &[String]) {
        self.start(tag, attributes);
        for text in texts {
            self.leaf(each, text);
        }
        self.end(tag);
    }
}
