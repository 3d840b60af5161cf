//! Messages whose right topics are known, as files list them.

use serde::Deserialize;

use crate::knowledge::SectionId;
use crate::search::XorShift;

/// A message and how the bot should respond.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Case {
    /// The message.
    pub text: String,
    /// Earlier questions of the conversation.
    pub previous: Vec<String>,
    /// The ids of the topics any of which is right; empty where the bot must not answer.
    pub topics: Vec<String>,
    /// The sections any of which is the best to show, if known.
    pub sections: Vec<SectionId>,
}

impl Case {
    /// A message that the bot must not answer.
    pub fn out_of_scope(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            ..Self::default()
        }
    }

    pub(super) fn new(
        text: String,
        previous: Vec<String>,
        mut topics: Vec<String>,
        answers: Vec<SectionId>,
    ) -> Self {
        for answer in &answers {
            if !topics.contains(&answer.topic) {
                topics.push(answer.topic.clone());
            }
        }
        Self {
            text,
            previous,
            topics,
            sections: answers
                .into_iter()
                .filter(|answer| answer.section.is_some())
                .collect(),
        }
    }
}

/// An invalid line of an evaluation file.
#[derive(Debug, thiserror::Error)]
#[error("line {line}: {source}")]
pub struct CaseError {
    /// From one.
    pub line: usize,
    /// What is wrong with it.
    pub source: serde_json::Error,
}

/// The two forms of a line: a message, or a conversation of two turns whose second is judged.
#[derive(Deserialize)]
#[serde(untagged)]
enum Line {
    Dialog {
        turns: Vec<String>,
        topics: Vec<String>,
    },
    Message {
        text: String,
        #[serde(default)]
        topics: Vec<String>,
        #[serde(default, alias = "best")]
        answers: Vec<String>,
    },
}

/// Reads cases, one JSON object a line: `{"text","topics"}` or `{"text","answers"}` for a question, the answers as
/// `topic/section`; `{"text"}` for a message out of scope; `{"turns","topics"}` for a conversation. Other keys are ignored.
///
/// # Errors
/// The first line that is not of this form.
pub fn parse_cases(text: &str) -> Result<Vec<Case>, CaseError> {
    let lines = text
        .lines()
        .enumerate()
        .filter(|(_, line)| !line.trim().is_empty());
    lines
        .map(|(number, line)| match serde_json::from_str(line) {
            Ok(Line::Message {
                text,
                topics,
                answers,
            }) => {
                let answers = answers
                    .iter()
                    .map(|answer| SectionId::from(answer.as_str()));
                Ok(Case::new(text, Vec::new(), topics, answers.collect()))
            }
            Ok(Line::Dialog { mut turns, topics }) => {
                let text = turns.pop().unwrap_or_default();
                Ok(Case::new(text, turns, topics, Vec::new()))
            }
            Err(source) => Err(CaseError {
                line: number + 1,
                source,
            }),
        })
        .collect()
}

/// Misspells a text in `typos` places, as hasty typists do: two letters swapped, or one left out, doubled or replaced by a neighbouring key.
/// The same text is always misspelt in the same way.
pub fn misspell(text: &str, typos: usize) -> String {
    let mut letters: Vec<char> = text.chars().collect();
    let mut random = XorShift::seeded(text);
    for _ in 0..typos {
        // Inside words of four letters and more, never the first letter: where real misspellings are.
        let places: Vec<usize> = (1..letters.len().saturating_sub(1))
            .filter(|&at| {
                letters
                    .get(at - 1..at + 2)
                    .is_some_and(|around| around.iter().all(|c| c.is_alphabetic()))
            })
            .collect();
        let Some(&at) = places.get(random.below(places.len().max(1))) else {
            break;
        };
        match random.below(4) {
            0 => letters.swap(at, at + 1),
            1 => drop(letters.remove(at)),
            2 => letters.insert(at, letters.get(at).copied().unwrap_or('e')),
            _ => {
                let neighbour = neighbouring_key(letters.get(at).copied().unwrap_or('e'));
                if let Some(letter) = letters.get_mut(at) {
                    *letter = neighbour;
                }
            }
        }
    }
    letters.into_iter().collect()
}

/// The key to the right of a letter on a QWERTY keyboard, or to the left at the end of a row.
fn neighbouring_key(letter: char) -> char {
    const ROWS: [&str; 3] = ["qwertyuiop", "asdfghjkl", "zxcvbnm"];
    for row in ROWS {
        if let Some(at) = row.find(letter.to_ascii_lowercase()) {
            let next = row
                .chars()
                .nth(at + 1)
                .or_else(|| row.chars().nth(at.saturating_sub(1)));
            return next.unwrap_or(letter);
        }
    }
    letter
}
