//! The commands in the README print what it shows.

use std::{
    env, fs,
    io::{BufRead as _, BufReader, Write as _},
    net::TcpListener,
    path::Path,
    process::{Command, Stdio},
    thread,
};

use snapbox::cmd::cargo_bin;

#[test]
fn commands() {
    // trycmd looks for the files of a page beside it.
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("readme");
    fs::remove_dir_all(&folder).ok();
    fs::create_dir_all(folder.join("README.in")).unwrap();
    // Some of the commands write files.
    fs::create_dir_all(folder.join("README.out")).unwrap();
    for file in fs::read_dir("tests/readme.in").unwrap() {
        let file = file.unwrap();
        fs::copy(file.path(), folder.join("README.in").join(file.file_name())).unwrap();
    }
    let copy = folder.join("README.md");
    fs::copy("README.md", &copy).unwrap();
    let cases = trycmd::TestCases::new();
    cases.env("NO_COLOR", "1").env("GITHUB_STEP_SUMMARY", "").case(&copy);
    drop(cases);
    if env::var_os("TRYCMD").is_some_and(|mode| mode == "overwrite") {
        fs::copy(&copy, "README.md").unwrap();
    }
}

/// The policy in the README is the one that its commands use.
#[test]
fn policy() {
    let readme = fs::read_to_string("README.md").unwrap();
    let policy = fs::read_to_string("tests/readme.in/corsac.toml").unwrap();
    assert!(readme.contains(&format!("```toml\n{policy}```\n")));
}

/// The question of the first minute, asked of a server without CORS.
#[test]
fn question() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let here = format!("localhost:{}", listener.local_addr().unwrap().port());
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = BufReader::new(stream.unwrap());
            let mut line = String::new();
            while stream.read_line(&mut line).is_ok_and(|read| read > 2) {
                line.clear();
            }
            let answer =
                b"HTTP/1.1 200 OK\r\ncontent-length: 6\r\nconnection: close\r\n\r\nhello\n";
            stream.get_mut().write_all(answer).unwrap();
        }
    });
    let output = corsac()
        .args(["probe", &format!("http://{here}/hello"), "--origin", "http://localhost:5173"])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    let printed = String::from_utf8(output.stdout).unwrap().replace(&here, "localhost:3000");
    assert_shown("probe http://localhost:3000/hello --origin http://localhost:5173", &printed);
}

#[test]
fn gateway() {
    let mut process = corsac()
        .args(["serve", "--upstream", "http://localhost:3000", "--listen", "0"])
        .current_dir("tests/readme.in")
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(process.stderr.take().unwrap()).lines().map(Result::unwrap);
    assert_eq!(lines.next().as_deref(), Some("using corsac.toml"));
    let line = lines.next().unwrap();
    process.kill().unwrap();
    process.wait().unwrap();
    let (start, end) = line.split_once(',').unwrap();
    let (start, _) = start.rsplit_once(':').unwrap();
    assert_shown("serve --upstream http://localhost:3000", &format!("{start}:8080,{end}\n"));
}

fn corsac() -> Command {
    let mut command = Command::new(cargo_bin!("corsac"));
    command.env("NO_COLOR", "1").env_remove("GITHUB_STEP_SUMMARY");
    command
}

/// Compares the text behind a command, or writes it if `TRYCMD=overwrite`.
#[track_caller]
fn assert_shown(command: &str, printed: &str) {
    let readme = fs::read_to_string("README.md").unwrap();
    let start = format!("```console ignore\n$ corsac {command}\n");
    let (before, after) = readme.split_once(&start).unwrap();
    let (shown, after) = after.split_once("```\n").unwrap();
    if env::var_os("TRYCMD").is_some_and(|mode| mode == "overwrite") {
        fs::write("README.md", format!("{before}{start}{printed}```\n{after}")).unwrap();
    } else {
        assert_eq!(shown, printed);
    }
}
