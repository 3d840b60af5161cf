//! Gaps: questions that the guide could not answer, grouped so that near-identical ones count together. Pure.
//!
//! Two questions are alike by what they are about: the stems of their words that carry meaning, synonyms of the
//! guide's vocabulary under one name. A stem weighs more the fewer phrasings of the guide have it, so
//! what is missing weighs most. Likeness is the weighted share of common stems (Sørensen–Dice), 0 to 1; two stems of
//! five letters or more that are an edit apart are common too.

use std::collections::BTreeMap;

use jiff::civil::Date;
use rustc_hash::FxHashMap;

use crate::answer;
use crate::guide::Guide;
use crate::search::Question;
use crate::text;

/// Questions at least this much alike count together: half of what tells in both is common. Of two telling words each,
/// that is the rarer one.
const ALIKE: f32 = 0.5;
/// Stems shorter than this, in characters, are only like themselves.
const SHORTEST_MISSPELT: usize = 5;
/// From this length on, in characters, two edits are a misspelling; before, one.
const TWO_EDITS_FROM: usize = 8;

/// A question that the guide could not answer, as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gap {
    /// What was asked, scrubbed.
    pub text: String,
    /// How often.
    pub count: u64,
    /// The last day on which it was.
    pub day: Date,
    /// The id of the topic that was nearest, or that was shown and was not it.
    pub topic: Option<String>,
}

/// Questions that ask for the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// The wording that stands for all: the most frequent, then the shortest, then the first in the alphabet.
    pub text: String,
    /// How often any of them was asked.
    pub count: u64,
    /// The last day on which one was.
    pub last: Date,
    /// The id of the topic to which they may belong; none where they look like a new one.
    pub topic: Option<String>,
    /// Every wording and how often it was asked, in the order in which they would stand for all.
    pub wordings: Vec<(String, u64)>,
}

/// One wording, and what it is about.
struct Wording {
    gap: Gap,
    telling: Vec<(String, f32)>,
    weight: f32,
}

/// Groups gaps, the most asked first, then the latest, then by alphabet. The same gaps give the same groups in whatever
/// order they come.
pub fn group(guide: &Guide, gaps: Vec<Gap>) -> Vec<Group> {
    let weights = Weights::of(guide);
    let mut groups: Vec<Vec<Wording>> = Vec::new();
    for wording in wordings(gaps, guide, &weights) {
        // Only the first of a group is compared, so that groups do not drift.
        let likeness =
            |group: &Vec<Wording>| group.first().map_or(0.0, |first| alike(first, &wording));
        let best = groups
            .iter_mut()
            .map(|group| (likeness(group), group))
            .filter(|(likeness, _)| *likeness >= ALIKE);
        // Of equals the first stays, which is the most asked.
        let best = best.fold(
            None,
            |best: Option<(f32, &mut Vec<Wording>)>, next| match best {
                Some(best) if best.0 >= next.0 => Some(best),
                _ => Some(next),
            },
        );
        match best {
            Some((_, group)) => group.push(wording),
            None => groups.push(vec![wording]),
        }
    }
    let mut groups: Vec<Group> = groups
        .into_iter()
        .filter_map(|group| summed(guide, group))
        .collect();
    groups.sort_by(|a, b| {
        (b.count, b.last)
            .cmp(&(a.count, a.last))
            .then_with(|| a.text.cmp(&b.text))
    });
    groups
}

