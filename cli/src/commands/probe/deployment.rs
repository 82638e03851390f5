//! A running server beside a policy.

use std::sync::Arc;

use clap::Args;
use corsac::probe::{self, Check, Exchange, Grade};
use http::{Uri, header::ORIGIN};
use serde_json::json;

use super::{Probe, block_on, profile};
use crate::{
    failure::{Failure, Verdict},
    finding::{Finding, Place, Severity},
    net::send_all,
    policy_file::{Node, Policies, PolicyFile},
    report::Report,
};

#[derive(Debug, Args)]
#[command(next_help_heading = "With a policy")]
pub struct Options {
    /// One more path with the same policy, such as one whose answer is an error
    #[arg(long = "path", value_name = "PATH")]
    paths: Vec<String>,
    /// A path that must have no CORS
    #[arg(long = "path-without-cors", value_name = "PATH")]
    without_cors: Vec<String>,
    /// A response header that only the app sends, so that a preflight that has it reached the app
    #[arg(long, value_name = "NAME")]
    app_header: Option<http::HeaderName>,
    /// How often one request is repeated on new connections [default: 2]
    #[arg(long, value_name = "TIMES", value_parser = clap::value_parser!(u8).range(..=50))]
    repeat: Option<u8>,
    /// Accept the losses of this target of `corsac export`
    #[arg(long, value_name = "TARGET")]
    profile: Option<String>,
    /// Accept the findings of a check
    #[arg(long, value_name = "CHECK", value_parser = check)]
    accept: Vec<Check>,
}

impl Options {
    /// Fails if one of the options is set, which only a policy gives a meaning.
    pub fn refuse_without_policy(&self) -> Result<(), Failure> {
        let Self { paths, without_cors, app_header, repeat, profile, accept } = self;
        let set = [
            ("--path", !paths.is_empty()),
            ("--path-without-cors", !without_cors.is_empty()),
            ("--app-header", app_header.is_some()),
            ("--repeat", repeat.is_some()),
            ("--profile", profile.is_some()),
            ("--accept", !accept.is_empty()),
        ];
        match set.iter().find(|(_, is_set)| *is_set) {
            Some((name, _)) => Err(Failure::input(format_args!(
                "`{name}` needs a policy; write its file before the URL"
            ))),
            None => Ok(()),
        }
    }
}

fn check(id: &str) -> Result<Check, String> {
    Check::from_id(id).ok_or_else(|| {
        let ids: Vec<&str> = Check::ALL.iter().map(|check| check.id()).collect();
        format!("there is no such check; the checks are {}", ids.join(", "))
    })
}

impl Probe {
    pub(super) fn compare(
        self,
        file: &PolicyFile,
        url: &str,
        quiet: bool,
    ) -> Result<Verdict, Failure> {
        for (name, is_set) in [
            ("--method", self.method.is_some()),
            ("--credentials", self.credentials),
            ("--send", self.send),
        ] {
            if is_set {
                return Err(Failure::input(format_args!(
                    "`{name}` is about one request of a page, and a policy leads to many; leave the file \
                     out and write `--origin`"
                )));
            }
        }
        let (tree, policies) = file.load()?;
        let subject = self.subject(url, &policies, &file.source.name)?;
        let client = self.client(url)?;
        let exchanges = subject.exchanges();
        if !quiet {
            anstream::eprintln!("asking {url}: up to {} requests", exchanges.len());
        }
        let sent = block_on(send_all(client, exchanges.clone()))?.map_err(Failure::no_verdict)?;
        let judged = subject.judge(&exchanges, &sent.answers);
        if !quiet {
            self.print_notes(&judged);
        }
        let places = Places { file, tree: &tree, policies: &policies, exchanges: &exchanges };
        let verdict = report(url, &judged, &places).finish(&self.report)?;
        match sent.error {
            // A finding is a verdict, whatever the other requests would have shown.
            Some(error) if verdict == Verdict::Success && judged.unanswered() > 0 => {
                Err(Failure::no_verdict(format_args!(
                    "{error} ({} of the requests have no answer)",
                    judged.unanswered()
                )))
            }
            _ => Ok(verdict),
        }
    }

    fn subject(&self, url: &str, policies: &Policies, file: &str) -> Result<probe::Probe, Failure> {
        let options = &self.deployment;
        let path = url.parse::<Uri>().map(|url| url.path().to_owned()).unwrap_or_default();
        let Some(policy) = policies.get(&path) else {
            return Err(Failure::input(format_args!(
                "{file} has no policy for the path {path:?} of the URL"
            )));
        };
        let mut subject = probe::Probe::new(url, policy.clone()).map_err(Failure::input)?;
        for (prefix, other) in policies.list() {
            if let Some(prefix) = prefix.filter(|_| !Arc::ptr_eq(&other, &policy)) {
                subject = subject.path(prefix, other).map_err(Failure::input)?;
            }
        }
        for path in &options.paths {
            subject = subject.path(path, policy.clone()).map_err(Failure::input)?;
        }
        for path in &options.without_cors {
            subject = subject.path_without_cors(path).map_err(Failure::input)?;
        }
        for (name, value) in self.headers() {
            subject = subject.header(name, value).map_err(Failure::input)?;
        }
        for origin in &self.origin {
            subject = subject.origin(origin).map_err(Failure::input)?;
        }
        if let Some(name) = &options.app_header {
            subject = subject.app_header(name.clone());
        }
        if let Some(times) = options.repeat {
            subject = subject.repeat(usize::from(times));
        }
        if let Some(target) = &options.profile {
            subject = profile::accept(subject, target, &policy)?;
        }
        for check in &options.accept {
            subject = subject.accept(*check);
        }
        Ok(subject.curl_options(&self.curl_options(url)))
    }

