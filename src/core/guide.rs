//! A knowledge base with everything learned from it: all that an answer needs.

use std::sync::{Arc, OnceLock};

use crate::answer::{self, Answer};
use crate::completion::Phrasebook;
use crate::knowledge::{KnowledgeBase, Topic};
use crate::search::{Index, Question, Sentences};
use crate::subject::{StemWeights, Subject};

/// A guide that can be asked. Immutable, so it is shared without a lock.
#[derive(Debug)]
pub struct Guide {
    /// Its content.
    pub knowledge: Arc<KnowledgeBase>,
    /// The search.
    pub index: Index,
    /// The suggestions while someone types.
    pub phrasebook: Arc<Phrasebook>,
    /// How much each word says; computed when first needed.
    weights: Arc<OnceLock<StemWeights>>,
}

impl Guide {
    /// Learns a knowledge base.
    pub fn new(knowledge: KnowledgeBase) -> Self {
        let index = Index::new(&knowledge);
        Self::with_index(knowledge, index)
    }

    /// A knowledge base with an index learned from it earlier.
    pub fn with_index(knowledge: KnowledgeBase, index: Index) -> Self {
        Self {
            index,
            phrasebook: Arc::new(Phrasebook::new(&knowledge)),
            knowledge: Arc::new(knowledge),
            weights: Arc::default(),
        }
    }

    /// The same guide with an encoder's vectors; everything else is shared.
    #[must_use]
    pub fn with_sentences(&self, sentences: Option<Sentences>) -> Self {
        Self {
            knowledge: Arc::clone(&self.knowledge),
            index: self.index.with_sentences(sentences),
            phrasebook: Arc::clone(&self.phrasebook),
            weights: Arc::clone(&self.weights),
        }
    }

    /// What to do with a question.
    pub fn answer(&self, question: &Question) -> Answer {
        answer::decide(&self.knowledge, question, &self.index.search(question))
    }

    /// What a question is about.
    pub fn subject(&self, text: &str) -> Subject {
        let weights = self
            .weights
            .get_or_init(|| StemWeights::new(&self.knowledge, &self.index));
        weights.subject(&self.index, text)
    }

    /// The topic that someone means by its title, its id or its contents; if they mean none, the topic nearest to a question, other
    /// than one on legal matters, which nobody gets without choosing it.
    pub fn topic_for(&self, named: &str, question: &str) -> Option<&Topic> {
        let wanted = named.trim().to_lowercase();
        let topics = self.knowledge.topics();
        let is_named = |topic: &&Topic| topic.id == wanted || topic.title.to_lowercase() == wanted;
        let found = |text: &str, is_fine: fn(&Topic) -> bool| {
            let found = self.index.search(&Question::new(text)).matches;
            let mut found = found.iter().filter_map(|found| topics.get(found.topic));
            found.find(|topic| is_fine(topic))
        };
        let topic = topics.iter().find(is_named);
        let topic = topic.or_else(|| found(named, |_| true));
        let nearest = || found(question, |topic| !topic.is_legal());
        topic.or_else(nearest).or(topics.first())
    }

    /// Phrasings that someone who is typing may mean.
    pub fn complete(&self, typed: &str) -> Vec<String> {
        self.phrasebook
            .complete(&self.knowledge, &self.index, typed)
    }

    /// Topics that someone who is typing may mean: their titles and ids.
    pub fn complete_topic(&self, typed: &str) -> Vec<(String, String)> {
        self.phrasebook
            .complete_topic(&self.knowledge, &self.index, typed)
    }
}
