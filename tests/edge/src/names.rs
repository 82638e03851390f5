//! Two exports in one server, each for a port of its own: neither uses the names of the other one.

use std::{error::Error, fmt::Write as _};

use corsac::export::Export;

use crate::{
    edge::Bench,
    policies::Case,
    server::{Kind, Ports},
    wire::free_port,
};

/// The name of the second export.
const NAME: &str = "shop";

/// Returns the number of wrong answers.
pub fn compare(
    bench: &Bench<'_>,
    cases: &[Case],
    output: &mut String,
) -> Result<usize, Box<dyn Error>> {
    let kind = bench.server.kind;
    let case = |name| cases.iter().find(|case| case.name == name).ok_or("there is no such policy");
    let (first, second) = (case("some_paths")?, case("reject")?);
    let exports = (bench.export(first)?, bench.export_named(second, NAME)?);
    let files: Vec<(&str, String)> = [&exports.0, &exports.1]
        .into_iter()
        .flat_map(Export::files)
        .map(|file| (file.name(), file.text().to_owned()))
        .collect();
    let (port, http2) = (free_port()?, free_port()?);
    let mut edge = bench.launch(&files, |ports| {
        let (name, text) = kind.configuration(ports, &exports.0);
        let other = kind.configuration(Ports { edge: port, http2, ..ports }, &exports.1).1;
        (name, with_second_site(kind, &text, &other))
    })?;
    let mut wrong = 0;
    for (case, export) in [(first, &exports.0), (second, &exports.1)] {
        let outcome = edge.compare(case, export, usize::MAX)?;
        writeln!(output, "{:>12}, one of two exports: {outcome}", case.name)?;
        wrong += outcome.mismatches.len();
        edge.set_ports(port, http2);
    }
    Ok(wrong)
}

/// Returns whether the servers of this kind have several sites.
pub fn has_sites(kind: Kind) -> bool {
    matches!(kind, Kind::Caddy | Kind::Haproxy | Kind::Nginx)
}

/// Adds the site of another configuration to the first one.
fn with_second_site(kind: Kind, text: &str, other: &str) -> String {
    let renamed = |text: &str| text.replace("corsac", &format!("{NAME}_corsac"));
    match kind {
        Kind::Caddy => {
            let (_, site) = other.split_once("import corsac.caddy").unwrap_or_default();
            format!("import {NAME}_corsac.caddy\n{text}{}", renamed(site))
        }
        Kind::Haproxy => {
            // The exported lines have their names already.
            let (_, frontend) = other.split_once("frontend edge").unwrap_or_default();
            let (frontend, _) = frontend.split_once("\nbackend service\n").unwrap_or_default();
            format!("{text}frontend {NAME}{frontend}\n")
        }
        _ => {
            let (_, site) = other.split_once("    server {\n").unwrap_or_default();
            let http = text.trim_end().trim_end_matches('}');
            format!("{http}    include {NAME}_corsac.http.conf;\n    server {{\n{}", renamed(site))
        }
    }
}
