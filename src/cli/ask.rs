//! `internbot ask`: one question from the command line, or many from standard input.

use std::io::{self, BufRead, Write};
use std::process::ExitCode;

use clap::Args;
use internbot::answer::{Answer, Outcome};
use internbot::guide::Guide;
use internbot::knowledge::KnowledgeBase;
use internbot::reply;
use internbot::search::{Candidate, Encode, Explanation, Question};
use internbot::terminal::{self, Look};
use internbot::text_file;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::error::CliError;

#[derive(Debug, Args)]
pub(super) struct AskOptions {
    /// The question
    #[arg(required_unless_present = "jsonl", conflicts_with = "jsonl")]
    question: Option<std::ffi::OsString>,
    /// Show each candidate and where its score came from
    #[arg(long, conflicts_with_all = ["json", "jsonl"])]
    explain: bool,
    /// Print one JSON object
    #[arg(long, conflicts_with = "jsonl")]
    json: bool,
    /// Read one JSON object per line from standard input, and write one per line
    #[arg(long)]
    jsonl: bool,
}

pub(super) fn run(
    guide: &Guide,
    encode: &Encode<'_>,
    options: AskOptions,
) -> Result<ExitCode, CliError> {
    if options.jsonl {
        let input = text_file::input(io::stdin().lock())?;
        answer_lines(guide, encode, input, io::stdout().lock())?;
        return Ok(ExitCode::SUCCESS);
    }
    let text = options
        .question
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned();
    let question = Question::new(text).encoded(&guide.index, encode);
    let answer = guide.answer(&question);
    let mut out = anstream::stdout().lock();
    if options.json {
        let answer = Output::new(&guide.knowledge, Value::Null, &answer);
        writeln!(
            out,
            "{}",
            serde_json::to_string(&answer).map_err(io::Error::from)?
        )?;
    } else {
        write!(
            out,
            "{}",
            terminal::draw(
                &reply::to_answer(&guide.knowledge, &answer),
                Look::of_stdout()
            )
        )?;
        if options.explain {
            explain(
                &mut out,
                &guide.knowledge,
                &guide.index.explain(&question),
                &answer,
            )?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// One line of input.
#[derive(Deserialize)]
struct Input {
    #[serde(default)]
    id: Value,
    text: String,
    #[serde(default)]
    previous: Vec<String>,
    #[serde(default)]
    overheard: bool,
}

/// One line of output.
#[derive(Serialize)]
struct Output<'a> {
    id: Value,
    outcome: Outcome,
    matches: Vec<MatchJson<'a>>,
}

#[derive(Serialize)]
struct MatchJson<'a> {
    topic: &'a str,
    section: &'a str,
    score: f32,
}

/// The output for an input line that cannot be answered.
#[derive(Serialize)]
struct BadLine {
    line: usize,
    error: String,
}

impl<'a> Output<'a> {
    fn new(knowledge: &'a KnowledgeBase, id: Value, answer: &Answer) -> Self {
        let places = answer.matches.iter().filter_map(|found| {
            let (topic, section) = found.find(knowledge)?;
            Some(MatchJson {
                topic: &topic.id,
                section: &section.id,
                score: found.probability,
            })
        });
        Self {
            id,
            outcome: answer.outcome,
            matches: places.collect(),
        }
    }
}

/// Answers every line. A line that is not a question gets an object that says so. Blank lines
/// are skipped.
fn answer_lines(
    guide: &Guide,
    encode: &Encode<'_>,
    mut input: impl BufRead,
    mut output: impl Write,
) -> io::Result<()> {
    let mut bytes = Vec::new();
    for line in 1.. {
        bytes.clear();
        if input.read_until(b'\n', &mut bytes)? == 0 {
            break;
        }
        if bytes.trim_ascii().is_empty() {
            continue;
        }
        match parse(&bytes) {
            Ok(Input {
                id,
                text,
                previous,
                overheard,
            }) => {
                let question = Question {
                    previous,
                    overheard,
                    ..Question::new(text).encoded(&guide.index, encode)
                };
                let answer = guide.answer(&question);
                serde_json::to_writer(&mut output, &Output::new(&guide.knowledge, id, &answer))?;
            }
            Err(error) => serde_json::to_writer(&mut output, &BadLine { line, error })?,
        }
        output.write_all(b"\n")?;
        output.flush()?;
    }
    Ok(())
}

fn parse(bytes: &[u8]) -> Result<Input, String> {
    let text =
        std::str::from_utf8(bytes).map_err(|fault| format!("this is not UTF-8 text: {fault}"))?;
    let value: Value =
        serde_json::from_str(text).map_err(|fault| format!("this is not JSON: {fault}"))?;
    if !value.is_object() {
        return Err("this is not a JSON object: write {\"id\": …, \"text\": \"…\"}".to_owned());
    }
    serde_json::from_value(value).map_err(|fault| format!("this is not a question: {fault}"))
}

/// Prints how the question was read, where the scores came from, and why the outcome is what it is.
fn explain(
    out: &mut impl Write,
    knowledge: &KnowledgeBase,
    explanation: &Explanation,
    answer: &Answer,
) -> io::Result<()> {
    writeln!(out, "\nHow the question was read")?;
    for line in reply::how_read(explanation) {
        writeln!(out, "  {line}")?;
    }
    writeln!(out, "\nWhere the scores came from")?;
    for (number, candidate) in explanation.candidates.iter().enumerate() {
        explain_candidate(out, knowledge, number + 1, candidate)?;
    }
    for line in reply::what_is_near(knowledge, explanation) {
        writeln!(out, "  {line}")?;
    }
    writeln!(out, "\n{}", reply::outcome(answer))
}

fn explain_candidate(
    out: &mut impl Write,
    knowledge: &KnowledgeBase,
    number: usize,
    candidate: &Candidate,
) -> io::Result<()> {
    let Some((topic, section)) = candidate.place.find(knowledge) else {
        return Ok(());
    };
    writeln!(
        out,
        "  {number}. {}/{}: {:.1}",
        topic.id, section.id, candidate.place.score
    )?;
    writeln!(out, "     {}", reply::parts(candidate))?;
    writeln!(out, "     strongest words: {}", reply::words(candidate))
}
