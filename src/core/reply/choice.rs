//! What a person can do next, and what that does.

use super::limit;
use crate::fnv::fnv1a;
use crate::knowledge::{Cost, Kind, Level, Place, Resource, Topic};
use crate::text::shorten;

/// Something that a person can do next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// Its label: at most 38 characters, or 100 for a candidate, whose button has its own label.
    pub label: String,
    /// One line more, at most 100 characters; of a candidate, how its text begins.
    pub detail: String,
    /// What it does.
    pub action: Action,
    /// Where its effect appears.
    pub seen: Seen,
}

/// Where the effect of a choice appears.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Seen {
    /// In a new message that only the person sees who chose.
    #[default]
    Apart,
    /// In place of the existing message, if the person who chose is the one it was written for.
    Here,
}

/// What a choice does. Topics and sections are identified by id, so that a choice survives a reload of the guide.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// Show something of the guide.
    Show(View),
    /// Say that a section was the answer.
    Helped(Place),
    /// Say that a section was not the answer, and see what else could be.
    NotIt(Place),
    /// Say that no candidate was meant.
    NoneOfThese,
    /// Remove the reply.
    Remove,
    /// Post a section as a reply to someone's message.
    Post(Place, Target),
    /// Show a section to everybody in the channel.
    Share(Place),
    /// Add to the guide, or look at what was added: for moderators.
    Teach(Teach),
}

/// Actions on what moderators add to the guide.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Teach {
    /// Find the section that a question belongs to.
    Find(Asked),
    /// Search for other sections; the questions are quoted in the message.
    Search,
    /// The questions that are quoted in the message belong to this section.
    Belongs(Place),
    /// Write an answer.
    Write(Asked),
    /// Write an answer that begins with the text that the message shows in full, or else quotes.
    Quote,
    /// List what was added: a page, from zero.
    List(usize),
    /// Show the addition of this id.
    One(u64),
    /// Change the addition of this id.
    Edit(u64),
    /// Remove the addition of this id.
    Remove(u64),
}

/// Where to find the question to teach.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asked {
    /// Among the gaps, by [`hash`] of its text.
    Gap(u64),
    /// Quoted at the beginning of the message.
    Quoted,
}

/// A short name of a text, which outlives a restart.
pub fn hash(text: &str) -> u64 {
    fnv1a(text.bytes())
}

/// A part of the guide that can be shown at any time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum View {
    /// A section.
    Section(Place),
    /// A section with the offer to post it as a reply to someone's message.
    Preview(Place, Target),
    /// A section as a page of its topic.
    Page {
        /// The topic's id.
        topic: String,
        /// The page, from zero.
        page: usize,
    },
    /// Resources.
    Resources {
        /// Which ones.
        filter: Filter,
        /// The page, from zero.
        page: usize,
    },
    /// The categories and topics of the guide.
    Topics,
    /// The topics of a category.
    Category {
        /// The category's id.
        category: String,
        /// The page, from zero.
        page: usize,
    },
}

/// The message that an answer is meant for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Target {
    /// The message's id.
    pub message: u64,
    /// The id of the person who wrote it.
    pub author: u64,
}

/// Which resources to list; fields left out do not matter.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// The id of the topic that they help with.
    pub topic: Option<String>,
    /// What they are.
    pub kind: Option<Kind>,
    /// What they cost.
    pub cost: Option<Cost>,
    /// Whom they are for.
    pub level: Option<Level>,
}

impl Choice {
    pub(super) fn new(label: impl Into<String>, detail: impl Into<String>, action: Action) -> Self {
        Self {
            label: label.into(),
            detail: detail.into(),
            action,
            seen: Seen::Apart,
        }
    }

    /// The same choice, with its effect in place of the existing message.
    pub(super) fn here(self) -> Self {
        Self {
            seen: Seen::Here,
            ..self
        }
    }

    /// Shows something of the guide.
    pub(super) fn show(label: impl Into<String>, detail: impl Into<String>, view: View) -> Self {
        Self::new(label, detail, Action::Show(view))
    }

    /// Removes the reply.
    pub(super) fn remove() -> Self {
        Self::new("Remove", "", Action::Remove).here()
    }

    /// Whether it shows a section.
    pub(super) fn is_section(&self) -> bool {
        matches!(self.action, Action::Show(View::Section(_)))
    }

    /// The choice as a candidate: its label, and how its text begins.
    pub(super) fn in_full(&self) -> String {
        if self.detail.is_empty() {
            return format!("**{}**", self.label);
        }
        format!("**{}**\n{}", self.label, self.detail)
    }

    /// Cuts it to what can be shown.
    pub(super) fn shorten(&mut self, is_candidate: bool) {
        let (label, detail) = if is_candidate {
            (limit::OPTION, limit::TEASER)
        } else {
            (limit::LABEL, limit::OPTION)
        };
        shorten(&mut self.label, label);
        shorten(&mut self.detail, detail);
    }
}

impl View {
    /// The first page of a topic.
    pub(super) fn topic(topic: &Topic) -> Self {
        let topic = topic.id.clone();
        Self::Page { topic, page: 0 }
    }

    /// The resources that help with a topic.
    pub(super) fn resources_of(topic: &Topic) -> Self {
        let filter = Filter {
            topic: Some(topic.id.clone()),
            ..Filter::default()
        };
        Self::Resources { filter, page: 0 }
    }
}

impl Filter {
    /// Whether a resource matches.
    pub fn takes(&self, resource: &Resource) -> bool {
        self.kind.is_none_or(|kind| kind == resource.kind)
            && self.cost.is_none_or(|cost| cost == resource.cost)
            && self
                .level
                .is_none_or(|level| level == resource.level || resource.level == Level::Any)
    }
}
