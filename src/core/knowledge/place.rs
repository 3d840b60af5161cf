//! A section of a guide, by its name.

use serde::{Deserialize, Serialize};

use super::{KnowledgeBase, Section, Topic};

/// A section, by the ids of its topic and of itself.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Place {
    /// The topic's id.
    pub topic: String,
    /// The section's id.
    pub section: String,
}

impl Place {
    /// The name of a section of a topic.
    pub fn new(topic: &Topic, section: &Section) -> Self {
        Self {
            topic: topic.id.clone(),
            section: section.id.clone(),
        }
    }

    /// The name on one line, as `topic/section`: no id has a slash.
    pub fn name(&self) -> String {
        format!("{}/{}", self.topic, self.section)
    }

    /// The place that has this name; `None` if the name has no slash, as that of a topic.
    pub fn named(name: &str) -> Option<Self> {
        let (topic, section) = name.split_once('/')?;
        Some(Self {
            topic: topic.to_owned(),
            section: section.to_owned(),
        })
    }

    /// The section that has this name, unless it is gone.
    pub fn find<'a>(&self, knowledge: &'a KnowledgeBase) -> Option<(&'a Topic, &'a Section)> {
        let topic = knowledge.topic(&self.topic)?;
        Some((topic, topic.section(&self.section)?))
    }
}
