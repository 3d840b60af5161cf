//! The command `internbot`: reads the command line, runs a command, and reports what went wrong.

mod cli;

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    match cli::run(cli::CommandLine::parse()) {
        Ok(code) => code,
        // The reader of our output has closed it, as in `internbot ask … | head`.
        Err(cli::CliError::Output(fault)) if fault.kind() == std::io::ErrorKind::BrokenPipe => {
            ExitCode::SUCCESS
        }
        Err(fault) => {
            anstream::eprintln!("internbot: {fault}");
            ExitCode::FAILURE
        }
    }
}
