//! The exported text, byte for byte, as files that a reviewer can read.

use std::{collections::BTreeMap, error::Error, fs, path::Path};

use corsac::export::{Export, Loss, Target};

use crate::policies::Case;

/// Compares each exported file with `golden/TARGET/POLICY/FILE`. Returns the number of differences.
/// With `UPDATE` in the environment it writes the files.
pub fn compare(cases: &[Case]) -> Result<usize, Box<dyn Error>> {
    let updates = std::env::var_os("UPDATE").is_some();
    let mut failures = 0;
    for name in Target::names() {
        for case in cases {
            let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("golden");
            let directory = golden.join(name).join(case.name);
            let texts = texts(name, case)?;
            if updates {
                // Without the files of an earlier export.
                fs::remove_dir_all(&directory).or_else(|_| fs::create_dir_all(&golden))?;
                fs::create_dir_all(&directory)?;
                for (file, text) in &texts {
                    fs::write(directory.join(file), text)?;
                }
            }
            if texts_in(&directory).is_none_or(|golden| golden != texts) {
                println!("{} differs; see UPDATE=1 and git diff", directory.display());
                failures += 1;
            }
        }
    }
    Ok(failures)
}

/// Returns the files with all losses accepted, and `refused.txt` if they have to be.
fn texts(name: &str, case: &Case) -> Result<BTreeMap<String, String>, Box<dyn Error>> {
    let target = Target::from_name(name).ok_or("no such target")?;
    let files = |export: Export| -> BTreeMap<String, String> {
        let files = export.files().iter();
        files.map(|file| (file.name().to_owned(), file.text().to_owned())).collect()
    };
    let error = match case.export(&target) {
        Ok(export) => return Ok(files(export)),
        Err(error) => error,
    };
    let lossy = Loss::ALL.into_iter().fold(target, Target::accept);
    let mut texts = case.export(&lossy).map(files).unwrap_or_default();
    texts.insert("refused.txt".to_owned(), format!("{error}\n"));
    Ok(texts)
}

fn texts_in(directory: &Path) -> Option<BTreeMap<String, String>> {
    let entries = fs::read_dir(directory).ok()?.flatten();
    let text = |entry: fs::DirEntry| {
        Some((entry.file_name().into_string().ok()?, fs::read_to_string(entry.path()).ok()?))
    };
    entries.map(text).collect()
}
