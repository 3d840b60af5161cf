//! What an index is built from: the texts of a knowledge base without anything that a search does not need.
//!
//! A [`Corpus`] can also be filled from elsewhere, to measure the search on the question sets that others published.

use crate::knowledge::{KnowledgeBase, Phrasing, Topic};

/// The texts to search.
#[derive(Debug, Clone, Default)]
pub struct Corpus {
    /// In the order in which a [`super::Match`] numbers them.
    pub topics: Vec<TopicTexts>,
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

/// The texts of one topic.
#[derive(Debug, Clone, Default)]
pub struct TopicTexts {
    /// Decides ties.
    pub id: String,
    /// Learned from like a phrasing.
    pub title: String,
    /// Words that count for the topic although no phrasing may have them.
    pub keywords: Vec<String>,
    /// Ways to ask about the topic as a whole.
    pub phrasings: Vec<String>,
    /// Its parts, in order; the first is the general answer.
    pub sections: Vec<SectionTexts>,
}

/// The texts of one section.
#[derive(Debug, Clone, Default)]
pub struct SectionTexts {
    /// Learned from like a phrasing.
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
