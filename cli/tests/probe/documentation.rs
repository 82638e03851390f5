//! The list of checks, and the output and the commands in the guide.

use std::{fmt::Write as _, fs, path::Path, process::Command};

use corsac::{
    CorsLayer, Policy,
    probe::{Cause, Check, Grade},
};
use http::Request;

use crate::{
    server::{Answer, app, correct, is_preflight, set},
    tls::{Secure, secure},
    wire::{Printed, serve},
};

fn path(of: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(of)
}

/// `UPDATE=1` writes the list.
#[test]
fn list_of_checks() {
    let mut text = String::from(
        "# The checks of `corsac probe`\n\n\
         Written by a test, from the library (`corsac::probe::Check` and `Cause`).\n",
    );
    for (title, grade) in [
        ("Errors: a browser decides otherwise than the policy", Grade::Outcome),
        ("Hygiene: no page shows these yet", Grade::Hygiene),
    ] {
        _ = writeln!(text, "\n## {title}\n\n| id | meaning | fix |\n|---|---|---|");
        for check in Check::ALL.iter().filter(|check| check.grade() == grade) {
            _ = writeln!(text, "| `{check}` | {} | {} |", check.meaning(), check.remedy());
        }
    }
    text.push_str("\n## Causes\n\n| id | cause | fix |\n|---|---|---|\n");
    for cause in Cause::ALL {
        _ = writeln!(text, "| `{}` | {} | {} |", cause.id(), cause.meaning(), cause.remedy());
    }
    let file = path("CHECKS.md");
    if std::env::var_os("UPDATE").is_some() {
        fs::write(&file, &text).unwrap();
    }
    assert_eq!(fs::read_to_string(&file).unwrap_or_default(), text, "UPDATE=1 writes it");
}

fn guide() -> String {
    fs::read_to_string(path("../src/guide/probe.md")).unwrap()
}

/// Runs a line of the guide in a folder with a policy, but connects to this server.
fn run(line: &str, connections: &[&str]) -> Printed {
    let folder = tempfile::tempdir().unwrap();
    let policy = "allow_origins = [\"https://app.example.com\"]\n";
    fs::write(folder.path().join("corsac.toml"), policy).unwrap();
    let arguments = line.strip_prefix("corsac ").unwrap().split(' ');
    let mut command = Command::new(env!("CARGO_BIN_EXE_corsac"));
    command.current_dir(folder.path()).env_remove("GITHUB_STEP_SUMMARY").args(arguments);
    let output = command.arg("--quiet").args(connections).output().unwrap();
    let out = String::from_utf8(output.stdout).unwrap();
    Printed {
        code: output.status.code().unwrap(),
        // Without the options that are not in the guide.
        out: out.replace(&format!("{} ", connections.join(" ")), "").replace("--connect-to ::", ""),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

fn policy() -> Policy {
    CorsLayer::builder().allow_origins(["https://app.example.com"]).build_policy().unwrap()
}

/// The server of the guide's second example.
fn unanchored(policy: &Policy, request: &Request<()>) -> Answer {
    let mut answer = correct(policy, request);
    if is_preflight(request) {
        return answer;
    }
    let origin = request.headers().get("origin").and_then(|origin| origin.to_str().ok());
    if let Some(origin) = origin.filter(|origin| origin.starts_with("https://app.example.com.")) {
        set(&mut answer, "access-control-allow-origin", origin);
    }
    answer
}

#[test]
fn one_request() {
    let running = serve(Box::new(|request, _| app(request)));
    let to = running.address.to_string();
    let line = "corsac probe http://localhost:3000/hello --origin http://localhost:5173";
    let asked = run(line, &["--connect-to", &to]);
    assert_eq!(asked.code, 1);
    let out = asked.out.replace(&format!("{to} "), "");
    assert!(guide().contains(&format!("$ {line}\n{out}")), "{out}");
}

/// The options that lead the name of the guide to a server.
fn connections(server: &Secure) -> [String; 4] {
    let to = server.running.address.to_string();
    ["--connect-to".into(), to, "--cacert".into(), server.authority().into()]
}

#[test]
fn a_whole_policy() {
    let server = secure(&["http/1.1"], policy(), unanchored);
    let [connect_to, to, cacert, file] = connections(&server);
    let line = "corsac probe corsac.toml https://api.example.com/users";
    let asked = run(line, &[&connect_to, &to, &cacert, &file]);
    assert_eq!(asked.code, 1, "{asked:#?}");
    let out = asked.out.replace(&format!("--cacert {file} {to} "), "");
    assert!(guide().contains(&format!("$ {line}\n{out}")), "{out}");
}

/// The jobs of the guide, on a server that follows the policy, and after one change.
#[test]
fn jobs_in_ci() {
    let right = secure(&["h2", "http/1.1"], policy(), correct);
    let drifted = secure(&["h2", "http/1.1"], policy(), |_, request| {
        let other = CorsLayer::builder().allow_origins(["https://www.example.com"]);
        correct(&other.build_policy().unwrap(), request)
    });
    let guide = guide();
    let lines = guide.lines().map(|line| line.trim_start().trim_start_matches("- "));
    let lines = lines.map(|line| line.trim_start_matches("run: "));
    let jobs: Vec<&str> = lines.filter(|line| line.contains(" --format ")).collect();
    assert_eq!(jobs.len(), 2, "{jobs:?}");
    for job in jobs {
        for (server, code) in [(&right, 0), (&drifted, 1)] {
            let options = connections(server);
            let asked = run(job, &options.each_ref().map(String::as_str));
            assert_eq!(asked.code, code, "{job} {asked:#?}");
            let found = asked.out.contains("allow-origin-missing");
            assert_eq!(found, code == 1, "{job} {asked:#?}");
        }
    }

    let github = guide.split("```yaml\n").nth(1).unwrap().split("```").next().unwrap();
    assert!(github.lines().count() <= 10, "{github}");
}
