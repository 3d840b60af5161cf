//! What is offered while somebody types: phrasings of the guide and its topics, ranked as the search ranks them.

use std::collections::HashMap;

use crate::knowledge::{KnowledgeBase, Topic};
use crate::reply::{self, Place, limit};
use crate::search::{Index, Question};

/// Phrasings of each topic that the search finds.
const OF_EACH: usize = 5;

/// The phrasings of the guide, to be found again by what is shown of them.
#[derive(Debug)]
pub struct Phrasebook {
    places: HashMap<String, Place>,
    /// Topics that many others refer to come first: what to offer somebody who has not typed yet.
    popular: Vec<usize>,
}

impl Phrasebook {
    /// Collects the phrasings of a guide.
    pub fn new(knowledge: &KnowledgeBase) -> Self {
        let mut places = HashMap::new();
        for topic in knowledge.topics() {
            for (text, place) in phrasings(topic) {
                places.entry(key(text)).or_insert(place);
            }
        }
        let referrals = |topic: &Topic| {
            knowledge
                .topics()
                .iter()
                .filter(|other| other.related.contains(&topic.id))
                .count()
        };
        let mut popular: Vec<(usize, usize)> =
            knowledge.topics().iter().map(referrals).zip(0..).collect();
        popular.sort_by_key(|&(referrals, number)| (std::cmp::Reverse(referrals), number));
        Self {
            places,
            popular: popular.into_iter().map(|(_, number)| number).collect(),
        }
    }

    /// The section of a phrasing, as it was shown or as it is written.
    pub fn find(&self, text: &str) -> Option<&Place> {
        self.places.get(&key(text))
    }

    /// Phrasings that may be meant.
    pub fn complete(&self, knowledge: &KnowledgeBase, index: &Index, typed: &str) -> Vec<String> {
        let topics = knowledge.topics();
        if typed.trim().is_empty() {
            let popular = self
                .popular
                .iter()
                .filter_map(|number| topics.get(*number)?.questions.first());
            return popular
                .take(limit::OPTIONS)
                .map(|phrasing| shown(&phrasing.text))
                .collect();
        }
        let found = index.search(&Question::new(finished(index, typed))).matches;
        let mut offered: Vec<String> = Vec::new();
        for topic in found.iter().filter_map(|found| topics.get(found.topic)) {
            let mut ranked: Vec<(usize, &str)> = phrasings(topic)
                .map(|(text, _)| (likeness(typed, text), text))
                .collect();
            ranked.sort_by_key(|(likeness, _)| std::cmp::Reverse(*likeness));
            offered.extend(
                ranked
                    .into_iter()
                    .map(|(_, text)| shown(text))
                    .take(OF_EACH),
            );
        }
        offered.truncate(limit::OPTIONS);
        offered
    }

    /// Topics that may be meant: their titles and ids.
    pub fn complete_topic(
        &self,
        knowledge: &KnowledgeBase,
        index: &Index,
        typed: &str,
    ) -> Vec<(String, String)> {
        let topics = knowledge.topics();
        let typed = typed.trim().to_lowercase();
        let popular = self.popular.iter().filter_map(|number| topics.get(*number));
        let offered: Vec<&Topic> = if typed.is_empty() {
            popular.collect()
        } else {
            let named = popular.filter(|topic| {
                topic.title.to_lowercase().contains(&typed) || topic.id.contains(&typed)
            });
            let found = index
                .search(&Question::new(finished(index, &typed)))
                .matches;
            named
                .chain(found.iter().filter_map(|found| topics.get(found.topic)))
                .collect()
        };
        let mut choices: Vec<(String, String)> = Vec::new();
        for topic in offered {
            // An id that is too long for a value is found by its title.
            let title = shown(&topic.title);
            let value = if topic.id.chars().count() <= limit::OPTION {
                topic.id.clone()
            } else {
                title.clone()
            };
            if !choices.iter().any(|(_, known)| *known == value) {
                choices.push((title, value));
            }
        }
        choices.truncate(limit::OPTIONS);
        choices
    }
}

/// What somebody is typing, its last word finished.
fn finished(index: &Index, typed: &str) -> String {
    let begun = typed
        .rsplit(|c: char| !c.is_alphanumeric())
        .next()
        .unwrap_or_default();
    let word = Some(begun.to_lowercase()).filter(|word| !word.is_empty());
    let word = word.and_then(|word| {
        index
            .finished(&word)
            .map(|word| format!("{}{word}", typed.strip_suffix(begun).unwrap_or(typed)))
    });
    word.unwrap_or_else(|| typed.to_owned())
}

/// Every phrasing of a topic, and the section to which it leads.
fn phrasings(topic: &Topic) -> impl Iterator<Item = (&str, Place)> {
    let general = topic
        .sections
        .first()
        .map(|section| Place::new(topic, section));
    let of_topic = topic
        .questions
        .iter()
        .filter_map(move |phrasing| Some((phrasing.text.as_str(), general.clone()?)));
    let of_sections = topic.sections.iter().flat_map(move |section| {
        section
            .questions
            .iter()
            .map(move |phrasing| (phrasing.text.as_str(), Place::new(topic, section)))
    });
    of_topic.chain(of_sections)
}

/// How much of what was typed a phrasing repeats: words, the last of which may be unfinished.
fn likeness(typed: &str, phrasing: &str) -> usize {
    let (typed, phrasing) = (typed.trim().to_lowercase(), phrasing.to_lowercase());
    let words: Vec<&str> = phrasing.split_whitespace().collect();
    let repeated = typed
        .split_whitespace()
        .filter(|word| words.iter().any(|known| known.starts_with(word)))
        .count();
    repeated
        + if phrasing.contains(&typed) {
            words.len()
        } else {
            0
        }
}

fn shown(text: &str) -> String {
    reply::cut(text, limit::OPTION)
}

fn key(text: &str) -> String {
    shown(text.trim()).to_lowercase()
}
