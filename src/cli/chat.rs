//! `internbot chat`: the whole conversation in a terminal.

use std::io::Write;
use std::process::ExitCode;

use internbot::guide::Guide;
use internbot::live::{Live, Reload};
use internbot::reply::{self, Action, Reply};
use internbot::search::Question;
use internbot::terminal::{self, Look};
use rustyline::DefaultEditor;
use rustyline::error::ReadlineError;

use super::error::CliError;
use super::terminal_encoder::TerminalEncoder;

/// How many earlier questions of the conversation are kept.
const REMEMBERED: usize = 5;
/// Lines that end the conversation, as in other programs in a terminal.
const FAREWELLS: [&str; 3] = ["exit", "quit", ":q"];

pub(super) fn run(live: &Live, encoder: &TerminalEncoder) -> Result<ExitCode, CliError> {
    take_in(live, encoder);
    let mut editor = DefaultEditor::new()?;
    let mut out = anstream::stdout();
    writeln!(
        out,
        "Ask about internships in your own words. Type a number to open a suggestion, or \"topics\" to list the guide; \"exit\" or Ctrl-D ends it.\n"
    )?;
    let mut previous: Vec<String> = Vec::new();
    let mut shown = Reply::default();
    loop {
        let line = match editor.readline("you> ") {
            Ok(line) => line,
            Err(ReadlineError::Interrupted | ReadlineError::Eof) => break,
            Err(fault) => return Err(fault.into()),
        };
        let line = line.trim();
        if line.is_empty() {
            continue;
        }
        if FAREWELLS.iter().any(|word| line.eq_ignore_ascii_case(word)) {
            break;
        }
        editor.add_history_entry(line)?;
        follow_files(live, encoder, &mut out)?;
        let guide = &live.guide();
        match line.parse::<usize>() {
            Ok(number) => match number
                .checked_sub(1)
                .and_then(|at| shown.steps().nth(at))
                .and_then(|choice| follow(guide, &choice.action))
            {
                Some(reply) => shown = reply,
                None => {
                    writeln!(out, "There is no choice {number} here.\n")?;
                    continue;
                }
            },
            Err(_) if line.eq_ignore_ascii_case("topics") => {
                shown = reply::topics(&guide.knowledge)
            }
            Err(_) => {
                let question = Question {
                    previous: previous.clone(),
                    ..Question::new(line).encoded(&guide.index, &|text| encoder.encode(text))
                };
                shown = reply::to_answer(&guide.knowledge, &guide.answer(&question));
                previous.push(question.text);
                if previous.len() > REMEMBERED {
                    previous.remove(0);
                }
            }
        }
        writeln!(out, "\n{}", terminal::draw(&shown, Look::of_stdout()))?;
    }
    writeln!(out, "Good luck!")?;
    Ok(ExitCode::SUCCESS)
}

/// Lets the encoder read the guide that is live.
fn take_in(live: &Live, encoder: &TerminalEncoder) {
    let guide = live.guide();
    live.take_in(&guide, encoder.sentences(&guide));
}

/// Loads changes saved since the last answer, and says so; an error is shown once, and the guide stays as it was.
fn follow_files(
    live: &Live,
    encoder: &TerminalEncoder,
    out: &mut impl Write,
) -> std::io::Result<()> {
    match live.reload_if_changed() {
        Some(Reload::Swapped(changes)) => {
            take_in(live, encoder);
            writeln!(out, "{}", reply::changed(&changes))
        }
        Some(Reload::Fixed) => writeln!(out, "The guide's files have no errors any more."),
        Some(Reload::Failed {
            error,
            is_new: true,
        }) => writeln!(out, "The previous guide is still in use: {error}"),
        _ => Ok(()),
    }
}

/// What a choice shows; `None` if what it names is gone.
fn follow(guide: &Guide, action: &Action) -> Option<Reply> {
    match action {
        Action::Show(view) => reply::show(&guide.knowledge, view),
        _ => None,
    }
}
