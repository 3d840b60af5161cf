//! `internbot import`: turns an FAQ kept elsewhere into a guide.

use std::fs;
use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use internbot::knowledge::{self, FaqFormat, File, GuideSource};
use internbot::text;
use jiff::Zoned;

use super::check::{self, Format};
use super::error::CliError;
use super::export;

#[derive(Debug, Args)]
pub(super) struct ImportOptions {
    /// The FAQ: *.csv or *.tsv with a question, its answer and optionally a link and a category in each row, or *.md with a heading for
    /// each question and its answer below
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The folder to write the guide to; it must be new or empty
    #[arg(long, value_name = "DIR", default_value = "knowledge")]
    to: PathBuf,
}

pub(super) fn run(options: &ImportOptions) -> Result<ExitCode, CliError> {
    let ImportOptions { file, to } = options;
    let extension = file.extension().unwrap_or_default().to_string_lossy();
    let format =
        FaqFormat::of_extension(&extension).ok_or_else(|| CliError::FaqName(file.clone()))?;
    let bytes = fs::read(file).map_err(|source| CliError::File {
        path: file.clone(),
        source,
    })?;
    let faq = File::new(file.display().to_string(), bytes);
    let import = knowledge::import(&faq, format, Zoned::now().date());
    let mut out = anstream::stdout().lock();
    for problem in &import.problems {
        writeln!(out, "{problem}")?;
    }
    let found = check::count(&import.problems);
    let Some(files) = import.files else {
        writeln!(out, "{found} in {}: nothing was written", faq.name)?;
        return Ok(ExitCode::FAILURE);
    };
    let written = files.iter().map(|file| (file.name.as_str(), &*file.bytes));
    export::write(to, written).map_err(|source| CliError::Export {
        path: to.clone(),
        source,
    })?;
    writeln!(out, "{found} in {}", faq.name)?;
    // What a guide should have and an FAQ lacks.
    let source = GuideSource::Folder(to.clone());
    let missing = check::problems(&source)?;
    drop(out);
    check::print(&source, &missing, Format::Text)?;
    let topics = files.iter().filter(|file| file.name.starts_with("topics/"));
    writeln!(
        anstream::stdout().lock(),
        "Wrote {} to {folder}, marked as reviewed today: read through it all. Then try it: internbot --knowledge {folder} chat",
        text::counted(topics.count(), "topic"),
        folder = to.display()
    )?;
    Ok(ExitCode::SUCCESS)
}
