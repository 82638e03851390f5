//! Shows a policy as a file: as TOML, and as the configuration of a proxy.

use corsac::{
    Policy,
    export::{self, Loss, Target},
};
use serde::{Deserialize, Serialize};

use crate::policies::Stored;

const TOML: &str = "toml";

#[derive(Deserialize)]
pub(crate) struct Wish {
    pub(crate) policy: String,
    pub(crate) target: String,
}

#[derive(Default, Serialize)]
pub(crate) struct Shown {
    files: Vec<File>,
    /// The differences between the proxy and the policy.
    notes: Vec<String>,
    /// The reason that there are no files, or that the user has to accept losses.
    error: Option<String>,
}

#[derive(Serialize)]
struct File {
    name: String,
    purpose: String,
    text: String,
}

/// Returns the names that a [`Wish`] can have.
pub(crate) fn targets() -> Vec<&'static str> {
    std::iter::once(TOML).chain(Target::names()).collect()
}

pub(crate) fn shown(stored: &Stored, target: &str) -> Shown {
    let shown = match &stored.built {
        Err(error) => Err(error.to_string()),
        Ok(policy) if target == TOML => toml(policy),
        Ok(policy) => export(policy, target),
    };
    shown.unwrap_or_else(|error| Shown { error: Some(error), ..Shown::default() })
}

fn toml(policy: &Policy) -> Result<Shown, String> {
    let config = policy.config().ok_or("a file cannot hold a predicate")?;
    let text = toml::to_string(&config).map_err(|error| error.to_string())?;
    let purpose = "corsac::Config reads it, and so does the command corsac.".to_owned();
    let files = vec![File { name: "corsac.toml".to_owned(), purpose, text }];
    Ok(Shown { files, ..Shown::default() })
}

fn export(policy: &Policy, target: &str) -> Result<Shown, String> {
    let target = Target::from_name(target).ok_or_else(|| format!("no such target: {target}"))?;
    let (exported, error) = match policy.export(&target) {
        Ok(exported) => (exported, None),
        Err(error) => {
            let accepting = Loss::ALL.into_iter().fold(target, Target::accept);
            let exported = policy.export(&accepting).map_err(|error| error.to_string())?;
            (exported, Some(error.to_string()))
        }
    };
    let file = |file: &export::File| File {
        name: file.name().to_owned(),
        purpose: file.purpose().to_owned(),
        text: file.text().to_owned(),
    };
    let note = |loss: &Loss| format!("{}: {loss}", loss.id());
    Ok(Shown {
        files: exported.files().iter().map(file).collect(),
        notes: exported.losses().iter().map(note).collect(),
        error,
    })
}
