//! What the rules have in common.

use std::collections::BTreeSet;

use crate::knowledge::Problem;
use crate::knowledge::format::{self, Located, Reader, TopicFile, suggestion};
use crate::knowledge::limits::MAX_ID;
use crate::knowledge::load::File;

/// The ids that exist. `None` if the file that defines them cannot be read; references are then not checked.
pub(super) struct Ids<'a> {
    pub topics: Vec<&'a str>,
    pub categories: Option<Vec<&'a str>>,
    pub resources: Option<Vec<&'a str>>,
    pub official: BTreeSet<&'a str>,
}

pub(super) fn with(source: &File, problems: &mut Vec<Problem>, rule: impl FnOnce(&mut Reader<'_>)) {
    let text = String::from_utf8_lossy(&source.bytes);
    rule(&mut Reader {
        file: &source.name,
        text: &text,
        problems,
    });
}

/// How many words a text has; lone symbols do not count.
pub(super) fn count_words(text: &str) -> usize {
    text.split_whitespace()
        .filter(|word| word.chars().any(char::is_alphanumeric))
        .count()
}

/// Whether a file is a copy of a topic that still has its own file.
pub(super) fn is_copy(stem: &str, topic: &TopicFile, stems: &[&str]) -> bool {
    let id = topic.id.value.as_str();
    id != stem && stems.contains(&id)
}

pub(in crate::knowledge) fn at_most(
    file: &mut Reader<'_>,
    what: &str,
    text: &Located<String>,
    limit: usize,
) {
    let length = text.value.chars().count();
    if length > limit {
        file.error(
            &text.span,
            format!("{what} has {length} characters, but the limit is {limit}"),
            format!("Shorten it by {}.", length - limit),
        );
    }
}

pub(super) fn check_id(file: &mut Reader<'_>, id: &Located<String>) {
    at_most(file, "the id", id, MAX_ID);
    if !id
        .value
        .chars()
        .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
    {
        file.error(
            &id.span,
            format!(
                "the id `{}` has characters that an id cannot have",
                id.value
            ),
            "Use lower-case letters, digits and hyphens: take-home.",
        );
    }
}

pub(super) fn unique_ids<'a>(
    file: &mut Reader<'_>,
    ids: impl Iterator<Item = &'a Located<String>>,
    what: &str,
) {
    let mut seen = BTreeSet::new();
    for id in ids.filter(|id| !id.value.is_empty()) {
        check_id(file, id);
        if !seen.insert(id.value.as_str()) {
            file.error(
                &id.span,
                format!("the {what} `{}` exists twice", id.value),
                "Give one of them another id, or remove it.",
            );
        }
    }
}

pub(super) fn exists(file: &mut Reader<'_>, what: &str, id: &Located<String>, known: &[&str]) {
    if id.value.is_empty() || known.contains(&id.value.as_str()) {
        return;
    }
    let help = match format::nearest(&id.value, known.iter().copied()) {
        Some(near) => format!("Did you mean `{near}`?"),
        None => format!("Remove it, or add the {what} first."),
    };
    file.error(&id.span, format!("there is no {what} `{}`", id.value), help);
}

pub(super) fn one_of(file: &mut Reader<'_>, what: &str, text: &Located<String>, allowed: &[&str]) {
    if !text.value.is_empty() && !allowed.contains(&text.value.as_str()) {
        file.error(
            &text.span,
            format!("`{}` is not a {what}", text.value),
            suggestion(&text.value, allowed),
        );
    }
}
