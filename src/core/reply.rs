//! What a person is shown, as plain data. All wording and all of Discord's limits are here.
//!
//! A [`Reply`] knows nothing about Discord's library or terminals; `discord::render` and `terminal` turn it into what
//! they show. Everything that composes a reply ends with `Reply::within_limits`, so every reply fits.
//!
//! | Module | Words |
//! | --- | --- |
//! | `answers`, `candidates` | replies to a question: a section; candidates or "Not in the guide" |
//! | `browse` | topics and resources, page by page: what follows a click or a command |
//! | `notes` | help, privacy, and one-sentence notes |
//! | `explain` | why a question is answered as it is |
//! | `moderation`, `settings`, `figures` | replies to moderators: about the guide, their settings, and what people ask |
//! | `teaching` | what moderators add to the guide, and its forms |
//! | `choice`, `form`, `link` | what a person can do next, fill in and open |
//! | `markdown` | what people wrote, as Markdown |
//! | `limit` | what fits |

mod answers;
mod browse;
mod candidates;
mod choice;
mod explain;
mod figures;
mod form;
pub mod limit;
mod link;
mod markdown;
mod moderation;
mod notes;
mod settings;
mod teaching;

use crate::text::{length, shorten};

pub use answers::{
    added, answered_before, preview, preview_of_added, section, that_helped, to_answer,
};
pub use browse::{category, resources, show, topic_page, topics};
pub use candidates::{did_you_mean, none_of_these, not_it};
pub use choice::{Action, Asked, Choice, Filter, Seen, Target, Teach, View, hash};
pub use explain::{explain, how_read, outcome, parts, what_is_near, words};
pub use figures::*;
pub use form::{Field, FieldName, Form, FormAction};
pub use link::Link;
pub use markdown::{escape, fenced, unescape};
pub use moderation::*;
pub use notes::*;
pub use settings::*;
pub use teaching::*;

pub use crate::knowledge::Place;

/// Says what the bot is, what it reads and how to stop it. It must be one line, because small print ends with its line.
const INTRODUCTION: &str = "New here: I'm a bot that answers from a guide written and reviewed by people. I read messages that mention me, \
    reply to me or are sent to me, and channels only if moderators switch that on with `/guide settings`. `/help` says more. To stop \
    me, a moderator can take away my permission to write, or remove me under Server Settings › Integrations.";

/// How many options the menu of a reply with an introduction has: together with an answer, what may also help and the question,
/// all of them would make the reply larger than it should be.
const STEPS_BESIDE_INTRODUCTION: usize = 5;

/// The heading above sections that may also help.
const ALSO: &str = "This may also help";
/// The heading above what else may have been meant.
const OTHERS: &str = "Or one of these";
/// Stands above the text of a section that may not be the answer, if there are others below.
const CLOSEST: &str = "This may be what you need. If it doesn't fit, see the others at the end.";
/// The same if there are none.
const ONLY_ONE: &str = "This may be what you need. If it doesn't fit, try other words.";

/// Marks the headline of a reply. It is used to find the headline in the bot's older messages.
pub const HEADLINE: &str = "## ";
/// Marks small print, such as where in the guide a reply is.
pub const SMALL_PRINT: &str = "-# ";
/// Stands between the parts of that, from the outside in.
pub const INSIDE: &str = " › ";

/// What a person is shown.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reply {
    /// The headline. A reply without one is a note: plain text.
    pub title: String,
    /// Where in the guide this is, from the outside in.
    pub path: Vec<String>,
    /// Discord Markdown.
    pub body: String,
    /// Links, best first.
    pub links: Vec<Link>,
    /// A warning, if a wrong answer could do harm.
    pub notice: Option<String>,
    /// Sections that may also help, or that may have been meant instead, shown in full below the text.
    pub also: Vec<Choice>,
    /// The section shown, if it is only the best of several candidates; the others are in `also`.
    pub closest: Option<Place>,
    /// A list whose entries have buttons of their own; a terminal does not show this.
    pub entries: Vec<Entry>,
    /// A short prompt for the choices.
    pub prompt: String,
    /// Where a person can go from here.
    pub choices: Vec<Choice>,
    /// How choices are offered where there are buttons and menus.
    pub shape: Shape,
    /// Filters for the list shown; a terminal does not show them.
    pub filters: Vec<Choice>,
    /// What a person can do with this reply itself, as buttons; a terminal does not show them.
    pub buttons: Vec<Choice>,
    /// Small print.
    pub footer: String,
    /// An introduction, where people see the bot for the first time; a terminal does not show it.
    pub introduction: Option<String>,
}

