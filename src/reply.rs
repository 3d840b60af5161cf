//! What a person is shown, as plain data: all wording and all of Discord's limits.
//!
//! A [`Reply`] knows nothing of Discord's library or of terminals; `discord::render` and `terminal` turn it into what
//! they show. Whatever composes a reply ends in `Reply::within_limits`, so every reply fits.
//!
//! | Module | Words |
//! | --- | --- |
//! | `answers` | sections, candidates, "not in the guide": what follows a question |
//! | `browse` | topics and resources, page by page: what follows a click or a command |
//! | `notes` | help, privacy, and one-sentence notes |
//! | `explain` | why a question is answered as it is |
//! | `moderation` | what moderators are told |
//! | `limit` | what fits |

mod answers;
mod browse;
mod explain;
pub mod limit;
mod moderation;
mod notes;

use crate::knowledge::{Cost, Kind, KnowledgeBase, Level, Resource, Section, Topic};
use crate::search::Match;

pub use answers::{
    answered_before, did_you_mean, none_of_these, not_it, preview, section, section_that_helped,
    to_answer,
};
pub use browse::{category, resources, topic_page, topics};
pub use explain::{explain, how_read, outcome, parts, what_is_near, words};
pub use moderation::*;
pub use notes::*;

/// What a person is shown.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reply {
    /// The headline. A reply without one is a note: plain text.
    pub title: String,
    /// Where in the guide this stands, from the outside in.
    pub path: Vec<String>,
    /// Discord Markdown.
    pub body: String,
    /// Links, best first.
    pub links: Vec<Link>,
    /// What to be aware of, where a wrong answer could do harm.
    pub notice: Option<String>,
    /// What the choices are, in a few words.
    pub prompt: String,
    /// Where a person can go from here.
    pub choices: Vec<Choice>,
    /// How choices are offered where there are buttons and menus.
    pub shape: Shape,
    /// What a person can do with this very reply, where it has buttons; a terminal does not show them.
    pub buttons: Vec<Choice>,
    /// Small print.
    pub footer: String,
}

/// How choices are offered.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Shape {
    /// In a menu, opened by who wants to.
    #[default]
    Menu,
    /// Side by side: the person is to choose one.
    Buttons,
}

/// A link with what it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// The site's name.
    pub name: String,
    /// The address.
    pub url: String,
    /// What it is, what it costs, for whom: "course, free, beginner".
    pub facts: String,
    /// Why it is worth opening.
    pub description: String,
}

/// Something that a person can do next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// What it is called, at most 80 characters.
    pub label: String,
    /// One line more, at most 100 characters.
    pub detail: String,
    /// What it does.
    pub action: Action,
    /// Where its effect is seen.
    pub seen: Seen,
}

/// Where the effect of a choice is seen.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Seen {
    /// In a new message that only the person sees who chose.
    #[default]
    Apart,
    /// In place of what was there, if the person who chose is the one for whom it was written.
    Here,
}

/// What a choice does. Topics and sections are named by id, so that a choice outlives a reload of the guide.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// Show something of the guide.
    Show(View),
    /// Say that a section was the answer.
    Helped(Place),
    /// Say that a section was not the answer, and look at what else could be.
    NotIt(Place),
    /// Say that no candidate was meant.
    NoneOfThese,
    /// Remove the reply.
    Remove,
    /// Post a section as a reply to somebody's message.
    Post(Place, Target),
}

/// Something of the guide that can be shown again and again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum View {
    /// A section.
    Section(Place),
    /// A section with the offer to post it as a reply to somebody's message.
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

/// A section, by the ids of its topic and of itself.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Place {
    /// The topic's id.
    pub topic: String,
    /// The section's id.
    pub section: String,
}

/// The message that an answer is meant for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Target {
    /// The message's id.
    pub message: u64,
    /// The id of the person who wrote it.
    pub author: u64,
}

/// Which resources to list; what is left out does not matter.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// The id of the topic that they help with.
    pub topic: Option<String>,
    /// What they are.
    pub kind: Option<Kind>,
    /// What they cost.
    pub cost: Option<Cost>,
    /// For whom they are.
    pub level: Option<Level>,
}

/// A field of an embed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// Its headline.
    pub name: String,
    /// Discord Markdown.
    pub value: String,
}

