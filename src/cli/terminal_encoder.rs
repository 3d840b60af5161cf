//! The encoder in a terminal.

#[cfg(feature = "encoder")]
use indicatif::{ProgressBar, ProgressStyle};
use internbot::config::Config;
#[cfg(feature = "encoder")]
use internbot::encoder::{CacheFault, InstalledEncoder};
use internbot::guide::Guide;
#[cfg(feature = "encoder")]
use internbot::search::Corpus;
use internbot::search::{SentenceVector, Sentences};

use super::error::CliError;

/// The encoder for questions that are asked in a terminal, if one is installed.
pub(super) struct TerminalEncoder {
    #[cfg(feature = "encoder")]
    encoder: Option<InstalledEncoder>,
}

#[cfg(feature = "encoder")]
impl TerminalEncoder {
    pub(super) fn open(config: &Config) -> Result<Self, CliError> {
        let encoder = InstalledEncoder::open(config.encoder.folder.as_deref())?;
        Ok(Self { encoder })
    }

    /// What it says of a guide.
    pub(super) fn sentences(&self, guide: &Guide) -> Option<Sentences> {
        let encoder = self.encoder.as_ref()?;
        let corpus = Corpus::from(&*guide.knowledge);
        Some(with_progress(|progress| {
            encoder.sentences(&corpus, progress)
        }))
    }

    pub(super) fn encode(&self, text: &str) -> Option<SentenceVector> {
        self.encoder.as_ref().map(|encoder| encoder.encode(text))
    }
}

#[cfg(not(feature = "encoder"))]
impl TerminalEncoder {
    pub(super) fn open(_: &Config) -> Result<Self, CliError> {
        Ok(Self {})
    }

    pub(super) fn sentences(&self, _: &Guide) -> Option<Sentences> {
        None
    }

    pub(super) fn encode(&self, _: &str) -> Option<SentenceVector> {
        None
    }
}

/// Shows progress if standard error is a terminal, and then any problem with the file of
/// vectors.
#[cfg(feature = "encoder")]
pub(super) fn with_progress<T>(
    work: impl FnOnce(&(dyn Fn(usize, usize) + Sync)) -> (T, Vec<CacheFault>),
) -> T {
    let bar = ProgressBar::no_length();
    let style =
        ProgressStyle::with_template("Encoding the guide, once: {wide_bar} {pos} of {len} texts");
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    let (done, faults) = work(&|done, all| {
        bar.set_length(all as u64);
        bar.set_position(done as u64);
    });
    bar.finish_and_clear();
    for fault in faults {
        anstream::eprintln!("internbot: {fault}");
    }
    done
}
