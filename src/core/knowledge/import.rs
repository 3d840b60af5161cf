//! Turns an FAQ kept elsewhere, a CSV table or a Markdown page, into a guide. Pure.
//!
//! Each question becomes a topic with one section. What a guide needs and an FAQ lacks is not invented: it is left out
//! if it is optional, and otherwise filled with something that [`check()`](super::check()) warns about afterwards.

mod events;
mod faq;
mod new_guide;
mod page;
mod rewriting;
mod table;

use std::collections::BTreeMap;
use std::ops::Range;

use jiff::civil::Date;

use super::check::{self, check};
use super::format::{self, Reader};
use super::limits::{MAX_PHRASING, MAX_TEXT};
use super::load::{File, Sources};
use super::parse::text_of;
use super::{Problem, Severity};
use crate::text::{self, one_line};
use faq::{Faq, FaqEntry};
use new_guide::{NO_CATEGORY, NewGuide, phrasing};

/// How an FAQ is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FaqFormat {
    /// CSV: one row per question.
    Table,
    /// Markdown: one heading per question.
    Page,
}

impl FaqFormat {
    /// The format of a file by what its name ends with, without the dot: `csv`, `tsv`, `md` or `markdown`.
    pub fn of_extension(extension: &str) -> Option<Self> {
        match extension.to_ascii_lowercase().as_str() {
            "csv" | "tsv" => Some(Self::Table),
            "md" | "markdown" => Some(Self::Page),
            _ => None,
        }
    }
}

/// The result of importing an FAQ.
#[derive(Debug)]
pub struct Import {
    /// Its problems, in order of their place.
    pub problems: Vec<Problem>,
    /// The files of the guide, named as in its folder; `None` if a problem is an error.
    pub files: Option<Vec<File>>,
}

/// Turns an FAQ into a guide. Every topic counts as reviewed today.
pub fn import(faq: &File, format: FaqFormat, today: Date) -> Import {
    let mut problems = Vec::new();
    let files = read(faq, format, today, &mut problems);
    problems.sort_by(|a, b| (a.at, a.severity, &a.message).cmp(&(b.at, b.severity, &b.message)));
    let is_sound = !problems
        .iter()
        .any(|problem| problem.severity == Severity::Error);
    Import {
        files: files.filter(|_| is_sound),
        problems,
    }
}

fn read(
    source: &File,
    format: FaqFormat,
    today: Date,
    problems: &mut Vec<Problem>,
) -> Option<Vec<File>> {
    let text = text_of(source, problems)?;
    let mut file = Reader {
        file: &source.name,
        text,
        problems,
    };
    let faq = match format {
        FaqFormat::Table => table::read(&mut file),
        FaqFormat::Page => page::read(&mut file),
    };
    let faq = Faq {
        entries: faq.entries.into_iter().map(FaqEntry::tidied).collect(),
        ..faq
    };
    check_entries(&mut file, &faq.entries);
    let name = faq.name.unwrap_or_else(|| name_of(&source.name));
    let sources = NewGuide::of(&faq.entries).sources(&name, &faq.entries, today);
    if file
        .problems
        .iter()
        .all(|problem| problem.severity != Severity::Error)
    {
        // Anything not caught above is reported for the files as they would be written.
        let found = check(&sources, today).problems.into_iter();
        problems.extend(found.filter(|problem| problem.severity == Severity::Error));
    }
    let Sources {
        guide,
        resources,
        vocabulary,
        out_of_scope,
        topics,
        ..
    } = sources;
    let files = [guide, resources, vocabulary, out_of_scope].into_iter();
    Some(files.chain(topics).collect())
}

/// A guide's name, derived from the FAQ's file name.
fn name_of(file: &str) -> String {
    let name = file.rsplit(['/', '\\']).next().unwrap_or(file);
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    let words = one_line(&stem.replace(['-', '_'], " "));
    if words.is_empty() {
        return NO_CATEGORY.to_owned();
    }
    text::capital(&words)
}

fn check_entries(file: &mut Reader<'_>, entries: &[FaqEntry]) {
    let mut seen: BTreeMap<Vec<String>, Range<usize>> = BTreeMap::new();
    for FaqEntry {
        question,
        answer,
        links,
        ..
    } in entries
    {
        check::at_most(file, "the answer", answer, MAX_TEXT);
        for link in links {
            check::check_url(file, &link.url);
        }
        let length = question.value.chars().count();
        if length > MAX_PHRASING {
            let kept = phrasing(&question.value);
            let last = kept.rsplit(' ').next().unwrap_or_default();
            file.warn(
                &question.span,
                format!("the question has {length} characters, but a phrasing can have at most {MAX_PHRASING}, so it now ends after \"{last}\""),
                "Write a shorter one into `questions` of the topic.",
            );
        }
        let words = text::words(&question.value);
        if words.is_empty() {
            file.error(
                &question.span,
                "the question has no words",
                "Write it as a person would ask it.",
            );
        } else if let Some(first) = seen.get(&words) {
            let line = format::Lines::of(file.text).position(first.start).line;
            file.error(
                &question.span,
                format!("this is also asked in line {line}"),
                "Keep one of the two, with everything that answers it.",
            );
        } else {
            seen.insert(words, question.span.clone());
        }
    }
}
