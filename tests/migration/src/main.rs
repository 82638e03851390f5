//! Compares the examples of the guides for users of other libraries with these libraries.
//!
//! An example is code of the library and the same policy as TOML. Pages of several origins send requests to
//! both. If a browser gives another verdict, the table of the example must list it; if the responses differ
//! in another way, the table "Other differences" must. Each table must have these rows, and no others.

use std::{
    collections::BTreeSet,
    error::Error,
    fs,
    path::{Path, PathBuf},
    process::ExitCode,
};

use http::{Request, Response};

#[path = "../../support/browser.rs"]
mod browser;
mod library;
mod page;
mod policy;
mod verdict;
mod wire;

use library::Libraries;
use page::{Example, Page};
use policy::Corsac;
use wire::Sides;

/// The libraries that run here.
const LIBRARIES: [&str; 4] = ["express", "fastify", "hono", "workers"];

/// Configurations that are mistakes, for each library. All of them start.
const MISTAKES: [(&str, &str); 3] = [
    ("express", "app.use(cors({ origin: ['https://example.com/'], credentials: true }))"),
    ("fastify", "fastify.register(cors, { origin: ['https://example.com/'], credentials: true })"),
    ("hono", "app.use(cors({ origin: ['https://example.com/'], credentials: true }))"),
];

fn main() -> ExitCode {
    match run() {
        Ok(0) => ExitCode::SUCCESS,
        Ok(problems) => {
            eprintln!("error: {problems} problems");
            ExitCode::FAILURE
        }
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Returns the number of problems.
fn run() -> Result<usize, Box<dyn Error>> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let libraries = Libraries::start(here)?;
    let mut problems = Vec::new();
    let mut files: Vec<PathBuf> = fs::read_dir(here.join("../../src/guide/moving"))?
        .map(|it| Ok(it?.path()))
        .collect::<Result<_, Box<dyn Error>>>()?;
    files.sort();
    for file in files {
        let name = file.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default().to_owned();
        let page = Page::parse(&fs::read_to_string(&file)?);
        if page.examples.is_empty() {
            problems.push(format!("{name}: no example with a `toml` block"));
        }
        let before = problems.len();
        if LIBRARIES.contains(&&*name) {
            problems.extend(compare(&libraries, &name, &page));
        } else {
            let build = |it: &Example| {
                Corsac::read(&it.toml).err().map(|error| format!("{name}, {}: {error}", it.title))
            };
            problems.extend(page.examples.iter().filter_map(build));
        }
        let found = problems.len() - before;
        println!("{name:>12}: {} examples, {found} problems", page.examples.len());
    }
    for problem in &problems {
        eprintln!("{problem}");
    }
    Ok(problems.len())
}

fn compare(libraries: &Libraries, name: &str, page: &Page) -> Vec<String> {
    let mut problems = Vec::new();
    let mut differences = BTreeSet::new();
    for example in &page.examples {
        match compare_example(libraries, name, example) {
            Ok((rows, found)) => {
                let place = format!("{name}, {}", example.title);
                for id in
                    found.difference(&differences).filter(|id| !page.differences.contains(*id))
                {
                    println!("{place}: first shows {id}");
                }
                differences.extend(found);
                problems.extend(unequal(&place, &example.rows, &rows));
            }
            Err(error) => problems.push(format!("{name}, {}: {error}", example.title)),
        }
    }
    if let Some((_, code)) = MISTAKES.iter().find(|(library, _)| *library == name) {
        let is_accepted = libraries.app(name, code).is_ok();
        let is_refused = Corsac::read("allow_origins = ['https://example.com/']").is_err();
        differences.extend((is_accepted && is_refused).then(|| "not-validated".to_owned()));
    }
    problems.extend(unequal(
        &format!("{name}, the other differences"),
        &page.differences,
        &differences,
    ));
    let options: BTreeSet<String> = libraries.options(name).into_iter().collect();
    if !options.is_empty() {
        problems.extend(unequal(&format!("{name}, the options"), &page.options, &options));
    }
    problems
}

/// The rows of the example's table, and the ids of the other differences.
fn compare_example(
    libraries: &Libraries,
    library: &str,
    example: &Example,
) -> Result<(BTreeSet<String>, BTreeSet<String>), String> {
    let corsac = Corsac::read(&example.toml)?;
    if example.code.is_empty() {
        return Err("no `js` block".to_owned());
    }
    let app = libraries.app(library, &example.code)?;
    let service = libraries.app(library, "")?;
    let theirs = |request: Request<()>| -> Response<()> { app.send(&request) };
    let ours = |request: Request<()>| corsac.send(request, |it| service.send(it));
    let rows = verdict::rows(&corsac.paths, |fetch, path| {
        (verdict::verdict(fetch, path, theirs), verdict::verdict(fetch, path, ours))
    });
    let sides = Sides { theirs: &theirs, ours: &ours };
    let differences =
        corsac.paths.iter().flat_map(|path| wire::differences(&sides, path)).collect();
    Ok((rows.into_iter().collect(), differences))
}

fn unequal(place: &str, listed: &BTreeSet<String>, found: &BTreeSet<String>) -> Vec<String> {
    let missing = found.difference(listed).map(|it| format!("{place}: not listed: {it}"));
    let wrong = listed.difference(found).map(|it| format!("{place}: listed, but not found: {it}"));
    missing.chain(wrong).collect()
}
