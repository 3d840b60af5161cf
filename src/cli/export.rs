//! `internbot guide export`: writes the embedded guide to files for editing.

use std::collections::BTreeSet;
use std::fs;
use std::io::{Error, ErrorKind, Result, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Subcommand;
use internbot::knowledge::embedded_files;

use super::error::CliError;

#[derive(Debug, Subcommand)]
pub(super) enum GuideCommand {
    /// Write its files to a new folder for editing
    Export {
        /// The folder
        #[arg(value_name = "DIR")]
        dir: PathBuf,
    },
}

pub(super) fn run(command: &GuideCommand) -> std::result::Result<ExitCode, CliError> {
    let GuideCommand::Export { dir: folder } = command;
    write(folder, embedded_files().iter().copied()).map_err(|source| CliError::Export {
        path: folder.to_owned(),
        source,
    })?;
    let (files, folder) = (embedded_files().len(), folder.display());
    writeln!(
        anstream::stdout().lock(),
        "Wrote {files} files to {folder}. Edit them, then run `internbot --knowledge {folder} check`."
    )?;
    Ok(ExitCode::SUCCESS)
}

/// Writes the files of a guide to a new or empty folder: all of them or, if one cannot be
/// written, none.
pub(super) fn write<'a>(
    folder: &Path,
    files: impl IntoIterator<Item = (&'a str, &'a [u8])>,
) -> Result<()> {
    let is_new = !folder.exists();
    let written = write_within(folder, files);
    if written.is_err() && is_new {
        // Never touch a folder that is not empty: it is not ours.
        let _ = fs::remove_dir(folder);
    }
    written
}

fn write_within<'a>(
    folder: &Path,
    files: impl IntoIterator<Item = (&'a str, &'a [u8])>,
) -> Result<()> {
    fs::create_dir_all(folder)?;
    if fs::read_dir(folder)?.next().is_some() {
        let why = "it is not empty; name a new folder";
        return Err(Error::new(ErrorKind::AlreadyExists, why));
    }
    // Everything that can fail, such as a full disk, fails before anything is moved into place.
    let unfinished = tempfile::tempdir_in(folder)?;
    let mut names = BTreeSet::new();
    for (path, bytes) in files {
        let whole = unfinished.path().join(path);
        if let Some(parent) = whole.parent() {
            fs::create_dir_all(parent)?;
        }
        fs::write(whole, bytes)?;
        names.extend(path.split('/').next());
    }
    for name in names {
        fs::rename(unfinished.path().join(name), folder.join(name))?;
    }
    Ok(())
}
