//! How well a knowledge base answers: rates over questions whose right topics are known.

mod held_out;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::answer::{self, Answer, Outcome};
use crate::knowledge::{KnowledgeBase, SectionId};
use crate::search::{Encode, Index, Question, XorShift};
pub use held_out::{LeftOut, LeftOutTopics, cross_validate, leave_one_out, leave_topics_out};

/// A message and what the bot should make of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Case {
    /// The message.
    pub text: String,
    /// Earlier questions of the conversation.
    pub previous: Vec<String>,
    /// The ids of the topics any of which is right; empty where the bot must not answer.
    pub topics: Vec<String>,
    /// Where they are known, the sections any of which is the best to show.
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

    fn new(
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

/// A line of an evaluation file that is none.
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

/// Rates in percent, by group of cases; a group without cases is left out.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Figures {
    /// Questions that the guide answers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub in_scope: Option<InScope>,
    /// Messages that must not be answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub out_of_scope: Option<OutOfScope>,
    /// Second turns of conversations.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub follow_ups: Option<FollowUps>,
    /// Which topics were taken for which, most often first.
    pub confusions: Vec<Confusion>,
}

/// Rates over questions that the guide answers.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct InScope {
    /// How many.
    pub cases: usize,
    /// A right topic is ranked first.
    pub first: f64,
    /// A right topic is among the first three.
    pub first_three: f64,
    /// Asked: answered outright, with a right topic.
    pub answered_right: f64,
    /// Asked: answered outright, with a wrong topic.
    pub answered_wrong: f64,
    /// Asked: candidates offered, a right one among them.
    pub suggested_right: f64,
    /// Asked: said to be not in the guide.
    pub missed: f64,
    /// Overheard: answered, with a right topic.
    pub overheard_right: f64,
    /// Overheard: answered, with a wrong topic.
    pub overheard_wrong: f64,
    /// Of the questions whose best sections are known and whose topic is right: one of them is first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub section: Option<f64>,
}

/// Rates over messages that must not be answered.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct OutOfScope {
    /// How many.
    pub cases: usize,
    /// Asked: answered outright.
    pub answered: f64,
    /// Asked: candidates offered.
    pub suggested: f64,
    /// Overheard: answered.
    pub overheard: f64,
}

/// Rates over second turns of conversations.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct FollowUps {
    /// How many.
    pub cases: usize,
    /// A right topic is ranked first.
    pub first: f64,
    /// A right topic is among the first three.
    pub first_three: f64,
}

/// A topic that was taken for another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Confusion {
    /// The best of the right topics.
    pub right: String,
    /// The topic that was ranked first.
    pub taken_for: String,
    /// How often.
    pub times: usize,
}

/// The most confusions that are listed.
const MOST_CONFUSIONS: usize = 10;

/// Rates of a knowledge base over cases, which are encoded as the index was.
pub fn evaluate(
    knowledge: &KnowledgeBase,
    index: &Index,
    cases: &[Case],
    encode: &Encode<'_>,
) -> Figures {
    figures(
        knowledge,
        cases
            .iter()
            .map(|case| Judged::new(knowledge, index, case, encode))
            .collect(),
    )
}

fn figures(knowledge: &KnowledgeBase, judged: Vec<Judged<'_>>) -> Figures {
    let (follow_ups, single): (Vec<_>, Vec<_>) = judged
        .into_iter()
        .partition(|judged| !judged.case.previous.is_empty());
    let (out_of_scope, in_scope): (Vec<_>, Vec<_>) = single
        .into_iter()
        .partition(|judged| judged.case.topics.is_empty());
    let mut confusions: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for judged in in_scope
        .iter()
        .chain(&follow_ups)
        .filter(|judged| judged.rank != Some(0))
    {
        if let (Some(right), Some(taken_for)) =
            (judged.case.topics.first(), judged.first(knowledge))
        {
            *confusions.entry((right, taken_for)).or_default() += 1;
        }
    }
    let mut confusions: Vec<Confusion> = confusions
        .into_iter()
        .map(|((right, taken_for), times)| Confusion {
            right: right.to_owned(),
            taken_for: taken_for.to_owned(),
            times,
        })
        .collect();
    confusions.sort_by(|a, b| {
        b.times
            .cmp(&a.times)
            .then_with(|| (&a.right, &a.taken_for).cmp(&(&b.right, &b.taken_for)))
    });
    confusions.truncate(MOST_CONFUSIONS);
    Figures {
        in_scope: (!in_scope.is_empty()).then(|| InScope {
            cases: in_scope.len(),
            first: percent(&in_scope, |judged| judged.rank == Some(0)),
            first_three: percent(&in_scope, |judged| judged.rank.is_some_and(|rank| rank < 3)),
            answered_right: percent(&in_scope, |judged| {
                judged.asked.outcome == Outcome::Answer && judged.rank == Some(0)
            }),
            answered_wrong: percent(&in_scope, |judged| {
                judged.asked.outcome == Outcome::Answer && judged.rank != Some(0)
            }),
            suggested_right: percent(&in_scope, |judged| {
                let offered = answer::candidates(&judged.asked).len();
                judged.asked.outcome == Outcome::Suggest
                    && judged.rank.is_some_and(|rank| rank < offered)
            }),
            missed: percent(&in_scope, |judged| judged.asked.outcome == Outcome::None),
            overheard_right: percent(&in_scope, |judged| {
                judged.overheard == Outcome::Answer && judged.rank == Some(0)
            }),
            overheard_wrong: percent(&in_scope, |judged| {
                judged.overheard == Outcome::Answer && judged.rank != Some(0)
            }),
            section: section_rate(&in_scope),
        }),
        out_of_scope: (!out_of_scope.is_empty()).then(|| OutOfScope {
            cases: out_of_scope.len(),
            answered: percent(&out_of_scope, |judged| {
                judged.asked.outcome == Outcome::Answer
            }),
            suggested: percent(&out_of_scope, |judged| {
                judged.asked.outcome == Outcome::Suggest
            }),
            overheard: percent(&out_of_scope, |judged| judged.overheard == Outcome::Answer),
        }),
        follow_ups: (!follow_ups.is_empty()).then(|| FollowUps {
            cases: follow_ups.len(),
            first: percent(&follow_ups, |judged| judged.rank == Some(0)),
            first_three: percent(&follow_ups, |judged| {
                judged.rank.is_some_and(|rank| rank < 3)
            }),
        }),
        confusions,
    }
}

