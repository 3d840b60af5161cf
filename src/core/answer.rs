//! The decision: answer, ask back, or say that the guide does not know. The only place that knows thresholds.
//!
//! One of two logistic models turns a search's evidence into the probability that the best match is right: one model is for
//! questions put to the bot, the other for what it overheard. The outcome follows from that. The same coefficients and bars serve every
//! knowledge base.

mod candidates;
mod evidence;
mod taught;

use std::sync::Arc;

use crate::additions::Addition;
use crate::knowledge::{KnowledgeBase, MessageKind, Section, Stakes, Topic};
use crate::search::{Found, Question};
use crate::text;

pub use candidates::{also, candidates};
use evidence::Model;
pub use evidence::{Evidence, FEATURES};
pub use taught::{Taught, decide_taught, is_taught};

/// What to do with a question.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// Answer, ask back, or admit.
    pub outcome: Outcome,
    /// What may answer, best first: the answer and its runners-up, the candidates to offer, or the nearest that there is.
    pub matches: Vec<ProbableMatch>,
    /// The best topic's second-best section, if it comes close: it may answer better, or answer the other half of what
    /// was asked. `None` for what was overheard.
    pub neighbour: Option<ProbableMatch>,
    /// Whether the first candidate is likely enough to be shown in full, with the others below it.
    pub is_close: bool,
    /// The out-of-scope kind that this seems to be, by position in the knowledge base, if that is likelier
    /// than any topic.
    pub kind: Option<usize>,
    /// The answer that moderators of the server wrote, if that is the answer.
    pub added: Option<Arc<Addition>>,
    /// Why the outcome is what it is, in a sentence.
    pub reason: String,
}

impl Answer {
    /// Not in the guide, and nothing near it.
    fn nothing(kind: Option<usize>, reason: &str) -> Self {
        Self {
            outcome: Outcome::None,
            matches: Vec::new(),
            neighbour: None,
            is_close: false,
            kind,
            added: None,
            reason: reason.to_owned(),
        }
    }
}

/// A section that may answer.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ProbableMatch {
    /// Which topic of the knowledge base, by position.
    pub topic: usize,
    /// Which section of the topic, by position.
    pub section: usize,
    /// For the best match, the probability that it is right, from 0 to 1; for the others, relative to it.
    pub probability: f32,
}

impl ProbableMatch {
    /// The topic and the section, in the knowledge base that was searched.
    pub fn find<'a>(&self, knowledge: &'a KnowledgeBase) -> Option<(&'a Topic, &'a Section)> {
        knowledge.section_at(self.topic, self.section)
    }
}

/// What a person gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// Sure enough: the best match is the answer.
    Answer,
    /// Two to four candidates to choose from.
    Suggest,
    /// Not in the guide.
    None,
}

/// The minimum probability for each outcome.
#[derive(Debug, Clone, Copy)]
struct Bars {
    /// For answering a question outright. Chosen so that at least nine in ten outright answers are right.
    asked: f32,
    /// The same, if a wrong answer could do harm.
    stakes: f32,
    /// The same, if only one word was typed: it names a subject and asks nothing, so only one topic may fit.
    one_word: f32,
    /// For answering an overheard message: a bot that butts in must be right.
    overheard: f32,
    /// Below this the candidates are not worth a look.
    suggest: f32,
}

impl Bars {
    /// For answering a question of this many words outright.
    fn outright(&self, words: usize, stakes: Stakes) -> f32 {
        match stakes {
            _ if words < 2 => self.one_word,
            Stakes::Ordinary => self.asked,
            Stakes::Legal => self.stakes,
        }
    }
}

/// For words alone.
const BARS: Bars = Bars {
    asked: 0.60,
    stakes: 0.66,
    one_word: 0.90,
    overheard: 0.84,
    suggest: 0.14,
};
/// With an encoder, which is surer of what is right, and of what is wrong.
const ENCODED_BARS: Bars = Bars {
    asked: 0.70,
    stakes: 0.75,
    overheard: 0.90,
    suggest: 0.10,
    ..BARS
};
/// If an out-of-scope kind is this many points ahead of the best topic, the message counts as that kind.
const CLEARLY_OUT_OF_SCOPE: f32 = 1.0;
/// A message at least this similar (cosine) to an out-of-scope example may count as out of scope.
const ALIKE: f32 = 0.45;
/// The same if no topic is worth a look anyway.
const ROUGHLY_ALIKE: f32 = 0.35;
/// Below this, a message that is clearly out of scope gets no candidates.
const OUT_OF_SCOPE_SUGGEST_BAR: f32 = 0.25;
/// Below this, a topic has nothing to do with the question: the gap is a new topic rather than a phrasing of this one.
const NEAR_BAR: f32 = 0.12;
/// A section of the best topic that is at most this far behind the best section is offered too. Up to this distance, one in
/// three answers the question as well.
const NEIGHBOUR_BEHIND: f32 = 1.0;
/// How fast a candidate's probability falls with each point of distance from the best.
const CANDIDATE_DECAY: f32 = 0.35;

