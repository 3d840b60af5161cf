//! TOML tables, read key by key: a missing, ill-typed or unknown key is a problem.

use std::collections::BTreeSet;
use std::ops::Range;

use jiff::civil::Date;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::reader::{Lines, Located, Reader, nearest, suggestion};

impl Reader<'_> {
    /// Parses the file and reads its top-level table; `None` if the file is not TOML.
    pub(in crate::knowledge) fn read<T>(
        &mut self,
        read: impl FnOnce(&mut Table<'_, '_>) -> T,
    ) -> Option<T> {
        let (root, faults) = DeTable::parse_recoverable(self.text);
        if let Some(fault) = faults.first() {
            // Errors after the first are mostly echoes of it.
            let message = fault.message().lines().collect::<Vec<_>>().join(", ");
            let span = fault.span().unwrap_or_default();
            let help = unclosed_text(self.text, span.start).unwrap_or_else(|| {
                "Fix the TOML here: put text in quotes and lists in [ ], and end each entry with a comma.".to_owned()
            });
            self.error(&span, format!("this is not valid TOML: {message}"), help);
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
            missing: Vec::new(),
        };
        let value = read(&mut table);
        table.finish();
        Some(value)
    }
}

/// What to do about a file with an odd number of `"""`: it is not TOML from somewhere after the text that lacks its end.
fn unclosed_text(text: &str, fault: usize) -> Option<String> {
    let quotes: Vec<usize> = text.match_indices(r#"""""#).map(|(at, _)| at).collect();
    if quotes.len().is_multiple_of(2) {
        return None;
    }
    // They come in pairs up to the fault: the last pair is then the beginning of this text and that of the next.
    let before = quotes.partition_point(|&at| at <= fault);
    let begins = quotes
        .get(before.saturating_sub(2 - before % 2))
        .copied()
        .unwrap_or_default();
    let line = Lines::of(text).position(begins).line;
    Some(format!(
        r#"A text that begins with three quotes (""") must end with three; look at the one that begins on line {line}."#
    ))
}

/// A TOML table being read; remembers which keys were read, to report the others.
pub(in crate::knowledge) struct Table<'a, 't> {
    pub reader: Reader<'a>,
    table: &'a DeTable<'t>,
    what: &'static str,
    span: Range<usize>,
    known: BTreeSet<&'static str>,
    /// Required keys that it lacks.
    missing: Vec<&'static str>,
}

impl<'a> Table<'a, '_> {
    /// Where the table begins.
    pub(in crate::knowledge) fn span(&self) -> Range<usize> {
        self.span.clone()
    }

    fn get(&mut self, key: &'static str) -> Option<&'a Spanned<DeValue<'a>>> {
        self.known.insert(key);
        self.table.get(key)
    }

    fn required(&mut self, key: &'static str) -> Option<&'a Spanned<DeValue<'a>>> {
        let found = self.get(key);
        if found.is_none() {
            self.missing.push(key);
        }
        found
    }

    /// A required text, which must not be empty.
    pub(in crate::knowledge) fn string(&mut self, key: &'static str) -> Located<String> {
        match self.required(key) {
            Some(value) => self.filled(key, value),
            None => Located {
                value: String::new(),
                span: self.span.clone(),
            },
        }
    }

    /// An optional text.
    pub(in crate::knowledge) fn optional_string(
        &mut self,
        key: &'static str,
    ) -> Option<Located<String>> {
        let value = self.get(key)?;
        Some(self.filled(key, value))
    }

    /// A required list of texts, which may be empty.
    pub(in crate::knowledge) fn strings(&mut self, key: &'static str) -> Vec<Located<String>> {
        self.required(key)
            .map(|value| self.list(key, value))
            .unwrap_or_default()
    }

    /// Whether a key is a list; if a required one is not, that is reported elsewhere.
    pub(in crate::knowledge) fn is_list(&mut self, key: &'static str) -> bool {
        self.get(key)
            .is_some_and(|value| value.get_ref().is_array())
    }

    /// An optional list of texts.
    pub(in crate::knowledge) fn optional_strings(
        &mut self,
        key: &'static str,
    ) -> Vec<Located<String>> {
        self.get(key)
            .map(|value| self.list(key, value))
            .unwrap_or_default()
    }

    /// A required calendar date.
    pub(in crate::knowledge) fn date(&mut self, key: &'static str) -> Option<Located<Date>> {
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
                format!("`{key}` must be a date, but this is a {found}"),
                "Write it as year-month-day without quotes, for example 2026-11-23.",
            );
        }
        date.map(|date| Located {
            value: date,
            span: value.span(),
        })
    }

    /// The tables `[[key]]`, at least one.
    pub(in crate::knowledge) fn tables<T>(
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
                missing: Vec::new(),
            };
            found.push(read(&mut table));
            table.finish();
        }
        found
    }

    /// The pairs of the table `[key]`, in the order of the file.
    pub(in crate::knowledge) fn pairs(
        &mut self,
        key: &'static str,
    ) -> Vec<(Located<String>, Located<String>)> {
        self.required(key)
            .map(|value| self.pairs_of(key, value))
            .unwrap_or_default()
    }

    /// The pairs of an optional table `[key]`.
    pub(in crate::knowledge) fn optional_pairs(
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
                format!("`{key}` must be a list of texts, but this is a {found}"),
                format!("Write it as {key} = [\"one\", \"two\"]."),
            );
            return Vec::new();
        };
        entries
            .iter()
            .map(|entry| self.filled(key, entry))
            .collect()
    }

    /// The text of a value; reports a value of another type or an empty one.
    fn filled(&mut self, key: &str, value: &Spanned<DeValue<'_>>) -> Located<String> {
        let span = value.span();
        match value.get_ref().as_str() {
            None => {
                let found = value.get_ref().type_str();
                self.reader.error(
                    &span,
                    format!("`{key}` must be a text, but this is a {found}"),
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

    /// Reports every key that was not read, and every one that is missing, unless it is one of those, misspelt.
    fn finish(mut self) {
        let known: Vec<&str> = self.known.iter().copied().collect();
        for key in self.table.keys() {
            if !known.contains(&key.get_ref().as_ref()) {
                let message = format!("{} has no key `{}`", self.what, key.get_ref());
                let meant = nearest(key.get_ref(), known.iter().copied());
                self.missing.retain(|missing| Some(*missing) != meant);
                self.reader
                    .error(&key.span(), message, suggestion(key.get_ref(), &known));
            }
        }
        for key in &self.missing {
            self.reader.error(
                &self.span,
                format!("{} has no `{key}`", self.what),
                format!("Add a line `{key} = …`."),
            );
        }
    }
}
