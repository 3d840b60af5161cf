//! `internbot check`: every problem of the guide in one run.

use std::io::{self, Write};
use std::process::ExitCode;

use clap::{Args, ValueEnum};
use internbot::index_cache::IndexCache;
use internbot::knowledge::{self, GuideSource, Problem, ReadError, Severity};
use internbot::search::unreachable;
use jiff::Zoned;

use super::error::CliError;

#[derive(Debug, Args)]
pub(super) struct CheckOptions {
    /// How to print the problems
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// For people
    Text,
    /// For machines: an array of objects
    Json,
}

pub(super) fn run(source: &GuideSource, options: &CheckOptions) -> Result<ExitCode, CliError> {
    let problems = problems(source)?;
    print(source, &problems, options.format)?;
    let errors = problems
        .iter()
        .any(|problem| problem.severity == Severity::Error);
    Ok(if errors {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    })
}

/// Every problem of a guide.
pub(super) fn problems(source: &GuideSource) -> Result<Vec<Problem>, ReadError> {
    let sources = source.read()?;
    let checked = knowledge::check(&sources, Zoned::now().date());
    let mut problems = checked.problems;
    problems.extend(knowledge::lint(&sources));
    if let Some(folder) = source.folder() {
        problems.extend(knowledge::unread_files(folder)?);
    }
    if let Some(knowledge) = checked.knowledge {
        let guide = IndexCache::of_user().learn(knowledge);
        problems.extend(unreachable(&guide.knowledge, &guide.index, &sources));
    }
    Ok(problems)
}

/// Prints problems, and how many there are.
pub(super) fn print(source: &GuideSource, problems: &[Problem], format: Format) -> io::Result<()> {
    let mut out = anstream::stdout().lock();
    match format {
        Format::Json => {
            writeln!(
                out,
                "{}",
                serde_json::to_string_pretty(problems).map_err(io::Error::from)?
            )
        }
        Format::Text => {
            for problem in problems {
                writeln!(out, "{problem}")?;
            }
            writeln!(out, "{} in {source}", count(problems))
        }
    }
}

/// How many problems there are, by severity.
pub(super) fn count(problems: &[Problem]) -> String {
    let of = |severity| {
        let same = problems
            .iter()
            .filter(|problem| problem.severity == severity);
        same.count()
    };
    let (errors, warnings) = (of(Severity::Error), of(Severity::Warning));
    format!("{errors} error(s), {warnings} warning(s)")
}
