//! What moderators add to the guide for their own server: more ways to ask for a section, and their own answers. Pure.
//!
//! [`check`] decides what may be added.

mod form;
mod rules;

use std::sync::Arc;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::knowledge::{MAX_TEXT, MAX_URL};
use crate::reply::Place;
use crate::scrub;
use crate::text;

pub use form::{quoted, resource_table, section_table};
pub use rules::check;

/// The maximum number of a server's own answers.
pub const MAX_ANSWERS: usize = 50;
/// The maximum number of ways to ask that a server can teach for sections of the guide.
pub const MAX_PHRASINGS: usize = 200;
/// The maximum number of ways to ask in one addition: the question and three others.
pub const MAX_QUESTIONS: usize = 4;
/// The longest way to ask, in characters: the same limit as for a gap, so that every gap can be closed as it was asked.
pub const LONGEST_QUESTION: usize = scrub::MOST;
/// The longest answer, in characters: the longest text of a section.
pub const LONGEST_ANSWER: usize = MAX_TEXT;
/// The longest link, in characters: the longest address in a guide.
pub const LONGEST_LINK: usize = MAX_URL;

/// Precedes the id of an addition where the id of a section is expected; no section's id starts with it.
const MARK: char = '+';

/// Everything that was added in a server, in the order of the ids.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Additions(Vec<Arc<Addition>>);

/// Something that was added.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Addition {
    /// Unique in the store, and never reused.
    pub id: u64,
    /// Who wrote it last, unless they asked to be forgotten.
    pub author: Option<u64>,
    /// The day on which it was written.
    pub day: Date,
    /// What it says.
    pub lesson: Lesson,
}

/// What an addition says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lesson {
    /// Ways to ask: at least one, at most [`MAX_QUESTIONS`].
    pub questions: Vec<String>,
    /// The id of the topic that it belongs to or is listed under.
    pub topic: String,
    /// What answers.
    pub reply: LessonReply,
}

/// What answers the questions of an addition.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LessonReply {
    /// A section of the topic, by its id.
    Section(String),
    /// What moderators wrote.
    Own {
        /// Discord Markdown.
        text: String,
        /// Where to read more.
        link: Option<String>,
    },
}

/// A change to a server's additions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Teaching {
    /// Add this.
    Add(Lesson),
    /// Replace the addition with that id by this one.
    Edit(u64, Lesson),
    /// Remove the addition of that id.
    Remove(u64),
}

/// Why something cannot be added.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AdditionError {
    /// There are too many.
    #[error(
        "this server already has {MAX_ANSWERS} answers of its own, the maximum; remove one with `/guide added` first"
    )]
    Answers,
    /// There are too many.
    #[error(
        "this server would then have taught more than {MAX_PHRASINGS} questions, the maximum; remove some with `/guide added` first"
    )]
    Phrasings,
    /// It was removed, or never existed.
    #[error("it is no longer there; someone may have removed it in the meantime")]
    Gone,
    /// It breaks one of the guide's rules; the sentence says which, and what to do.
    #[error("{0}")]
    Rule(String),
    /// It has no way to ask for it.
    #[error("there are no words in the question; write it as a student would ask it")]
    Wordless,
    /// It links to another server.
    #[error(
        "it contains an invitation to a server; name the channel or the server in words instead"
    )]
    Invitation,
    /// A link could do harm.
    #[error("every link must begin with https://; copy the whole address from the browser")]
    Link,
    /// A link looks as if it led to another site.
    #[error(
        "a link has an @ before its site, which hides where it leads; copy the whole address from the browser"
    )]
    HiddenSite,
    /// Markdown that would change what comes after it.
    #[error("a code block is not closed; end it with ```")]
    CodeBlock,
    /// It is a legal matter, which moderators may not answer.
    #[error(
        "visas, taxes, pay law, contracts and discrimination are matters of law, and a wrong answer does harm. Leave them out of the \
         answer and choose another topic, assign the question to a section that names the official source (\"It belongs to…\"), or link to \
         that source in your channel"
    )]
    Law,
}

impl Additions {
    /// Additions in any order.
    pub fn new(additions: impl IntoIterator<Item = Addition>) -> Self {
        let mut all: Vec<_> = additions.into_iter().map(Arc::new).collect();
        all.sort_by_key(|addition| addition.id);
        all.shrink_to_fit();
        Self(all)
    }

