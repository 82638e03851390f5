//! Exported files on the disk: written whole, and compared with the policy.

use std::{fs, path::Path, process::Output};

use snapbox::cmd::{Command, cargo_bin};

const POLICY: &str = "allow_origins = [\"https://app.example.com\"]\n";

struct Folder(tempfile::TempDir);

impl Folder {
    fn new() -> Self {
        let folder = Self(tempfile::tempdir().unwrap());
        folder.write("cors.toml", POLICY);
        folder
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.path().join(name), text).unwrap();
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path().join(name)).unwrap()
    }

    fn names(&self, folder: &str) -> Vec<String> {
        let entries = fs::read_dir(self.path().join(folder)).unwrap();
        let mut names: Vec<String> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    fn corsac(&self, arguments: &[&str]) -> (Option<i32>, String, String) {
        let Output { status, stdout, stderr } = Command::new(cargo_bin!("corsac"))
            .current_dir(self.path())
            .env_remove("GITHUB_STEP_SUMMARY")
            .args(arguments)
            .output()
            .unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        (status.code(), text(stdout), text(stderr))
    }
}

#[test]
fn files_are_written_and_compared() {
    let folder = Folder::new();
    let (code, out, _) = folder.corsac(&["export", "cors.toml", "nginx", "--out", "etc/nginx"]);
    assert_eq!(code, Some(0));
    assert!(out.contains("include corsac.http.conf"), "{out}");
    assert_eq!(folder.names("etc/nginx"), ["corsac.http.conf", "corsac.server.conf"]);
    let printed = folder.corsac(&["export", "cors.toml", "nginx"]).1;
    assert!(printed.contains(&folder.read("etc/nginx/corsac.server.conf")), "{printed}");

    let check = ["export", "cors.toml", "nginx", "--out", "etc/nginx", "--check"];
    assert_eq!(folder.corsac(&check).0, Some(0));
    // An edit of the file, a change of the policy, and a file that is missing.
    let text = folder.read("etc/nginx/corsac.http.conf");
    folder.write("etc/nginx/corsac.http.conf", &text.replace("app.example.com", "evil.example"));
    let (code, out, _) = folder.corsac(&check);
    assert_eq!(code, Some(1));
    assert!(out.contains("error[export-differs]") && out.contains("evil.example"), "{out}");
    folder.write("etc/nginx/corsac.http.conf", &text);
    folder.write("cors.toml", &POLICY.replace("app", "www"));
    assert_eq!(folder.corsac(&check).0, Some(1));
    folder.write("cors.toml", POLICY);
    fs::remove_file(folder.path().join("etc/nginx/corsac.http.conf")).unwrap();
    let (code, out, _) = folder.corsac(&check);
    assert_eq!(code, Some(1));
    assert!(out.contains("error[export-missing]"), "{out}");
    // It wrote nothing.
    assert_eq!(folder.names("etc/nginx"), ["corsac.server.conf"]);
}

#[test]
fn a_refused_export_writes_nothing() {
    let folder = Folder::new();
    folder.write("code.toml", "allow_origin_regexes = [\"https://a[.]example\"]\n");
    assert_eq!(folder.corsac(&["export", "code.toml", "nginx", "--out", "out"]).0, Some(1));
    assert!(!folder.path().join("out").exists());
}

#[test]
fn a_folder_that_cannot_be_written() {
    let folder = Folder::new();
    let (code, out, error) = folder.corsac(&["export", "cors.toml", "caddy", "--out", "cors.toml"]);
    assert_eq!((code, &*out), (Some(3), ""));
    assert!(error.starts_with("error: cannot create the folder cors.toml: "), "{error}");
    // A folder with the name of a file.
    fs::create_dir_all(folder.path().join("out/corsac.caddy")).unwrap();
    let (code, _, error) = folder.corsac(&["export", "cors.toml", "caddy", "--out", "out"]);
    assert_eq!(code, Some(3));
    assert!(error.contains("cannot write "), "{error}");
    assert_eq!(folder.names("out"), ["corsac.caddy"], "no other file is left behind");
}

#[cfg(unix)]
#[test]
fn files_can_be_read_by_all_and_links_stay() {
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    let folder = Folder::new();
    fs::create_dir_all(folder.path().join("out")).unwrap();
    folder.write("linked", "");
    symlink("../linked", folder.path().join("out/corsac.caddy")).unwrap();
    assert_eq!(folder.corsac(&["export", "cors.toml", "caddy", "--out", "out"]).0, Some(0));
    assert!(folder.read("linked").contains("Code generated"));
    assert!(folder.path().join("out/corsac.caddy").is_symlink());
    let mode = |name| fs::metadata(folder.path().join(name)).unwrap().permissions().mode();
    folder.write("other", "");
    assert_eq!(mode("linked") & 0o777, mode("other") & 0o777);
}

#[test]
fn reports_are_written_whole() {
    let folder = Folder::new();
    let check = ["check", "cors.toml", "--format", "sarif", "--output", "report.sarif"];
    let (code, out, _) = folder.corsac(&check);
    assert_eq!((code, &*out), (Some(0), "cors.toml: nothing found\n"));
    assert!(folder.read("report.sarif").contains("\"version\": \"2.1.0\""));
    let check = ["check", "cors.toml", "--format", "json", "--output", "missing/report.json"];
    let (code, _, error) = folder.corsac(&check);
    assert_eq!(code, Some(3));
    assert!(error.contains("cannot write missing/report.json"), "{error}");
}

#[test]
fn the_policy_is_found_upwards() {
    let folder = Folder::new();
    fs::create_dir_all(folder.path().join("repository/.git")).unwrap();
    fs::create_dir_all(folder.path().join("repository/src/deep")).unwrap();
    folder.write("corsac.toml", POLICY);
    let check = |at: &str, arguments: &[&str]| {
        let output = Command::new(cargo_bin!("corsac"))
            .current_dir(folder.path().join(at))
            .args(arguments)
            .output()
            .unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        (output.status.code(), text(output.stdout), text(output.stderr))
    };
    // Not outside of the repository.
    let (code, _, error) = check("repository/src/deep", &["check"]);
    assert_eq!(code, Some(2));
    assert!(error.contains("there is no policy file"), "{error}");
    folder.write("repository/corsac.yaml", "allow_origins: https://app.example.com\n");
    let (code, out, error) = check("repository/src/deep", &["check"]);
    assert_eq!((code, &*error), (Some(0), "using ../../corsac.yaml\n"));
    assert_eq!(out, "../../corsac.yaml: nothing found\n");
    assert_eq!(check("repository/src", &["check", "--quiet"]).2, "");
}
