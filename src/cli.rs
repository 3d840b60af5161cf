//! The command line: what can be typed, and what it runs.

#[cfg(feature = "discord")]
mod added;
mod ask;
mod chat;
mod check;
mod describe;
#[cfg(feature = "discord")]
mod doctor;
#[cfg(feature = "encoder")]
mod encoder;
mod error;
mod eval;
mod export;
#[cfg(feature = "discord")]
mod gaps;
mod import;
#[cfg(feature = "discord")]
mod preview;
#[cfg(feature = "discord")]
mod run;
#[cfg(feature = "discord")]
mod stats;
mod terminal_encoder;
#[cfg(any(feature = "discord", feature = "encoder"))]
mod wait;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{CommandFactory, Parser, Subcommand};
use internbot::config::Config;
use internbot::index_cache::IndexCache;
use internbot::knowledge::GuideSource;
use internbot::live::Live;

pub(crate) use error::CliError;
use terminal_encoder::TerminalEncoder;

/// Environment variables, listed below the long help and at the end of the man page. Only their names: their values
/// must not be shown.
const ENVIRONMENT: &str = "Environment:\n  DISCORD_TOKEN  The bot's token, for `run` and `doctor`, unless it is in a file that the configuration names\n  \
    INTERNBOT_LOG  What to log, such as internbot=debug,reqwest=debug";

/// Answers students' questions about getting and doing a software internship, from a guide that anyone can edit.
#[derive(Debug, Parser)]
#[command(version, arg_required_else_help = true, after_long_help = ENVIRONMENT)]
pub(crate) struct CommandLine {
    /// The guide's folder [default: ./knowledge if it exists, otherwise the guide embedded in the program]
    #[arg(long, global = true, value_name = "DIR")]
    knowledge: Option<PathBuf>,
    /// The configuration file [default: config/internbot.toml]
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Typed,
}

#[derive(Debug, Subcommand)]
enum Typed {
    #[command(flatten)]
    Work(GuideWork),
    /// Work with the guide embedded in the program
    #[command(subcommand)]
    Guide(export::GuideCommand),
    /// Turn an FAQ into a guide: a CSV table or a Markdown page
    Import(import::ImportOptions),
    /// Install, check or remove the optional encoder, which matches questions by meaning
    #[cfg(feature = "encoder")]
    #[command(subcommand)]
    Encoder(encoder::EncoderCommand),
    #[command(flatten)]
    Describe(describe::Describe),
}

/// Commands that use the guide, as configured.
#[derive(Debug, Subcommand)]
enum GuideWork {
    /// Answer one question, or many from standard input
    Ask(ask::AskOptions),
    /// Talk to the bot in this terminal
    Chat,
    /// Report every problem in the guide
    Check(check::CheckOptions),
    /// Measure how well questions with known topics are answered
    Eval(eval::EvalOptions),
    /// Show in a browser what the bot would say in Discord, or write it as static pages
    #[cfg(feature = "discord")]
    Preview(preview::PreviewOptions),
    /// Run the bot in Discord until stopped
    #[cfg(feature = "discord")]
    Run(run::RunOptions),
    /// Find out what stops the bot from running, without starting it
    #[cfg(feature = "discord")]
    Doctor,
    /// List the questions that the guide could not answer, grouped, most asked first
    #[cfg(feature = "discord")]
    Gaps(gaps::GapsOptions),
    /// List what moderators have added to their servers, with a number for each entry
    #[cfg(feature = "discord")]
    Added(added::AddedOptions),
    /// Show what was asked and answered
    #[cfg(feature = "discord")]
    Stats(stats::StatsOptions),
}

/// Runs the command that was typed.
pub(crate) fn run(options: CommandLine) -> Result<ExitCode, CliError> {
    let config = |path: Option<PathBuf>| match path {
        Some(path) => Config::load(&path, false),
        None => Config::load(Path::new("config/internbot.toml"), true),
    };
    let command = match options.command {
        Typed::Work(command) => command,
        Typed::Guide(command) => return export::run(&command),
        Typed::Import(import) => return import::run(&import),
        #[cfg(feature = "encoder")]
        Typed::Encoder(command) => return encoder::run(command, &config(options.config)?),
        Typed::Describe(describe) => return describe::run(describe, CommandLine::command()),
    };
    let config = config(options.config)?;
    let guide = guide_source(options.knowledge.or_else(|| config.knowledge.clone()));
    match command {
        GuideWork::Ask(ask) => {
            let (guide, encoder) = (
                IndexCache::of_user().load(&guide)?,
                TerminalEncoder::open(&config)?,
            );
            let guide = guide.with_sentences(encoder.sentences(&guide));
            ask::run(&guide, &|text| encoder.encode(text), ask)
        }
        GuideWork::Chat => chat::run(&Live::of(guide)?, &TerminalEncoder::open(&config)?),
        GuideWork::Check(check) => check::run(&guide, &check),
        GuideWork::Eval(eval) => eval::run(&guide, &config, &eval),
        #[cfg(feature = "discord")]
        GuideWork::Preview(preview) => preview::run(guide, &config, &preview),
        #[cfg(feature = "discord")]
        GuideWork::Run(run) => run::run(guide, &config, &run),
        #[cfg(feature = "discord")]
        GuideWork::Doctor => doctor::run(&guide, &config),
        #[cfg(feature = "discord")]
        GuideWork::Gaps(gaps) => gaps::run(&guide, &config, &gaps),
        #[cfg(feature = "discord")]
        GuideWork::Added(added) => added::run(&guide, &config, &added),
        #[cfg(feature = "discord")]
        GuideWork::Stats(stats) => stats::run(&config, &stats),
    }
}

/// The folder that was chosen, or the one in the working directory, or the guide embedded in the program.
fn guide_source(chosen: Option<PathBuf>) -> GuideSource {
    let usual = Path::new("knowledge");
    match chosen {
        Some(folder) => GuideSource::Folder(folder),
        None if usual.join("guide.toml").exists() || usual.join("topics").is_dir() => {
            GuideSource::Folder(usual.to_owned())
        }
        None => GuideSource::Embedded,
    }
}
