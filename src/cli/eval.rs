//! `internbot eval`: rates over questions whose right topics are known.

use std::borrow::Cow;
use std::cell::LazyCell;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use internbot::config::Config;
#[cfg(feature = "encoder")]
use internbot::encoder::InstalledEncoder;
use internbot::evaluate::{self, Case, Figures, LeftOut, LeftOutTopics};
use internbot::knowledge::GuideSource;
#[cfg(not(feature = "encoder"))]
use internbot::search::no_encoder;
use internbot::search::{Component, Components, Corpus, Index, SentenceVector, Sentences};
use internbot::text_file;
use jiff::Zoned;

use super::error::CliError;
#[cfg(feature = "encoder")]
use super::terminal_encoder::with_progress;

/// The number of rounds; each leaves out a part of the messages.
const FOLDS: usize = 5;

#[derive(Debug, Args)]
pub(super) struct EvalOptions {
    /// Files of questions, out-of-scope messages or conversations, with one JSON object per line; a *.txt file has an out-of-scope
    /// message on each line
    #[arg(required_unless_present_any = ["leave_one_out", "leave_topic_out", "cross_validate"])]
    files: Vec<PathBuf>,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
    /// Leave out each phrasing of the guide in turn, and ask it
    #[arg(long)]
    leave_one_out: bool,
    /// Leave out each topic in turn, and ask the messages that only it answers
    #[arg(long)]
    leave_topic_out: bool,
    /// Leave out a fifth of the messages and out-of-scope examples at a time, and ask them
    #[arg(long)]
    cross_validate: bool,
    /// First misspell each question in this many places
    #[arg(long, value_name = "N", default_value_t = 0)]
    typos: usize,
    /// Switch off a part of the search; can be repeated
    #[arg(long, value_name = "PART", value_parser = component)]
    ablate: Vec<Component>,
    /// Exit with status 1 if any figure is worse than in this file, which `--json` printed
    #[arg(long, value_name = "FILE", requires = "files")]
    baseline: Option<PathBuf>,
}

fn component(name: &str) -> Result<Component, String> {
    let names = Component::ALL.map(|(name, _)| name).join(", ");
    Component::ALL
        .iter()
        .find(|(known, _)| *known == name)
        .map(|(_, component)| *component)
        .ok_or(format!("the parts are: {names}"))
}

