//! A link as it is shown.

use super::markdown::link_text;
use crate::knowledge::{Level, Resource};

/// A link with what it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// The site's name.
    pub name: String,
    /// The address.
    pub url: String,
    /// What it is, what it costs and whom it is for: "course, free, beginner".
    pub facts: String,
    /// Why it is worth opening.
    pub description: String,
}

impl From<&Resource> for Link {
    fn from(resource: &Resource) -> Self {
        let level = match resource.level {
            Level::Any => String::new(),
            level => format!(", {}", level.name()),
        };
        Self {
            name: resource.name.clone(),
            url: resource.url.clone(),
            facts: format!(
                "{}, {}{level}",
                resource.kind.name().replace('-', " "),
                resource.cost.name()
            ),
            description: resource.description.clone(),
        }
    }
}

impl Link {
    /// The link as a line of a list: a name that opens on a click, and what it is.
    pub fn line(&self) -> String {
        format!(
            "- [{}]({}) · {}",
            link_text(&self.name),
            self.url.replace('(', "%28").replace(')', "%29"),
            self.facts
        )
    }
}