/// Each wording once, in the order in which they would stand for a group.
fn wordings(gaps: Vec<Gap>, guide: &Guide, weights: &Weights) -> Vec<Wording> {
    let mut same: BTreeMap<Vec<String>, Gap> = BTreeMap::new();
    let mut gaps = gaps;
    gaps.sort_by(|a, b| (&a.text, a.day, &a.topic).cmp(&(&b.text, b.day, &b.topic)));
    for gap in gaps {
        match same.get_mut(&text::words(&gap.text)) {
            Some(known) => {
                known.count += gap.count;
                if gap.day >= known.day {
                    (known.day, known.topic) = (gap.day, gap.topic.or(known.topic.take()));
                }
            }
            None => {
                same.insert(text::words(&gap.text), gap);
            }
        }
    }
    let mut wordings: Vec<Wording> = same
        .into_values()
        .map(|gap| Wording::new(gap, guide, weights))
        .collect();
    wordings.sort_by(|a, b| {
        let length = |wording: &Wording| wording.gap.text.chars().count();
        b.gap
            .count
            .cmp(&a.gap.count)
            .then(length(a).cmp(&length(b)))
            .then_with(|| a.gap.text.cmp(&b.gap.text))
    });
    wordings
}

impl Wording {
    fn new(gap: Gap, guide: &Guide, weights: &Weights) -> Self {
        let telling: Vec<(String, f32)> = guide
            .index
            .telling(&gap.text)
            .into_iter()
            .map(|stem| (stem.clone(), weights.of_stem(&stem)))
            .collect();
        Self {
            weight: telling.iter().map(|(_, weight)| weight).sum(),
            gap,
            telling,
        }
    }
}

/// How much each stem tells: the inverse frequency among the phrasings of the guide.
struct Weights {
    phrasings: f32,
    having: FxHashMap<String, u32>,
}

impl Weights {
    fn of(guide: &Guide) -> Self {
        let mut having: FxHashMap<String, u32> = FxHashMap::default();
        let mut phrasings: u32 = 0;
        for topic in guide.knowledge.topics() {
            for phrasing in topic
                .questions
                .iter()
                .chain(topic.sections.iter().flat_map(|section| &section.questions))
            {
                phrasings += 1;
                for stem in guide.index.telling(&phrasing.text) {
                    *having.entry(stem).or_default() += 1;
                }
            }
        }
        Self {
            phrasings: phrasings as f32,
            having,
        }
    }

    fn of_stem(&self, stem: &str) -> f32 {
        let having = self.having.get(stem).copied().unwrap_or_default() as f32;
        let rarity = libm::logf(1.0 + self.phrasings / (1.0 + having));
        // Squared, as in a cosine of TF-IDF: one rare word tells more than several that are everywhere.
        rarity * rarity
    }
}

/// How alike two questions are, 0 to 1; nothing for one that says nothing.
fn alike(a: &Wording, b: &Wording) -> f32 {
    if a.weight + b.weight == 0.0 {
        return 0.0;
    }
    let mut left: Vec<&(String, f32)> = b.telling.iter().collect();
    let mut common = 0.0;
    for (stem, weight) in &a.telling {
        if let Some(at) = left.iter().position(|(other, _)| same_stem(stem, other)) {
            common += weight + left.swap_remove(at).1;
        }
    }
    common / (a.weight + b.weight)
}

/// Whether two stems are the same, or one is the other misspelt.
fn same_stem(a: &str, b: &str) -> bool {
    let length = a.chars().count().min(b.chars().count());
    let edits = match length {
        0..SHORTEST_MISSPELT => return a == b,
        SHORTEST_MISSPELT..TWO_EDITS_FROM => 1,
        _ => 2,
    };
    a == b || strsim::osa_distance(a, b) <= edits
}

