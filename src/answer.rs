//! The decision: answer, ask back, or say that the guide does not know. The only place that knows thresholds.
//!
//! A search's evidence becomes one number, the probability that the best match is right: the probability that the
//! knowledge base has an answer at all, times the probability that the best match is it. Each factor is a logistic model;
//! the outcome follows from the product. The same coefficients and bars serve every knowledge base.

use crate::knowledge::{KnowledgeBase, Stakes};
use crate::search::{Found, Match, Question};
use crate::text;

/// What to do with a question.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// Answer, ask back, or admit.
    pub outcome: Outcome,
    /// What may answer, best first: the answer and its runners-up, the candidates to offer, or the nearest that there is.
    /// Scores are probabilities here: the first is the chance that it is right, the others are relative to it.
    pub matches: Vec<Match>,
    /// The kind of message out of scope that this seems to be, by position in the knowledge base, where that is likelier
    /// than any topic.
    pub kind: Option<usize>,
    /// Why the outcome is what it is, in a sentence.
    pub reason: String,
}

/// What a person gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// Sure enough: the best match is the answer.
    Answer,
    /// Two to five candidates to choose from.
    Suggest,
    /// Not in the guide.
    None,
}

/// The least probability to answer outright what was asked of the bot. Chosen on tuning questions so that nine of ten
/// outright answers are right.
const ASKED_BAR: f32 = 0.56;
/// The same where a wrong answer could do harm.
const STAKES_BAR: f32 = 0.66;
/// The same where a single word was typed: it names a subject and asks nothing, so there must be one topic for it only.
const ONE_WORD_BAR: f32 = 0.95;
/// The least probability to answer what was only overheard: a bot that butts in must be right.
const OVERHEARD_BAR: f32 = 0.75;
/// Below this the candidates are not worth a look.
const SUGGEST_BAR: f32 = 0.10;
/// A kind of message out of scope this many points ahead of the best topic is named as what the message is.
const CLEARLY_ASIDE: f32 = 1.0;
/// A message this much like an example of what is out of scope may be named as one: a cosine.
const ALIKE: f32 = 0.45;
/// Below this a message that is clearly of a kind out of scope is not worth candidates.
const ASIDE_SUGGEST_BAR: f32 = 0.25;
/// Below this a topic has nothing to do with the question: a gap is rather a new topic than a phrasing of this one.
const NEAR_BAR: f32 = 0.06;
/// A candidate this much less probable than the best one is not offered.
const CANDIDATE_SHARE: f32 = 0.10;
/// The most candidates: as many as buttons fit into one row.
const MOST_CANDIDATES: usize = 5;

/// Coefficients of the two logistic models, fitted by maximum likelihood on tuning questions of knowledge bases of 10 to 150
/// topics with 5 to 100 phrasings each, with and without examples out of scope.
mod coefficient {
    /// Whether the knowledge base has an answer.
    pub(super) mod scope {
        /// Where everything else is zero.
        pub(in super::super) const BASE: f32 = -5.884;
        /// For each point of the best score.
        pub(in super::super) const SCORE: f32 = 0.366;
        /// For each point of the best-fitting kind out of scope.
        pub(in super::super) const ASIDE: f32 = -0.445;
        /// Where the knowledge base has examples out of scope at all: then a question that resembles none says something.
        pub(in super::super) const HAS_ASIDE: f32 = 2.996;
        /// For how like the question the nearest phrasing is, 1 at the most.
        pub(in super::super) const NEAREST: f32 = 1.536;
        /// For how like it the nearest example out of scope is, 1 at the most.
        pub(in super::super) const NEAREST_ASIDE: f32 = -4.822;
        /// For each point of the scores' standard deviation.
        pub(in super::super) const DEVIATION: f32 = 2.851;
        /// For each word that is not known: what the guide answers is mostly said in words that it has.
        pub(in super::super) const UNKNOWN: f32 = -0.489;
    }

    /// Whether the best match is right, where the knowledge base has an answer.
    pub(super) mod choice {
        /// Where everything else is zero.
        pub(in super::super) const BASE: f32 = -1.214;
        /// For each point that the best is ahead of the second.
        pub(in super::super) const MARGIN: f32 = 0.572;
        /// For the natural logarithm of the number of words: short questions say too little to be sure.
        pub(in super::super) const WORDS: f32 = 0.169;
        /// For the best topic's share of the probability, 1 at the most.
        pub(in super::super) const POSTERIOR: f32 = 1.779;
    }
}

