//! Load tests, in bursts and over time, with the stand-in server on real sockets.
//!
//! ```text
//! cargo build --release --bin internbot --example load
//! target/release/examples/load burst [--milliseconds 300] [--encoder FOLDER]
//! target/release/examples/load soak [--seconds 600] [--seed 1]
//! target/release/examples/load reloads [--seconds 60]
//! ```
//!
//! Exits with 1 if a question was lost, answered twice or answered wrongly.

#![allow(
    clippy::print_stdout,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "an example talks, and may stop"
)]

#[path = "../tests/discord"]
#[allow(
    dead_code,
    unused_imports,
    unreachable_pub,
    reason = "the tests use the rest"
)]
#[cfg(unix)]
mod discord {
    pub mod burst;
    pub mod program;
    pub mod small_guide;
    pub mod soak;
    pub mod storm;
}

#[cfg(unix)]
mod loads {
    use std::path::{Path, PathBuf};
    use std::process::ExitCode;
    use std::time::Duration;

    use clap::{Parser, Subcommand};

    use super::discord::burst::{Size, Times, burst};
    use super::discord::soak::{Plan, soak};
    use super::discord::storm::storm;

    /// How many reloads a second brings.
    const RELOADS_A_SECOND: usize = 10;
    /// All kinds of messages.
    const MIXED: Size = Size {
        overheard: 5_500,
        chatter: 2_500,
        mentions: 1_200,
        direct: 300,
        commands: 500,
    };
    /// Mentions alone.
    const MENTIONS: Size = Size {
        overheard: 0,
        chatter: 0,
        mentions: 10_000,
        direct: 0,
        commands: 0,
    };

    /// Mentions for a bot with an encoder.
    const TWO_THOUSAND: Size = Size {
        mentions: 2_000,
        ..MENTIONS
    };

    #[derive(Parser)]
    struct Options {
        #[command(subcommand)]
        load: Load,
        /// The program that is loaded.
        #[arg(long, global = true, default_value = "target/release/internbot")]
        program: PathBuf,
    }

    #[derive(Subcommand)]
    enum Load {
        /// Ten thousand messages at the same moment, first of all kinds and then only mentions: the bot's memory, what was
        /// answered, what was dropped, and whether its heartbeats were on time.
        Burst {
            /// How long every request takes.
            #[arg(long, default_value_t = 300)]
            milliseconds: u64,
            /// Two thousand mentions at a bot with the encoder in this folder instead.
            #[arg(long)]
            encoder: Option<PathBuf>,
        },
        /// Questions under a seeded storm of faults: every question that the bot received is answered once, or was refused
        /// in such a way that the bot rightly gives up; its memory stays flat. The same seed and time give the same plan, as its
        /// hash shows.
        Soak {
            /// For how long.
            #[arg(long, default_value_t = 600)]
            seconds: u64,
            /// What the plan is made from.
            #[arg(long, default_value_t = 1)]
            seed: u64,
        },
        /// Ten reloads of the guide a second while people keep asking: every reply is read and must be from a single version.
        Reloads {
            /// For how long.
            #[arg(long, default_value_t = 60)]
            seconds: usize,
        },
    }

    pub(super) async fn run() -> ExitCode {
        let Options { load, program } = Options::parse();
        let wrong = match load {
            Load::Burst {
                milliseconds,
                encoder,
            } => bursts(&program, milliseconds, encoder.as_deref()).await,
            Load::Soak { seconds, seed } => {
                let report = soak(&program, &Plan::new(seed, seconds)).await;
                println!("{report}");
                report.lost() + report.twice()
            }
            Load::Reloads { seconds } => {
                println!("{}", storm(seconds * RELOADS_A_SECOND).await);
                0
            }
        };
        ExitCode::from(u8::from(wrong > 0))
    }

    async fn bursts(program: &Path, milliseconds: u64, encoder: Option<&Path>) -> usize {
        let times = Times {
            request: Duration::from_millis(milliseconds),
            heartbeat: Duration::from_secs(15),
        };
        let mut wrong = 0;
        let sizes: &[Size] = match encoder {
            None => &[MIXED, MENTIONS],
            Some(_) => &[TWO_THOUSAND],
        };
        for &size in sizes {
            let report = burst(program, size, times, encoder).await;
            println!("{report}");
            let [_, never, twice] = report.direct;
            wrong += never + twice + report.wrong;
        }
        wrong
    }
}

#[cfg(unix)]
#[tokio::main]
async fn main() -> std::process::ExitCode {
    loads::run().await
}

#[cfg(not(unix))]
fn main() {
    println!(
        "This needs Unix: it stops the bot with a signal and swaps guides with a symbolic link."
    );
}
