//! Statistics on what was asked and answered. Pure.

use std::collections::BTreeMap;

use jiff::ToSpan;
use jiff::civil::Date;
use strum::{EnumString, IntoStaticStr, VariantArray};

/// The outcome of a question. The names are those in the store.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    EnumString,
    IntoStaticStr,
    VariantArray,
)]
#[strum(serialize_all = "kebab-case")]
pub enum RecordedOutcome {
    /// A section was shown.
    Answer,
    /// Candidates were offered.
    Suggest,
    /// It is not in the guide.
    None,
    /// Candidates were offered, and none was meant.
    NoneOfThese,
}

/// How a question reached the bot. The names are those in the store.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    EnumString,
    IntoStaticStr,
    VariantArray,
)]
#[strum(serialize_all = "kebab-case")]
pub enum Way {
    /// `/ask`.
    Command,
    /// A mention.
    Mention,
    /// A reply to an answer.
    Reply,
    /// A direct message.
    Direct,
    /// It was not addressed to the bot.
    Overheard,
    /// A new post of a forum.
    Forum,
    /// The menu of someone's message.
    Menu,
}

impl RecordedOutcome {
    /// Every value.
    pub const ALL: &[Self] = Self::VARIANTS;

    /// The name in the store.
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// The value of this name.
    pub fn named(name: &str) -> Option<Self> {
        name.parse().ok()
    }
}

impl Way {
    /// Every value.
    pub const ALL: &[Self] = Self::VARIANTS;

    /// The name in the store.
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// The value of this name.
    pub fn named(name: &str) -> Option<Self> {
        name.parse().ok()
    }
}

/// Counts of what happened.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Sums {
    /// Questions put to the bot and answered.
    pub answered: u64,
    /// Questions for which candidates were offered.
    pub asked_back: u64,
    /// Questions that are not in the guide.
    pub missed: u64,
    /// Candidates of which none was meant.
    pub none_of_these: u64,
    /// Unasked answers.
    pub unasked: u64,
    /// Answers that people said had helped.
    pub helped: u64,
    /// Answers that people said had not helped.
    pub not_helped: u64,
}

impl Sums {
    /// Questions that were put to the bot.
    pub fn asked(&self) -> u64 {
        self.answered + self.asked_back + self.missed
    }

    /// Counts outcomes of questions.
    pub fn count(&mut self, outcome: RecordedOutcome, way: Way, times: u64) {
        let unasked = matches!(way, Way::Overheard | Way::Forum);
        *match outcome {
            RecordedOutcome::Answer if unasked => &mut self.unasked,
            RecordedOutcome::Answer => &mut self.answered,
            RecordedOutcome::Suggest => &mut self.asked_back,
            RecordedOutcome::None => &mut self.missed,
            RecordedOutcome::NoneOfThese => &mut self.none_of_these,
        } += times;
    }

    /// Counts votes.
    pub fn vote(&mut self, helped: bool, times: u64) {
        *if helped {
            &mut self.helped
        } else {
            &mut self.not_helped
        } += times;
    }

    fn add(&mut self, other: &Self) {
        self.answered += other.answered;
        self.asked_back += other.asked_back;
        self.missed += other.missed;
        self.none_of_these += other.none_of_these;
        self.unasked += other.unasked;
        self.helped += other.helped;
        self.not_helped += other.not_helped;
    }
}

/// What happened between two days.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stats {
    /// Every day in order, including those on which nothing happened.
    pub days: Vec<(Date, Sums)>,
    /// By topic id, in alphabetical order; only what has a topic.
    pub topics: BTreeMap<String, Sums>,
    /// What people said about each section, by the ids of its topic and itself.
    pub sections: BTreeMap<(String, String), Votes>,
    /// How often candidates were offered of which a section was the nearest, by the ids of its topic and itself. The latter is empty in
    /// counts of older versions.
    pub asked_back: BTreeMap<(String, String), u64>,
    /// By the way in which questions came; without votes.
    pub ways: BTreeMap<Way, Sums>,
}

/// What people said about a section.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Votes {
    /// That it helped.
    pub helped: u64,
    /// "Not it".
    pub not_helped: u64,
}

impl Stats {
    /// Empty statistics for these days.
    pub fn new(from: Date, to: Date) -> Self {
        let days = from
            .series(1.day())
            .take_while(|day| *day <= to)
            .map(|day| (day, Sums::default()))
            .collect();
        Self {
            days,
            topics: BTreeMap::new(),
            sections: BTreeMap::new(),
            asked_back: BTreeMap::new(),
            ways: BTreeMap::new(),
        }
    }