/// Coefficients of the logistic models, in the order of [`Evidence::NAMES`]: fitted by `examples/fit_decision` on messages,
/// phrasings and examples out of scope that the index had not learned.
#[allow(
    clippy::approx_constant,
    reason = "fitted numbers, one of which is close to 1/π"
)]
mod coefficient {
    use super::Model;

    /// For what was asked of the bot.
    pub(super) const ASKED: Model = (
        -3.284,
        [
            0.067, 0.139, -0.056, 3.240, -1.037, -0.543, 0.267, 0.306, -4.836, 0.444, 0.0, 0.0,
            0.0, 0.0,
        ],
    );
    /// For what was overheard: most of it is not for the bot, and a short remark says too little.
    pub(super) const OVERHEARD: Model = (
        -7.987,
        [
            0.079, 0.132, -0.078, 5.322, -3.145, -0.583, 0.209, 1.714, -2.284, 0.824, 0.0, 0.0,
            0.0, 0.0,
        ],
    );
    /// For what was asked, with an encoder.
    pub(super) const ENCODED_ASKED: Model = (
        -4.090,
        [
            0.219, 0.020, -0.200, -1.085, 0.011, -0.187, -0.045, 0.127, -2.054, 0.370, 4.196,
            3.107, -2.641, -2.835,
        ],
    );
    /// For what was overheard, with an encoder.
    pub(super) const ENCODED_OVERHEARD: Model = (
        -10.133,
        [
            0.245, 0.015, -0.245, -0.311, -0.956, -0.278, -0.100, 1.838, -0.899, 0.963, 4.083,
            3.005, -2.599, -1.185,
        ],
    );
}

/// Decides what to do with a question for which a search found this.
pub fn decide(knowledge: &KnowledgeBase, question: &Question, found: &Found) -> Answer {
    let Some(best) = found.matches.first() else {
        return Answer::nothing(None, "it has no words");
    };
    if !text::is_latin(&question.text) {
        return Answer::nothing(foreign_kind(knowledge), "it isn't in the Latin alphabet");
    }
    // Someone who types a heading wants to read its section.
    let asks = asks(&question.text) || found.repeats && !question.overheard;
    let evidence = Evidence::of(found, asks);
    let probability = if question.overheard {
        overheard_probability(evidence)
    } else {
        asked_probability(evidence)
    };
    let mut matches: Vec<ProbableMatch> = found
        .matches
        .iter()
        .map(|candidate| ProbableMatch {
            topic: candidate.topic,
            section: candidate.section,
            probability: probability * libm::expf(CANDIDATE_DECAY * (candidate.score - best.score)),
        })
        .collect();
    let bars = evidence.either(&BARS, &ENCODED_BARS);
    let hopeless = probability < bars.suggest;
    let is_clearly_out_of_scope = found.out_of_scope.is_some_and(|(_, score)| {
        score >= best.score + CLEARLY_OUT_OF_SCOPE && found.nearest_out_of_scope >= ALIKE
    });
    let mut kind = found
        .out_of_scope
        .filter(|&(_, score)| {
            is_clearly_out_of_scope
                || hopeless && score >= best.score && found.nearest_out_of_scope >= ROUGHLY_ALIKE
        })
        .map(|(kind, _)| kind)
        // One unknown word may be a name as well as another language.
        .filter(|kind| found.words > 1 || Some(*kind) != foreign_kind(knowledge));
    let stakes = stakes(knowledge, best.topic, best.section);
    let (mut outcome, mut reason) = if question.overheard {
        overheard(probability, bars.overheard, stakes, asks)
    } else {
        let bar = bars.outright(found.words, stakes);
        let suggest_bar = if kind.is_some() {
            OUT_OF_SCOPE_SUGGEST_BAR
        } else {
            bars.suggest
        };
        asked(probability, bar, suggest_bar, asks || found.words < 2)
    };
    let mut neighbour = found
        .next_section
        .filter(|(_, behind)| !question.overheard && *behind <= NEIGHBOUR_BEHIND)
        .zip(matches.first())
        .map(|((section, _), best)| ProbableMatch { section, ..*best });
    let in_texts = &found.in_texts;
    // A rare word counts for more than a kind that the words around it resemble.
    let is_rare_word = found.content_words == 1 && !is_clearly_out_of_scope;
    if outcome == Outcome::None
        && (kind.is_none() || is_rare_word)
        && !question.overheard
        && !in_texts.is_empty()
    {
        outcome = Outcome::Suggest;
        "not sure, but the first candidate's text has all its words".clone_into(&mut reason);
        matches.retain(|other| in_texts.iter().all(|(topic, _)| *topic != other.topic));
        let in_texts = in_texts.iter().map(|&(topic, section)| ProbableMatch {
            topic,
            section,
            probability: bars.suggest,
        });
        matches.splice(0..0, in_texts);
        // It stands next to what is no longer the first.
        neighbour = None;
        kind = None;
    }
    if outcome == Outcome::None && kind.is_none() && text::has_foreign_letters(&question.text) {
        kind = foreign_kind(knowledge);
    }
    let is_close = outcome == Outcome::Suggest
        && kind.is_none()
        // One word names a subject: all that the guide has on it fits.
        && found.words > 1
        && candidates::stands_out(&matches, stakes);
    Answer {
        outcome,
        matches,
        neighbour,
        is_close,
        kind,
        added: None,
        reason,
    }
}

