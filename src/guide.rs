//! A knowledge base together with its index: everything that an answer needs.

use crate::answer::{self, Answer};
use crate::knowledge::KnowledgeBase;
use crate::search::{Index, Question};

/// A guide that can be asked. Immutable, so it is shared without a lock.
#[derive(Debug)]
pub struct Guide {
    /// What it knows.
    pub knowledge: KnowledgeBase,
    /// How it finds it.
    pub index: Index,
}

impl Guide {
    /// Learns a knowledge base.
    pub fn new(knowledge: KnowledgeBase) -> Self {
        Self { index: Index::new(&knowledge), knowledge }
    }

    /// What to do with a question.
    pub fn answer(&self, question: &Question) -> Answer {
        answer::decide(&self.knowledge, question, &self.index.search(question))
    }
}
