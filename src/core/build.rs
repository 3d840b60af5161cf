//! Embeds this repository's guide in the program, so that it can answer wherever it is started, and fingerprints the source
//! code of the search, so that an index learned by another version is not mistaken for its own.

use std::env;
use std::fmt::Write as _;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

mod fnv;

fn main() -> io::Result<()> {
    let root = core().join("../../knowledge");
    println!("cargo::rerun-if-changed={}", root.display());
    let mut files = toml_files(&root)?;
    for folder in ["topics", "messages"] {
        println!("cargo::rerun-if-changed={}", root.join(folder).display());
        files.extend(toml_files(&root.join(folder))?);
    }
    let mut code = "&[\n".to_owned();
    for file in files {
        let name = file.strip_prefix(&root).unwrap_or(&file);
        let name = name.to_string_lossy().replace('\\', "/");
        let _ = writeln!(
            code,
            "    ({name:?}, include_bytes!({:?})),",
            file.display().to_string()
        );
    }
    code.push_str("]\n");
    println!(
        "cargo::rustc-env=LEARNER_FINGERPRINT={:016x}",
        learner_fingerprint()?
    );
    let out = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default());
    fs::write(out.join("embedded_guide.rs"), code)
}

/// The folder of this package.
fn core() -> PathBuf {
    PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default())
}

/// The TOML files of a folder, ordered by name; none if there is no such folder.
fn toml_files(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    if folder.is_dir() {
        for entry in fs::read_dir(folder)? {
            files.push(entry?.path());
        }
    }
    files.retain(|file| {
        file.extension()
            .is_some_and(|extension| extension == "toml")
    });
    files.sort();
    Ok(files)
}

/// The FNV-1a hash of everything that affects what is learned from a guide.
fn learner_fingerprint() -> io::Result<u64> {
    let core = core();
    let mut files = vec![
        core.join("../../Cargo.lock"),
        core.join("text.rs"),
        core.join("search.rs"),
    ];
    let mut folders = vec![core.join("search"), core.join("text")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else {
                files.push(path);
            }
        }
    }
    files.sort();
    let mut sources = Vec::new();
    for file in files.iter().filter(|file| file.is_file()) {
        println!("cargo::rerun-if-changed={}", file.display());
        sources.extend(fs::read(file)?);
    }
    Ok(fnv::fnv1a(sources))
}
