//! What can go wrong in a command.

use std::path::PathBuf;

use internbot::config::ConfigError;
use internbot::evaluate::CaseError;
use internbot::knowledge::{LoadError, ReadError};

/// Errors of the commands; each message says what to do.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CliError {
    #[error(transparent)]
    Config(#[from] ConfigError),
    #[error(transparent)]
    Knowledge(#[from] LoadError),
    #[error(transparent)]
    Sources(#[from] ReadError),
    #[error("cannot read {}: {source}", .path.display())]
    File {
        path: PathBuf,
        source: std::io::Error,
    },
    #[error("{}: {source}", .path.display())]
    Cases { path: PathBuf, source: CaseError },
    #[error("{} is not a baseline printed by `internbot eval --json`: {source}", .path.display())]
    Baseline {
        path: PathBuf,
        source: serde_json::Error,
    },
    #[error("cannot read lines from the terminal: {0}")]
    Editor(#[from] rustyline::error::ReadlineError),
    #[cfg(feature = "discord")]
    #[error(transparent)]
    Token(#[from] internbot::config::TokenError),
    #[cfg(feature = "discord")]
    #[error(transparent)]
    Run(#[from] internbot::discord::RunError),
    #[cfg(feature = "discord")]
    #[error(transparent)]
    Store(#[from] internbot::store::StoreError),
    #[cfg(feature = "discord")]
    #[error("there is no addition with the number {0}: `internbot added` lists them")]
    NoAddition(u64),
    #[cfg(feature = "discord")]
    #[error(transparent)]
    Monitor(#[from] internbot::monitor::MonitorError),
    #[cfg(feature = "discord")]
    #[error(transparent)]
    Preview(#[from] internbot::preview::PreviewError),
    #[cfg(feature = "discord")]
    #[error(transparent)]
    Site(#[from] internbot::preview::SiteError),
    #[cfg(feature = "encoder")]
    #[error(transparent)]
    Encoder(#[from] internbot::encoder::EncoderError),
    #[cfg(feature = "encoder")]
    #[error(transparent)]
    Install(#[from] internbot::encoder::InstallError),
    #[cfg(feature = "encoder")]
    #[error("this user has no home folder: set encoder.folder in the configuration")]
    NoFolder,
    #[cfg(feature = "encoder")]
    #[error("cannot delete the encoder in {}: {source}", .path.display())]
    Remove {
        path: PathBuf,
        source: std::io::Error,
    },
    #[error("cannot write the man pages into {}: {source}", .path.display())]
    Pages {
        path: PathBuf,
        source: std::io::Error,
    },
    #[error("cannot write the guide into {}: {source}", .path.display())]
    Export {
        path: PathBuf,
        source: std::io::Error,
    },
    #[error("{}: the name of an FAQ must end in .csv, .tsv or .md", .0.display())]
    FaqName(PathBuf),
    #[error("cannot write the output: {0}")]
    Output(#[from] std::io::Error),
}
