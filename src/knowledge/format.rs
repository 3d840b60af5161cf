//! The TOML shape of the files: which keys there are, of which type, and where each value stands.
//!
//! Reading goes on after a fault, so that one run shows all of them: a missing or ill-typed value becomes an empty one,
//! and the rules in `check` pass over empty values.

use std::collections::BTreeSet;
use std::ops::Range;

use jiff::civil::Date;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::{Position, Problem, Severity};

/// A value and the bytes of the file in which it stands.
#[derive(Debug, Clone, Default)]
pub(super) struct Located<T> {
    pub value: T,
    pub span: Range<usize>,
}

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

/// A file that is being read: its name, its text, and the problems found so far.
pub(super) struct Reader<'a> {
    pub file: &'a str,
    pub text: &'a str,
    pub problems: &'a mut Vec<Problem>,
}

impl Reader<'_> {
    /// Adds an error at a place in the file.
    pub(super) fn error(
        &mut self,
        span: &Range<usize>,
        message: impl Into<String>,
        mend: impl Into<String>,
    ) {
        self.report(Severity::Error, span, message, mend);
    }

    /// Adds a warning at a place in the file.
    pub(super) fn warn(
        &mut self,
        span: &Range<usize>,
        message: impl Into<String>,
        mend: impl Into<String>,
    ) {
        self.report(Severity::Warning, span, message, mend);
    }

    fn report(
        &mut self,
        severity: Severity,
        span: &Range<usize>,
        message: impl Into<String>,
        mend: impl Into<String>,
    ) {
        let at = Lines::of(self.text).position(span.start);
        self.problems.push(Problem {
            severity,
            file: self.file.to_owned(),
            at,
            message: message.into(),
            mend: mend.into(),
        });
    }

    /// Parses the file and reads its top table; nothing where the file is not TOML.
    pub(super) fn read<T>(&mut self, read: impl FnOnce(&mut Table<'_, '_>) -> T) -> Option<T> {
        let (root, faults) = DeTable::parse_recoverable(self.text);
        if let Some(fault) = faults.first() {
            // What a parser says after its first fault is mostly an echo of that one.
            let message = fault.message().lines().collect::<Vec<_>>().join(", ");
            let mend = "Mend the TOML here: text stands in quotes, lists in [ ], each entry ends with a comma.";
            self.error(
                &fault.span().unwrap_or_default(),
                format!("this is not valid TOML: {message}"),
                mend,
            );
            return None;
        }
        let mut table = Table {
            reader: Reader {
                file: self.file,
                text: self.text,
                problems: self.problems,
            },
            table: root.get_ref(),
            what: "this file",
            span: 0..0,
            known: BTreeSet::new(),
        };
        let value = read(&mut table);
        table.finish();
        Some(value)
    }
}

/// Where the lines of a text begin.
pub(super) struct Lines<'a> {
    text: &'a str,
    starts: Vec<usize>,
}

impl<'a> Lines<'a> {
    pub(super) fn of(text: &'a str) -> Self {
        Self {
            text,
            starts: std::iter::once(0)
                .chain(text.match_indices('\n').map(|(at, _)| at + 1))
                .collect(),
        }
    }

    /// The line and column, both from one, of a byte.
    pub(super) fn position(&self, byte: usize) -> Position {
        let line = self.starts.partition_point(|&start| start <= byte);
        let start = self.starts.get(line - 1).copied().unwrap_or(0);
        Position {
            line,
            column: self
                .text
                .get(start..byte)
                .unwrap_or_default()
                .chars()
                .count()
                + 1,
        }
    }
}

/// The candidate that a misspelt name most probably means.
pub(super) fn nearest<'a>(
    name: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    candidates
        .into_iter()
        .map(|candidate| (strsim::osa_distance(name, candidate), candidate))
        .filter(|&(distance, candidate)| distance <= 1 + candidate.chars().count() / 4)
        .min()
        .map(|(_, candidate)| candidate)
}

/// "did you mean …?" where something known is near, else the list of what is allowed.
pub(super) fn suggestion(name: &str, candidates: &[&str]) -> String {
    match nearest(name, candidates.iter().copied()) {
        Some(candidate) => format!("Did you mean `{candidate}`?"),
        None => format!("Use one of: {}.", candidates.join(", ")),
    }
}

/// One TOML table that is being read; remembers which keys were asked for, to report the others.
pub(super) struct Table<'a, 't> {
    pub reader: Reader<'a>,
    table: &'a DeTable<'t>,
    what: &'static str,
    span: Range<usize>,
    known: BTreeSet<&'static str>,
}

