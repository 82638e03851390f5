//! The exported text, byte for byte, as files that a reviewer can read.

use std::{error::Error, fs, path::Path};

use crate::{policies::Case, server::Kind};

/// Compares each exported file with `golden/SERVER/POLICY/FILE`. Returns the number of differences.
/// With `UPDATE` in the environment it writes the files.
pub fn compare(cases: &[Case]) -> Result<usize, Box<dyn Error>> {
    let updates = std::env::var_os("UPDATE").is_some();
    let mut failures = 0;
    for kind in Kind::ALL {
        for case in cases.iter().filter(|case| !case.is_refused(&kind.target())) {
            let export = case.export(&kind.target())?;
            let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("golden");
            let directory = golden.join(kind.name()).join(case.name);
            for file in export.files() {
                let path = directory.join(file.name());
                if updates {
                    fs::create_dir_all(&directory)?;
                    fs::write(&path, file.text())?;
                }
                if fs::read_to_string(&path).ok().as_deref() != Some(file.text()) {
                    println!("{} differs; see UPDATE=1 and git diff", path.display());
                    failures += 1;
                }
            }
        }
    }
    Ok(failures)
}
