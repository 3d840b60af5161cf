//! What an index is built from: the texts of a knowledge base, without anything that a search does not need.
//!
//! A [`Corpus`] can also be filled from elsewhere, to measure the search on published question sets.

use serde::Serialize;

use crate::fnv::fnv1a;
use crate::knowledge::{KnowledgeBase, Message, Phrasing, SectionId, Topic};

/// The texts to search.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Corpus {
    /// In the order in which a [`super::Match`] numbers them.
    pub topics: Vec<TopicTexts>,
    /// Messages as people write them, with what answers each.
    pub messages: Vec<MessageText>,
    /// Kinds of messages that belong to no topic, each with examples.
    pub out_of_scope: Vec<Vec<String>>,
    /// Words that carry no meaning by themselves.
    pub stop_words: Vec<String>,
    /// Words that are never corrected.
    pub protected: Vec<String>,
    /// What people type, and what it means.
    pub abbreviations: Vec<(String, String)>,
    /// Names of groups and the words and phrases that mean the same.
    pub groups: Vec<(String, Vec<String>)>,
}

/// A message to learn from.
#[derive(Debug, Clone, Default, Serialize)]
pub struct MessageText {
    /// What was written.
    pub text: String,
    /// The topics that answer it, best first, each with the section if one of them answers better than the others. Never
    /// empty.
    pub answers: Vec<(usize, Option<usize>)>,
}

/// A text that stands for a question, and what answers it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Example<'a> {
    /// The topic that answers best, or, numbered after the topics, the kind of message out of scope.
    pub class: usize,
    /// The section of the topic, if the text asks for one.
    pub section: Option<usize>,
    /// For a message: everything that answers it, the best included. Empty for others.
    pub answers: &'a [(usize, Option<usize>)],
    pub text: &'a str,
}

impl Example<'_> {
    /// Whether it is short enough to be compared with a whole question; a message says too much else.
    pub(super) fn is_phrasing(&self) -> bool {
        self.answers.is_empty()
    }

    /// Every class that is right for it, each once.
    pub(super) fn classes(&self) -> impl Iterator<Item = usize> + Clone {
        let answers = self.answers;
        let others = answers
            .iter()
            .enumerate()
            .filter_map(move |(at, &(topic, _))| {
                let before = answers.get(..at).unwrap_or_default();
                (!before.iter().any(|&(other, _)| other == topic)).then_some(topic)
            });
        others.chain(Some(self.class).filter(|_| answers.is_empty()))
    }
}

/// Which of `folds` parts a text belongs to, counted from 0. This depends on nothing but the text: adding others moves none.
pub fn fold(text: &str, folds: usize) -> usize {
    // The upper half of the hash is mixed better.
    (fnv1a(text.bytes()) >> 32) as usize % folds.max(1)
}

impl Corpus {
    /// The whole corpus as bytes: two corpora with the same bytes teach the same.
    pub fn to_bytes(&self) -> Vec<u8> {
        // Writing into memory cannot fail, and every part of a corpus can be written.
        postcard::to_stdvec(self).unwrap_or_default()
    }

    /// The same without the messages, phrasings and examples out of scope of a [`fold`].
    pub fn without_fold(&self, left_out: usize, folds: usize) -> Self {
        let kept = |text: &str| fold(text, folds) != left_out;
        let mut rest = self.clone();
        rest.messages.retain(|message| kept(&message.text));
        let phrasings = rest.topics.iter_mut().flat_map(|topic| {
            let sections = topic
                .sections
                .iter_mut()
                .map(|section| &mut section.phrasings);
            sections.chain(Some(&mut topic.phrasings))
        });
        for texts in phrasings.chain(&mut rest.out_of_scope) {
            texts.retain(|text| kept(text));
        }
        rest
    }

    /// The same without a topic's texts and the messages that only it answers. The topic stays as an empty one, so that the numbers of
    /// the others stay valid.
    pub fn without_topic(&self, topic: usize) -> Self {
        let mut rest = self.clone();
        if let Some(texts) = rest.topics.get_mut(topic) {
            *texts = TopicTexts {
                id: texts.id.clone(),
                ..TopicTexts::default()
            };
        }
        for message in &mut rest.messages {
            message.answers.retain(|&(answer, _)| answer != topic);
        }
        rest.messages.retain(|message| !message.answers.is_empty());
        rest
    }