impl<'a> Table<'a, '_> {
    /// Where the table begins.
    pub(super) fn span(&self) -> Range<usize> {
        self.span.clone()
    }

    fn get(&mut self, key: &'static str) -> Option<&'a Spanned<DeValue<'a>>> {
        self.known.insert(key);
        self.table.get(key)
    }

    fn required(&mut self, key: &'static str) -> Option<&'a Spanned<DeValue<'a>>> {
        let found = self.get(key);
        if found.is_none() {
            self.reader.error(
                &self.span.clone(),
                format!("{} has no `{key}`", self.what),
                format!("Add a line `{key} = …`."),
            );
        }
        found
    }

    /// A text that must be there and must not be empty.
    pub(super) fn string(&mut self, key: &'static str) -> Located<String> {
        match self.required(key) {
            Some(value) => self.filled(key, value),
            None => Located {
                value: String::new(),
                span: self.span.clone(),
            },
        }
    }

    /// A text that may be left out.
    pub(super) fn optional_string(&mut self, key: &'static str) -> Option<Located<String>> {
        let value = self.get(key)?;
        Some(self.filled(key, value))
    }

    /// A list of texts that must be there; it may be empty.
    pub(super) fn strings(&mut self, key: &'static str) -> Vec<Located<String>> {
        self.required(key)
            .map(|value| self.list(key, value))
            .unwrap_or_default()
    }

    /// A list of texts that may be left out.
    pub(super) fn optional_strings(&mut self, key: &'static str) -> Vec<Located<String>> {
        self.get(key)
            .map(|value| self.list(key, value))
            .unwrap_or_default()
    }

    /// A calendar date that must be there.
    pub(super) fn date(&mut self, key: &'static str) -> Option<Located<Date>> {
        let value = self.required(key)?;
        let date = value
            .get_ref()
            .as_datetime()
            .filter(|datetime| datetime.time.is_none())
            .and_then(|datetime| datetime.date);
        let date = date.and_then(|date| {
            Date::new(
                i16::try_from(date.year).ok()?,
                i8::try_from(date.month).ok()?,
                i8::try_from(date.day).ok()?,
            )
            .ok()
        });
        if date.is_none() {
            let found = value.get_ref().type_str();
            self.reader.error(
                &value.span(),
                format!("`{key}` must be a date, this is a {found}"),
                "Write it as year-month-day without quotes, for example 2026-11-23.",
            );
        }
        date.map(|date| Located {
            value: date,
            span: value.span(),
        })
    }

    /// The tables `[[key]]`, at least one.
    pub(super) fn tables<T>(
        &mut self,
        key: &'static str,
        what: &'static str,
        mut read: impl FnMut(&mut Table<'_, '_>) -> T,
    ) -> Vec<T> {
        let Some(value) = self.required(key) else {
            return Vec::new();
        };
        let entries = value.get_ref().as_array();
        if entries.is_none_or(|entries| entries.iter().any(|entry| !entry.get_ref().is_table())) {
            self.reader.error(
                &value.span(),
                format!("`{key}` must be a list of tables"),
                format!("Begin each one with a line `[[{key}]]`."),
            );
            return Vec::new();
        }
        let mut found = Vec::new();
        for entry in entries.into_iter().flatten() {
            let Some(table) = entry.get_ref().as_table() else {
                continue;
            };
            let reader = Reader {
                file: self.reader.file,
                text: self.reader.text,
                problems: self.reader.problems,
            };
            let mut table = Table {
                reader,
                table,
                what,
                span: entry.span(),
                known: BTreeSet::new(),
            };
            found.push(read(&mut table));
            table.finish();
        }
        found
    }

    /// The pairs of the table `[key]`, in the order of the file.
    pub(super) fn pairs(&mut self, key: &'static str) -> Vec<(Located<String>, Located<String>)> {
        self.required(key)
            .map(|value| self.pairs_of(key, value))
            .unwrap_or_default()
    }

    /// The pairs of a table `[key]` that may be left out.
    pub(super) fn optional_pairs(
        &mut self,
        key: &'static str,
    ) -> Vec<(Located<String>, Located<String>)> {
        self.get(key)
            .map(|value| self.pairs_of(key, value))
            .unwrap_or_default()
    }

    fn pairs_of(
        &mut self,
        key: &str,
        value: &Spanned<DeValue<'_>>,
    ) -> Vec<(Located<String>, Located<String>)> {
        let Some(table) = value.get_ref().as_table() else {
            self.reader.error(
                &value.span(),
                format!("`{key}` must be a table"),
                format!("Begin it with a line `[{key}]`."),
            );
            return Vec::new();
        };
        let mut pairs = Vec::new();
        for (name, value) in table {
            let name = Located {
                value: name.get_ref().to_string(),
                span: name.span(),
            };
            pairs.push((name, self.filled(key, value)));
        }
        pairs.sort_by_key(|(name, _)| name.span.start);
        pairs
    }

    fn list(&mut self, key: &'static str, value: &Spanned<DeValue<'_>>) -> Vec<Located<String>> {
        let Some(entries) = value.get_ref().as_array() else {
            let found = value.get_ref().type_str();
            self.reader.error(
                &value.span(),
                format!("`{key}` must be a list of texts, this is a {found}"),
                format!("Write it as {key} = [\"one\", \"two\"]."),
            );
            return Vec::new();
        };
        entries
            .iter()
            .map(|entry| self.filled(key, entry))
            .collect()
    }

    /// The text of a value; reports one of another type and one without content.
    fn filled(&mut self, key: &str, value: &Spanned<DeValue<'_>>) -> Located<String> {
        let span = value.span();
        match value.get_ref().as_str() {
            None => {
                let found = value.get_ref().type_str();
                self.reader.error(
                    &span,
                    format!("`{key}` must be a text, this is a {found}"),
                    "Put it in quotes: \"…\".",
                );
            }
            Some(text) if text.trim().is_empty() => {
                self.reader.error(
                    &span,
                    format!("`{key}` is empty"),
                    "Write something in it, or remove it.",
                );
            }
            Some(text) => {
                return Located {
                    value: text.trim().to_owned(),
                    span,
                };
            }
        }
        Located {
            value: String::new(),
            span,
        }
    }

    /// Reports every key that was not asked for.
    fn finish(mut self) {
        let known: Vec<&str> = self.known.iter().copied().collect();
        for key in self.table.keys() {
            if !known.contains(&key.get_ref().as_ref()) {
                let message = format!("{} has no key `{}`", self.what, key.get_ref());
                self.reader
                    .error(&key.span(), message, suggestion(key.get_ref(), &known));
            }
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
