//! `internbot guide export`: the embedded guide as files, to be edited.

use std::fs;
use std::io::{Error, ErrorKind, Result, Write};
use std::path::Path;
use std::process::ExitCode;

use internbot::knowledge::embedded_files;

use super::CliError;

pub(super) fn run(folder: &Path) -> std::result::Result<ExitCode, CliError> {
    let files = write(folder).map_err(|source| CliError::Export {
        path: folder.to_owned(),
        source,
    })?;
    let folder = folder.display();
    writeln!(
        anstream::stdout().lock(),
        "Wrote {files} files into {folder}. Edit them, then run `internbot --knowledge {folder} check`."
    )?;
    Ok(ExitCode::SUCCESS)
}

/// Writes the files into a folder that is new or empty; how many there are.
fn write(folder: &Path) -> Result<usize> {
    fs::create_dir_all(folder)?;
    if fs::read_dir(folder)?.next().is_some() {
        let why = "it is not empty; name a new folder";
        return Err(Error::new(ErrorKind::AlreadyExists, why));
    }
    for (path, bytes) in embedded_files() {
        let path = folder.join(path);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent)?;
        }
        fs::write(path, bytes)?;
    }
    Ok(embedded_files().len())
}
