//! What waits to be written: added up, in order where order matters, and bounded.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use jiff::civil::Date;

use super::event::Event;
use crate::stats::{RecordedOutcome, Way};

/// The maximum number of waiting gaps; beyond that, the oldest are dropped and counted.
pub(super) const MAX_GAPS: usize = 5_000;
/// The maximum number of waiting votes; beyond that, votes are not accepted.
const MAX_VOTES: usize = 10_000;
/// The maximum number of waiting rows of counts; beyond that, counts are kept without guild and topic.
const MAX_COUNTS: usize = 50_000;

/// What waits to be written.
#[derive(Debug, Default)]
pub(super) struct Batch {
    /// The guilds of shards that have a new session.
    pub sessions: BTreeMap<SessionShard, BTreeSet<u64>>,
    /// Guilds that are gone. They go first: what is recorded of them later is new.
    pub gone: BTreeSet<u64>,
    /// People who want to be forgotten. They go second, for the same reason.
    pub forgotten: BTreeSet<u64>,
    pub counts: BTreeMap<Count, u64>,
    /// The oldest first.
    pub gaps: VecDeque<PendingGap>,
    /// The last vote of a person on a section.
    pub votes: BTreeMap<Voted, Vote>,
    /// How many gaps were dropped.
    pub dropped: u64,
}

/// A shard: its number, and how many there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct SessionShard(pub u32, pub u32);

impl SessionShard {
    /// Whether a guild belongs to it (<https://docs.discord.com/developers/events/gateway#sharding-sharding-formula>). Direct
    /// messages, 0, are of no guild.
    pub(super) fn has(self, guild: u64) -> bool {
        guild != 0 && (guild >> 22).checked_rem(self.1.into()) == Some(self.0.into())
    }
}

/// What is counted.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Count {
    pub day: Date,
    /// 0 for direct messages, as everywhere in the store.
    pub guild: u64,
    pub way: Way,
    pub outcome: RecordedOutcome,
    /// Empty for none.
    pub topic: String,
}

/// A question without an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct PendingGap {
    pub guild: u64,
    pub wording: String,
    pub day: Date,
    pub text: String,
    pub topic: String,
    pub count: u64,
}

/// Who voted, on what.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Voted {
    pub person: u64,
    pub guild: u64,
    pub topic: String,
    pub section: String,
}

/// What they said, and when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Vote {
    pub helped: bool,
    pub day: Date,
}

impl Batch {
    /// Adds an event of today.
    pub(super) fn add(&mut self, event: Event, day: Date) {
        match event {
            Event::Asked {
                guild,
                way,
                outcome,
                topic,
            } => {
                let guild = guild.unwrap_or_default();
                self.count(
                    Count {
                        day,
                        guild,
                        way,
                        outcome,
                        topic: topic.unwrap_or_default(),
                    },
                    1,
                );
            }
            Event::Gap { text, .. } if text.is_empty() => {}
            Event::Gap { guild, text, topic } => self.gap(PendingGap {
                guild: guild.unwrap_or_default(),
                wording: text.key(),
                day,
                text: text.as_str().to_owned(),
                topic: topic.unwrap_or_default(),
                count: 1,
            }),
            Event::Vote {
                guild,
                person,
                topic,
                section,
                helped,
            } => {
                self.vote(
                    Voted {
                        person,
                        guild: guild.unwrap_or_default(),
                        topic,
                        section,
                    },
                    Vote { helped, day },
                );
            }
            Event::SessionBegan {
                shard: (number, shards),
                guilds,
            } => {
                self.sessions.insert(SessionShard(number, shards), guilds);
            }
            Event::GuildGone { guild } => self.remove_guild(guild),
        }
    }

    /// Adds what came later.
    pub(super) fn append(&mut self, later: Self) {
        self.sessions.extend(later.sessions);
        later
            .gone
            .into_iter()
            .for_each(|guild| self.remove_guild(guild));
        later
            .forgotten
            .into_iter()
            .for_each(|person| self.forget(person));
        later
            .counts
            .into_iter()
            .for_each(|(count, times)| self.count(count, times));
        later.gaps.into_iter().for_each(|gap| self.gap(gap));
        later
            .votes
            .into_iter()
            .for_each(|(voted, vote)| self.vote(voted, vote));
        self.dropped += later.dropped;
    }

    /// Forgets the votes of a person, here and, once this is written, in the store.
    pub(super) fn forget(&mut self, person: u64) {
        self.votes.retain(|voted, _| voted.person != person);
        self.forgotten.insert(person);
    }

