//! The rules for messages: what a text may be, and that what answers it exists.

use std::ops::RangeInclusive;

use rustc_hash::FxHashMap;

use super::super::format::{self, Located, MessageTable, Reader, TopicFile};
use super::super::{Message, Problem, SectionId};
use crate::knowledge::File;
use crate::{scrub, text};

/// The longest message, in characters: what a person writes in one go; longer ones hold several questions.
const MAX_MESSAGE: usize = 500;
/// Words of a message below which it is a phrasing, and above which it is a story of which nothing can be learned.
const MESSAGE_WORDS: RangeInclusive<usize> = 8..=110;
/// A message with so many of the words of a phrasing, and hardly any other, is that phrasing.
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
    let phrasings = Phrasings::of(topics);
    let mut seen: FxHashMap<String, &str> = FxHashMap::default();
    for (source, tables) in messages {
        super::with(source, problems, |file| {
            for message in tables
                .iter()
                .filter(|message| !message.text.value.is_empty())
            {
                check_text(file, &message.text);
                check_answers(file, message, ids, &sections);
                let words = text::words(&message.text.value);
                if let Some(other) = seen.insert(words.join(" "), &source.name) {
                    let message_text = format!("this message is also in {other}");
                    file.error(&message.text.span, message_text, "Remove one of the two.");
                }
                phrasings.check(file, message, &words);
            }
        });
    }
}

/// The message that a table describes.
pub(super) fn message(table: MessageTable) -> Message {
    let answers = table
        .answers
        .iter()
        .map(|answer| SectionId::from(answer.value.as_str()));
    Message {
        answers: answers.collect(),
        text: table.text.value,
    }
}

fn check_text(file: &mut Reader<'_>, message: &Located<String>) {
    super::at_most(file, "the message", message, MAX_MESSAGE);
    let count = message
        .value
        .split_whitespace()
        .filter(|word| word.chars().any(char::is_alphanumeric))
        .count();
    if !MESSAGE_WORDS.contains(&count) {
        file.warn(
            &message.span,
            format!("the message has {count} words"),
            "12 to 70 words teach most: make a short one a phrasing of the topic, and cut a long one.",
        );
    }
    if scrub::tells_who(&message.value) {
        file.error(
            &message.span,
            "the message has a link, a number, an address or a name that could be a real person's",
            "Take it out: what happened is enough.",
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
        super::exists(file, "topic", &located(&topic), ids);
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
                format!("`{}` stands twice", answer.value),
                "Remove one of the two.",
            );
        }
    }
}

/// The phrasings of all topics, to find a message that is nearly one of them.
struct Phrasings<'a> {
    all: Vec<(&'a str, &'a str, Vec<String>)>,
    /// Word → the phrasings that have it.
    having: FxHashMap<String, Vec<u32>>,
}

impl<'a> Phrasings<'a> {
    fn of(topics: &'a [(&File, TopicFile)]) -> Self {
        let mut all = Vec::new();
        let mut having: FxHashMap<String, Vec<u32>> = FxHashMap::default();
        for (source, topic) in topics {
            for phrasing in super::phrasings(topic) {
                let words = different(&text::words(&phrasing.value));
                for word in &words {
                    having
                        .entry(word.clone())
                        .or_default()
                        .push(all.len() as u32);
                }
                all.push((source.stem(), phrasing.value.as_str(), words));
            }
        }
        Self { all, having }
    }

    /// Warns of a message that is nearly a phrasing of a topic which does not answer it.
    fn check(&self, file: &mut Reader<'_>, message: &MessageTable, words: &[String]) {
        let words = different(words);
        let mut shared: FxHashMap<u32, usize> = FxHashMap::default();
        for &number in words
            .iter()
            .filter_map(|word| self.having.get(word))
            .flatten()
        {
            *shared.entry(number).or_default() += 1;
        }
        let mut near: Vec<(u32, usize)> = shared.into_iter().collect();
        near.sort_unstable();
        for (number, shared) in near {
            let Some((topic, phrasing, of_phrasing)) = self.all.get(number as usize) else {
                continue;
            };
            let share = shared as f32 / words.len().max(of_phrasing.len()) as f32;
            let answers = message
                .answers
                .iter()
                .any(|answer| answer.value.split('/').next() == Some(topic));
            if share >= REPEATED_SHARE && !answers {
                let text =
                    format!("this is nearly \"{phrasing}\", a phrasing of the topic `{topic}`");
                file.warn(
                    &message.text.span,
                    text,
                    format!("Add `{topic}` to `answers`, or remove the message."),
                );
                return;
            }
        }
    }
}

/// Each word once, in the order of the alphabet.
fn different(words: &[String]) -> Vec<String> {
    let mut words = words.to_vec();
    words.sort_unstable();
    words.dedup();
    words
}