/// Shows a part of the guide; nothing where it names what is gone.
pub fn show(knowledge: &KnowledgeBase, view: &View) -> Option<Reply> {
    match view {
        View::Section(place) => place
            .find(knowledge)
            .map(|(topic, found)| section(knowledge, topic, found)),
        View::Preview(place, target) => place
            .find(knowledge)
            .map(|(topic, found)| preview(knowledge, topic, found, *target, &[])),
        View::Page { topic, page } => topic_page(knowledge, knowledge.topic(topic)?, *page),
        View::Resources { filter, page } => resources(knowledge, filter, *page),
        View::Topics => Some(topics(knowledge)),
        View::Category { category: id, page } => knowledge
            .categories()
            .iter()
            .find(|category| category.id == *id)
            .map(|found| category(knowledge, found, *page)),
    }
}

/// The topic and the section of a match.
pub fn place<'a>(knowledge: &'a KnowledgeBase, found: &Match) -> Option<(&'a Topic, &'a Section)> {
    let topic = knowledge.topics().get(found.topic)?;
    Some((topic, topic.sections.get(found.section)?))
}

impl Place {
    /// The name of a section of a topic.
    pub fn new(topic: &Topic, section: &Section) -> Self {
        Self {
            topic: topic.id.clone(),
            section: section.id.clone(),
        }
    }

    /// The section that has this name, unless it is gone.
    pub fn find<'a>(&self, knowledge: &'a KnowledgeBase) -> Option<(&'a Topic, &'a Section)> {
        let topic = knowledge.topic(&self.topic)?;
        Some((topic, topic.section(&self.section)?))
    }
}

impl Choice {
    fn new(label: impl Into<String>, detail: impl Into<String>, action: Action) -> Self {
        Self {
            label: label.into(),
            detail: detail.into(),
            action,
            seen: Seen::Apart,
        }
    }

    /// The same choice, seen in place of what was there.
    fn here(self) -> Self {
        Self {
            seen: Seen::Here,
            ..self
        }
    }
}

impl Filter {
    /// Whether a resource is one of those asked for.
    pub fn takes(&self, resource: &Resource) -> bool {
        self.kind.is_none_or(|kind| kind == resource.kind)
            && self.cost.is_none_or(|cost| cost == resource.cost)
            && self
                .level
                .is_none_or(|level| level == resource.level || resource.level == Level::Any)
    }
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

impl Reply {
    /// Whether the reply is a sentence or two rather than a page of the guide.
    pub fn is_note(&self) -> bool {
        self.title.is_empty()
    }

    /// The notice and the links as fields of an embed, as many as fit.
    pub fn fields(&self) -> Vec<Field> {
        let notice = self.notice.iter().map(|text| Field {
            name: "Please note".to_owned(),
            value: cut(text, limit::FIELD),
        });
        let mut values: Vec<String> = Vec::new();
        for link in &self.links {
            let line = link.markdown();
            match values
                .last_mut()
                .filter(|value| length(value) + 1 + length(&line) <= limit::FIELD)
            {
                Some(value) => *value = format!("{value}\n{line}"),
                None if length(&line) <= limit::FIELD => values.push(line),
                None => {}
            }
        }
        let named = values.into_iter().enumerate().map(|(number, value)| {
            let name = if number == 0 {
                "Resources"
            } else {
                "Resources, continued"
            };
            Field {
                name: name.to_owned(),
                value,
            }
        });
        notice.chain(named).take(limit::FIELDS).collect()
    }

    /// The path as one line.
    pub fn author(&self) -> String {
        cut(&self.path.join(" › "), limit::AUTHOR)
    }

    /// The whole reply without an embed, for where embeds are not allowed.
    pub fn plain_text(&self) -> String {
        let author = Some(self.author())
            .filter(|path| !path.is_empty())
            .map(|path| format!("-# {path}"));
        let title = Some(&self.title)
            .filter(|title| !title.is_empty())
            .map(|title| format!("**{title}**"));
        let links: Vec<String> = self
            .links
            .iter()
            .map(|link| format!("- {}: <{}> ({})", link.name, link.url, link.facts))
            .collect();
        let footer = Some(&self.footer)
            .filter(|footer| !footer.is_empty())
            .map(|footer| format!("-# {footer}"));
        let notice = self.notice.as_ref().map(|notice| format!("⚠ {notice}"));
        let tail: Vec<String> = [
            notice,
            Some(links.join("\n")).filter(|links| !links.is_empty()),
            footer,
        ]
        .into_iter()
        .flatten()
        .collect();
        let head: Vec<String> = author.into_iter().chain(title).collect();
        let (head, tail) = (
            cut(&head.join("\n"), limit::TITLE + limit::AUTHOR),
            cut(&tail.join("\n\n"), limit::CONTENT / 2),
        );
        let room = limit::CONTENT.saturating_sub(length(&head) + length(&tail) + 4);
        let parts = [head, cut(&self.body, room), tail];
        parts
            .into_iter()
            .filter(|part| !part.is_empty())
            .collect::<Vec<_>>()
            .join("\n\n")
    }

