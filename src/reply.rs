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
//! | `teaching` | what moderators add to the guide, and the forms for it |
//! | `limit` | what fits |

mod answers;
mod browse;
mod explain;
pub mod limit;
mod moderation;
mod notes;
mod teaching;

use serde::{Deserialize, Serialize};

use crate::knowledge::{Cost, Kind, KnowledgeBase, Level, Resource, Section, Topic};

pub use answers::{
    added, answered_before, did_you_mean, none_of_these, not_it, preview, preview_of_added,
    section, that_helped, to_answer,
};
pub use browse::{category, resources, topic_page, topics};
pub use explain::{explain, how_read, outcome, parts, what_is_near, words};
pub use moderation::*;
pub use notes::*;
pub use teaching::*;

/// What the bot is, where it reads and how to stop it, on one line: small print ends with its line.
const INTRODUCTION: &str = "New here: I am a bot that answers from a guide which people wrote and reviewed. I read what mentions me, \
    replies to me or is sent to me, and a channel only if moderators switch that on with `/guide settings`. `/help` says more. To stop \
    me, a moderator takes my right to write, or removes me under Server Settings › Integrations.";

/// What stands above sections that may help too.
pub const ALSO: &str = "This may help too";

/// Marks the headline of a reply. In an older message of the bot the headline is found by it.
pub const HEADLINE: &str = "## ";

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
    /// Sections that may help too, in full below the text.
    pub also: Vec<Choice>,
    /// A list whose entries have buttons of their own; a terminal does not show this.
    pub entries: Vec<Entry>,
    /// What the choices are, in a few words.
    pub prompt: String,
    /// Where a person can go from here.
    pub choices: Vec<Choice>,
    /// How choices are offered where there are buttons and menus.
    pub shape: Shape,
    /// How the list that is shown can be narrowed or widened; a terminal does not show this.
    pub filters: Vec<Choice>,
    /// What a person can do with this very reply, where it has buttons; a terminal does not show them.
    pub buttons: Vec<Choice>,
    /// Small print.
    pub footer: String,
    /// What the bot is, where people see it for the first time; a terminal does not show this.
    pub introduction: Option<String>,
}

/// One of a list, with what can be done about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Discord Markdown.
    pub text: String,
    /// The buttons below it.
    pub choices: Vec<Choice>,
}

/// A form to fill in. Discord shows nothing else while it is open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Form {
    /// What is done with what was filled in.
    pub action: FormAction,
    /// The headline, at most 45 characters.
    pub title: String,
    /// What is to be filled in, at most five.
    pub fields: Vec<Field>,
}

/// What is done with a form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FormAction {
    /// An answer is added.
    Add,
    /// The addition of this id is changed.
    Edit(u64),
    /// Sections are looked for.
    Search,
}

/// A line or a text of a form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// What it is.
    pub name: FieldName,
    /// What stands above it, at most 45 characters.
    pub label: String,
    /// What stands in it while it is empty, at most 100 characters.
    pub hint: String,
    /// What is in it already.
    pub value: String,
    /// Whether it must be filled in.
    pub is_required: bool,
    /// Whether it has several lines.
    pub is_long: bool,
    /// How many characters it takes.
    pub most: usize,
}

/// What a field of a form is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FieldName {
    /// The question.
    Question,
    /// The answer.
    Answer,
    /// Other ways to ask, one a line.
    Others,
    /// Where to read more.
    Link,
    /// The topic next to which an answer stands, or what to look for.
    Topic,
}

impl FieldName {
    /// Its name in what Discord sends.
    pub fn name(self) -> &'static str {
        match self {
            Self::Question => "question",
            Self::Answer => "answer",
            Self::Others => "others",
            Self::Link => "link",
            Self::Topic => "topic",
        }
    }
}

