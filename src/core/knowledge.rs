//! The guide: topics, resources, vocabulary and examples of messages to leave alone; valid and immutable.
//!
//! A [`KnowledgeBase`] can only be obtained from sources without an error ([`load()`] for a folder, [`check()`] for sources
//! in memory), so nothing later checks again: every id that it names exists, every text fits Discord.

mod assemble;
mod changes;
mod check;
mod format;
mod id;
mod import;
mod limits;
mod load;
mod parse;
mod place;
mod resource;
mod section_id;
mod written;

use std::sync::Arc;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

pub use changes::Changes;
pub use check::{Checked, check, lint};
pub use id::new_id;
pub use import::{FaqFormat, Import, import};
pub use limits::{
    MAX_ID, MAX_LINE, MAX_PHRASING, MAX_TEXT, MAX_TITLE, MAX_URL, PLACEHOLDER, PLACEHOLDER_SUMMARY,
};
pub use load::{
    File, GuideSource, LoadError, ReadError, Sources, embedded_files, load, topic_file,
    unread_files,
};
pub use place::Place;
pub use resource::{Cost, Kind, Level, Resource};
pub use section_id::SectionId;
pub(crate) use written::{
    CategoryToml, GuideToml, OutOfScopeToml, ResourceToml, ResourcesToml, VocabularyToml, toml_file,
};
pub use written::{SectionToml, TopicToml, to_toml};

/// A whole guide, as the files of a knowledge folder describe it.
#[derive(Debug)]
pub struct KnowledgeBase {
    version: String,
    name: String,
    categories: Vec<Category>,
    topics: Vec<Topic>,
    resources: Vec<Arc<Resource>>,
    vocabulary: Vocabulary,
    messages: Vec<Message>,
    out_of_scope: Vec<MessageKind>,
}

impl KnowledgeBase {
    /// A short name of exactly this content: see [`Sources::version`].
    pub fn version(&self) -> &str {
        &self.version
    }

    /// What the guide calls itself.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The categories in the order in which they are shown.
    pub fn categories(&self) -> &[Category] {
        &self.categories
    }

    /// All topics, ordered by id.
    pub fn topics(&self) -> &[Topic] {
        &self.topics
    }

    /// The topic with this id.
    pub fn topic(&self, id: &str) -> Option<&Topic> {
        self.topics.iter().find(|topic| topic.id == id)
    }

    /// A section and its topic, by their positions.
    pub fn section_at(&self, topic: usize, section: usize) -> Option<(&Topic, &Section)> {
        let topic = self.topics.get(topic)?;
        Some((topic, topic.sections.get(section)?))
    }

    /// All resources in the order of the file.
    pub fn resources(&self) -> &[Arc<Resource>] {
        &self.resources
    }

    /// The resources that help with a topic: those of its sections first, then the others that list it.
    pub fn resources_of<'a>(&'a self, topic: &'a Topic) -> Vec<&'a Resource> {
        let shown = topic.sections.iter().flat_map(|section| &section.resources);
        let listed = self
            .resources
            .iter()
            .filter(|resource| resource.topics.contains(&topic.id));
        let mut found: Vec<&Resource> = Vec::new();
        for resource in shown.chain(listed) {
            if !found.iter().any(|known| known.id == resource.id) {
                found.push(resource);
            }
        }
        found
    }

    /// The topics of a category, in their order.
    pub fn topics_in<'a>(&'a self, category: &'a Category) -> impl Iterator<Item = &'a Topic> {
        let topics = self.topics().iter();
        topics.filter(|topic| topic.category == category.id)
    }

    /// The title of the category that a topic is in.
    pub fn category_of<'a>(&'a self, topic: &'a Topic) -> &'a str {
        self.categories
            .iter()
            .find(|category| category.id == topic.category)
            .map_or(&topic.category, |category| &category.title)
    }

    /// Words that mean the same in this field, words without meaning, words never to be corrected.
    pub fn vocabulary(&self) -> &Vocabulary {
        &self.vocabulary
    }

    /// Messages as people write them, with the sections that answer each.
    pub fn messages(&self) -> &[Message] {
        &self.messages
    }

    /// Kinds of messages that must not be answered, with examples.
    pub fn out_of_scope(&self) -> &[MessageKind] {
        &self.out_of_scope
    }
}

/// A group of topics, for browsing.
#[derive(Debug, Clone)]
pub struct Category {
    /// The name by which topics refer to it.
    pub id: String,
    /// What people see.
    pub title: String,
    /// One line about its contents.
    pub description: String,
}