    /// Cuts every part to what Discord takes.
    pub(crate) fn within_limits(mut self) -> Self {
        self.title = cut(&self.title, limit::TITLE);
        self.footer = cut(&self.footer, limit::FOOTER);
        self.prompt = cut(&self.prompt, limit::PLACEHOLDER);
        let most = if self.is_note() {
            limit::CONTENT
        } else {
            limit::DESCRIPTION
        };
        self.body = cut(&self.body, most);
        while self.fixed_length() + length(&self.body) > limit::EMBEDS && self.links.pop().is_some()
        {
        }
        let room = limit::EMBEDS.saturating_sub(self.fixed_length());
        self.body = cut(&self.body, most.min(room));
        let mut seen: Vec<Action> = Vec::new();
        self.choices.retain(|choice| {
            let new = !seen.contains(&choice.action);
            seen.push(choice.action.clone());
            new
        });
        self.choices.truncate(if self.shape == Shape::Buttons {
            limit::BUTTONS
        } else {
            limit::OPTIONS
        });
        self.buttons.truncate(limit::BUTTONS);
        for choice in self.choices.iter_mut().chain(&mut self.buttons) {
            choice.label = cut(&choice.label, limit::BUTTON);
            choice.detail = cut(&choice.detail, limit::OPTION);
        }
        self
    }

    /// The characters of an embed besides its description.
    fn fixed_length(&self) -> usize {
        let fields: usize = self
            .fields()
            .iter()
            .map(|field| length(&field.name) + length(&field.value))
            .sum();
        length(&self.title) + length(&self.author()) + length(&self.footer) + fields
    }
}

impl Link {
    /// The link as a line of Markdown that opens on a click.
    pub fn markdown(&self) -> String {
        format!(
            "[{}]({}) · {}\n{}",
            self.name, self.url, self.facts, self.description
        )
    }
}

fn length(text: &str) -> usize {
    text.chars().count()
}

/// The text in at most `most` characters: what is cut ends with an ellipsis, at a space where one is near.
pub fn cut(text: &str, most: usize) -> String {
    if length(text) <= most {
        return text.to_owned();
    }
    if most == 0 {
        return String::new();
    }
    let kept: String = text.chars().take(most.saturating_sub(1)).collect();
    let at_word = kept
        .rfind(char::is_whitespace)
        .filter(|&space| space * 4 >= kept.len() * 3);
    let kept = at_word.and_then(|space| kept.get(..space)).unwrap_or(&kept);
    format!("{}…", kept.trim_end())
}

/// What a person wrote, on one line, so that it formats nothing, mentions nobody and opens no preview.
pub fn escape(text: &str) -> String {
    let mut out = String::new();
    for word in text.split_whitespace() {
        if !out.is_empty() {
            out.push(' ');
        }
        for character in word.chars() {
            match character {
                '@' => out.push_str("@\u{200b}"),
                ':' => out.push_str(":\u{200b}"),
                '\\' | '*' | '_' | '~' | '`' | '|' | '>' | '<' | '#' | '-' | '[' | ']' | '('
                | ')' => out.extend(['\\', character]),
                _ => out.push(character),
            }
        }
    }
    out
}

/// What [`escape`] was given, but for what it cannot tell.
pub fn unescape(text: &str) -> String {
    text.chars()
        .filter(|c| !matches!(c, '\\' | '\u{200b}'))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cuts_at_a_word_and_never_over_the_limit() {
        assert_eq!(cut("a short text", 12), "a short text");
        assert_eq!(cut("a text that is long", 16), "a text that is…");
        assert_eq!(cut("ünïcödé", 4), "ünï…");
        assert_eq!(cut("x", 0), "");
    }

    #[test]
    fn what_a_person_wrote_formats_nothing_and_mentions_nobody() {
        assert_eq!(
            escape("**hi** <@1>\n# @everyone"),
            "\\*\\*hi\\*\\* \\<@\u{200b}1\\> \\# @\u{200b}everyone"
        );
        assert_eq!(
            escape("see https://example.org"),
            "see https:\u{200b}//example.org"
        );
        assert_eq!(
            unescape(&escape("is **node.js** (or c#) @ 9:30 fine?")),
            "is **node.js** (or c#) @ 9:30 fine?"
        );
    }
}
