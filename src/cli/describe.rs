//! `internbot completions` and `internbot man`: the command line described for a shell and for `man`, from its definition.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Command, Subcommand};
use clap_mangen::Man;

use super::error::CliError;

/// What people type.
const NAME: &str = "internbot";

/// Commands that describe the command line itself; they need no guide and read no configuration.
#[derive(Debug, Subcommand)]
pub(super) enum Describe {
    /// Print a completion script for a shell
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Print the man page
    Man {
        /// Write this page, and one for each command, to a folder instead
        #[arg(long, value_name = "DIR")]
        write: Option<PathBuf>,
    },
}

pub(super) fn run(describe: Describe, command: Command) -> Result<ExitCode, CliError> {
    match describe {
        Describe::Completions { shell } => print(&completions(shell, command))?,
        Describe::Man { write: None } => print(&page(command)?)?,
        Describe::Man {
            write: Some(folder),
        } => pages(&folder, command).map_err(|source| CliError::Pages {
            path: folder,
            source,
        })?,
    }
    Ok(ExitCode::SUCCESS)
}

/// In memory first: the generator panics where it cannot write, and a pipe may be closed early.
fn completions(shell: clap_complete::Shell, mut command: Command) -> Vec<u8> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut command, NAME, &mut script);
    script
}

fn page(command: Command) -> io::Result<Vec<u8>> {
    let mut page = Vec::new();
    // The page of `help` would say nothing new, and `generate_to` writes none.
    Man::new(command.disable_help_subcommand(true)).render(&mut page)?;
    Ok(page)
}

/// Writes `internbot.1`, `internbot-ask.1` and so on.
fn pages(folder: &Path, command: Command) -> io::Result<()> {
    std::fs::create_dir_all(folder)?;
    clap_mangen::generate_to(command, PathBuf::from(folder))
}

fn print(bytes: &[u8]) -> io::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(bytes)?;
    out.flush()
}