/// One subject: one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Topic {
    /// Equal to the file's name without `.toml`.
    pub id: String,
    /// What people see.
    pub title: String,
    /// The id of a category.
    pub category: String,
    /// One line, for lists.
    pub summary: String,
    /// Ways to ask about the topic as a whole.
    pub questions: Vec<Phrasing>,
    /// Words that a search should know.
    pub keywords: Vec<String>,
    /// Ids of topics that are worth reading next.
    pub related: Vec<String>,
    /// When someone last read it and found it correct.
    pub reviewed: Date,
    /// The parts of its text; the first is the general answer. Never empty.
    pub sections: Vec<Section>,
}

impl Topic {
    /// Every way to ask for it: for the topic as a whole, then for its sections.
    pub fn phrasings(&self) -> impl Iterator<Item = &Phrasing> {
        let of_sections = self.sections.iter().flat_map(|section| &section.questions);
        self.questions.iter().chain(of_sections)
    }

    /// Whether a wrong answer from any of its sections could do harm.
    pub fn is_legal(&self) -> bool {
        let mut sections = self.sections.iter();
        sections.all(|section| section.stakes == Stakes::Legal)
    }

    /// The section with this id.
    pub fn section(&self, id: &str) -> Option<&Section> {
        self.sections.iter().find(|section| section.id == id)
    }
}

/// One part of a topic's text: what is shown as an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Section {
    /// Unique in its topic.
    pub id: String,
    /// What people see.
    pub heading: String,
    /// Discord Markdown.
    pub text: String,
    /// Ways to ask exactly for this section.
    pub questions: Vec<Phrasing>,
    /// The links that are shown with it.
    pub resources: Vec<Arc<Resource>>,
    /// Whether a wrong answer could do harm.
    pub stakes: Stakes,
}

/// A way to ask, and where it is written, so that a message about it can say so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Phrasing {
    /// The words of a person who asks.
    pub text: String,
    /// Where it stands in the topic's file.
    pub at: Position,
}

/// A place in a text file, both counted from one, columns in characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Position {
    /// The line, from one.
    pub line: usize,
    /// The character in the line, from one.
    pub column: usize,
}

/// How much harm a wrong answer could do.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Stakes {
    /// None that cannot be put right.
    #[default]
    Ordinary,
    /// Harm in matters of law or money (visa, contracts, pay law, fraud): needs an official source, is answered only
    /// when surer than usual and never unasked.
    Legal,
}

/// What words mean here.
#[derive(Debug, Clone, Default)]
pub struct Vocabulary {
    /// Words that carry no meaning in a question.
    pub stop_words: Vec<String>,
    /// Words that are never corrected into others, nor others into them.
    pub protected: Vec<String>,
    /// What people type, and what it means.
    pub abbreviations: Vec<(String, String)>,
    /// Words and phrases that mean the same.
    pub groups: Vec<SynonymGroup>,
}

/// Words and phrases that mean the same in this field.
#[derive(Debug, Clone)]
pub struct SynonymGroup {
    /// What an explanation calls it.
    pub name: String,
    /// Its members, at least two.
    pub words: Vec<String>,
}

/// A message as people write it, to learn from: who they are, what happened, and a question somewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// What was written.
    pub text: String,
    /// Everything in the guide that answers it, best first. Never empty.
    pub answers: Vec<SectionId>,
}

/// A kind of message that must not be answered from the guide.
#[derive(Debug, Clone)]
pub struct MessageKind {
    /// A name for logs and explanations.
    pub id: String,
    /// The heading of the reply.
    pub title: Option<String>,
    /// What to say if someone asks the bot for it directly, if there is something better than "not in the guide".
    pub reply: Option<String>,
    /// Messages of this kind.
    pub examples: Vec<String>,
}

/// A problem in the guide's content.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// Whether the knowledge base can still be used.
    pub severity: Severity,
    /// The file, with the folder as given.
    pub file: String,
    /// Where in the file.
    #[serde(flatten)]
    pub at: Position,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    #[serde(rename = "mend")]
    pub help: String,
}

/// How bad a [`Problem`] is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// The knowledge base cannot be used.
    Error,
    /// It works, but less well than it could.
    Warning,
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let severity = match self.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        };
        let Position { line, column } = self.at;
        write!(
            f,
            "{}:{line}:{column}: {severity}: {}\n    {}",
            self.file, self.message, self.help
        )
    }
}