    fn remove_guild(&mut self, guild: u64) {
        self.counts.retain(|count, _| count.guild != guild);
        self.gaps.retain(|gap| gap.guild != guild);
        self.votes.retain(|voted, _| voted.guild != guild);
        self.gone.insert(guild);
    }

    fn count(&mut self, count: Count, times: u64) {
        let full = self.counts.len() >= MAX_COUNTS && !self.counts.contains_key(&count);
        let count = if full {
            Count {
                guild: 0,
                topic: String::new(),
                ..count
            }
        } else {
            count
        };
        *self.counts.entry(count).or_default() += times;
    }

    fn gap(&mut self, gap: PendingGap) {
        let same = |known: &&mut PendingGap| {
            (known.guild, known.day) == (gap.guild, gap.day) && known.wording == gap.wording
        };
        match self.gaps.iter_mut().find(same) {
            Some(known) => {
                known.count += gap.count;
                // What was marked "Not it" says more than what was merely near.
                if gap.topic.contains('/') {
                    known.topic = gap.topic;
                }
            }
            None => self.gaps.push_back(gap),
        }
        while self.gaps.len() > MAX_GAPS {
            self.dropped += self.gaps.pop_front().map_or(0, |gap| gap.count);
        }
    }

    fn vote(&mut self, voted: Voted, vote: Vote) {
        if self.votes.len() < MAX_VOTES || self.votes.contains_key(&voted) {
            self.votes.insert(voted, vote);
        }
    }

    /// How many rows wait.
    pub(super) fn len(&self) -> usize {
        self.gone.len()
            + self.forgotten.len()
            + self.counts.len()
            + self.gaps.len()
            + self.votes.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::scrub::scrub;

    const DAY: Date = date(2026, 11, 23);

    fn gap(guild: u64, text: &str) -> Event {
        Event::Gap {
            guild: Some(guild),
            text: scrub(text),
            topic: None,
        }
    }

    fn vote(person: u64, helped: bool) -> Event {
        Event::Vote {
            guild: Some(1),
            person,
            topic: "t".to_owned(),
            section: "s".to_owned(),
            helped,
        }
    }

    #[test]
    fn the_oldest_gaps_are_dropped_and_counted() {
        let mut batch = Batch::default();
        let letters = |number: usize| {
            number
                .to_string()
                .chars()
                .filter_map(|c| char::from_u32(c as u32 + 49))
                .collect::<String>()
        };
        for number in 0..MAX_GAPS + 3 {
            batch.add(gap(1, &letters(number)), DAY);
        }
        assert_eq!((batch.gaps.len(), batch.dropped), (MAX_GAPS, 3));
        assert_eq!(batch.gaps[0].text, letters(3));
        batch.add(gap(1, &letters(MAX_GAPS)), DAY);
        assert_eq!(
            (batch.gaps.len(), batch.dropped),
            (MAX_GAPS, 3),
            "the same counts twice"
        );
    }

    #[test]
    fn counts_are_never_lost_only_less_precise() {
        let mut batch = Batch::default();
        let asked = |guild| Event::Asked {
            guild: Some(guild),
            way: Way::Mention,
            outcome: RecordedOutcome::Answer,
            topic: None,
        };
        for guild in 1..=MAX_COUNTS as u64 + 500 {
            batch.add(asked(guild), DAY);
        }
        assert_eq!(batch.counts.len(), MAX_COUNTS + 1);
        assert_eq!(batch.counts.values().sum::<u64>(), MAX_COUNTS as u64 + 500);
    }

    #[test]
    fn removals_are_written_before_later_events() {
        let mut batch = Batch::default();
        for event in [gap(1, "a"), gap(2, "b"), vote(7, true), vote(8, true)] {
            batch.add(event, DAY);
        }
        let mut later = Batch::default();
        later.add(Event::GuildGone { guild: 2 }, DAY);
        later.add(gap(2, "again"), DAY);
        later.forget(7);
        later.add(vote(8, false), DAY);
        batch.append(later);
        assert_eq!(
            batch
                .gaps
                .iter()
                .map(|gap| gap.text.as_str())
                .collect::<Vec<_>>(),
            ["a", "again"]
        );
        let votes: Vec<(u64, bool)> = batch
            .votes
            .iter()
            .map(|(voted, vote)| (voted.person, vote.helped))
            .collect();
        assert_eq!(votes, [(8, false)]);
        assert_eq!((batch.gone.len(), batch.forgotten.len()), (1, 1));
    }
}