pub(super) fn run(
    source: &GuideSource,
    config: &Config,
    options: &EvalOptions,
) -> Result<ExitCode, CliError> {
    let knowledge = source.load(Zoned::now().date())?;
    let corpus = Corpus::from(&knowledge);
    let cases = cases(options)?;
    let components = options
        .ablate
        .iter()
        .fold(Components::ALL, |components, &component| {
            components.without(component)
        });
    // Only files of questions need it.
    let words = LazyCell::new(|| Index::with_components(&corpus, components));
    let questions: Vec<_> = cases
        .iter()
        .map(|case| words.corrected(&case.text))
        .collect();
    let encode = encoding(config, &corpus, &questions)?;
    let mut out = anstream::stdout();
    let left_out = options.leave_one_out || options.leave_topic_out || options.cross_validate;
    if left_out && components.has(Component::Encoder) && encode("").is_some() {
        anstream::eprintln!(
            "The encoder's adapter was trained on the guide that ships, so figures for that guide are too good. For texts that the adapter has not seen, see docs/encoder.md; `--ablate encoder` measures words alone."
        );
    }
    if options.leave_one_out {
        let left_out = evaluate::leave_one_out(&knowledge, components, options.typos, &encode);
        show(&mut out, options.json, &left_out, write_left_out)?;
    }
    if options.leave_topic_out {
        let left_out = evaluate::leave_topics_out(&knowledge, components, &encode);
        show(&mut out, options.json, &left_out, write_left_out_topics)?;
    }
    if options.cross_validate {
        let figures = evaluate::cross_validate(&knowledge, components, FOLDS, &encode);
        show(&mut out, options.json, &figures, write_figures)?;
    }
    if options.files.is_empty() {
        return Ok(ExitCode::SUCCESS);
    }
    let index = words.with_sentences(Sentences::new(&corpus, &encode));
    let figures = evaluate::evaluate(&knowledge, &index, &cases, &encode);
    show(&mut out, options.json, &figures, write_figures)?;
    let Some(path) = &options.baseline else {
        return Ok(ExitCode::SUCCESS);
    };
    let baseline: Figures =
        serde_json::from_str(&read(path)?).map_err(|source| CliError::Baseline {
            path: path.clone(),
            source,
        })?;
    let worse = figures.worse_than(&baseline);
    for sentence in &worse {
        anstream::eprintln!("worse than {}: {sentence}", path.display());
    }
    Ok(if worse.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// The cases of all files, misspelt if that is wanted.
fn cases(options: &EvalOptions) -> Result<Vec<Case>, CliError> {
    let mut cases: Vec<Case> = Vec::new();
    for path in &options.files {
        let text = read(path)?;
        if path.extension().is_some_and(|extension| extension == "txt") {
            cases.extend(
                text.lines()
                    .filter(|line| !line.trim().is_empty())
                    .map(Case::out_of_scope),
            );
        } else {
            cases.extend(
                evaluate::parse_cases(&text).map_err(|source| CliError::Cases {
                    path: path.clone(),
                    source,
                })?,
            );
        }
    }
    for case in &mut cases {
        case.text = evaluate::misspell(&case.text, options.typos);
    }
    Ok(cases)
}

/// What encodes the texts of the guide and the questions, if an encoder is installed.
#[cfg(feature = "encoder")]
fn encoding(
    config: &Config,
    corpus: &Corpus,
    questions: &[Cow<'_, str>],
) -> Result<impl Fn(&str) -> Option<SentenceVector> + Sync, CliError> {
    let encoder = InstalledEncoder::open(config.encoder.folder.as_deref())?;
    let mut texts = Sentences::texts(corpus);
    texts.extend(questions.iter().map(AsRef::as_ref));
    let encode = encoder.map(|encoder| with_progress(|progress| encoder.knowing(&texts, progress)));
    Ok(move |text: &str| encode.as_ref().map(|encode| encode(text)))
}

#[cfg(not(feature = "encoder"))]
fn encoding(
    _: &Config,
    _: &Corpus,
    _: &[Cow<'_, str>],
) -> Result<impl Fn(&str) -> Option<SentenceVector> + Sync, CliError> {
    Ok(no_encoder)
}

fn read(path: &Path) -> Result<String, CliError> {
    text_file::read(path).map_err(|source| CliError::File {
        path: path.to_owned(),
        source,
    })
}

/// Prints figures as JSON, or in words.
fn show<W: Write, T: serde::Serialize>(
    out: &mut W,
    json: bool,
    figures: &T,
    in_words: impl FnOnce(&mut W, &T) -> io::Result<()>,
) -> io::Result<()> {
    if !json {
        return in_words(out, figures);
    }
    let json = serde_json::to_string_pretty(figures).map_err(io::Error::from)?;
    writeln!(out, "{json}")
}

fn write_left_out(out: &mut impl Write, left_out: &LeftOut) -> io::Result<()> {
    writeln!(
        out,
        "Phrasings, each left out in turn ({})",
        left_out.phrasings
    )?;
    row(out, "own topic first", left_out.first)?;
    row(out, "own topic in the first three", left_out.first_three)?;
    row(
        out,
        "own section, of those with the topic first",
        left_out.section,
    )?;
    row(
        out,
        "own topic first while it is in the guide",
        left_out.known_first,
    )
}

fn write_left_out_topics(out: &mut impl Write, left_out: &LeftOutTopics) -> io::Result<()> {
    writeln!(
        out,
        "Messages whose topic was left out ({})",
        left_out.messages
    )?;
    row(out, "asked: answered with another topic", left_out.answered)?;
    row(out, "asked: suggested", left_out.suggested)?;
    row(out, "overheard: answered", left_out.overheard)
}

fn write_figures(out: &mut impl Write, figures: &Figures) -> io::Result<()> {
    if let Some(rates) = &figures.in_scope {
        writeln!(out, "Questions that the guide answers ({})", rates.cases)?;
        row(out, "right topic first", rates.first)?;
        row(out, "right topic in the first three", rates.first_three)?;
        row(out, "asked: answered, right", rates.answered_right)?;
        row(out, "asked: answered, wrong", rates.answered_wrong)?;
        row(
            out,
            "asked: suggested, the right one among them",
            rates.suggested_right,
        )?;
        row(out, "asked: not in the guide", rates.missed)?;
        row(out, "overheard: answered, right", rates.overheard_right)?;
        row(out, "overheard: answered, wrong", rates.overheard_wrong)?;
        if let Some(section) = rates.section {
            row(out, "best section first, of those with the topic", section)?;
        }
    }
    if let Some(rates) = &figures.out_of_scope {
        writeln!(out, "Messages out of scope ({})", rates.cases)?;
        row(out, "asked: answered", rates.answered)?;
        row(out, "asked: suggested", rates.suggested)?;
        row(out, "overheard: answered", rates.overheard)?;
    }
    if let Some(rates) = &figures.follow_ups {
        writeln!(out, "Second turns of conversations ({})", rates.cases)?;
        row(out, "right topic first", rates.first)?;
        row(out, "right topic in the first three", rates.first_three)?;
    }
    if !figures.confusions.is_empty() {
        writeln!(out, "Most often confused")?;
    }
    for confusion in &figures.confusions {
        writeln!(
            out,
            "  {} × {} mistaken for {}",
            confusion.times, confusion.right, confusion.taken_for
        )?;
    }
    Ok(())
}

fn row(out: &mut impl Write, what: &str, percent: f64) -> io::Result<()> {
    writeln!(out, "  {what:<44} {percent:>5.1} %")
}
