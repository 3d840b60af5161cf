//! The configuration: one file, every key optional, unknown keys refused. Defaults stand here and nowhere else.

use std::path::{Path, PathBuf};

use serde::Deserialize;

/// Everything that an operator can set.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// The folder of the knowledge base.
    pub knowledge: PathBuf,
}

impl Default for Config {
    fn default() -> Self {
        Self { knowledge: PathBuf::from("knowledge") }
    }
}

/// Why there is no configuration.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file could not be read.
    #[error("cannot read the configuration {}: {source}", .path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// The file has a mistake.
    #[error("the configuration {} has a mistake:\n{source}", .path.display())]
    Parse {
        /// The file.
        path: PathBuf,
        /// Where and what.
        source: toml::de::Error,
    },
}

impl Config {
    /// Reads a configuration file. Where `optional`, a file that does not exist is like an empty one.
    ///
    /// # Errors
    /// A file that cannot be read, is no TOML, or has an unknown key or a value of the wrong type.
    pub fn load(path: &Path, optional: bool) -> Result<Self, ConfigError> {
        match std::fs::read_to_string(path) {
            Ok(text) => toml::from_str(&text).map_err(|source| ConfigError::Parse { path: path.to_owned(), source }),
            Err(fault) if optional && fault.kind() == std::io::ErrorKind::NotFound => Ok(Self::default()),
            Err(source) => Err(ConfigError::Read { path: path.to_owned(), source }),
        }
    }
}
