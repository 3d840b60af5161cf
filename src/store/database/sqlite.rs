//! SQLite: one file. It uses a rollback journal: one file to copy or delete, nothing left next to it after a deletion,
//! and few, short transactions. `secure_delete` overwrites what is deleted.

use std::path::{Path, PathBuf};
use std::time::Duration;

use sqlx::{AnyConnection, Executor};

use super::driver::{self, DatabaseError};

/// How long a statement waits for another process before the task gives up for now, in milliseconds.
const BUSY: u64 = 250;
/// The same for a command that only reads.
const BUSY_READING: u64 = 1_500;
/// The bytes of a page of the file: SQLite's usual, said so that a limit can be counted in pages.
const PAGE: u64 = 4_096;

/// Takes the lock at once, so that a second process waits here and nowhere else.
pub(super) const BEGIN: &str = "BEGIN IMMEDIATE";
pub(super) const VERSIONS: &str =
    "SELECT COUNT(*) FROM sqlite_master WHERE type = 'table' AND name = 'schema_version'";

/// SQLite's result codes, their lowest eight bits (<https://sqlite.org/rescode.html>).
mod code {
    pub(super) const BUSY: i32 = 5;
    pub(super) const LOCKED: i32 = 6;
    pub(super) const READ_ONLY: i32 = 8;
    pub(super) const CORRUPT: i32 = 11;
    pub(super) const FULL: i32 = 13;
    pub(super) const CANNOT_OPEN: i32 = 14;
    pub(super) const NOT_A_DATABASE: i32 = 26;
}

/// The file that is open.
#[derive(Debug)]
pub(super) struct OpenFile {
    path: PathBuf,
    /// What distinguishes it from another file with the same name.
    identity: Option<Identity>,
}

type Identity = (u64, u64);

impl OpenFile {
    /// Whether it is still the one under its name.
    pub(super) fn is_there(&self) -> bool {
        self.path.exists() && identity(&self.path) == self.identity
    }
}

/// Opens the file, and creates it unless it is only to be read.
pub(super) async fn connect(
    path: &Path,
    most_megabytes: u64,
    limit: Duration,
    reading: bool,
) -> Result<(AnyConnection, OpenFile), DatabaseError> {
    if !reading {
        create(path)?;
    }
    let (mode, busy) = if reading {
        ("ro", BUSY_READING)
    } else {
        ("rw", BUSY)
    };
    let name = path
        .to_string_lossy()
        .replace('%', "%25")
        .replace('?', "%3F")
        .replace('#', "%23");
    let mut connection = driver::connect(&format!("sqlite:{name}?mode={mode}"), limit).await?;
    connection
        .execute(format!("PRAGMA busy_timeout = {busy}").as_str())
        .await?;
    let identity = identity(path);
    if !reading {
        connection.execute("PRAGMA secure_delete = ON").await?;
    }
    if !reading && most_megabytes > 0 {
        let pages = most_megabytes.saturating_mul(1_048_576) / PAGE;
        connection
            .execute(format!("PRAGMA max_page_count = {pages}").as_str())
            .await?;
    }
    Ok((
        connection,
        OpenFile {
            path: path.to_owned(),
            identity,
        },
    ))
}

/// What an error means and what to do, if known.
pub(super) fn explain(file: &str, error: &sqlx::Error) -> Option<String> {
    let code = error.as_database_error()?.code()?.parse::<i32>().ok()?;
    Some(match code & 0xff {
        code::BUSY | code::LOCKED => format!(
            "the store {file} is locked by another process: end it, or wait until it is done"
        ),
        code::FULL => format!(
            "the store {file} is full: make room on the disk, or raise store.most_megabytes"
        ),
        code::READ_ONLY | code::CANNOT_OPEN => {
            format!(
                "the store {file} cannot be written: let the bot write to the file and its folder, or set store.url to another file"
            )
        }
        code::CORRUPT | code::NOT_A_DATABASE => {
            format!(
                "the store {file} is damaged: move it away, or put a backup in its place; if there is none, the bot starts a new one"
            )
        }
        _ => return None,
    })
}

/// Creates the file, readable by nobody else, unless it exists.
fn create(path: &Path) -> std::io::Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(error),
    }
}

/// Creates the file and removes it again, to show that it can be created.
pub(super) fn try_creating(path: &Path) -> std::io::Result<()> {
    let mut name = path.as_os_str().to_owned();
    name.push(format!(".inspection-{}", std::process::id()));
    create(Path::new(&name))?;
    std::fs::remove_file(name)
}

#[cfg(unix)]
fn identity(path: &Path) -> Option<Identity> {
    use std::os::unix::fs::MetadataExt;
    std::fs::metadata(path)
        .ok()
        .map(|file| (file.dev(), file.ino()))
}

/// On other systems, an open file cannot be replaced.
#[cfg(not(unix))]
fn identity(_: &Path) -> Option<Identity> {
    None
}
