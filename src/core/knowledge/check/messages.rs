//! The rules for messages: what a text may be, and that its answers exist.

use std::collections::BTreeMap;
use std::collections::hash_map::Entry;
use std::ops::{Range, RangeInclusive};

use rustc_hash::FxHashMap;

use super::rules::{at_most, count_words, exists, with};
use crate::knowledge::format::{self, Located, MessageTable, Reader, TopicFile};
use crate::knowledge::{File, Problem, SectionId};
use crate::{scrub, text};

/// The longest message, in characters: what a person writes in one go; longer ones contain several questions.
const MAX_MESSAGE: usize = 500;
/// The number of words below which a message is just a phrasing, and above which it is a story that nothing can be learned from.
const MESSAGE_WORDS: RangeInclusive<usize> = 8..=110;
/// A message with this share of a phrasing's words, and hardly any others, is that phrasing.
const REPEATED_SHARE: f32 = 0.85;

/// Checks all messages against the topics and against each other.
pub(super) fn check(
    messages: &[(&File, Vec<MessageTable>)],
    topics: &[(&File, TopicFile)],
    ids: &[&str],
    problems: &mut Vec<Problem>,
) {
    if messages.is_empty() {
        return;
    }
    let sections: FxHashMap<&str, Vec<&str>> = topics
        .iter()
        .map(|(source, topic)| {
            (
                source.stem(),
                topic
                    .sections
                    .iter()
                    .map(|section| section.id.value.as_str())
                    .collect(),
            )
        })
        .collect();
    let mut seen: FxHashMap<String, (usize, &Range<usize>)> = FxHashMap::default();
    // Two files, by number → where each of them has what stands in both.
    let mut shared: BTreeMap<[usize; 2], Vec<[&Range<usize>; 2]>> = BTreeMap::new();
    for (number, (source, tables)) in messages.iter().enumerate() {
        with(source, problems, |file| {
            for message in tables
                .iter()
                .filter(|message| !message.text.value.is_empty())
            {
                check_text(file, &message.text);
                check_answers(file, message, ids, &sections);
                let span = &message.text.span;
                match seen.entry(text::words(&message.text.value).join(" ")) {
                    Entry::Vacant(new) => {
                        new.insert((number, span));
                    }
                    Entry::Occupied(known) => {
                        let (other, first) = *known.get();
                        let pairs = shared.entry([other, number]).or_default();
                        pairs.push([first, span]);
                    }
                }
            }
        });
    }
    for (numbers, pairs) in shared {
        if let [Some((first, _)), Some((second, _))] = numbers.map(|number| messages.get(number)) {
            report_shared(first, second, &pairs, problems);
        }
    }
}

/// Reports the messages that stand in two files: once, in the one that seems to be a copy. Those that stand twice in one file
/// are reported one by one.
fn report_shared(
    first: &File,
    second: &File,
    places: &[[&Range<usize>; 2]],
    problems: &mut Vec<Problem>,
) {
    // A copy's name has the original's in it: `resume - Copy`, `Copy of resume`.
    let is_first_copy = first.stem() != second.stem() && first.stem().contains(second.stem());
    let (copy, original) = if is_first_copy {
        (first, second)
    } else {
        (second, first)
    };
    let places = places.iter().map(
        |&[in_first, in_second]| {
            if is_first_copy { in_first } else { in_second }
        },
    );
    let more = places.len().saturating_sub(1);
    with(copy, problems, |file| {
        let also_in = format!("also in {}", original.name);
        if more == 0 || first.name == second.name {
            for place in places {
                let message = format!("this message is {also_in}");
                file.error(place, message, "Remove one of the two.");
            }
        } else if let Some(place) = places.min_by_key(|place| place.start) {
            file.error(
                place,
                format!("this message and {more} more in this file are {also_in}"),
                "If this file is a copy, remove it; otherwise keep each message in one of the two.",
            );
        }
    });
}

/// Warns about a message that reveals who wrote it, and about one that is nearly a phrasing of a topic that does not answer it.
pub(super) fn lint(file: &mut Reader<'_>, message: &MessageTable, known: &PhrasingSet<'_>) {
    if scrub::tells_who(&message.text.value) {
        file.warn(
            &message.text.span,
            "the message has a link, a number, an address or a name that could be a real person's",
            "Take it out: it is enough to say what happened.",
        );
    }
    known.lint(file, message);
}

