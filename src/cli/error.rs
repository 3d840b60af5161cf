//! What can go wrong in a command.

use std::path::PathBuf;

use internbot::config::ConfigError;
use internbot::evaluate::CaseError;
use internbot::knowledge::{LoadError, ReadError};

/// What can go wrong in a command; each says what to do.
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
    #[error("{}: this is not a baseline that `internbot eval --json` printed: {source}", .path.display())]
    Baseline {
        path: PathBuf,
        source: serde_json::Error,
    },
    #[error("the terminal does not let me read lines: {0}")]
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
    #[error("there is no addition of the number {0}: `internbot added` lists them")]
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
    #[error("this user has no home: name a folder as encoder.folder in the configuration")]
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
    #[error("{}: the name of an FAQ ends in .csv, .tsv or .md", .0.display())]
    FaqName(PathBuf),
    #[error("cannot write the output: {0}")]
    Output(#[from] std::io::Error),
}