/// An entry of a list, with its own buttons.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Discord Markdown.
    pub text: String,
    /// The buttons below it.
    pub choices: Vec<Choice>,
}

/// How choices are offered.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Shape {
    /// In a menu that people can open.
    #[default]
    Menu,
    /// One below the other, each in full with a short button next to it, because the person has to choose one.
    Candidates,
}

/// A part of a reply, in reading order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Passage<'a> {
    /// Discord Markdown.
    Text(String),
    /// A line between what is above and what is below.
    Divider,
    /// Discord Markdown with a button next to it for the choice.
    Candidate(String, &'a Choice),
    /// Discord Markdown with buttons below it.
    Entry(&'a Entry),
}

impl Reply {
    /// The same reply with an introduction of the bot.
    pub fn introducing(mut self) -> Self {
        self.introduction = Some(INTRODUCTION.to_owned());
        if self.shape == Shape::Menu {
            self.choices.truncate(STEPS_BESIDE_INTRODUCTION);
        }
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
            passages.push(Passage::Text(format!("**{}**", self.heading_of_also())));
        }
        let also = self.also.iter();
        passages.extend(also.map(|choice| Passage::Candidate(choice.in_full(), choice)));
        if !self.footer.is_empty() {
            passages.push(Passage::Text(format!("{SMALL_PRINT}{}", self.footer)));
        }
        if let Some(introduction) = &self.introduction {
            passages.push(Passage::Text(format!("{SMALL_PRINT}{introduction}")));
        }
        passages
    }

    /// Where a person can go from here, in the order in which it is read.
    pub fn steps(&self) -> impl Iterator<Item = &Choice> {
        self.also.iter().chain(&self.choices)
    }

    /// The sections to choose from, best first; not the one that is shown.
    pub fn candidates(&self) -> impl Iterator<Item = &Place> {
        let offered = match (&self.closest, self.shape) {
            (Some(_), _) => self.also.as_slice(),
            (None, Shape::Candidates) => self.choices.as_slice(),
            (None, Shape::Menu) => &[],
        };
        offered.iter().filter_map(|choice| match &choice.action {
            Action::Show(View::Section(place)) => Some(place),
            _ => None,
        })
    }

    /// What stands above the text, if it may not be the answer.
    pub fn caveat(&self) -> Option<&'static str> {
        let caveat = if self.also.is_empty() {
            ONLY_ONE
        } else {
            CLOSEST
        };
        self.closest.as_ref().map(|_| caveat)
    }

    /// The heading above `also`.
    pub fn heading_of_also(&self) -> &'static str {
        if self.closest.is_some() { OTHERS } else { ALSO }
    }

    /// The path, the headline and the text.
    fn head(&self) -> String {
        let path =
            (!self.path.is_empty()).then(|| format!("{SMALL_PRINT}{}", self.path.join(INSIDE)));
        let title = (!self.title.is_empty()).then(|| format!("{HEADLINE}{}", self.title));
        let caveat = self.caveat().map(|caveat| format!("*{caveat}*\n"));
        let lines = [path, title, caveat, Some(self.body.clone())];
        let lines: Vec<String> = lines
            .into_iter()
            .flatten()
            .filter(|line| !line.is_empty())
            .collect();
        lines.join("\n")
    }

    /// Cuts every part to what Discord accepts and a phone shows.
    pub fn within_limits(mut self) -> Self {
        shorten(&mut self.title, limit::TITLE);
        shorten(&mut self.footer, limit::FOOTER);
        shorten(&mut self.prompt, limit::PLACEHOLDER);
        if let Some(notice) = &mut self.notice {
            shorten(notice, limit::NOTICE);
        }
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
        let mut fixed = self.fixed_length();
        while fixed + length(&self.body) > limit::TEXT && self.links.pop().is_some() {
            fixed = self.fixed_length();
        }
        if fixed > limit::TEXT {
            let listed = self.entries.iter().map(|entry| length(&entry.text));
            let others = fixed.saturating_sub(listed.sum());
            let each = limit::TEXT.saturating_sub(others) / self.entries.len().max(1);
            for entry in &mut self.entries {
                shorten(&mut entry.text, each);
            }
            fixed = self.fixed_length();
        }
        shorten(&mut self.body, limit::TEXT.saturating_sub(fixed));
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
