//! Writes a policy file as the configuration of a proxy or gateway.
//!
//! ```text
//! $ printf 'allow_origins = ["https://app.example.com"]\nallow_methods = "PUT"\n' > corsac.toml
//! $ cargo run --example export --features export,serde -- nginx corsac.toml proxy
//! ```
//!
//! The last argument is the directory for the files. A policy file can also have a policy for each path:
//! tables such as `["/public"]`. Options follow the directory:
//!
//! * `--name shop` for a second export in the same server.
//! * `--accept exposed-headers` for a loss that you accept.

use std::{env, error::Error, fs, path::Path, process::ExitCode};

use corsac::{
    Config, PathConfigs,
    export::{Export, Loss, Target},
};

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    match run(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &[String]) -> Result<(), Box<dyn Error>> {
    let [name, file, directory, options @ ..] = arguments else {
        return Err("usage: export <target> <policy.toml> <directory> [--name <name>] \
                    [--accept <loss>]..."
            .into());
    };
    let target = Target::from_name(name).ok_or_else(|| {
        let names: Vec<&str> = Target::names().collect();
        format!("target {name:?}: write one of {}", names.join(", "))
    })?;
    let text = fs::read_to_string(file).map_err(|error| format!("{file}: {error}"))?;
    let export = export(&text, &with_options(target, options)?)?;
    let directory = Path::new(directory);
    fs::create_dir_all(directory)?;
    for file in export.files() {
        fs::write(directory.join(file.name()), file.text())?;
        println!("{}\n    {}", directory.join(file.name()).display(), file.purpose());
    }
    for loss in export.losses().iter().filter(|loss| loss.shows_in_browsers()) {
        println!("accepted: {loss}");
        for entry in export.entries(*loss) {
            println!("    {entry}");
        }
    }
    Ok(())
}

fn with_options(mut target: Target, options: &[String]) -> Result<Target, Box<dyn Error>> {
    for option in options.chunks(2) {
        target = match option {
            [flag, name] if flag == "--name" => target.named(name),
            [flag, id] if flag == "--accept" => {
                target.accept(Loss::from_id(id).ok_or_else(|| {
                    let ids: Vec<&str> = Loss::ALL.into_iter().map(Loss::id).collect();
                    format!("loss {id:?}: write one of {}", ids.join(", "))
                })?)
            }
            other => return Err(format!("{:?}: no such option", other.join(" ")).into()),
        };
    }
    Ok(target)
}

/// Each path starts with a slash, and no setting does.
fn export(text: &str, target: &Target) -> Result<Export, Box<dyn Error>> {
    let file: toml::Table = toml::from_str(text)?;
    if file.keys().any(|key| key.starts_with('/')) {
        Ok(toml::from_str::<PathConfigs>(text)?.build()?.export(target)?)
    } else {
        Ok(toml::from_str::<Config>(text)?.build_policy()?.export(target)?)
    }
}
