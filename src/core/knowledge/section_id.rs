//! What answers a message, by its ids.

use std::fmt;

/// A section of the guide by its ids, or a topic as a whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SectionId {
    /// The id of the topic.
    pub topic: String,
    /// The id of the section; `None` for the topic as a whole.
    pub section: Option<String>,
}

impl From<&str> for SectionId {
    /// Reads `topic/section` or `topic`.
    fn from(text: &str) -> Self {
        match text.split_once('/') {
            Some((topic, section)) => Self {
                topic: topic.to_owned(),
                section: Some(section.to_owned()),
            },
            None => Self {
                topic: text.to_owned(),
                section: None,
            },
        }
    }
}

impl fmt::Display for SectionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.section {
            Some(section) => write!(f, "{}/{section}", self.topic),
            None => f.write_str(&self.topic),
        }
    }
}
