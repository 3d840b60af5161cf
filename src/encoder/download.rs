//! Downloads the encoder's files over HTTP. If a connection breaks, what has arrived is kept, and the next attempt continues from
//! there.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Duration;

use reqwest::header::{CONTENT_RANGE, RANGE};
use reqwest::{Client, StatusCode};

use super::files::{FILES, ModelFile, TOKENIZER, WEIGHTS};
use super::install::{InstallError, copy, persist, unwritable};

/// Where the authors publish the files, at the revision that was current in 2026. Their hashes show whether they are
/// the right ones.
pub const PUBLISHED: &str = "https://huggingface.co/sentence-transformers/all-MiniLM-L6-v2/resolve/1110a243fdf4706b3f48f1d95db1a4f5529b4d41";
/// The size of the download, in bytes.
pub const DOWNLOAD_SIZE: u64 = WEIGHTS.size + TOKENIZER.size;

/// How long a server may take to answer.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(15);
/// How long a connection may stay silent.
const READ_TIMEOUT: Duration = Duration::from_secs(30);

/// Installs from a web server that has both files below an address, such as [`PUBLISHED`], through the proxy that the
/// environment names (`HTTPS_PROXY`). `progress` receives how many of [`DOWNLOAD_SIZE`] bytes have arrived.
///
/// # Errors
/// If a file does not arrive or is not the right one, or the folder cannot be written to.
pub async fn download(
    address: &str,
    into: &Path,
    mut progress: impl FnMut(u64),
) -> Result<(), InstallError> {
    fs::create_dir_all(into).map_err(|source| unwritable(into, source))?;
    let client = Client::builder()
        .use_rustls_tls()
        .connect_timeout(CONNECT_TIMEOUT)
        .read_timeout(READ_TIMEOUT)
        .user_agent(concat!("internbot/", env!("CARGO_PKG_VERSION")))
        .build()
        .map_err(|error| unreachable(address, &error))?;
    let mut downloads = Vec::new();
    let mut before = 0;
    for file in &FILES {
        let url = format!("{}/{}", address.trim_end_matches('/'), file.name);
        let mut download = Download::begin(file, url, into)?;
        download
            .fetch(&client, |received| progress(before + received))
            .await?;
        downloads.push(download);
        before += file.size;
    }
    let mut placed = Vec::new();
    for download in &downloads {
        placed.push(download.verified(into)?);
    }
    for (download, placed) in downloads.into_iter().zip(placed) {
        persist(placed, into, download.file)?;
        download.discard(into)?;
    }
    Ok(())
}

/// The name of a partly downloaded file.
pub(super) fn part(file: &ModelFile) -> String {
    format!("{}.part", file.name)
}

/// A file being downloaded.
struct Download<'a> {
    file: &'a ModelFile,
    url: String,
    /// Where what has arrived is kept.
    path: PathBuf,
    /// Open at the end, and locked for as long as this lives.
    part: File,
    /// In bytes.
    received: u64,
}

impl<'a> Download<'a> {
    fn begin(file: &'a ModelFile, url: String, into: &Path) -> Result<Self, InstallError> {
        let path = into.join(part(file));
        let part = OpenOptions::new().create(true).append(true).open(&path);
        let part = part.map_err(|source| unwritable(into, source))?;
        // On a file system without locks, two downloads at once corrupt each other's files, which the hashes reveal.
        if let Err(TryLockError::WouldBlock) = part.try_lock() {
            return Err(InstallError::Busy(into.to_owned()));
        }
        let received = part.metadata().map_err(|source| unwritable(into, source))?;
        Ok(Self {
            file,
            url,
            path,
            received: received.len(),
            part,
        })
    }

    /// Downloads the rest.
    async fn fetch(
        &mut self,
        client: &Client,
        mut progress: impl FnMut(u64),
    ) -> Result<(), InstallError> {
        if self.received > self.file.size {
            self.start_over()?;
        }
        if self.received == self.file.size {
            return Ok(());
        }
        let mut request = client.get(&self.url);
        if self.received > 0 {
            request = request.header(RANGE, format!("bytes={}-", self.received));
        }
        let response = request.send().await;
        let mut response = response.map_err(|error| unreachable(&self.url, &error))?;
        let from_there = format!("bytes {}-", self.received);
        let range = response.headers().get(CONTENT_RANGE);
        match response.status() {
            StatusCode::PARTIAL_CONTENT
                if range
                    .is_some_and(|range| range.as_bytes().starts_with(from_there.as_bytes())) => {}
            StatusCode::OK => self.start_over()?,
            status => {
                // What was kept may be the reason.
                self.start_over()?;
                return Err(InstallError::Refused {
                    url: self.url.clone(),
                    status: status.to_string(),
                });
            }
        }
        if let Some(rest) = response.content_length() {
            self.compare(self.received + rest)?;
        }
        loop {
            let chunk = match response.chunk().await {
                Ok(Some(chunk)) => chunk,
                Ok(None) if self.received == self.file.size => return Ok(()),
                Ok(None) => {
                    return Err(self.broken_off("the server closed the connection".to_owned()));
                }
                Err(error) => return Err(self.broken_off(reason(&error))),
            };
            self.received += chunk.len() as u64;
            if self.received > self.file.size {
                self.compare(self.received)?;
            }
            let written = self.part.write_all(&chunk);
            written.map_err(|source| self.unwritable(source))?;
            progress(self.received);
        }
    }

    /// Copies the file if it is the right one; otherwise keeps nothing of it.
    fn verified(&self, into: &Path) -> Result<tempfile::NamedTempFile, InstallError> {
        let part = File::open(&self.path).map_err(|source| unwritable(into, source))?;
        let copied = copy(self.file, part, Path::new(&self.url), into);
        if let Err(InstallError::Wrong { .. }) = copied {
            self.part
                .set_len(0)
                .map_err(|source| self.unwritable(source))?;
        }
        copied
    }

    /// Deletes what was kept.
    fn discard(self, into: &Path) -> Result<(), InstallError> {
        fs::remove_file(&self.path).map_err(|source| unwritable(into, source))
    }

    fn start_over(&mut self) -> Result<(), InstallError> {
        if self.received > 0 {
            self.received = 0;
            let emptied = self.part.set_len(0);
            emptied.map_err(|source| self.unwritable(source))?;
        }
        Ok(())
    }

    /// Gives up if the server's file has the wrong size.
    fn compare(&mut self, size: u64) -> Result<(), InstallError> {
        if size == self.file.size {
            return Ok(());
        }
        self.start_over()?;
        Err(InstallError::Wrong {
            from: self.url.clone(),
            name: self.file.name,
            difference: format!("it has {size} bytes or more instead of {}", self.file.size),
        })
    }

    fn unwritable(&self, source: std::io::Error) -> InstallError {
        unwritable(self.path.parent().unwrap_or(&self.path), source)
    }

    fn broken_off(&self, reason: String) -> InstallError {
        InstallError::BrokenOff {
            name: self.file.name,
            received: self.received,
            size: self.file.size,
            reason,
        }
    }
}

fn unreachable(url: &str, error: &reqwest::Error) -> InstallError {
    InstallError::Unreachable {
        url: url.to_owned(),
        reason: reason(error),
    }
}

/// The root cause of an error: the errors above it only say that there was one.
fn reason(error: &reqwest::Error) -> String {
    let mut error: &dyn std::error::Error = error;
    while let Some(source) = error.source() {
        error = source;
    }
    error.to_string()
}