/// How choices are offered.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Shape {
    /// In a menu, opened by who wants to.
    #[default]
    Menu,
    /// One below the other, each in full with a short button beside it: the person is to choose one.
    Candidates,
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
    /// What it is called: at most 38 characters, or 100 for a candidate, whose button has a label of its own.
    pub label: String,
    /// One line more, at most 100 characters; of a candidate, how its text begins, at most 120.
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
    /// Show a section to everybody in the channel.
    Share(Place),
    /// Add to the guide, or look at what was added: for moderators.
    Teach(Teach),
}

/// What moderators do about what they add to the guide.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Teach {
    /// Look for the section to which a question belongs.
    Find(Asked),
    /// Fill in what else to look for; the questions are quoted in the message.
    Search,
    /// The questions that are quoted in the message belong to this section.
    Belongs(Place),
    /// Write an answer.
    Write(Asked),
    /// Write an answer that begins with the text that is quoted in the message.
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

/// Where a question stands that is to be taught.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asked {
    /// Among the gaps, by [`hash`] of its text.
    Gap(u64),
    /// Quoted at the beginning of the message.
    Quoted,
}

/// A short name of a text, the same on every machine and in every version, because it outlives a restart: FNV-1a (Fowler, Noll
/// and Vo, <https://datatracker.ietf.org/doc/html/rfc9923>).
pub fn hash(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
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
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
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

/// A piece of a reply, as it is read from top to bottom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Passage<'a> {
    /// Discord Markdown.
    Text(String),
    /// A line between what is above and what is below.
    Divider,
    /// Discord Markdown with a button beside it, which takes the choice.
    Candidate(String, &'a Choice),
    /// Discord Markdown with buttons below it.
    Entry(&'a Entry),
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

    /// Whether it shows a section.
    fn is_section(&self) -> bool {
        matches!(self.action, Action::Show(View::Section(_)))
    }

    /// As a candidate is shown: what it is called, and how it begins.
    fn in_full(&self) -> String {
        if self.detail.is_empty() {
            return format!("**{}**", self.label);
        }
        format!("**{}**\n{}", self.label, self.detail)
    }

    /// Cuts it to what can be shown.
    fn shorten(&mut self, is_candidate: bool) {
        let (label, detail) = if is_candidate {
            (limit::OPTION, limit::TEASER)
        } else {
            (limit::LABEL, limit::OPTION)
        };
        self.label = cut(&self.label, label);
        self.detail = cut(&self.detail, detail);
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

    /// The same reply with a few words on what the bot is.
    pub fn introducing(mut self) -> Self {
        self.introduction = Some(INTRODUCTION.to_owned());
        self.within_limits()
    }

    /// What is read, from top to bottom. The buttons and menus come below.
    pub fn passages(&self) -> Vec<Passage<'_>> {
        let mut passages = vec![Passage::Text(self.head())];
        if let Some(notice) = &self.notice {
            passages.push(Passage::Text(format!("⚠️ **Please note**\n{notice}")));
        }
        let is_list = self.shape == Shape::Candidates;
        let candidates = self
            .choices
            .iter()
            .filter(|choice| is_list && choice.is_section());
        passages.extend(candidates.map(|choice| Passage::Candidate(choice.in_full(), choice)));
        passages.extend(self.entries.iter().map(Passage::Entry));
        let links: Vec<String> = self.links.iter().map(Link::line).collect();
        if !links.is_empty() {
            passages.push(Passage::Divider);
            passages.push(Passage::Text(format!("**Links**\n{}", links.join("\n"))));
        }
        if !self.also.is_empty() {
            passages.push(Passage::Divider);
            passages.push(Passage::Text(format!("**{ALSO}**")));
        }
        let also = self.also.iter();
        passages.extend(also.map(|choice| Passage::Candidate(choice.in_full(), choice)));
        if !self.footer.is_empty() {
            passages.push(Passage::Text(format!("-# {}", self.footer)));
        }
        if let Some(introduction) = &self.introduction {
            passages.push(Passage::Text(format!("-# {introduction}")));
        }
        passages
    }

    /// Where a person can go from here, in the order in which it is read.
    pub fn steps(&self) -> impl Iterator<Item = &Choice> {
        self.also.iter().chain(&self.choices)
    }

    /// The sections to choose from, best first.
    pub fn candidates(&self) -> impl Iterator<Item = &Place> {
        let is_list = self.shape == Shape::Candidates;
        let chosen = self.choices.iter().filter(move |_| is_list);
        chosen.filter_map(|choice| match &choice.action {
            Action::Show(View::Section(place)) => Some(place),
            _ => None,
        })
    }

    /// The path, the headline and the text.
    fn head(&self) -> String {
        let path = (!self.path.is_empty()).then(|| format!("-# {}", self.path.join(" › ")));
        let title = (!self.title.is_empty()).then(|| format!("{HEADLINE}{}", self.title));
        let lines = [path, title, Some(self.body.clone())];
        let lines: Vec<String> = lines
            .into_iter()
            .flatten()
            .filter(|line| !line.is_empty())
            .collect();
        lines.join("\n")
    }

    /// Cuts every part to what Discord takes and a phone shows.
    pub(crate) fn within_limits(mut self) -> Self {
        self.title = cut(&self.title, limit::TITLE);
        self.footer = cut(&self.footer, limit::FOOTER);
        self.prompt = cut(&self.prompt, limit::PLACEHOLDER);
        self.notice = self.notice.map(|notice| cut(&notice, limit::NOTICE));
        let mut seen: Vec<Action> = self.also.iter().map(|also| also.action.clone()).collect();
        self.choices.retain(|choice| {
            let new = !seen.contains(&choice.action);
            seen.push(choice.action.clone());
            new
        });
        let is_list = self.shape == Shape::Candidates;
        for entry in &mut self.entries {
            entry.choices.retain(|choice| {
                let new = !seen.contains(&choice.action);
                seen.push(choice.action.clone());
                new
            });
        }
        self.choices.truncate(if is_list {
            limit::CANDIDATES
        } else {
            limit::OPTIONS
        });
        // "Show everyone" and "Remove" exclude each other.
        self.buttons.truncate(limit::BUTTONS + 1);
        self.filters.truncate(limit::OPTIONS);
        for choice in &mut self.choices {
            choice.shorten(is_list && choice.is_section());
        }
        for choice in &mut self.also {
            choice.shorten(true);
        }
        let of_entries = self.entries.iter_mut().flat_map(|entry| &mut entry.choices);
        let buttons = self.buttons.iter_mut().chain(&mut self.filters);
        for choice in buttons.chain(of_entries) {
            choice.shorten(false);
        }
        while self.fixed_length() + length(&self.body) > limit::TEXT && self.links.pop().is_some() {
        }
        if self.fixed_length() > limit::TEXT {
            let listed = self.entries.iter().map(|entry| length(&entry.text));
            let others = self.fixed_length().saturating_sub(listed.sum());
            let each = limit::TEXT.saturating_sub(others) / self.entries.len().max(1);
            for entry in &mut self.entries {
                entry.text = cut(&entry.text, each);
            }
        }
        let room = limit::TEXT.saturating_sub(self.fixed_length());
        self.body = cut(&self.body, room);
        self
    }

    /// The characters of all texts but the body.
    fn fixed_length(&self) -> usize {
        let all: usize = self
            .passages()
            .iter()
            .map(|passage| match passage {
                Passage::Text(text) | Passage::Candidate(text, _) => length(text),
                Passage::Entry(entry) => length(&entry.text),
                Passage::Divider => 0,
            })
            .sum();
        // One more for the end of the line above a body that is not there yet.
        (all + 1).saturating_sub(length(&self.body))
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

/// A text that can stand in the brackets of a link: Markdown has no way to tell its own brackets from those of the text.
fn link_text(text: &str) -> String {
    let mut out = String::new();
    for character in text.chars() {
        match character {
            '[' => out.push('('),
            ']' => out.push(')'),
            '\\' | '*' | '_' | '~' | '`' | '|' => out.extend(['\\', character]),
            _ => out.push(character),
        }
    }
    out
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
