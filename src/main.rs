//! The command `internbot`: reads the command line, runs one command, says what went wrong.

mod cli;

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    match cli::run(cli::Options::parse()) {
        Ok(code) => code,
        Err(fault) => {
            anstream::eprintln!("internbot: {fault}");
            ExitCode::FAILURE
        }
    }
}
