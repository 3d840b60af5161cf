//! Suggestions while someone types: the guide's phrasings and topics, ranked as the search ranks them.

use rustc_hash::FxHashMap;

use crate::answer::{self, Outcome};
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
    /// The phrasings of each topic as they are compared, one a line.
    folded: Vec<Box<str>>,
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
        let folded = knowledge.topics().iter().map(|topic| {
            let texts: Vec<String> = phrasings(topic).map(|(text, _)| folded(text)).collect();
            texts.join("\n").into_boxed_str()
        });
        Self {
            places,
            folded: folded.collect(),
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
        let typed = plain(typed);
        let begun = folded(&typed);
        let mut offered = Vec::new();
        if !begun.is_empty() {
            let in_a_text = format!(" {begun}");
            self.offer_begun(knowledge, &mut offered, |text| text.starts_with(&begun));
            self.offer_begun(knowledge, &mut offered, |text| text.contains(&in_a_text));
        }
        if !offered.is_empty() || tells(knowledge, index, &typed) {
            let meant = Question::new(finished(index, &typed));
            for found in index.search(&meant).matches {
                let texts = self.texts(knowledge, found.topic);
                let mut ranked: Vec<(usize, &str)> = texts
                    .map(|(text, folded)| (likeness(&begun, folded), text))
                    .collect();
                ranked.sort_by_key(|(likeness, _)| std::cmp::Reverse(*likeness));
                let best = ranked.into_iter().take(OF_EACH);
                best.for_each(|(_, text)| offer(&mut offered, text));
            }
        }
        if offered.is_empty() {
            let topics = knowledge.topics();
            let usual = self.popular.iter().filter_map(|number| topics.get(*number));
            let usual = usual.filter_map(|topic| topic.questions.first());
            usual.for_each(|phrasing| offer(&mut offered, &phrasing.text));
        }
        offered
    }

    /// Offers a few phrasings of each topic that fit, as they are compared.
    fn offer_begun(
        &self,
        knowledge: &KnowledgeBase,
        offered: &mut Vec<String>,
        fits: impl Fn(&str) -> bool,
    ) {
        for number in &self.popular {
            let fitting = self
                .texts(knowledge, *number)
                .filter(|(_, folded)| fits(folded));
            let few = fitting.take(OF_EACH_BEGUN);
            few.for_each(|(text, _)| offer(offered, text));
        }
    }

    /// The phrasings of a topic, given by its position: as they are written, and as they are compared.
    fn texts<'a>(
        &'a self,
        knowledge: &'a KnowledgeBase,
        topic: usize,
    ) -> impl Iterator<Item = (&'a str, &'a str)> {
        let phrasings = knowledge
            .topics()
            .get(topic)
            .into_iter()
            .flat_map(phrasings);
        let folded = self.folded.get(topic).map_or("", |folded| &**folded);
        phrasings.map(|(text, _)| text).zip(folded.split('\n'))
    }

    /// Topics that may be meant, as titles and ids.
    pub fn complete_topic(
        &self,
        knowledge: &KnowledgeBase,
        index: &Index,
        typed: &str,
    ) -> Vec<(String, String)> {
        let topics = knowledge.topics();
        let typed = plain(typed);
        let begun = folded(&typed);
        let popular = || self.popular.iter().filter_map(|number| topics.get(*number));
        let is_named = |name: &str| folded(name).contains(&begun);
        let named = popular().filter(|topic| is_named(&topic.title) || is_named(&topic.id));
        let mut offered: Vec<&Topic> = named.collect();
        if !offered.is_empty() || tells(knowledge, index, &typed) {
            let meant = Question::new(finished(index, &typed));
            let found = index.search(&meant).matches;
            offered.extend(found.iter().filter_map(|found| topics.get(found.topic)));
        }
        if offered.is_empty() {
            offered.extend(popular());
        }
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

/// Whether the text gives any hint of what is meant: it has a word that the guide knows, or the beginning of one, or the guide
/// has something to offer for it in spite of its spelling.
fn tells(knowledge: &KnowledgeBase, index: &Index, typed: &str) -> bool {
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
    let question = Question::new(typed);
    let read = index.explain(&question);
    let guessed = read.unknown.len() + read.corrections.len();
    guessed < read.found.words
        || answer::decide(knowledge, &question, &read.found).outcome != Outcome::None
}

/// What someone is typing, with its last word completed.
fn finished(index: &Index, typed: &str) -> String {
    let begun = typed
        .rsplit(|c: char| !c.is_alphanumeric())
        .next()
        .unwrap_or_default();
    let word = Some(begun).filter(|word| !word.is_empty());
    let word = word.and_then(|word| {
        index
            .finished(word)
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

/// Adds a phrasing, unless it is there or there are enough.
fn offer(offered: &mut Vec<String>, text: &str) {
    let text = shown(text);
    if offered.len() < limit::OPTIONS && !offered.contains(&text) {
        offered.push(text);
    }
}

/// How many of the typed words a phrasing repeats, both as they are compared; the last word may be unfinished.
fn likeness(begun: &str, phrasing: &str) -> usize {
    let words: Vec<&str> = phrasing.split(' ').collect();
    let repeated = begun
        .split(' ')
        .filter(|word| words.iter().any(|known| known.starts_with(word)))
        .count();
    repeated
        + if phrasing.contains(begun) {
            words.len()
        } else {
            0
        }
}

/// The beginning of what is typed, in lower case, with one kind of apostrophe and without accents and invisible characters.
fn plain(typed: &str) -> String {
    let folded = text::fold(typed);
    folded.trim().chars().take(MAX_TYPED).collect()
}

/// A text as it is compared with another that someone may type in another way: like [`plain`], without apostrophes, and with one
/// space for whatever else stands between words.
fn folded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in plain(text).chars().filter(|c| *c != '\'') {
        if c.is_alphanumeric() || matches!(c, '+' | '#') {
            out.push(c);
        } else if !out.is_empty() && !out.ends_with(' ') {
            out.push(' ');
        }
    }
    out.truncate(out.trim_end().len());
    out
}

fn shown(text: &str) -> String {
    text::cut(text, limit::OPTION)
}

fn key(text: &str) -> String {
    shown(text.trim()).to_lowercase()
}