fn summed(guide: &Guide, group: Vec<Wording>) -> Option<Group> {
    let first = &group.first()?.gap;
    // What somebody was shown and did not want says more than a search that found nothing.
    let answer = guide.answer(&Question::new(&first.text));
    let found = answer
        .matches
        .first()
        .filter(|found| answer::near(found.score) && answer.kind.is_none());
    let found = found
        .and_then(|found| guide.knowledge.topics().get(found.topic))
        .map(|topic| topic.id.clone());
    let noted = group
        .iter()
        .find_map(|wording| wording.gap.topic.clone())
        .filter(|id| guide.knowledge.topic(id).is_some());
    Some(Group {
        text: first.text.clone(),
        count: group.iter().map(|wording| wording.gap.count).sum(),
        last: group.iter().map(|wording| wording.gap.day).max()?,
        topic: found.or(noted),
        wordings: group
            .into_iter()
            .map(|wording| (wording.gap.text, wording.gap.count))
            .collect(),
    })
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::sync::LazyLock;

    use jiff::civil::date;

    use super::*;
    use crate::knowledge;

    static GUIDE: LazyLock<Guide> = LazyLock::new(|| {
        Guide::new(knowledge::load(Path::new("knowledge"), date(2026, 11, 23)).unwrap())
    });

    fn gap(text: &str) -> Gap {
        Gap {
            text: text.to_owned(),
            count: 1,
            day: date(2026, 11, 20),
            topic: None,
        }
    }

    fn counts(texts: &[&str]) -> Vec<(String, u64)> {
        group(&GUIDE, texts.iter().map(|text| gap(text)).collect())
            .into_iter()
            .map(|group| (group.text, group.count))
            .collect()
    }

    #[test]
    fn the_same_in_other_words_counts_together() {
        for texts in [
            [
                "is there a dress code at the office",
                "what is the dress code?",
                "dress code for interns",
            ],
            [
                "can i bring my dog to work",
                "are dogs allowed at work",
                "is my dog allowed in the office",
            ],
            [
                "is accommodation provided",
                "accomodation for interns",
                "do i get acommodation",
            ],
        ] {
            let found = counts(&texts);
            assert_eq!(
                found.iter().map(|(_, count)| count).collect::<Vec<_>>(),
                [&3],
                "{found:?}"
            );
        }
    }

    #[test]
    fn what_is_different_stays_apart() {
        let found = counts(&[
            "what is the dress code",
            "can i bring my dog",
            "is there free parking",
            "what is the code of conduct",
        ]);
        assert_eq!(found.len(), 4, "{found:?}");
    }

    #[test]
    fn the_most_frequent_then_shortest_then_first_wording_stands_for_all() {
        let frequent = Gap {
            count: 2,
            ..gap("what would the dress code be")
        };
        let groups = group(
            &GUIDE,
            vec![gap("dress code?"), frequent, gap("the dress code")],
        );
        assert_eq!(groups.len(), 1);
        assert_eq!(
            (groups[0].text.as_str(), groups[0].count),
            ("what would the dress code be", 4)
        );
        let order: Vec<&str> = groups[0]
            .wordings
            .iter()
            .map(|(text, _)| text.as_str())
            .collect();
        assert_eq!(
            order,
            [
                "what would the dress code be",
                "dress code?",
                "the dress code"
            ]
        );
    }

    #[test]
    fn the_order_of_gaps_changes_nothing() {
        let mut gaps: Vec<Gap> = [
            "dress code",
            "a dog at work",
            "the dress code",
            "dogs at work",
            "parking",
        ]
        .map(gap)
        .to_vec();
        let once = group(&GUIDE, gaps.clone());
        gaps.reverse();
        assert_eq!(once, group(&GUIDE, gaps.clone()));
        gaps.rotate_left(2);
        assert_eq!(once, group(&GUIDE, gaps));
        assert!(once.windows(2).all(|pair| pair[0].count >= pair[1].count));
    }

    #[test]
    fn a_gap_near_a_topic_names_it_and_another_does_not() {
        let groups = group(
            &GUIDE,
            vec![
                gap("how do i write a resume"),
                gap("which llama is the woolliest"),
            ],
        );
        let topic = |text: &str| {
            groups
                .iter()
                .find(|group| group.text == text)
                .and_then(|group| group.topic.clone())
        };
        assert_eq!(topic("how do i write a resume").as_deref(), Some("resume"));
        assert_eq!(topic("which llama is the woolliest"), None);
    }
}
