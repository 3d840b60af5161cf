//! How topics changed between two versions of a guide.

use super::KnowledgeBase;

/// How a guide differs from the one before it, in topics.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Changes {
    /// Topics that the one before did not have.
    pub added: usize,
    /// Topics that have changed.
    pub changed: usize,
    /// Topics that are gone.
    pub removed: usize,
}

impl Changes {
    /// What became of each topic.
    pub fn between(before: &KnowledgeBase, after: &KnowledgeBase) -> Self {
        let mut changes = Self::default();
        for topic in after.topics() {
            match before.topic(&topic.id) {
                None => changes.added += 1,
                Some(known) if known != topic => changes.changed += 1,
                Some(_) => {}
            }
        }
        changes.removed = before
            .topics()
            .iter()
            .filter(|topic| after.topic(&topic.id).is_none())
            .count();
        changes
    }
}
