//! Suggestions while someone types: the guide's phrasings and topics, ranked as the search ranks them.

use rustc_hash::FxHashMap;

use crate::fnv::fnv1a;
use crate::knowledge::{KnowledgeBase, Section, Topic};
use crate::reply::limit;
use crate::search::{Index, Question};
use crate::text;

/// Phrasings of each topic that the search finds.
const OF_EACH: usize = 5;
/// Phrasings of each topic that begin with what is typed.
const OF_EACH_BEGUN: usize = 2;
/// Anything typed beyond this adds nothing: no phrasing shown in full is longer.
const MAX_TYPED: usize = limit::OPTION;

/// The guide's phrasings, looked up by how they are shown.
#[derive(Debug)]
pub struct Phrasebook {
    /// The hash of each phrasing as shown → the positions of its topic and its section.
    places: FxHashMap<u64, (u32, u32)>,
    /// Topics, those that many others refer to first: offered to someone who has not typed anything yet.
    popular: Vec<usize>,
}

impl Phrasebook {
    /// Collects the phrasings of a guide.
    pub fn new(knowledge: &KnowledgeBase) -> Self {
        let mut places = FxHashMap::default();
        for (number, topic) in (0..).zip(knowledge.topics()) {
            for (text, section) in phrasings(topic) {
                let place = (number, section as u32);
                places.entry(fnv1a(key(text).bytes())).or_insert(place);
            }
        }
        places.shrink_to_fit();
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

    /// The section of a phrasing, given as shown or as written.
    pub fn find<'a>(
        &self,
        knowledge: &'a KnowledgeBase,
        text: &str,
    ) -> Option<(&'a Topic, &'a Section)> {
        let wanted = key(text);
        let &(topic, section) = self.places.get(&fnv1a(wanted.bytes()))?;
        let (topic, section) = knowledge.section_at(topic as usize, section as usize)?;
        // Another text may have the same hash.
        let is_here = phrasings(topic).any(|(text, _)| key(text) == wanted);
        is_here.then_some((topic, section))
    }

    /// Phrasings that may be meant: first those that begin with what was typed, then those with a word that does, then what the
    /// search finds. Text that says nothing gets the most common questions.
    pub fn complete(&self, knowledge: &KnowledgeBase, index: &Index, typed: &str) -> Vec<String> {
        let typed: String = typed.trim().chars().take(MAX_TYPED).collect();
        let begun = typed.to_lowercase();
        let topics = || {
            let topics = knowledge.topics();
            self.popular.iter().filter_map(|number| topics.get(*number))
        };
        if !tells(index, &begun) {
            let usual = topics().filter_map(|topic| topic.questions.first());
            let usual = usual.take(limit::OPTIONS);
            return usual.map(|phrasing| shown(&phrasing.text)).collect();
        }
        let beginning = |fits: fn(&str, &str) -> bool| {
            let begun = begun.as_str();
            topics().flat_map(move |topic| {
                let texts = phrasings(topic).map(|(text, _)| text);
                let fitting = texts.filter(move |text| fits(&text.to_lowercase(), begun));
                fitting.take(OF_EACH_BEGUN)
            })
        };
        let mut offered: Vec<String> = Vec::new();
        let mut offer = |text: &str| {
            let text = shown(text);
            if offered.len() < limit::OPTIONS && !offered.contains(&text) {
                offered.push(text);
            }
        };
        beginning(|text, begun| text.starts_with(begun)).for_each(&mut offer);
        beginning(|text, begun| text.contains(&format!(" {begun}"))).for_each(&mut offer);
        let found = index
            .search(&Question::new(finished(index, &typed)))
            .matches;
        for topic in found
            .iter()
            .filter_map(|found| knowledge.topics().get(found.topic))
        {
            let mut ranked: Vec<(usize, &str)> = phrasings(topic)
                .map(|(text, _)| (likeness(&begun, text), text))
                .collect();
            ranked.sort_by_key(|(likeness, _)| std::cmp::Reverse(*likeness));
            let best = ranked.into_iter().take(OF_EACH);
            best.for_each(|(_, text)| offer(text));
        }
        offered
    }

    /// Topics that may be meant, as titles and ids.
    pub fn complete_topic(
        &self,
        knowledge: &KnowledgeBase,
        index: &Index,
        typed: &str,
    ) -> Vec<(String, String)> {
        let topics = knowledge.topics();
        let typed: String = typed.trim().chars().take(MAX_TYPED).collect();
        let typed = typed.to_lowercase();
        let popular = self.popular.iter().filter_map(|number| topics.get(*number));
        let offered: Vec<&Topic> = if !tells(index, &typed) {
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

/// Whether the text gives any hint of what is meant: a letter that begins one of the guide's words, or a word
/// that the guide knows.
fn tells(index: &Index, typed: &str) -> bool {
    let mut words = typed
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .peekable();
    if words.peek().is_none() {
        return false;
    }
    if words.any(|word| index.finished(word).is_some()) {
        return true;
    }
    let found = index.search(&Question::new(typed));
    found.unknown < found.words
}

/// What someone is typing, with its last word completed.
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

/// Every phrasing of a topic, and the position of the section to which it leads.
fn phrasings(topic: &Topic) -> impl Iterator<Item = (&str, usize)> {
    let sections = topic.sections.iter().enumerate();
    let of_sections = sections
        .flat_map(|(at, section)| section.questions.iter().map(move |phrasing| (phrasing, at)));
    let general = topic.questions.iter().map(|phrasing| (phrasing, 0));
    general
        .chain(of_sections)
        .map(|(phrasing, section)| (phrasing.text.as_str(), section))
}

/// How many of the typed words a phrasing repeats; the last word may be unfinished.
fn likeness(typed: &str, phrasing: &str) -> usize {
    let phrasing = phrasing.to_lowercase();
    let words: Vec<&str> = phrasing.split_whitespace().collect();
    let repeated = typed
        .split_whitespace()
        .filter(|word| words.iter().any(|known| known.starts_with(word)))
        .count();
    repeated
        + if phrasing.contains(typed) {
            words.len()
        } else {
            0
        }
}

fn shown(text: &str) -> String {
    text::cut(text, limit::OPTION)
}

fn key(text: &str) -> String {
    shown(text.trim()).to_lowercase()
}