fn check_text(file: &mut Reader<'_>, message: &Located<String>) {
    at_most(file, "the message", message, MAX_MESSAGE);
    let count = count_words(&message.value);
    if !MESSAGE_WORDS.contains(&count) {
        file.warn(
            &message.span,
            format!("the message has {count} words"),
            "12 to 70 words teach the most: turn a shorter message into a phrasing of the topic, and cut a longer one.",
        );
    }
}

fn check_answers(
    file: &mut Reader<'_>,
    message: &MessageTable,
    ids: &[&str],
    sections: &FxHashMap<&str, Vec<&str>>,
) {
    if message.answers.is_empty() {
        file.error(
            &message.text.span,
            "nothing answers this message",
            "List the sections that do in `answers`, or put it into out_of_scope.toml.",
        );
    }
    for (at, answer) in message
        .answers
        .iter()
        .enumerate()
        .filter(|(_, answer)| !answer.value.is_empty())
    {
        let SectionId { topic, section } = SectionId::from(answer.value.as_str());
        let located = |value: &str| Located {
            value: value.to_owned(),
            span: answer.span.clone(),
        };
        exists(file, "topic", &located(&topic), ids);
        if let (Some(section), Some(known)) = (section, sections.get(topic.as_str()))
            && !known.contains(&section.as_str())
        {
            let help = match format::nearest(&section, known.iter().copied()) {
                Some(near) => format!("Did you mean `{topic}/{near}`?"),
                None => format!("It has {}.", known.join(", ")),
            };
            file.error(
                &answer.span,
                format!("the topic `{topic}` has no section `{section}`"),
                help,
            );
        }
        if message
            .answers
            .iter()
            .take(at)
            .any(|before| before.value == answer.value)
        {
            file.warn(
                &answer.span,
                format!("`{}` is listed twice", answer.value),
                "Remove one of the two.",
            );
        }
    }
}

/// The phrasings of all topics, to find a message that is nearly one of them.
pub(super) struct PhrasingSet<'a> {
    all: Vec<PhrasingWords<'a>>,
    /// Word → the phrasings that have it.
    having: FxHashMap<String, Vec<u32>>,
}

struct PhrasingWords<'a> {
    topic: &'a str,
    text: &'a str,
    words: Vec<String>,
}

impl<'a> PhrasingSet<'a> {
    pub(super) fn of(topics: &'a [(&File, TopicFile)]) -> Self {
        let mut all = Vec::new();
        let mut having: FxHashMap<String, Vec<u32>> = FxHashMap::default();
        for (source, topic) in topics {
            for phrasing in topic.phrasings() {
                let words = different(&text::words(&phrasing.value));
                for word in &words {
                    having
                        .entry(word.clone())
                        .or_default()
                        .push(all.len() as u32);
                }
                all.push(PhrasingWords {
                    topic: source.stem(),
                    text: &phrasing.value,
                    words,
                });
            }
        }
        Self { all, having }
    }

    /// Warns about a message that is nearly a phrasing of a topic that does not answer it.
    fn lint(&self, file: &mut Reader<'_>, message: &MessageTable) {
        let words = different(&text::words(&message.text.value));
        let needed = (REPEATED_SHARE * words.len() as f32) as usize;
        // A phrasing with nearly all of the words has one of the rarest ones, so the others need not be looked up.
        let mut by_rarity: Vec<&[u32]> = words
            .iter()
            .map(|word| self.having.get(word).map_or(&[][..], Vec::as_slice))
            .collect();
        by_rarity.sort_by_key(|numbers| numbers.len());
        let rarest = by_rarity.iter().take(words.len() + 1 - needed);
        let mut candidates: Vec<u32> = rarest.copied().flatten().copied().collect();
        candidates.sort_unstable();
        candidates.dedup();
        let near = candidates
            .into_iter()
            .filter_map(|number| self.all.get(number as usize))
            .find(|phrasing| {
                let longer = words.len().max(phrasing.words.len()) as f32;
                let shared = phrasing.words.iter();
                let shared = shared.filter(|word| words.binary_search(word).is_ok());
                let answers = message.answers.iter();
                let mut topics = answers.filter_map(|answer| answer.value.split('/').next());
                shared.count() as f32 >= REPEATED_SHARE * longer
                    && !topics.any(|topic| topic == phrasing.topic)
            });
        if let Some(PhrasingWords { topic, text, .. }) = near {
            file.warn(
                &message.text.span,
                format!("this is nearly \"{text}\", a phrasing of the topic `{topic}`"),
                format!("Add `{topic}` to `answers`, or remove the message."),
            );
        }
    }
}

/// Each word once, in alphabetical order.
fn different(words: &[String]) -> Vec<String> {
    let mut words = words.to_vec();
    words.sort_unstable();
    words.dedup();
    words
}
