//! `internbot check`: every problem of the knowledge base in one run.

use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;

use internbot::knowledge::{self, Problem, Severity, Sources};
use internbot::search::{Index, unreachable};
use jiff::Zoned;

use super::{CheckOptions, Fault, Format};

pub(super) fn run(folder: &Path, options: &CheckOptions) -> Result<ExitCode, Fault> {
    let sources = Sources::read(folder)?;
    let checked = knowledge::check(&sources, Zoned::now().date());
    let mut problems = checked.problems;
    problems.extend(knowledge::lint(&sources));
    if let Some(knowledge) = &checked.knowledge {
        problems.extend(unreachable(knowledge, &Index::new(knowledge), &sources));
    }
    let note = note_on_links(&sources, options, &mut problems)?;
    print(&problems, &note, options.format)?;
    let errors = problems
        .iter()
        .any(|problem| problem.severity == Severity::Error);
    Ok(if errors {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    })
}

/// Opens the address of every resource, if that is wanted. A summary, or why it could not be done, which is no fault of the
/// guide.
#[cfg(feature = "discord")]
fn note_on_links(
    sources: &Sources,
    options: &CheckOptions,
    problems: &mut Vec<Problem>,
) -> io::Result<String> {
    use internbot::links::{self, Link, Pace};

    if !options.links {
        return Ok(String::new());
    }
    let addresses = knowledge::addresses(sources);
    anstream::eprintln!("opening {} addresses …", addresses.len());
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    Ok(
        match runtime.block_on(links::look(addresses, Pace::default())) {
            Ok(links) => {
                problems.extend(links.iter().filter_map(Link::problem));
                links::summary(&links)
            }
            Err(error) => error.to_string(),
        },
    )
}

#[cfg(not(feature = "discord"))]
fn note_on_links(_: &Sources, _: &CheckOptions, _: &mut Vec<Problem>) -> io::Result<String> {
    Ok(String::new())
}

fn print(problems: &[Problem], note: &str, format: Format) -> io::Result<()> {
    let mut out = anstream::stdout().lock();
    match format {
        Format::Json => {
            if !note.is_empty() {
                anstream::eprintln!("{note}");
            }
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
            if !note.is_empty() {
                writeln!(out, "{note}")?;
            }
            let count = |severity| {
                problems
                    .iter()
                    .filter(|problem| problem.severity == severity)
                    .count()
            };
            writeln!(
                out,
                "{} error(s), {} warning(s)",
                count(Severity::Error),
                count(Severity::Warning)
            )
        }
    }
}
