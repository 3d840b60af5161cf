//! How well a knowledge base answers: rates over questions whose right topics are known.

mod cases;
mod figures;
mod held_out;

use std::collections::BTreeMap;

use crate::answer::{self, Answer, Outcome};
use crate::knowledge::KnowledgeBase;
use crate::search::{Encode, Index, Question};
pub use cases::{Case, CaseError, misspell, parse_cases};
pub use figures::{Confusion, Figures, FollowUps, InScope, OutOfScope};
pub use held_out::{LeftOut, LeftOutTopics, cross_validate, leave_one_out, leave_topics_out};

/// The most confusions that are listed.
const MAX_CONFUSIONS: usize = 10;

/// Rates of a knowledge base over cases, encoded in the same way as the index.
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
    confusions.truncate(MAX_CONFUSIONS);
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

/// A case and the bot's response.
struct Judged<'a> {
    case: &'a Case,
    asked: Answer,
    overheard: Outcome,
    /// The rank, from zero, of the first right topic.
    rank: Option<usize>,
    /// Whether the first match is one of the best sections.
    best_section: bool,
}

impl<'a> Judged<'a> {
    fn new(knowledge: &KnowledgeBase, index: &Index, case: &'a Case, encode: &Encode<'_>) -> Self {
        let asked = Question {
            text: case.text.clone(),
            previous: case.previous.clone(),
            ..Question::default()
        }
        .encoded(index, encode);
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
        let best = found.matches.first().and_then(|best| best.find(knowledge));
        let best_section = best.is_some_and(|(topic, section)| {
            case.sections
                .iter()
                .any(|right| right.topic == topic.id && right.section.as_ref() == Some(&section.id))
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
        let (topic, _) = self.asked.matches.first()?.find(knowledge)?;
        Some(&topic.id)
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