/// A case with what the bot made of it.
struct Judged<'a> {
    case: &'a Case,
    asked: Answer,
    overheard: Outcome,
    /// At which place, from zero, the first right topic is.
    rank: Option<usize>,
    /// Whether the first match is one of the best sections.
    best_section: bool,
}

impl<'a> Judged<'a> {
    fn new(knowledge: &KnowledgeBase, index: &Index, case: &'a Case, encode: &Encode<'_>) -> Self {
        let asked = Question {
            text: case.text.clone(),
            previous: case.previous.clone(),
            vector: encode(&case.text).map(Box::new),
            overheard: false,
        };
        let overheard = Question {
            overheard: true,
            ..asked.clone()
        };
        let found = index.search(&asked);
        let right = |topic: usize| {
            knowledge
                .topics()
                .get(topic)
                .is_some_and(|topic| case.topics.contains(&topic.id))
        };
        let best = found
            .matches
            .first()
            .and_then(|best| Some((knowledge.topics().get(best.topic)?, best.section)));
        let best_section = best.is_some_and(|(topic, section)| {
            let id = topic.sections.get(section).map(|section| &section.id);
            case.sections
                .iter()
                .any(|right| right.topic == topic.id && right.section.as_ref() == id)
        });
        Self {
            case,
            best_section,
            rank: found.matches.iter().position(|found| right(found.topic)),
            overheard: answer::decide(knowledge, &overheard, &found).outcome,
            asked: answer::decide(knowledge, &asked, &found),
        }
    }

    fn first<'k>(&self, knowledge: &'k KnowledgeBase) -> Option<&'k str> {
        let best = self.asked.matches.first()?;
        knowledge
            .topics()
            .get(best.topic)
            .map(|topic| topic.id.as_str())
    }
}

/// Of the cases whose best sections are known, and of whose topics one is first: the share that shows a best section.
fn section_rate(cases: &[Judged<'_>]) -> Option<f64> {
    let shown: Vec<&Judged<'_>> = cases
        .iter()
        .filter(|judged| !judged.case.sections.is_empty() && judged.rank == Some(0))
        .collect();
    (!shown.is_empty()).then(|| {
        rate(
            shown.iter().filter(|judged| judged.best_section).count(),
            shown.len(),
        )
    })
}

/// The share of the cases for which something holds, in percent, to a tenth.
fn percent(cases: &[Judged<'_>], holds: impl Fn(&Judged<'_>) -> bool) -> f64 {
    rate(cases.iter().filter(|case| holds(case)).count(), cases.len())
}

fn rate(part: usize, whole: usize) -> f64 {
    (1000.0 * part as f64 / whole.max(1) as f64).round() / 10.0
}

impl Figures {
    /// What is worse here than in `before`, a sentence each: a rate of right results that fell, one of wrong results
    /// that rose.
    pub fn worse_than(&self, before: &Self) -> Vec<String> {
        let mut worse = Vec::new();
        let mut rising = |what: &str, now: f64, then: f64| {
            if now < then {
                worse.push(format!("{what} fell from {then} to {now} %"));
            }
        };
        let none = InScope::default();
        let (now, then) = (
            self.in_scope.as_ref().unwrap_or(&none),
            before.in_scope.as_ref().unwrap_or(&none),
        );
        rising("in scope, right topic first", now.first, then.first);
        rising(
            "in scope, right topic in the first three",
            now.first_three,
            then.first_three,
        );
        rising(
            "in scope, answered right",
            now.answered_right,
            then.answered_right,
        );
        rising(
            "in scope, not answered wrong",
            100.0 - now.answered_wrong,
            100.0 - then.answered_wrong,
        );
        rising(
            "in scope, overheard and answered right",
            now.overheard_right,
            then.overheard_right,
        );
        rising(
            "in scope, overheard and not answered wrong",
            100.0 - now.overheard_wrong,
            100.0 - then.overheard_wrong,
        );
        let none = OutOfScope::default();
        let (now, then) = (
            self.out_of_scope.as_ref().unwrap_or(&none),
            before.out_of_scope.as_ref().unwrap_or(&none),
        );
        rising(
            "out of scope, not answered",
            100.0 - now.answered,
            100.0 - then.answered,
        );
        rising(
            "out of scope, overheard and not answered",
            100.0 - now.overheard,
            100.0 - then.overheard,
        );
        let none = FollowUps::default();
        let (now, then) = (
            self.follow_ups.as_ref().unwrap_or(&none),
            before.follow_ups.as_ref().unwrap_or(&none),
        );
        rising("follow-ups, right topic first", now.first, then.first);
        worse
    }
}

/// Misspells a text in `typos` places, as hasty fingers do: two letters swapped, one left out, doubled, or hit beside.
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
                let beside = beside(letters.get(at).copied().unwrap_or('e'));
                if let Some(letter) = letters.get_mut(at) {
                    *letter = beside;
                }
            }
        }
    }
    letters.into_iter().collect()
}

/// The key to the right of a letter on a QWERTY keyboard, or to the left at the end of a row.
fn beside(letter: char) -> char {
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