    fn print_notes(&self, judged: &probe::Report) {
        for note in judged.notes() {
            anstream::eprintln!("note: {note}");
        }
        if !judged.accepted().is_empty() {
            let ids: Vec<&str> = judged.accepted().iter().map(|check| check.id()).collect();
            anstream::eprintln!("note: accepted: {}", ids.join(", "));
        }
        if self.network.trust.insecure {
            anstream::eprintln!("note: the certificate was not checked");
        }
    }
}

/// The file that the findings are about.
struct Places<'a> {
    file: &'a PolicyFile,
    tree: &'a Node,
    policies: &'a Policies,
    exchanges: &'a [Exchange],
}

fn report(url: &str, judged: &probe::Report, places: &Places<'_>) -> Report {
    let findings = judged.findings().iter().map(|it| finding(it, places)).collect();
    let cases = Check::ALL.iter().map(|check| check.id().to_owned()).collect();
    let details = json!({
        "requests": judged.answered(),
        "unanswered": judged.unanswered(),
        "accepted": judged.accepted().iter().map(|check| check.id()).collect::<Vec<_>>(),
        "notes": judged.notes(),
    });
    let details = Some(("probe", details));
    let mut report = Report { command: "probe", findings, cases, details, ..Report::default() };
    let requests = judged.answered();
    let counted = |severity, one: &str, many: &str| match report.count(severity) {
        0 => None,
        1 => Some(format!("1 {one}")),
        count => Some(format!("{count} {many}")),
    };
    let counts = [
        counted(Severity::Error, "error", "errors"),
        counted(Severity::Hygiene, "finding of hygiene", "findings of hygiene"),
    ];
    let counts: Vec<String> = counts.into_iter().flatten().collect();
    report.summary = match counts.as_slice() {
        [] => format!("{url}: {requests} requests, and each answer is as the policy says"),
        counts => format!("{url}: {requests} requests, {}", counts.join(", ")),
    };
    report
}

fn finding(found: &probe::Finding, places: &Places<'_>) -> Finding {
    let check = found.check();
    let severity = match found.grade() {
        Grade::Outcome => Severity::Error,
        _ => Severity::Hygiene,
    };
    let mut finding = Finding::new(check.id(), severity, check.meaning())
        .at(places.of(found))
        .with_note("request", found.curl())
        .with_note("expected", found.expected())
        .with_note("seen", found.seen());
    finding = match found.others() {
        0 => finding,
        1 => finding.with_note("others", "1 more request shows it"),
        others => finding.with_note("others", format!("{others} more requests show it")),
    };
    if let Some(cause) = found.cause() {
        finding = finding.with_note("cause", format!("{} ({})", cause.meaning(), cause.id()));
    }
    finding.case = Some(check.id().to_owned());
    finding.with_help(Some(found.remedy().to_owned()))
}

impl Places<'_> {
    /// The line of the policy that the answer contradicts.
    fn of(&self, found: &probe::Finding) -> Place {
        let request = self.exchanges.get(found.exchange()).map(Exchange::request);
        let prefix = request.and_then(|request| self.policies.prefix_of(request.uri().path()));
        let tree = prefix.and_then(|prefix| self.tree.get(prefix)).unwrap_or(self.tree);
        let origin =
            request.and_then(|it| it.headers().get(ORIGIN)).and_then(|origin| origin.to_str().ok());
        let entry = origin.and_then(|origin| tree.locate_entry("allow_origins", origin));
        let field = match found.check() {
            Check::MethodMissing | Check::MethodUnwanted | Check::AllowMethodsMalformed => {
                "allow_methods"
            }
            Check::HeaderMissing | Check::HeaderUnwanted | Check::AllowHeadersMalformed => {
                "allow_headers"
            }
            Check::ExposedHeaderMissing | Check::ExposedHeaderUnwanted => "expose_headers",
            Check::CredentialsMissing | Check::CredentialsUnwanted => "allow_credentials",
            Check::MaxAgeDiffers => "max_age",
            Check::NotRejected => "enforcement",
            _ => "allow_origins",
        };
        let of_field = || tree.locate(field).or_else(|| tree.locate("allow_origins"));
        let span = if field == "allow_origins" { entry.or_else(of_field) } else { of_field() };
        self.file.place(span)
    }
}
