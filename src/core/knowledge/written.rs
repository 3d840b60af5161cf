//! The files of a guide for writing; [`check()`](super::check()) reads them back.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::{Serialize, Serializer};
use toml::value::{self, Datetime};

use super::load::File;
use super::resource::{Cost, Kind, Level};

/// `guide.toml`.
#[derive(Debug, Serialize)]
pub(crate) struct GuideToml {
    pub name: String,
    pub category: Vec<CategoryToml>,
}

#[derive(Debug, Serialize)]
pub(crate) struct CategoryToml {
    pub id: String,
    pub title: String,
    pub description: String,
}

/// `topics/<id>.toml`.
#[derive(Debug, Serialize)]
pub struct TopicToml {
    /// Equal to the file's name without `.toml`.
    pub id: String,
    /// What people see.
    pub title: String,
    /// The id of a category.
    pub category: String,
    /// One line, for lists.
    pub summary: String,
    /// The day on which someone last reviewed it.
    #[serde(serialize_with = "as_toml")]
    pub reviewed: Date,
    /// Words that a search should know.
    pub keywords: Vec<String>,
    /// Ids of topics that are worth reading next.
    pub related: Vec<String>,
    /// Ways to ask about the topic as a whole.
    pub questions: Vec<String>,
    /// The parts of its text.
    pub section: Vec<SectionToml>,
}

/// A table `[[section]]` of a topic.
#[derive(Debug, Serialize)]
pub struct SectionToml {
    /// Unique in its topic.
    pub id: String,
    /// What people see.
    pub heading: String,
    /// Discord Markdown.
    pub text: String,
    /// Ways to ask exactly for this section.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub questions: Vec<String>,
    /// Ids of the links that are shown with it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub resources: Vec<String>,
}

/// `resources.toml`.
#[derive(Debug, Serialize)]
pub(crate) struct ResourcesToml {
    pub resource: Vec<ResourceToml>,
}

#[derive(Debug, Serialize)]
pub(crate) struct ResourceToml {
    pub id: String,
    pub name: String,
    pub url: String,
    kind: &'static str,
    cost: &'static str,
    level: &'static str,
    topics: [String; 0],
    pub description: String,
}

impl ResourceToml {
    /// A link of which nobody has said what it is.
    pub(crate) fn new(id: String, name: String, url: String, description: String) -> Self {
        Self {
            id,
            name,
            url,
            kind: Kind::Documentation.name(),
            cost: Cost::Free.name(),
            level: Level::Any.name(),
            topics: [],
            description,
        }
    }
}

/// `vocabulary.toml`.
#[derive(Debug, Default, Serialize)]
pub(crate) struct VocabularyToml {
    pub stop_words: Vec<String>,
    pub protected: [String; 0],
    pub group: [String; 0],
    pub abbreviations: BTreeMap<String, String>,
}

/// `out_of_scope.toml`.
#[derive(Debug, Default, Serialize)]
pub(crate) struct OutOfScopeToml {
    pub kind: Vec<KindToml>,
}

#[derive(Debug, Serialize)]
pub(crate) struct KindToml {
    pub id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reply: Option<String>,
    pub examples: Vec<String>,
}

fn as_toml<S: Serializer>(date: &Date, serializer: S) -> Result<S::Ok, S::Error> {
    let date = value::Date {
        year: date.year().unsigned_abs(),
        month: date.month().unsigned_abs(),
        day: date.day().unsigned_abs(),
    };
    Datetime::from(date).serialize(serializer)
}

/// A file or table as TOML, with long texts on several lines. This cannot fail.
pub fn to_toml(content: &impl Serialize) -> String {
    toml::to_string_pretty(content).unwrap_or_default()
}

/// A file of a guide.
pub(crate) fn toml_file(name: &str, content: &impl Serialize) -> File {
    File {
        name: name.to_owned(),
        bytes: to_toml(content).into_bytes(),
    }
}
