//! Prints a policy file as the configuration of a proxy.
//!
//! ```text
//! $ printf 'allow_origins = ["https://app.example.com"]\nallow_methods = "PUT"' > cors.toml
//! $ cargo run --example export --features serde,export -- nginx cors.toml
//! ```
//!
//! Names of losses that you accept follow the file: `-- nginx cors.toml exposed-headers`.

use std::{env, error::Error, fs, process::ExitCode};

use corsac::{
    Config,
    export::{Loss, Target},
};

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let done = match arguments.as_slice() {
        [target, file, losses @ ..] => run(target, file, losses),
        _ => Err("usage: export <target> <policy.toml> [<loss>...]".into()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn run(name: &str, file: &str, losses: &[String]) -> Result<(), Box<dyn Error>> {
    let mut target = Target::from_name(name).ok_or_else(|| {
        let names: Vec<&str> = Target::names().collect();
        format!("target {name:?}: write one of {}", names.join(", "))
    })?;
    for id in losses {
        let loss = Loss::from_id(id).ok_or_else(|| {
            let ids: Vec<&str> = Loss::ALL.into_iter().map(Loss::id).collect();
            format!("loss {id:?}: write one of {}", ids.join(", "))
        })?;
        target = target.accept(loss);
    }
    let config: Config = toml::from_str(&fs::read_to_string(file)?)?;
    let export = config.build_policy()?.export(&target)?;
    for loss in export.losses() {
        eprintln!("{}: {}", loss.id(), loss.meaning());
        for entry in export.entries(*loss) {
            eprintln!("  {entry}");
        }
    }
    for file in export.files() {
        println!("### {} ({})\n{}", file.name(), file.purpose(), file.text());
    }
    Ok(())
}
