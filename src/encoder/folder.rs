//! The folder that the encoder is installed in.

use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use etcetera::BaseStrategy;

use super::download;
use super::files::{EncoderError, FILES, VECTORS};

/// Where the encoder is, unless the configuration says otherwise: `internbot/encoder` in the user's data folder; `None` if the
/// user has no home folder.
pub fn usual_folder() -> Option<PathBuf> {
    let folders = etcetera::base_strategy::choose_native_strategy().ok()?;
    Some(folders.data_dir().join("internbot").join("encoder"))
}

/// Whether a folder has an encoder.
///
/// # Errors
/// If a file is missing, cannot be read, or is not the right one.
pub fn check(folder: &Path) -> Result<(), EncoderError> {
    FILES
        .iter()
        .try_for_each(|file| file.check(&folder.join(file.name)))
}

/// Deletes the encoder in a folder, with any partial download and the vectors that it computed, and the folder itself if there
/// is nothing else in it. Returns how many files there were.
///
/// # Errors
/// If a file cannot be deleted.
pub fn remove(folder: &Path) -> io::Result<usize> {
    let mut removed = 0;
    let parts = FILES.iter().map(download::part);
    let paths = FILES.iter().map(|file| folder.join(file.name));
    let paths = paths.chain(parts.map(|part| folder.join(part)));
    for path in paths.chain([folder.join(VECTORS)]) {
        match std::fs::remove_file(path) {
            Ok(()) => removed += 1,
            Err(fault) if fault.kind() == ErrorKind::NotFound => {}
            Err(fault) => return Err(fault),
        }
    }
    match std::fs::remove_dir(folder) {
        Err(fault)
            if !matches!(
                fault.kind(),
                ErrorKind::NotFound | ErrorKind::DirectoryNotEmpty
            ) =>
        {
            Err(fault)
        }
        _ => Ok(removed),
    }
}