/// Decides what to do with a question for which a search found this.
pub fn decide(knowledge: &KnowledgeBase, question: &Question, found: &Found) -> Answer {
    let Some(best) = found.matches.first() else {
        return Answer {
            outcome: Outcome::None,
            matches: Vec::new(),
            kind: None,
            reason: "there is no word in it".to_owned(),
        };
    };
    let probability = probability(found);
    let matches: Vec<Match> = found
        .matches
        .iter()
        .map(|candidate| Match {
            score: probability
                * libm::expf(coefficient::choice::MARGIN * (candidate.score - best.score)),
            ..*candidate
        })
        .collect();
    let kind = found
        .aside
        .filter(|&(_, score)| score >= best.score + CLEARLY_ASIDE && found.nearest_aside >= ALIKE)
        .map(|(kind, _)| kind);
    let stakes = stakes(knowledge, best);
    let (outcome, reason) = if question.overheard {
        overheard(question, probability, stakes)
    } else {
        asked(probability, stakes, found.words, kind.is_some())
    };
    Answer {
        outcome,
        matches,
        kind,
        reason,
    }
}

/// The candidates to offer of what a search found: two to five.
pub fn candidates(matches: &[Match]) -> &[Match] {
    let best = matches.first().map_or(0.0, |best| best.score);
    let near = matches
        .iter()
        .take_while(|candidate| candidate.score >= CANDIDATE_SHARE * best)
        .count();
    matches
        .get(..near.clamp(2, MOST_CANDIDATES).min(matches.len()))
        .unwrap_or(matches)
}

fn asked(probability: f32, stakes: Stakes, words: usize, aside: bool) -> (Outcome, String) {
    let bar = match stakes {
        _ if words < 2 => ONE_WORD_BAR,
        Stakes::Ordinary => ASKED_BAR,
        Stakes::Legal => STAKES_BAR,
    };
    let percent = percent(probability);
    let suggest_bar = if aside {
        ASIDE_SUGGEST_BAR
    } else {
        SUGGEST_BAR
    };
    if probability >= bar {
        (
            Outcome::Answer,
            format!("{percent} sure, {} needed to answer", self::percent(bar)),
        )
    } else if probability >= suggest_bar {
        (
            Outcome::Suggest,
            format!(
                "{percent} sure, {} needed to answer outright",
                self::percent(bar)
            ),
        )
    } else {
        (
            Outcome::None,
            format!(
                "only {percent} sure, {} needed even to suggest",
                self::percent(suggest_bar)
            ),
        )
    }
}

fn overheard(question: &Question, probability: f32, stakes: Stakes) -> (Outcome, String) {
    if stakes == Stakes::Legal {
        (
            Outcome::None,
            "overheard, and high stakes are never answered unasked".to_owned(),
        )
    } else if !text::sentences(&question.text).any(text::asks) {
        (
            Outcome::None,
            "overheard, and nothing in it asks".to_owned(),
        )
    } else if probability < OVERHEARD_BAR {
        (
            Outcome::None,
            format!(
                "overheard and {} sure, {} needed",
                percent(probability),
                percent(OVERHEARD_BAR)
            ),
        )
    } else {
        (
            Outcome::Answer,
            format!(
                "overheard and {} sure, {} needed",
                percent(probability),
                percent(OVERHEARD_BAR)
            ),
        )
    }
}

fn stakes(knowledge: &KnowledgeBase, place: &Match) -> Stakes {
    let section = knowledge
        .topics()
        .get(place.topic)
        .and_then(|topic| topic.sections.get(place.section));
    section.map_or(Stakes::Ordinary, |section| section.stakes)
}

/// The probability that the best match is right.
pub fn probability(found: &Found) -> f32 {
    in_scope(found) * right_choice(found)
}

/// The probability that the knowledge base has an answer at all.
pub fn in_scope(found: &Found) -> f32 {
    use coefficient::scope;
    let aside = found.aside.map_or(0.0, |(_, score)| {
        scope::HAS_ASIDE + scope::ASIDE * score.max(0.0)
    });
    logistic(
        scope::BASE
            + scope::SCORE * score(found, 0)
            + aside
            + scope::NEAREST * found.nearest
            + scope::NEAREST_ASIDE * found.nearest_aside
            + scope::DEVIATION * found.deviation
            + scope::UNKNOWN * found.unknown as f32,
    )
}

/// The probability that the best match is the right one, where the knowledge base has an answer.
fn right_choice(found: &Found) -> f32 {
    use coefficient::choice;
    logistic(
        choice::BASE
            + choice::MARGIN * (score(found, 0) - score(found, 1))
            + choice::WORDS * libm::logf(found.words.max(1) as f32)
            + choice::POSTERIOR * found.posterior,
    )
}

fn score(found: &Found, at: usize) -> f32 {
    found.matches.get(at).map_or(0.0, |found| found.score)
}

fn logistic(sum: f32) -> f32 {
    1.0 / (1.0 + libm::expf(-sum))
}

/// Whether a probability is enough to answer what was asked, where a wrong answer does no harm.
pub fn sure(probability: f32) -> bool {
    probability >= ASKED_BAR
}

/// Whether a match is near enough to name as where a question that has no answer might belong.
pub fn near(probability: f32) -> bool {
    probability >= NEAR_BAR
}

fn percent(probability: f32) -> String {
    format!("{:.0} %", 100.0 * probability)
}