/// The out-of-scope kind with examples in other alphabets. It looks through all examples: only rare messages are worth that.
fn foreign_kind(knowledge: &KnowledgeBase) -> Option<usize> {
    let foreign = |kind: &MessageKind| {
        kind.examples
            .iter()
            .filter(|example| !text::is_latin(example))
            .count()
    };
    let kinds = knowledge.out_of_scope().iter().map(foreign).enumerate();
    kinds
        .filter(|(_, count)| *count > 0)
        .max_by_key(|(_, count)| *count)
        .map(|(kind, _)| kind)
}

/// Whether a message asks something.
pub fn asks(message: &str) -> bool {
    text::sentences(message).any(text::asks)
}

fn asked(probability: f32, bar: f32, suggest_bar: f32, asks: bool) -> (Outcome, String) {
    let sure = percent(probability);
    if probability >= bar && asks {
        (
            Outcome::Answer,
            format!("{sure} sure, {} needed to answer", percent(bar)),
        )
    } else if probability >= bar {
        (
            Outcome::Suggest,
            format!("{sure} sure, but it asks nothing"),
        )
    } else if probability >= suggest_bar {
        (
            Outcome::Suggest,
            format!("{sure} sure, {} needed to answer outright", percent(bar)),
        )
    } else {
        (
            Outcome::None,
            format!(
                "only {sure} sure, {} needed even to suggest",
                percent(suggest_bar)
            ),
        )
    }
}

fn overheard(probability: f32, bar: f32, stakes: Stakes, asks: bool) -> (Outcome, String) {
    if stakes == Stakes::Legal {
        return (
            Outcome::None,
            "overheard, and high-stakes topics are never answered unasked".to_owned(),
        );
    }
    if !asks {
        return (Outcome::None, "overheard, and it asks nothing".to_owned());
    }
    let outcome = if probability < bar {
        Outcome::None
    } else {
        Outcome::Answer
    };
    (
        outcome,
        format!(
            "overheard and {} sure, {} needed",
            percent(probability),
            percent(bar)
        ),
    )
}

fn stakes(knowledge: &KnowledgeBase, topic: usize, section: usize) -> Stakes {
    let found = knowledge.section_at(topic, section);
    found.map_or(Stakes::Ordinary, |(_, section)| section.stakes)
}

fn asked_probability(evidence: Evidence) -> f32 {
    evidence.probability(evidence.either(&coefficient::ASKED, &coefficient::ENCODED_ASKED))
}

fn overheard_probability(evidence: Evidence) -> f32 {
    evidence.probability(evidence.either(&coefficient::OVERHEARD, &coefficient::ENCODED_OVERHEARD))
}

/// The probability that the best match for a message is right, if it was asked of the bot.
pub fn probability(found: &Found, message: &str) -> f32 {
    asked_probability(Evidence::of(found, asks(message)))
}

/// Whether a probability is enough to answer what was asked, if a wrong answer does no harm.
pub fn sure(probability: f32) -> bool {
    probability >= BARS.asked
}

/// Whether a match is close enough to suggest as the place where an unanswered question might belong.
pub fn near(probability: f32) -> bool {
    probability >= NEAR_BAR
}

fn percent(probability: f32) -> String {
    format!("{:.0} %", 100.0 * probability)
}