    /// Everything to learn from, ordered by class: the phrasings of each topic, its title and headings if `titles`, the
    /// messages that it answers best; then, if `out_of_scope`, the examples of each kind of message out of scope.
    pub(super) fn examples(&self, titles: bool, out_of_scope: bool) -> Vec<Example<'_>> {
        let mut messages: Vec<Vec<&MessageText>> = vec![Vec::new(); self.topics.len()];
        for message in &self.messages {
            if let Some(of_topic) = message
                .answers
                .first()
                .and_then(|&(topic, _)| messages.get_mut(topic))
            {
                of_topic.push(message);
            }
        }
        let mut examples = Vec::new();
        for ((class, topic), messages) in self.topics.iter().enumerate().zip(messages) {
            examples.extend(topic.questions(titles).map(|(section, text)| Example {
                class,
                section,
                answers: &[],
                text,
            }));
            examples.extend(
                messages
                    .into_iter()
                    .map(|MessageText { text, answers }| Example {
                        class,
                        section: answers.first().and_then(|&(_, section)| section),
                        answers,
                        text,
                    }),
            );
        }
        let kinds = self
            .out_of_scope
            .iter()
            .take(if out_of_scope { usize::MAX } else { 0 });
        for (class, kind) in (self.topics.len()..).zip(kinds) {
            examples.extend(kind.iter().map(|text| Example {
                class,
                section: None,
                answers: &[],
                text,
            }));
        }
        examples
    }
}

/// The texts of one topic.
#[derive(Debug, Clone, Default, Serialize)]
pub struct TopicTexts {
    /// Breaks ties.
    pub id: String,
    /// Used for training, like a phrasing.
    pub title: String,
    /// Words that count for the topic even if no phrasing has them.
    pub keywords: Vec<String>,
    /// Ways to ask about the topic as a whole.
    pub phrasings: Vec<String>,
    /// Its parts, in order; the first is the general answer.
    pub sections: Vec<SectionTexts>,
}

/// The texts of one section.
#[derive(Debug, Clone, Default, Serialize)]
pub struct SectionTexts {
    /// Used for training, like a phrasing.
    pub heading: String,
    /// What would be shown.
    pub text: String,
    /// Ways to ask for exactly this.
    pub phrasings: Vec<String>,
}

impl TopicTexts {
    /// Every text of the topic that stands for a question, with the section that answers it; `titles` and headings
    /// are such texts too.
    pub fn questions(&self, titles: bool) -> impl Iterator<Item = (Option<usize>, &str)> {
        let general = Some(&self.title)
            .filter(|_| titles)
            .into_iter()
            .chain(&self.phrasings)
            .map(|text| (None, text.as_str()));
        let special = self
            .sections
            .iter()
            .enumerate()
            .flat_map(move |(number, section)| {
                Some(&section.heading)
                    .filter(|_| titles)
                    .into_iter()
                    .chain(&section.phrasings)
                    .map(move |text| (Some(number), text.as_str()))
            });
        general.chain(special).filter(|(_, text)| !text.is_empty())
    }
}

impl From<&KnowledgeBase> for Corpus {
    fn from(knowledge: &KnowledgeBase) -> Self {
        let vocabulary = knowledge.vocabulary();
        Self {
            topics: knowledge.topics().iter().map(TopicTexts::from).collect(),
            messages: knowledge
                .messages()
                .iter()
                .map(|message| MessageText::of(message, knowledge))
                .collect(),
            out_of_scope: knowledge
                .out_of_scope()
                .iter()
                .map(|kind| kind.examples.clone())
                .collect(),
            stop_words: vocabulary.stop_words.clone(),
            protected: vocabulary.protected.clone(),
            abbreviations: vocabulary.abbreviations.clone(),
            groups: vocabulary
                .groups
                .iter()
                .map(|group| (group.name.clone(), group.words.clone()))
                .collect(),
        }
    }
}

impl MessageText {
    fn of(message: &Message, knowledge: &KnowledgeBase) -> Self {
        let place = |answer: &SectionId| {
            let topics = knowledge.topics();
            let number = topics
                .binary_search_by(|topic| topic.id.cmp(&answer.topic))
                .ok()?;
            let sections = &topics.get(number)?.sections;
            let id = answer.section.as_ref();
            let section = id.and_then(|id| sections.iter().position(|section| section.id == *id));
            Some((number, section))
        };
        Self {
            text: message.text.clone(),
            answers: message.answers.iter().filter_map(place).collect(),
        }
    }
}

impl From<&Topic> for TopicTexts {
    fn from(topic: &Topic) -> Self {
        let texts = |phrasings: &[Phrasing]| {
            phrasings
                .iter()
                .map(|phrasing| phrasing.text.clone())
                .collect()
        };
        Self {
            id: topic.id.clone(),
            title: topic.title.clone(),
            keywords: topic.keywords.clone(),
            phrasings: texts(&topic.questions),
            sections: topic
                .sections
                .iter()
                .map(|section| SectionTexts {
                    heading: section.heading.clone(),
                    text: section.text.clone(),
                    phrasings: texts(&section.questions),
                })
                .collect(),
        }
    }
}
