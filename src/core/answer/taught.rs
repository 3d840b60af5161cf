//! The decision if moderators of the server taught something similar to the question.

use std::sync::Arc;

use super::{Answer, Outcome, ProbableMatch, asks, percent, stakes};
use crate::additions::Addition;
use crate::knowledge::{KnowledgeBase, Stakes};
use crate::search::Question;

/// A question at least this similar to one that moderators taught gets their answer. Lower bars would add more wrong answers
/// than right ones; `examples/additions` has the figures.
const TAUGHT_BAR: f32 = 0.7;
/// The same where the guide has a better answer, or where nobody asked the bot.
const TAUGHT_REPEATED: f32 = 0.95;
/// From this probability on, the guide's own answer beats a taught question that is merely similar.
const CLEARLY_BETTER: f32 = 0.85;

/// The addition most similar to a question.
#[derive(Debug, Clone, PartialEq)]
pub struct Taught {
    /// How similar the questions are: 1 for the same words, otherwise as computed by [`Subject::likeness`](crate::subject::Subject::likeness).
    pub likeness: f32,
    /// The topic and section of the guide that answer, by position; `None` for the server's own answer.
    pub section: Option<(usize, usize)>,
    /// What was added.
    pub addition: Arc<Addition>,
}

/// Decides again if moderators of the server taught something similar to the question.
///
/// A question that repeats a taught one gets the taught answer. So does one that is merely similar, unless the guide's own
/// answer is clearly better. An overheard message gets it only if it repeats the taught question and is not a legal matter.
pub fn decide_taught(
    knowledge: &KnowledgeBase,
    question: &Question,
    answer: Answer,
    taught: Taught,
) -> Answer {
    let Taught {
        likeness,
        section,
        addition,
    } = taught;
    let of_guide = answer.matches.first().map_or(0.0, |best| best.probability);
    let is_clearly_better = answer.outcome == Outcome::Answer && of_guide >= CLEARLY_BETTER;
    let taught = section.map(|(topic, section)| ProbableMatch {
        topic,
        section,
        probability: likeness,
    });
    let is_legal =
        taught.is_some_and(|place| stakes(knowledge, place.topic, place.section) == Stakes::Legal);
    let is_answer = if question.overheard {
        likeness >= TAUGHT_REPEATED && !is_legal && asks(&question.text)
    } else {
        likeness >= TAUGHT_REPEATED || likeness >= TAUGHT_BAR && !is_clearly_better
    };
    if !is_answer {
        return answer;
    }
    let others = answer.matches.into_iter();
    let is_other = |other: &ProbableMatch| taught.is_none_or(|place| place.topic != other.topic);
    Answer {
        outcome: Outcome::Answer,
        matches: taught.into_iter().chain(others.filter(is_other)).collect(),
        neighbour: None,
        is_close: false,
        kind: None,
        reason: format!(
            "{} like a question that moderators of this server taught me, {} needed",
            percent(likeness),
            percent(if is_clearly_better || question.overheard {
                TAUGHT_REPEATED
            } else {
                TAUGHT_BAR
            })
        ),
        added: Some(addition).filter(|addition| addition.lesson.is_own()),
    }
}

/// Whether what was taught is close enough to a question to answer it when the guide cannot.
pub fn is_taught(taught: &Taught) -> bool {
    taught.likeness >= TAUGHT_BAR
}