    /// Whether nothing was added.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// All of them, the oldest first.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &Arc<Addition>> + ExactSizeIterator {
        self.0.iter()
    }

    /// The addition of this id.
    pub fn get(&self, id: u64) -> Option<&Arc<Addition>> {
        let at = self.0.binary_search_by_key(&id, |addition| addition.id);
        self.0.get(at.ok()?)
    }

    /// The answer of the server's own that has this name.
    pub fn at(&self, place: &Place) -> Option<&Arc<Addition>> {
        self.get(addition_of(place)?)
    }

    /// With this addition added, or in place of the one with the same id.
    #[must_use]
    pub fn with(&self, addition: Addition) -> Self {
        let others = self.0.iter().filter(|other| other.id != addition.id);
        let mut all: Vec<_> = others.cloned().collect();
        all.insert(
            all.partition_point(|other| other.id < addition.id),
            Arc::new(addition),
        );
        all.shrink_to_fit();
        Self(all)
    }

    /// Without the addition of this id.
    #[must_use]
    pub fn without(&self, id: u64) -> Self {
        let others = self.0.iter().filter(|other| other.id != id);
        Self(others.cloned().collect())
    }

    /// How many ways to ask were taught for sections of the guide.
    pub fn phrasings(&self) -> usize {
        let taught = self.iter().filter(|addition| !addition.lesson.is_own());
        taught.map(|addition| addition.lesson.questions.len()).sum()
    }

    /// The addition that says the same.
    pub fn same(&self, lesson: &Lesson) -> Option<&Arc<Addition>> {
        self.iter().find(|addition| addition.lesson == *lesson)
    }

    /// Whether something can be done; an addition that says the same is replaced.
    ///
    /// # Errors
    /// If there would be too many, or if what is to be changed does not exist.
    pub fn allow(&self, teaching: &Teaching) -> Result<(), AdditionError> {
        let lesson = match teaching {
            Teaching::Add(lesson) => lesson,
            Teaching::Edit(id, _) | Teaching::Remove(id) => {
                return self.get(*id).map(drop).ok_or(AdditionError::Gone);
            }
        };
        let own = self.iter().filter(|other| other.lesson.is_own()).count();
        let phrasings = self.phrasings() + lesson.questions.len();
        match lesson.is_own() {
            _ if self.same(lesson).is_some() => Ok(()),
            true if own >= MAX_ANSWERS => Err(AdditionError::Answers),
            false if phrasings > MAX_PHRASINGS => Err(AdditionError::Phrasings),
            _ => Ok(()),
        }
    }
}

impl Addition {
    /// The name of the answer: a section of the guide, or this addition itself.
    pub fn place(&self) -> Place {
        let section = match &self.lesson.reply {
            LessonReply::Section(section) => section.clone(),
            LessonReply::Own { .. } => format!("{MARK}{}", self.id),
        };
        Place {
            topic: self.lesson.topic.clone(),
            section,
        }
    }
}

/// The id of the addition that a place names; `None` if it names a section of the guide.
pub fn addition_of(place: &Place) -> Option<u64> {
    place.section.strip_prefix(MARK)?.parse().ok()
}

impl Lesson {
    /// Whether moderators wrote the answer.
    pub fn is_own(&self) -> bool {
        matches!(self.reply, LessonReply::Own { .. })
    }

    /// The question that stands for all.
    pub fn question(&self) -> &str {
        self.questions.first().map_or("", String::as_str)
    }

    /// Tidies what someone wrote: removes invisible characters, and lists each way to ask once, on one line.
    #[must_use]
    pub fn tidied(self) -> Self {
        let mut questions: Vec<String> = Vec::new();
        let mut known: Vec<Vec<String>> = Vec::new();
        for question in &self.questions {
            let line = text::one_line(&visible(question));
            let words = text::words(&line);
            if !words.is_empty() && !known.contains(&words) && questions.len() < MAX_QUESTIONS {
                questions.push(line);
                known.push(words);
            }
        }
        let reply = match self.reply {
            LessonReply::Own { text, link } => LessonReply::Own {
                text: visible(&text).trim().to_owned(),
                link: link
                    .map(|link| visible(&link).trim().to_owned())
                    .filter(|link| !link.is_empty()),
            },
            section => section,
        };
        Self {
            questions,
            reply,
            ..self
        }
    }
}

/// A text without invisible characters and those that change the order of letters: control characters except line ends,
/// zero-width spaces, and the marks of direction (Unicode Standard Annex 9, section 2).
fn visible(text: &str) -> String {
    let hidden = |c: char| {
        c.is_control() && c != '\n'
            || matches!(c, '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}' | '\u{61c}')
    };
    text.replace("\r\n", "\n")
        .replace('\t', " ")
        .chars()
        .filter(|c| !hidden(*c))
        .collect()
}

/// The site of a link, which begins with `https://`.
pub fn site_of(link: &str) -> &str {
    let rest = link.strip_prefix("https://").unwrap_or(link);
    rest.split(['/', '?', '#']).next().unwrap_or(rest)
}
