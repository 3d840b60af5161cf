//! `internbot completions` and `internbot man`: the command line described for a shell and for `man`, from its definition.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::CommandFactory;
use clap_mangen::Man;

use super::{CliError, CommandLine, Describe};

/// What people type.
const NAME: &str = "internbot";

pub(super) fn run(describe: Describe) -> Result<ExitCode, CliError> {
    match describe {
        Describe::Completions { shell } => print(&completions(shell))?,
        Describe::Man { write: None } => print(&page()?)?,
        Describe::Man {
            write: Some(folder),
        } => pages(&folder).map_err(|source| CliError::Pages {
            path: folder,
            source,
        })?,
    }
    Ok(ExitCode::SUCCESS)
}

/// In memory first: the generator panics where it cannot write, and a pipe may be closed early.
fn completions(shell: clap_complete::Shell) -> Vec<u8> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut CommandLine::command(), NAME, &mut script);
    script
}

fn page() -> io::Result<Vec<u8>> {
    let mut page = Vec::new();
    // The page of `help` would say nothing new, and `generate_to` writes none.
    Man::new(CommandLine::command().disable_help_subcommand(true)).render(&mut page)?;
    Ok(page)
}

/// Writes `internbot.1`, `internbot-ask.1` and so on.
fn pages(folder: &Path) -> io::Result<()> {
    std::fs::create_dir_all(folder)?;
    clap_mangen::generate_to(CommandLine::command(), PathBuf::from(folder))
}

fn print(bytes: &[u8]) -> io::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(bytes)?;
    out.flush()
}
