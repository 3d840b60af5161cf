//! Gaps: questions that the guide could not answer, grouped so that near-identical ones count together. Pure.
//!
//! [`crate::subject`] decides which questions are alike.

use std::collections::BTreeMap;

use jiff::civil::Date;

use crate::answer;
use crate::guide::Guide;
use crate::knowledge::Place;
use crate::overlay::Overlay;
use crate::search::Question;
use crate::subject::Subject;
use crate::text;

/// Questions at least this similar count together: half of what carries meaning is common to both. With two meaningful words each,
/// that is the rarer one.
const ALIKE: f32 = 0.5;

/// A question that the guide could not answer, as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gap {
    /// The server in which it was asked; 0 for direct messages.
    pub guild: u64,
    /// What was asked, scrubbed.
    pub text: String,
    /// How often.
    pub count: u64,
    /// The last day on which it was asked.
    pub day: Date,
    /// The id of the topic that was nearest, or that was shown and marked "Not it".
    pub topic: Option<String>,
    /// What was shown and marked "Not it".
    pub not_it: Option<Place>,
}

/// Questions that ask for the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// The wording that represents the group: the most frequent, then the shortest, then the first in the alphabet.
    pub text: String,
    /// How often any of them was asked.
    pub count: u64,
    /// The last day on which any of them was asked.
    pub last: Date,
    /// The id of the topic to which they may belong; `None` if they look like a new one.
    pub topic: Option<String>,
    /// Every wording and how often it was asked, in the order in which they would represent the group.
    pub wordings: Vec<(String, u64)>,
}

/// One wording, and what it is about.
struct Wording {
    gap: Gap,
    subject: Subject,
}

/// The gaps that nothing has closed since: those unlike anything that their server's moderators taught, and those asked again
/// afterwards.
pub fn open<'a>(
    guide: &Guide,
    overlay: impl Fn(u64) -> Option<&'a Overlay>,
    mut gaps: Vec<Gap>,
) -> Vec<Gap> {
    gaps.retain(|gap| !overlay(gap.guild).is_some_and(|overlay| is_closed(guide, overlay, gap)));
    gaps
}

/// Whether what was taught answers a gap. On the day on which it was taught, only what was marked "Not it" tells which came first.
fn is_closed(guide: &Guide, overlay: &Overlay, gap: &Gap) -> bool {
    let taught = overlay.nearest(guide, &gap.text);
    taught.filter(answer::is_taught).is_some_and(|taught| {
        let day = taught.addition.day;
        gap.day < day || gap.day == day && gap.not_it != Some(taught.addition.place())
    })
}

/// Groups gaps: the most asked first, then the latest, then alphabetically. The same gaps give the same groups in whatever
/// order they come.
pub fn group(guide: &Guide, gaps: Vec<Gap>) -> Vec<Group> {
    let mut groups: Vec<Vec<Wording>> = Vec::new();
    for wording in wordings(gaps, guide) {
        // Only the first of a group is compared, so that groups do not drift.
        let likeness = |group: &Vec<Wording>| {
            let first = group.first();
            first.map_or(0.0, |first| first.subject.likeness(&wording.subject))
        };
        let best = groups
            .iter_mut()
            .map(|group| (likeness(group), group))
            .filter(|(likeness, _)| *likeness >= ALIKE);
        // On a tie the first stays, which is the most asked.
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

/// The wordings of gaps that ask the same as one of them, which comes first; empty if it is not among them.
pub fn like(guide: &Guide, gaps: Vec<Gap>, is_it: impl Fn(&str) -> bool) -> Vec<String> {
    let mut all = wordings(gaps, guide);
    let Some(at) = all.iter().position(|wording| is_it(&wording.gap.text)) else {
        return Vec::new();
    };
    let first = all.remove(at);
    let likeness = |wording: &Wording| first.subject.likeness(&wording.subject);
    let mut others: Vec<(f32, String)> = all
        .into_iter()
        .map(|wording| (likeness(&wording), wording.gap.text))
        .collect();
    others.retain(|(likeness, _)| *likeness >= ALIKE);
    // The sort is stable: of equals, the most asked stays first.
    others.sort_by(|(a, _), (b, _)| b.total_cmp(a));
    let others = others.into_iter().map(|(_, text)| text);
    std::iter::once(first.gap.text.clone())
        .chain(others)
        .collect()
}

/// Each wording once, in the order in which they would represent a group.
fn wordings(gaps: Vec<Gap>, guide: &Guide) -> Vec<Wording> {
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
        .map(|gap| Wording {
            subject: guide.subject(&gap.text),
            gap,
        })
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

fn summed(guide: &Guide, group: Vec<Wording>) -> Option<Group> {
    let first = &group.first()?.gap;
    // A topic that someone was shown and turned down says more than a search that found nothing.
    let answer = guide.answer(&Question::new(&first.text));
    let found = answer
        .matches
        .first()
        .filter(|found| answer::near(found.probability) && answer.kind.is_none());
    let found = found
        .and_then(|found| found.find(&guide.knowledge))
        .map(|(topic, _)| topic.id.clone());
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
    use std::sync::LazyLock;

    use jiff::civil::date;

    use super::*;
    use crate::knowledge::GuideSource;

    static GUIDE: LazyLock<Guide> =
        LazyLock::new(|| Guide::new(GuideSource::Embedded.load(date(2026, 11, 23)).unwrap()));

    fn gap(text: &str) -> Gap {
        Gap {
            guild: 1,
            text: text.to_owned(),
            count: 1,
            day: date(2026, 11, 20),
            topic: None,
            not_it: None,
        }
    }

    fn counts(texts: &[&str]) -> Vec<(String, u64)> {
        group(&GUIDE, texts.iter().map(|text| gap(text)).collect())
            .into_iter()
            .map(|group| (group.text, group.count))
            .collect()
    }

    #[test]
    fn rephrased_questions_count_together() {
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
                "is there accommodation for interns",
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
    fn different_questions_stay_apart() {
        let found = counts(&[
            "what is the dress code",
            "can i bring my dog",
            "is there free parking",
            "what is the code of conduct",
        ]);
        assert_eq!(found.len(), 4, "{found:?}");
    }

    #[test]
    fn the_most_frequent_then_shortest_then_first_wording_represents_the_group() {
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
    fn only_a_gap_close_to_a_topic_names_it() {
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
