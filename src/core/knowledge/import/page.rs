//! An FAQ in Markdown (<https://spec.commonmark.org/0.31.2/>): one heading per question, with the answer below it.
//!
//! Answers are kept as written, except where Discord's Markdown differs: wrapped lines, reference links,
//! images, tables and comments. A list that contains only links becomes resources.

use std::ops::Range;

use pulldown_cmark::{Event, HeadingLevel, Parser, Tag};

use super::events::{Events, length, options, said};
use super::faq::{Faq, FaqEntry};
use super::rewriting::{Rewriting, rewritten};
use crate::knowledge::format::{Located, Reader};

/// How a page must be written.
const HELP: &str = "Write each question as a heading (## …) with its answer below.";
/// A heading, and what stands below it until the next.
struct PagePart {
    level: HeadingLevel,
    title: String,
    span: Range<usize>,
    body: Range<usize>,
}

pub(super) fn read(file: &mut Reader<'_>) -> Faq {
    let text = file.text;
    let parser = Parser::new_ext(text, options());
    let definitions = parser.reference_definitions().iter();
    let definitions: Vec<Range<usize>> = definitions.map(|(_, link)| link.span.clone()).collect();
    let events: Vec<_> = parser.into_offset_iter().collect();
    let parts = parts(&events, text.len());
    let Some(first) = parts.first() else {
        file.error(&(0..0), "there is no heading in this file", HELP);
        return Faq::default();
    };
    let is_title = parts.len() > 1 && parts.iter().skip(1).all(|part| part.level > first.level);
    let before = before(&events, first.span.start);
    let introduction = if is_title { first.body.clone() } else { before };
    if let Some(begins) = written(text, &introduction) {
        file.warn(
            &begins,
            "not imported: the text before the first question",
            "If it answers something, give it a heading.",
        );
    }
    let mut entries = Vec::new();
    let mut above: Vec<&PagePart> = Vec::new();
    for (at, part) in parts.iter().enumerate().skip(usize::from(is_title)) {
        above.retain(|other| other.level < part.level);
        let has_parts = parts
            .get(at + 1)
            .is_some_and(|next| next.level > part.level);
        let inside = within(&events, &part.body);
        if written(text, &part.body).is_none() {
            if !has_parts {
                file.error(&part.span, "this question has no answer", HELP);
            }
        } else if is_contents(inside) {
            file.warn(
                &part.span,
                "not imported: this is a table of contents",
                "You don't need to do anything.",
            );
        } else {
            warn_of_bold_questions(file, part, inside);
            let category = above.last().map(|part| part.title.clone());
            entries.push(entry(file, part, inside, &definitions, category));
        }
        above.push(part);
    }
    if entries.is_empty() && file.problems.is_empty() {
        file.error(&first.span, "there is no question in this file", HELP);
    }
    Faq {
        name: is_title.then(|| first.title.clone()),
        entries,
    }
}

/// The events in a range of the text that no block crosses.
fn within<'a, 'e>(events: &'a Events<'e>, range: &Range<usize>) -> &'a Events<'e> {
    let begin = events.partition_point(|(_, at)| at.start < range.start);
    let end = events.partition_point(|(_, at)| at.start < range.end);
    events.get(begin..end).unwrap_or_default()
}

/// Every heading that stands in no list or quote.
fn parts(events: &Events<'_>, end: usize) -> Vec<PagePart> {
    let mut parts: Vec<PagePart> = Vec::new();
    let mut depth = 0_usize;
    for (number, (event, range)) in events.iter().enumerate() {
        match event {
            Event::Start(Tag::Heading { level, .. }) if depth == 0 => {
                if let Some(before) = parts.last_mut() {
                    before.body.end = range.start;
                }
                let inside = events.get(number..).unwrap_or_default();
                let length = length(inside);
                parts.push(PagePart {
                    level: *level,
                    title: said(inside.get(..length).unwrap_or_default()),
                    span: range.clone(),
                    body: range.end..end,
                });
                depth += 1;
            }
            Event::Start(_) => depth += 1,
            Event::End(_) => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    parts
}

/// The text before the first heading, apart from metadata.
fn before(events: &Events<'_>, end: usize) -> Range<usize> {
    let metadata = events.iter().find_map(|(event, range)| match event {
        Event::Start(Tag::MetadataBlock(_)) => Some(range.end),
        _ => None,
    });
    metadata.unwrap_or_default().min(end)..end
}

/// Where the text in a range begins, if there is any.
fn written(text: &str, range: &Range<usize>) -> Option<Range<usize>> {
    let inside = text.get(range.clone())?;
    let start = range.start + inside.len() - inside.trim_start().len();
    (!inside.trim().is_empty()).then_some(start..start)
}

/// Whether there is nothing but links to other places of the page.
fn is_contents(events: &Events<'_>) -> bool {
    let mut links = 0;
    let mut at = 0;
    while let Some((event, _)) = events.get(at) {
        let rest = events.get(at..).unwrap_or_default();
        match event {
            Event::Start(Tag::Link { dest_url, .. }) if dest_url.starts_with('#') => {
                links += 1;
                at += length(rest);
            }
            Event::Text(text) if !text.trim().is_empty() => return false,
            Event::Start(Tag::Link { .. } | Tag::Image { .. }) | Event::Code(_) => return false,
            _ => at += 1,
        }
    }
    links > 0
}

/// Warns of several questions below one heading that are only bold: they become one answer.
fn warn_of_bold_questions(file: &mut Reader<'_>, part: &PagePart, events: &Events<'_>) {
    let is_bold = |pair: &Events<'_>| {
        matches!(
            pair,
            [
                (Event::Start(Tag::Paragraph), _),
                (Event::Start(Tag::Strong), _)
            ]
        )
    };
    let asks = |at: usize| {
        let rest = events.get(at..).unwrap_or_default();
        let bold = rest.get(..length(rest)).unwrap_or_default();
        said(bold).trim_end().ends_with('?')
    };
    let pairs = events.windows(2).enumerate();
    let questions = pairs.filter(|(at, pair)| is_bold(pair) && asks(at + 1));
    let count = questions.count();
    if count > 1 {
        file.warn(
            &part.span,
            format!("{count} questions below this heading are only bold, so they became one topic"),
            HELP,
        );
    }
}

fn entry(
    file: &mut Reader<'_>,
    part: &PagePart,
    events: &Events<'_>,
    definitions: &[Range<usize>],
    category: Option<String>,
) -> FaqEntry {
    let mut rewriting = Rewriting {
        events,
        edits: Vec::new(),
        links: Vec::new(),
    };
    rewriting.run(file);
    for definition in definitions {
        rewriting.put(definition.clone(), "");
    }
    let Rewriting {
        mut edits, links, ..
    } = rewriting;
    edits.retain(|(edit, _)| part.body.contains(&edit.range.start));
    edits.sort_by_key(|(edit, _)| edit.range.start);
    let (without_lists, with_lists) = (
        rewritten(file.text, &part.body, &edits, true),
        rewritten(file.text, &part.body, &edits, false),
    );
    // An answer that is a list of links stays one: something must be shown.
    let (answer, links) = if without_lists.is_empty() {
        (with_lists, Vec::new())
    } else {
        (without_lists, links)
    };
    FaqEntry {
        question: Located {
            value: part.title.clone(),
            span: part.span.clone(),
        },
        answer: Located {
            value: answer,
            span: part.span.clone(),
        },
        links,
        category,
    }
}
