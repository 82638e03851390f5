//! `corsac explain`: why a policy allows or refuses the request of a page, rule by rule.

use std::{fmt::Write as _, path::PathBuf};

use anstyle::{AnsiColor, Style};
use clap::Args;
use corsac::{
    Policy,
    explain::{Explanation, Topic},
    probe::PageRequest,
};
use serde::Serialize;

use crate::{
    arguments::ReportOptions,
    failure::{Failure, Verdict},
    finding::{Finding, Severity},
    policy_file::{Editor, Node, PolicyFile, for_files},
    report::Report,
};

/// Show why a policy allows or refuses a request, and the line that would allow it
#[derive(Debug, Args)]
pub struct Explain {
    /// The policy, in TOML, YAML or JSON; `-` is standard input [default: corsac.toml, here or above]
    #[arg(env = "CORSAC_FILE")]
    file: Option<PathBuf>,
    /// The origin of the page: `https://app.example.com`
    #[arg(long)]
    origin: String,
    /// The method of the request
    #[arg(long, default_value = "GET")]
    method: String,
    /// A request header that the page sets, such as `authorization` or `content-type: text/plain`
    #[arg(long = "header", short = 'H', value_name = "NAME[: VALUE]")]
    headers: Vec<String>,
    /// The page sends cookies: `credentials: "include"`
    #[arg(long)]
    credentials: bool,
    /// The path of the request, if the file has a policy for each path
    #[arg(long)]
    path: Option<String>,
    #[command(flatten)]
    report: ReportOptions,
}

/// One exchange of a browser with the service.
struct Exchange {
    /// `preflight` or `request`.
    kind: &'static str,
    /// In words: `OPTIONS, before PUT`.
    title: String,
    explanation: Explanation,
}

impl Explain {
    pub fn run(self, quiet: bool) -> Result<Verdict, Failure> {
        let page = self.page()?;
        let file = PolicyFile::read(self.file.as_deref(), quiet)?;
        let (tree, policies) = file.load()?;
        let name = &file.source.name;
        let path = match (&self.path, policies.has_paths()) {
            (Some(path), _) if !path.starts_with('/') => {
                return Err(Failure::input(format_args!(
                    "path {path:?}: a path starts with a slash; leave out the scheme and the host"
                )));
            }
            (Some(path), _) => path,
            (None, false) => "/",
            (None, true) => {
                return Err(Failure::input(format_args!(
                    "{name} has a policy for each path; add the path of the request, such as `--path /`"
                )));
            }
        };
        let mut report = Report { command: "explain", ..Report::default() };
        let case = format!("{} from {}", page.request().method(), self.origin);
        match policies.get(path) {
            None => {
                let message = format!("no policy for {path:?}: corsac adds no CORS header there");
                report.findings.push(Finding::new("no-policy", Severity::Error, message));
            }
            Some(policy) => {
                let fields =
                    policies.prefix_of(path).map_or(Some(&tree), |prefix| tree.get(prefix));
                self.explain(&page, &file, fields.unwrap_or(&tree), &policy, &mut report);
            }
        }
        for finding in &mut report.findings {
            finding.case = Some(case.clone());
        }
        let summary = if report.findings.is_empty() {
            "allowed: the page may send this request and read the response"
        } else {
            "refused: a browser would block this request, or keep the response from the page"
        };
        report.summary = String::from(summary);
        report.cases.push(case);
        report.finish(&self.report)
    }

    fn page(&self) -> Result<PageRequest, Failure> {
        // The decision does not depend on the host.
        let page = PageRequest::new("https://service.invalid/", &self.origin);
        let page = page.and_then(|page| page.method(&self.method));
        let page = self.headers.iter().fold(page, |page, header| {
            let (name, value) = header.split_once(':').unwrap_or((header, ""));
            page.and_then(|page| page.header(name.trim(), value.trim()))
        });
        page.map_err(Failure::input)
    }

    fn explain(
        &self,
        page: &PageRequest,
        file: &PolicyFile,
        fields: &Node,
        policy: &Policy,
        report: &mut Report,
    ) {
        let exchanges = exchanges(page, policy);
        for exchange in &exchanges {
            report.body.push_str(&exchange.to_text());
        }
        report.details =
            serde_json::to_value(exchanges.iter().map(Details::new).collect::<Vec<_>>())
                .ok()
                .map(|value| ("exchanges", value));
        let refusing = exchanges.iter().find(|exchange| !exchange.explanation.is_allowed());
        if let Some(exchange) = refusing {
            report.findings.extend(refusals(&exchange.explanation, file, fields));
        } else if self.credentials && !allows_credentials(policy, &self.origin) {
            let message = "the page sends credentials, and the policy does not allow them";
            let place = file.place(fields.locate("allow_credentials"));
            report.findings.push(
                Finding::new("credentials", Severity::Error, message).at(place).with_help(Some(
                    "set `allow_credentials` to true, if the origin is trusted".into(),
                )),
            );
        }
    }
}

