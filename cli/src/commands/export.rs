//! `corsac export`: a policy as the configuration of a proxy or gateway.

use std::{
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use clap::{Args, builder::PossibleValuesParser};
use corsac::export::{Export as Exported, ExportError, Loss, Target};
use serde::Serialize;

use super::{create_folder, write_files};
use crate::{
    arguments::ReportOptions,
    failure::{Failure, Verdict},
    finding::{Finding, Place, Severity, Source},
    format::Format,
    line_diff,
    policy_file::{Node, Policies, PolicyFile},
    report::Report,
};

/// Write a policy as the configuration of a proxy or gateway
#[derive(Debug, Args)]
#[command(allow_missing_positional = true)]
pub struct Export {
    /// The policy, in TOML, YAML or JSON; `-` is standard input [default: corsac.toml, here or above]
    file: Option<PathBuf>,
    /// The proxy or gateway
    #[arg(value_parser = PossibleValuesParser::new(Target::names()))]
    target: String,
    /// Write the files to this folder, and not to standard output
    #[arg(long, value_name = "DIR", env = "CORSAC_OUT")]
    out: Option<PathBuf>,
    /// Write nothing: find files in the folder that differ from the policy
    #[arg(long, requires = "out")]
    check: bool,
    /// Accept that the target differs from the policy in this way
    #[arg(long, value_name = "LOSS", value_delimiter = ',', value_parser = loss)]
    #[arg(env = "CORSAC_ACCEPT_LOSS")]
    accept_loss: Vec<Loss>,
    /// A name for the files and the variables in them, if a server has several exports
    #[arg(long)]
    name: Option<String>,
    #[command(flatten)]
    report: ReportOptions,
}

impl Export {
    pub fn run(self, quiet: bool) -> Result<Verdict, Failure> {
        let file = PolicyFile::read(self.file.as_deref(), quiet)?;
        let (tree, policies) = file.load()?;
        let warnings: usize =
            policies.list().iter().map(|(_, policy)| policy.warnings().len()).sum();
        if warnings > 0 && !quiet {
            let counted = if warnings == 1 { "a warning" } else { "warnings" };
            let name = &file.source.name;
            anstream::eprintln!("note: the policy has {counted}: see `corsac check {name}`");
        }
        let exported = match &policies {
            Policies::Everywhere(policy) => policy.export(&self.target()?),
            Policies::ByPath(policies) => policies.export(&self.target()?),
        };
        let mut report = Report { command: "export", ..Report::default() };
        report.cases.push(file.source.name.clone());
        let exported = match exported {
            Ok(exported) => exported,
            Err(error) => {
                if let Some(name) = error.wrong_name() {
                    return Err(Failure::input(format_args!(
                        "name {name:?}: write at most 16 lower-case letters and digits, such as `shop`"
                    )));
                }
                report.findings = refusals(&error, &file, &tree);
                report.summary = format!("{}: not exported to {}", file.source.name, self.target);
                return report.finish(&self.report);
            }
        };
        let details = Details::new(&exported, self.out.is_none());
        report.details = serde_json::to_value(details).ok().map(|value| ("export", value));
        match &self.out {
            Some(folder) if self.check => compare(&exported, folder, &mut report),
            Some(folder) => {
                create_folder(folder)?;
                let paths =
                    exported.files().iter().map(|file| (folder.join(file.name()), file.text()));
                write_files(paths)?;
                report.body = instructions(&exported, Some(folder));
            }
            None if self.report.format == Format::Text => {
                report.body = texts(&exported);
            }
            None => {}
        }
        let verdict = report.finish(&self.report)?;
        if self.out.is_none() && !quiet {
            anstream::eprint!("{}", instructions(&exported, None));
        }
        Ok(verdict)
    }

    fn target(&self) -> Result<Target, Failure> {
        let target = Target::from_name(&self.target)
            .ok_or_else(|| Failure::input(format_args!("target {:?} is not known", self.target)))?;
        let target = self.accept_loss.iter().fold(target, |target, loss| target.accept(*loss));
        Ok(match &self.name {
            Some(name) => target.named(name),
            None => target,
        })
    }
}

/// Compares the files in a folder with what would be written.
fn compare(exported: &Exported, folder: &Path, report: &mut Report) {
    for file in exported.files() {
        let path = folder.join(file.name());
        let name = path.display().to_string();
        report.cases.push(name.clone());
        let finding = match fs::read(&path) {
            Ok(bytes) if bytes == file.text().as_bytes() => continue,
            Ok(bytes) => {
                let found = String::from_utf8_lossy(&bytes).into_owned();
                let difference = line_diff::between(&found, file.text());
                let span = Some(difference.span.clone());
                let source = Arc::new(Source { name: name.clone(), text: found });
                Finding::new("export-differs", Severity::Error, "this file differs from the policy")
                    .at(Place { source, span })
                    .with_note("difference", difference.text)
            }
            Err(error) => Finding::new(
                "export-missing",
                Severity::Error,
                format!("{name} cannot be read: {error}"),
            ),
        };
        let help = format!("run `corsac export` with `--out {}` again", folder.display());
        let finding = finding.with_help(Some(help));
        report.findings.push(Finding { case: Some(name), ..finding });
    }
    report.summary = match report.findings.len() {
        0 => format!("{}: the files are as the policy has them", folder.display()),
        1 => format!("{}: 1 file differs from the policy", folder.display()),
        count => format!("{}: {count} files differ from the policy", folder.display()),
    };
}

fn loss(id: &str) -> Result<Loss, String> {
    Loss::from_id(id).ok_or_else(|| {
        let ids: Vec<&str> = Loss::ALL.into_iter().map(Loss::id).collect();
        format!("there is no such loss; write one of {}", ids.join(", "))
    })
}

/// Returns a finding for each reason why the policy is not exported.
fn refusals(error: &ExportError, file: &PolicyFile, tree: &Node) -> Vec<Finding> {
    let finding = |id: String, message: String, help: &str| {
        let finding = Finding::new(id, Severity::Error, message).at(file.place(None));
        finding.with_help(Some(help.to_owned()))
    };
    let code = error.code().iter().map(|place| {
        let message = format!("{place} is code, and a proxy has only data");
        let help = "write patterns in `allow_origins`, such as `https://*.example.com`";
        finding("export-code".to_owned(), message, help).at(file.place(tree.locate(place)))
    });
    let mut findings: Vec<Finding> = code.collect();
    if error.has_several_policies() {
        let message = "the file has a policy for each path, and the target has one for all paths";
        let help = "export each policy from a file of its own, or choose another target";
        findings.push(finding("export-paths".to_owned(), message.to_owned(), help));
    }
    if error.has_no_origin() {
        let help = "configure no CORS there, and use another target or the service";
        let message = "the target can allow none of the origins";
        findings.push(finding("export-no-origin".to_owned(), message.to_owned(), help));
    }
    findings.extend(error.losses().iter().map(|loss| {
        let id = loss.id();
        let help = format!("{}, or accept it: `--accept-loss {id}`", loss.remedy());
        finding(format!("loss-{id}"), described(*loss, error.entries(*loss)), &help)
    }));
    findings
}

/// Returns the meaning of a loss, with the entries that it concerns.
fn described<'e>(loss: Loss, entries: impl Iterator<Item = &'e str>) -> String {
    let entries: Vec<&str> = entries.collect();
    match entries.as_slice() {
        [] => loss.meaning().to_owned(),
        entries => format!("{}: {}", loss.meaning(), entries.join(", ")),
    }
}

