//! What is offered next to an answer, or in its place.

use super::{Answer, ProbableMatch};
use crate::knowledge::Stakes;

/// The minimum probability for showing the best of several candidates in full.
const CLOSE_BAR: f32 = 0.30;
/// The same if a wrong answer could do harm. It says that it may not fit, and somebody with a fake cheque can't wait.
const CLOSE_STAKES_BAR: f32 = 0.40;
/// For that, the second must be less probable than this, relative to the best, or either of them may be meant.
const TIED_SHARE: f32 = 0.75;
/// A candidate this much less probable than the best one is not offered.
const CANDIDATE_SHARE: f32 = 0.25;
/// The most candidates: two good ones help more than five.
const MAX_CANDIDATES: usize = 4;
/// Below an answer, the next topic's section is offered too, if it is at least this probable relative to the best.
const ALSO_SHARE: f32 = 0.08;

/// What may help in addition to the answer: its neighbouring section, and the next topic's section, if they come close.
pub fn also(answer: &Answer) -> impl Iterator<Item = ProbableMatch> {
    let others = answer.matches.first().zip(answer.matches.get(1));
    let other = others.filter(|(best, other)| other.probability >= ALSO_SHARE * best.probability);
    answer
        .neighbour
        .into_iter()
        .chain(other.map(|(_, other)| *other))
}

/// The candidates to offer: two to four, the best topic's neighbouring section second.
pub fn candidates(answer: &Answer) -> Vec<ProbableMatch> {
    let best = answer.matches.first().map_or(0.0, |best| best.probability);
    let near = answer
        .matches
        .iter()
        .take_while(|candidate| candidate.probability >= CANDIDATE_SHARE * best)
        .count();
    let mut candidates = answer.matches.clone();
    candidates.truncate(near.max(2));
    if let Some(neighbour) = answer.neighbour {
        candidates.insert(1.min(candidates.len()), neighbour);
    }
    candidates.truncate(MAX_CANDIDATES);
    candidates
}

/// Whether the best of several candidates is likely enough to be shown in full.
pub(super) fn stands_out(matches: &[ProbableMatch], stakes: Stakes) -> bool {
    let bar = match stakes {
        Stakes::Ordinary => CLOSE_BAR,
        Stakes::Legal => CLOSE_STAKES_BAR,
    };
    let best = matches.first().map_or(0.0, |best| best.probability);
    let second = matches.get(1).map_or(0.0, |second| second.probability);
    best >= bar && second < TIED_SHARE * best
}