fn exchanges(page: &PageRequest, policy: &Policy) -> Vec<Exchange> {
    let request = page.request();
    let mut exchanges = Vec::new();
    if let Some(preflight) = page.preflight() {
        let explanation = policy.explain(preflight.method(), preflight.headers());
        let is_allowed = explanation.is_allowed();
        let title = format!("OPTIONS, which the browser sends before {}", request.method());
        exchanges.push(Exchange { kind: "preflight", title, explanation });
        // Fetch, "HTTP fetch": without an allowed preflight, there is no request.
        if !is_allowed {
            return exchanges;
        }
    }
    let explanation = policy.explain(request.method(), request.headers());
    exchanges.push(Exchange { kind: "request", title: request.method().to_string(), explanation });
    exchanges
}

/// Returns a finding for each rule that refuses, with the entry to add to the file.
fn refusals(explanation: &Explanation, file: &PolicyFile, fields: &Node) -> Vec<Finding> {
    let editor = Editor::new(file, fields);
    let is_refusal =
        |step: &&corsac::explain::Step| step.is_refusal() && step.topic() != Topic::Verdict;
    let refusals = explanation.steps().iter().filter(is_refusal);
    refusals
        .map(|step| {
            let (id, field) = match step.topic() {
                Topic::Method => ("method", "allow_methods"),
                Topic::Header => ("header", "allow_headers"),
                _ => ("origin", "allow_origins"),
            };
            let mut finding = Finding::new(id, Severity::Error, for_files(step.text()));
            let remedy = explanation.remedies().iter().find(|remedy| match id {
                "origin" => !["allow_methods", "allow_headers"].contains(&remedy.setter()),
                _ => remedy.setter() == field,
            });
            let span = fields.locate(field).or_else(|| fields.locate("allow_origins"));
            finding.place = Some(file.place(span));
            if let Some(remedy) = remedy {
                let values: Vec<_> =
                    remedy.values().iter().map(|value| format!("{value:?}")).collect();
                let check = if remedy.is_look_alike() {
                    ", but it looks like an allowed one: check that it is really your page"
                } else {
                    ""
                };
                let help = format!("add {} to `{}`{check}", values.join(", "), remedy.setter());
                finding.help = Some(help);
                finding.edit = editor.add(remedy.setter(), remedy.values());
            }
            finding
        })
        .collect()
}

/// Returns whether the response to the page allows credentials.
fn allows_credentials(policy: &Policy, origin: &str) -> bool {
    policy.check(origin).headers().contains_key("access-control-allow-credentials")
}

impl Exchange {
    /// The verdict is left out, because it names builder code.
    fn steps(&self) -> impl Iterator<Item = &corsac::explain::Step> {
        self.explanation.steps().iter().filter(|step| step.topic() != Topic::Verdict)
    }

    fn to_text(&self) -> String {
        let title = Style::new().bold();
        let refusal = Style::new().fg_color(Some(AnsiColor::BrightRed.into()));
        // Writing to a `String` never fails.
        let mut text = format!("{title}{}: {}{title:#}\n", self.kind, self.title);
        for step in self.steps() {
            let style = if step.is_refusal() { refusal } else { Style::new() };
            _ = writeln!(text, "{style}{}{style:#}", for_files(&step.to_string()));
        }
        text.push('\n');
        text
    }
}

#[derive(Serialize)]
struct Details {
    kind: &'static str,
    allowed: bool,
    steps: Vec<DetailedStep>,
}

#[derive(Serialize)]
struct DetailedStep {
    topic: &'static str,
    refuses: bool,
    text: String,
    section: &'static str,
}

impl Details {
    fn new(exchange: &Exchange) -> Self {
        let steps = exchange.steps().map(|step| DetailedStep {
            topic: step.topic().as_str(),
            refuses: step.is_refusal(),
            text: for_files(step.text()),
            section: step.section(),
        });
        Self {
            kind: exchange.kind,
            allowed: exchange.explanation.is_allowed(),
            steps: steps.collect(),
        }
    }
}