/// Returns the texts of all files, with their names if there are several.
fn texts(exported: &Exported) -> String {
    let mut texts = String::new();
    for file in exported.files() {
        if exported.files().len() > 1 {
            // Writing to a `String` never fails.
            _ = writeln!(texts, "### {}", file.name());
        }
        texts.push_str(file.text());
    }
    texts
}

/// Returns what to do with the files, and how the target differs from the policy.
fn instructions(exported: &Exported, folder: Option<&Path>) -> String {
    let mut text = String::new();
    for file in exported.files() {
        let path = folder.map_or_else(|| file.name().into(), |folder| folder.join(file.name()));
        // Writing to a `String` never fails.
        _ = writeln!(text, "{}: {}", path.display(), file.purpose());
    }
    for loss in exported.losses() {
        let described = described(*loss, exported.entries(*loss));
        _ = writeln!(text, "note: {}: {described}", loss.id());
    }
    text
}

#[derive(Serialize)]
struct Details<'e> {
    files: Vec<DetailedFile<'e>>,
    losses: Vec<DetailedLoss<'e>>,
}

#[derive(Serialize)]
struct DetailedFile<'e> {
    name: &'e str,
    purpose: &'e str,
    /// Unless it is in a folder.
    text: Option<&'e str>,
}

#[derive(Serialize)]
struct DetailedLoss<'e> {
    id: &'static str,
    meaning: &'static str,
    entries: Vec<&'e str>,
}

impl<'e> Details<'e> {
    fn new(exported: &'e Exported, with_text: bool) -> Self {
        let files = exported.files().iter().map(|file| DetailedFile {
            name: file.name(),
            purpose: file.purpose(),
            text: with_text.then(|| file.text()),
        });
        let losses = exported.losses().iter().map(|loss| DetailedLoss {
            id: loss.id(),
            meaning: loss.meaning(),
            entries: exported.entries(*loss).collect(),
        });
        Self { files: files.collect(), losses: losses.collect() }
    }
}