    /// The sums of one day and of one topic, to be added to.
    pub fn add(&mut self, day: Date, topic: &str, add: impl Fn(&mut Sums)) {
        if let Some((_, sums)) = self.days.iter_mut().find(|(known, _)| *known == day) {
            add(sums);
        }
        if !topic.is_empty() {
            add(self.topics.entry(topic.to_owned()).or_default());
        }
    }

    /// Everything of the last days.
    pub fn last(&self, days: usize) -> Sums {
        let mut sums = Sums::default();
        self.days
            .iter()
            .rev()
            .take(days)
            .for_each(|(_, day)| sums.add(day));
        sums
    }

    /// Adds what people said about a section on a day.
    pub fn vote(&mut self, day: Date, topic: &str, section: &str, helped: bool, times: u64) {
        self.add(day, topic, |sums| sums.vote(helped, times));
        let section = (topic.to_owned(), section.to_owned());
        let votes = self.sections.entry(section).or_default();
        *if helped {
            &mut votes.helped
        } else {
            &mut votes.not_helped
        } += times;
    }

    /// Adds questions of a day for which candidates were offered; the section that was nearest.
    pub fn ask_back(&mut self, topic: &str, section: &str, times: u64) {
        let section = (topic.to_owned(), section.to_owned());
        *self.asked_back.entry(section).or_default() += times;
    }

    /// The topics that answered or that people said something about, most answered first.
    pub fn most_answered(&self) -> Vec<(&str, &Sums)> {
        let answered = |sums: &Sums| sums.answered + sums.unasked;
        let is_shown = |sums: &Sums| answered(sums) + sums.helped + sums.not_helped > 0;
        let topics = self.topics.iter().map(|(id, sums)| (id.as_str(), sums));
        let mut shown: Vec<(&str, &Sums)> = topics.filter(|(_, sums)| is_shown(sums)).collect();
        shown.sort_by_key(|(id, sums)| (std::cmp::Reverse(answered(sums)), *id));
        shown
    }

    /// The sections for which candidates were offered because no answer was sure, most often first: the ids of the topic and of the
    /// section. A question counts for the section that was nearest.
    pub fn most_asked_back(&self) -> Vec<(&str, &str, u64)> {
        let asked_back = self.asked_back.iter();
        let mut sections: Vec<(&str, &str, u64)> = asked_back
            .map(|((topic, section), times)| (topic.as_str(), section.as_str(), *times))
            .collect();
        sections.sort_by_key(|(_, _, times)| std::cmp::Reverse(*times));
        sections
    }

    /// The sections marked "Not it", most often first and, on a tie, the one that helped fewest: the ids of the topic and of
    /// the section.
    pub fn most_not_it(&self) -> Vec<(&str, &str, Votes)> {
        let sections = self.sections.iter();
        let mut not_it: Vec<(&str, &str, Votes)> = sections
            .filter(|(_, votes)| votes.not_helped > 0)
            .map(|((topic, section), votes)| (topic.as_str(), section.as_str(), *votes))
            .collect();
        not_it.sort_by_key(|(_, _, votes)| (std::cmp::Reverse(votes.not_helped), votes.helped));
        not_it
    }

    /// Everything.
    pub fn all(&self) -> Sums {
        self.last(self.days.len())
    }
}

/// Numbers as a line of bars, the largest tallest; zero is the lowest bar, so that every number has its place.
pub fn sparkline(numbers: impl IntoIterator<Item = u64>) -> String {
    const BARS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
    let numbers: Vec<u64> = numbers.into_iter().collect();
    let most = numbers.iter().copied().max().unwrap_or_default().max(1);
    let bar = |number: u64| {
        let height = u128::from(number) * 7;
        let height = usize::try_from(height.div_ceil(u128::from(most))).unwrap_or_default();
        BARS.get(height).copied().unwrap_or('█')
    };
    numbers.into_iter().map(bar).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_names_in_the_store_stay_as_they_are() {
        let outcomes: Vec<&str> = RecordedOutcome::ALL
            .iter()
            .map(|outcome| outcome.name())
            .collect();
        assert_eq!(outcomes, ["answer", "suggest", "none", "none-of-these"]);
        let ways: Vec<&str> = Way::ALL.iter().map(|way| way.name()).collect();
        assert_eq!(
            ways,
            [
                "command",
                "mention",
                "reply",
                "direct",
                "overheard",
                "forum",
                "menu"
            ]
        );
        assert_eq!(Way::named("forum"), Some(Way::Forum));
        assert_eq!(RecordedOutcome::named("Answer"), None);
    }

    #[test]
    fn the_largest_bar_is_tallest_and_any_value_is_above_zero() {
        assert_eq!(sparkline([0, 1, 50, 100]), "▁▂▅█");
        assert_eq!(sparkline([0, 0]), "▁▁");
        assert_eq!(sparkline([u64::MAX, 0]), "█▁");
        assert_eq!(sparkline([]), "");
    }
}
