//! The TOML structure of the files: which keys there are, their types, and where each value is.
//!
//! Reading continues after a problem, so that one run shows all of them: a missing or ill-typed value becomes an empty one,
//! and the rules in `check` skip empty values.

mod reader;
mod table;

use std::ops::Range;

use jiff::civil::Date;

use super::Stakes;

pub(super) use reader::{Lines, Located, Reader, nearest, suggestion};
pub(super) use table::Table;

/// `guide.toml`.
#[derive(Debug, Default)]
pub(super) struct GuideFile {
    pub name: Located<String>,
    pub categories: Vec<CategoryTable>,
    /// A word that texts avoid, and the word to write instead.
    pub house_style: Vec<(Located<String>, Located<String>)>,
}

#[derive(Debug, Default)]
pub(super) struct CategoryTable {
    pub id: Located<String>,
    pub title: Located<String>,
    pub description: Located<String>,
}

/// `topics/<id>.toml`.
#[derive(Debug, Default)]
pub(super) struct TopicFile {
    pub id: Located<String>,
    pub title: Located<String>,
    pub category: Located<String>,
    pub summary: Located<String>,
    pub questions: Vec<Located<String>>,
    /// Whether `questions` is a list. If not, that is a problem of its own.
    pub has_questions: bool,
    pub keywords: Vec<Located<String>>,
    pub related: Vec<Located<String>>,
    pub reviewed: Option<Located<Date>>,
    pub review_every: Option<Located<String>>,
    pub stakes: Option<Located<String>>,
    pub sections: Vec<SectionTable>,
    /// Where to point for something that the file lacks.
    pub span: Range<usize>,
}

#[derive(Debug, Default)]
pub(super) struct SectionTable {
    pub id: Located<String>,
    pub heading: Located<String>,
    pub text: Located<String>,
    pub questions: Vec<Located<String>>,
    pub resources: Vec<Located<String>>,
    pub stakes: Option<Located<String>>,
}

/// One table of `resources.toml`.
#[derive(Debug, Default)]
pub(super) struct ResourceTable {
    pub id: Located<String>,
    pub name: Located<String>,
    pub url: Located<String>,
    pub kind: Located<String>,
    pub cost: Located<String>,
    pub level: Located<String>,
    pub topics: Vec<Located<String>>,
    pub description: Located<String>,
}

/// `vocabulary.toml`.
#[derive(Debug, Default)]
pub(super) struct VocabularyFile {
    pub stop_words: Vec<Located<String>>,
    pub protected: Vec<Located<String>>,
    pub names: Vec<Located<String>>,
    pub abbreviations: Vec<(Located<String>, Located<String>)>,
    pub groups: Vec<GroupTable>,
}

#[derive(Debug, Default)]
pub(super) struct GroupTable {
    pub name: Located<String>,
    pub words: Vec<Located<String>>,
}

/// One table of `out_of_scope.toml`.
#[derive(Debug, Default)]
pub(super) struct KindTable {
    pub id: Located<String>,
    pub title: Option<Located<String>>,
    pub reply: Option<Located<String>>,
    pub examples: Vec<Located<String>>,
}

/// One table of `messages/*.toml`.
#[derive(Debug, Default)]
pub(super) struct MessageTable {
    pub text: Located<String>,
    pub answers: Vec<Located<String>>,
}

/// The stakes of a section that could do harm.
pub(super) const LEGAL: &str = "legal";

impl TopicFile {
    /// Every way to ask: for the topic as a whole, then for its sections.
    pub(super) fn phrasings(&self) -> impl Iterator<Item = &Located<String>> {
        let of_sections = self.sections.iter().flat_map(|section| &section.questions);
        self.questions.iter().chain(of_sections)
    }

    /// How much harm a wrong answer of a section could do.
    pub(super) fn stakes_of(&self, section: &SectionTable) -> Stakes {
        match self.stakes.as_ref().or(section.stakes.as_ref()) {
            Some(stakes) if stakes.value == LEGAL => Stakes::Legal,
            _ => Stakes::Ordinary,
        }
    }
}

/// Reads `guide.toml`.
pub(super) fn guide(table: &mut Table<'_, '_>) -> GuideFile {
    GuideFile {
        name: table.string("name"),
        categories: table.tables("category", "a category", |table| CategoryTable {
            id: table.string("id"),
            title: table.string("title"),
            description: table.string("description"),
        }),
        house_style: table.optional_pairs("house_style"),
    }
}

/// Reads `topics/<id>.toml`.
pub(super) fn topic(table: &mut Table<'_, '_>) -> TopicFile {
    TopicFile {
        id: table.string("id"),
        title: table.string("title"),
        category: table.string("category"),
        summary: table.string("summary"),
        questions: table.strings("questions"),
        has_questions: table.is_list("questions"),
        keywords: table.strings("keywords"),
        related: table.strings("related"),
        reviewed: table.date("reviewed"),
        review_every: table.optional_string("review_every"),
        stakes: table.optional_string("stakes"),
        sections: table.tables("section", "a section", |table| SectionTable {
            id: table.string("id"),
            heading: table.string("heading"),
            text: table.string("text"),
            questions: table.optional_strings("questions"),
            resources: table.optional_strings("resources"),
            stakes: table.optional_string("stakes"),
        }),
        span: table.span(),
    }
}

/// Reads `resources.toml`.
pub(super) fn resources(table: &mut Table<'_, '_>) -> Vec<ResourceTable> {
    table.tables("resource", "a resource", |table| ResourceTable {
        id: table.string("id"),
        name: table.string("name"),
        url: table.string("url"),
        kind: table.string("kind"),
        cost: table.string("cost"),
        level: table.string("level"),
        topics: table.strings("topics"),
        description: table.string("description"),
    })
}

/// Reads `vocabulary.toml`.
pub(super) fn vocabulary(table: &mut Table<'_, '_>) -> VocabularyFile {
    VocabularyFile {
        stop_words: table.strings("stop_words"),
        protected: table.strings("protected"),
        names: table.optional_strings("names"),
        abbreviations: table.pairs("abbreviations"),
        groups: table.tables("group", "a group", |table| GroupTable {
            name: table.string("name"),
            words: table.strings("words"),
        }),
    }
}

/// Reads `out_of_scope.toml`.
pub(super) fn out_of_scope(table: &mut Table<'_, '_>) -> Vec<KindTable> {
    table.tables("kind", "a kind of message", |table| KindTable {
        id: table.string("id"),
        title: table.optional_string("title"),
        reply: table.optional_string("reply"),
        examples: table.strings("examples"),
    })
}

/// Reads `messages/*.toml`.
pub(super) fn messages(table: &mut Table<'_, '_>) -> Vec<MessageTable> {
    table.tables("message", "a message", |table| MessageTable {
        text: table.string("text"),
        answers: table.strings("answers"),
    })
}
