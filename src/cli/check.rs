//! `internbot check`: every problem of the knowledge base in one run.

use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;

use internbot::knowledge::{self, Problem, Severity, Sources};
use internbot::search::{Index, unreachable};
use jiff::Zoned;

use super::{Fault, Format};

pub(super) fn run(folder: &Path, format: Format) -> Result<ExitCode, Fault> {
    let sources = Sources::read(folder)?;
    let checked = knowledge::check(&sources, Zoned::now().date());
    let mut problems = checked.problems;
    if let Some(knowledge) = &checked.knowledge {
        problems.extend(unreachable(knowledge, &Index::new(knowledge), &sources));
    }
    print(&problems, format)?;
    let errors = problems.iter().any(|problem| problem.severity == Severity::Error);
    Ok(if errors { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

fn print(problems: &[Problem], format: Format) -> io::Result<()> {
    let mut out = anstream::stdout().lock();
    match format {
        Format::Json => writeln!(out, "{}", serde_json::to_string_pretty(problems).map_err(io::Error::from)?),
        Format::Text => {
            for problem in problems {
                writeln!(out, "{problem}")?;
            }
            let count = |severity| problems.iter().filter(|problem| problem.severity == severity).count();
            writeln!(out, "{} error(s), {} warning(s)", count(Severity::Error), count(Severity::Warning))
        }
    }
}
