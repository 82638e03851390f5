//! The pages of the guide about the targets: their tables of losses, and their commands.

use std::{collections::BTreeSet, error::Error, fs, path::Path};

use super::{Loss, Target};
use crate::CorsLayer;

struct Page {
    target: Target,
    text: String,
}

/// Each page has the name of its target.
fn pages() -> Result<Vec<Page>, Box<dyn Error>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/guide/edge");
    let pages = fs::read_dir(folder)?.map(|entry| {
        let path = entry?.path();
        let name = path.file_stem().unwrap_or_default().to_string_lossy().replace('_', "-");
        let target = Target::from_name(&name).ok_or_else(|| format!("{name} is no target"))?;
        Ok(Page { target, text: fs::read_to_string(&path)? })
    });
    pages.collect()
}

#[test]
fn each_target_has_a_page() -> Result<(), Box<dyn Error>> {
    let pages: BTreeSet<&str> = pages()?.iter().map(|page| page.target.name()).collect();
    assert_eq!(pages, Target::names().collect());
    Ok(())
}

#[test]
fn the_tables_list_all_losses_and_no_others() -> Result<(), Box<dyn Error>> {
    for Page { target, text } in pages()? {
        let (_, table) = text.split_once("## Differences from the service").unwrap_or_default();
        let rows = table.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next());
        let losses: Vec<&str> = target.losses().map(Loss::id).collect();
        assert_eq!(rows.collect::<Vec<_>>(), losses, "{}", target.name());
    }
    Ok(())
}

#[test]
fn the_commands_accept_what_they_have_to() -> Result<(), Box<dyn Error>> {
    // That of the guide.
    let builder = CorsLayer::builder().allow_origins(["https://app.example.com"]);
    let policy = builder.allow_methods(["PUT"]).build_policy()?;
    for Page { target, text } in pages()? {
        let name = target.name();
        let start = format!("\ncorsac export corsac.toml {name} --out ");
        let (_, rest) = text.split_once(&start).ok_or_else(|| format!("{name}: no command"))?;
        let command = rest.lines().next().unwrap_or_default();
        let accepted = command.split_once(" --accept-loss ").unwrap_or_default().1;
        let accepted: BTreeSet<&str> = accepted.split_terminator(',').collect();
        let refused =
            policy.export(&target).map_or_else(|error| error.losses().to_vec(), |_| Vec::new());
        assert_eq!(accepted, refused.into_iter().map(Loss::id).collect(), "{name}");
    }
    Ok(())
}
