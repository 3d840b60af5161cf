//! An FAQ in Markdown (<https://spec.commonmark.org/0.31.2/>): a heading a question, and below it the answer.
//!
//! Answers stay as they are written, except for what Discord does not show as Markdown does: lines that go on, links that are
//! defined elsewhere, images, tables and comments. A list of nothing but links becomes resources.

use std::ops::Range;

use pulldown_cmark::{Event, HeadingLevel, LinkType, Options, Parser, Tag, TagEnd};

use super::super::format::{Located, Reader};
use super::{Faq, FaqEntry, FaqLink};

/// How a page must be written.
const MEND: &str = "Write each question as a heading (## …) with its answer below.";
/// The most words of a line such as "Useful links:" that goes with the list below it.
const INTRODUCES: usize = 6;

type Events<'a> = [(Event<'a>, Range<usize>)];

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
        file.error(&(0..0), "there is no heading in this file", MEND);
        return Faq::default();
    };
    let is_title = parts.len() > 1 && parts.iter().skip(1).all(|part| part.level > first.level);
    let before = before(&events, first.span.start);
    let introduction = if is_title { first.body.clone() } else { before };
    if let Some(begins) = written(text, &introduction) {
        file.warn(
            &begins,
            "not taken over: the text before the first question",
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
                file.error(&part.span, "nothing answers this question", MEND);
            }
        } else if is_contents(inside) {
            file.warn(
                &part.span,
                "not taken over: this is a table of contents",
                "There is nothing to do.",
            );
        } else {
            let category = above.last().map(|part| part.title.clone());
            entries.push(entry(file, part, inside, &definitions, category));
        }
        above.push(part);
    }
    if entries.is_empty() && file.problems.is_empty() {
        file.error(&first.span, "there is no question in this file", MEND);
    }
    Faq {
        name: is_title.then(|| first.title.clone()),
        entries,
    }
}

/// What a text in Markdown says, without marks.
pub(super) fn plain_text(text: &str) -> String {
    let events = Parser::new_ext(text, options());
    let mut plain = String::new();
    for event in events {
        match event {
            Event::Text(text) | Event::Code(text) => plain.push_str(&text),
            Event::SoftBreak => plain.push(' '),
            Event::HardBreak | Event::End(TagEnd::Paragraph | TagEnd::Item) => plain.push('\n'),
            _ => {}
        }
    }
    plain
}

fn options() -> Options {
    Options::ENABLE_TABLES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_YAML_STYLE_METADATA_BLOCKS
}

/// The events of a range of the text, which no block crosses.
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

/// How many events the first is, with its end and all between.
fn length(events: &Events<'_>) -> usize {
    let mut depth = 0_usize;
    for (number, (event, _)) in events.iter().enumerate() {
        match event {
            Event::Start(_) => depth += 1,
            Event::End(_) => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0 {
            return number + 1;
        }
    }
    events.len()
}

/// The words of events.
fn said(events: &Events<'_>) -> String {
    let words = events.iter().map(|(event, _)| match event {
        Event::Text(text) | Event::Code(text) => text.as_ref(),
        Event::SoftBreak | Event::HardBreak => " ",
        _ => "",
    });
    words.collect()
}

/// What stands before the first heading, apart from metadata.
fn before(events: &Events<'_>, end: usize) -> Range<usize> {
    let metadata = events.iter().find_map(|(event, range)| match event {
        Event::Start(Tag::MetadataBlock(_)) => Some(range.end),
        _ => None,
    });
    metadata.unwrap_or_default().min(end)..end
}

/// Where something is written in a range, if it is.
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

/// What is written in place of a range.
struct Edit {
    range: Range<usize>,
    text: String,
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

/// A part of the text with its edits, or without those that remove lists of links.
fn rewritten(text: &str, body: &Range<usize>, edits: &[(Edit, bool)], lists: bool) -> String {
    let mut out = String::new();
    let mut at = body.start;
    for (Edit { range, text: new }, is_list) in edits {
        if range.start < at || (*is_list && !lists) {
            continue;
        }
        out.push_str(text.get(at..range.start).unwrap_or_default());
        out.push_str(new);
        at = range.end;
    }
    out.push_str(text.get(at..body.end).unwrap_or_default());
    let lines: Vec<&str> = out.lines().map(str::trim_end).collect();
    let mut kept: Vec<&str> = Vec::new();
    for line in lines {
        if !line.is_empty() || kept.last().is_some_and(|last| !last.is_empty()) {
            kept.push(line);
        }
    }
    kept.join("\n").trim_matches('\n').to_owned()
}

/// The answer to one question, on its way to what Discord shows.
struct Rewriting<'a, 'e> {
    events: &'a Events<'e>,
    /// Each with whether it removes a list of links.
    edits: Vec<(Edit, bool)>,
    links: Vec<FaqLink>,
}

impl<'e> Rewriting<'_, 'e> {
    fn run(&mut self, file: &mut Reader<'_>) {
        let events = self.events;
        let (mut at, mut depth) = (0, 0_usize);
        while let Some((event, range)) = events.get(at) {
            let rest = events.get(at..).unwrap_or_default();
            let whole = rest.get(..length(rest)).unwrap_or_default();
            let is_done = match event {
                Event::SoftBreak => {
                    let next = events.get(at + 1).map_or(range.end, |(_, next)| next.start);
                    self.put(range.start..next.max(range.end), " ");
                    false
                }
                Event::Rule => {
                    self.put(range.clone(), "");
                    false
                }
                Event::Start(Tag::HtmlBlock) | Event::InlineHtml(_) => {
                    self.html(file, range);
                    true
                }
                Event::Start(Tag::Link {
                    link_type,
                    dest_url,
                    ..
                }) => self.link(file, range, *link_type, dest_url, &said(whole)),
                Event::Start(Tag::Image { dest_url, .. }) => {
                    self.image(file, range, dest_url, &said(whole));
                    true
                }
                Event::Start(Tag::Table(_)) => {
                    let table = file.text.get(range.clone()).unwrap_or_default();
                    self.put(range.clone(), &format!("```\n{}\n```\n", table.trim_end()));
                    true
                }
                Event::Start(Tag::List(_)) if depth == 0 => self.list(file.text, at, whole),
                _ => false,
            };
            if is_done {
                at += whole.len();
                continue;
            }
            match event {
                Event::Start(_) => depth += 1,
                Event::End(_) => depth = depth.saturating_sub(1),
                _ => {}
            }
            at += 1;
        }
    }

    fn put(&mut self, range: Range<usize>, text: &str) {
        let text = text.to_owned();
        self.edits.push((Edit { range, text }, false));
    }

    fn html(&mut self, file: &mut Reader<'_>, range: &Range<usize>) {
        let html = file.text.get(range.clone()).unwrap_or_default();
        let tag = html.trim().to_ascii_lowercase();
        if tag.starts_with("<!--") {
            self.put(range.clone(), "");
        } else if tag.starts_with("<br") {
            self.put(range.clone(), "\n");
        } else if !tag.starts_with("</") {
            file.warn(
                range,
                "Discord shows HTML as it is written",
                "Write it in Markdown, in the topic if not here.",
            );
        }
    }

    /// A link, which stays as it is unless it is defined elsewhere; whether that is all.
    fn link(
        &mut self,
        file: &mut Reader<'_>,
        range: &Range<usize>,
        kind: LinkType,
        url: &str,
        said: &str,
    ) -> bool {
        if !is_absolute(url) {
            warn_of_relative(file, range, url);
            self.put(range.clone(), said);
            return true;
        }
        if matches!(
            kind,
            LinkType::Inline | LinkType::Autolink | LinkType::Email
        ) {
            return false;
        }
        self.put(range.clone(), &format!("[{said}]({url})"));
        true
    }

    fn image(&mut self, file: &mut Reader<'_>, range: &Range<usize>, url: &str, said: &str) {
        if is_absolute(url) {
            let name = if said.is_empty() { "image" } else { said };
            self.put(range.clone(), &format!("[{name}]({url})"));
        } else {
            warn_of_relative(file, range, url);
            self.put(range.clone(), said);
        }
    }

    /// A list that is nothing but links, which become resources; whether it is one.
    fn list(&mut self, text: &str, at: usize, list: &Events<'e>) -> bool {
        let items = list.iter().enumerate().filter_map(|(number, (event, _))| {
            let rest = list.get(number..)?;
            matches!(event, Event::Start(Tag::Item)).then(|| rest.get(..length(rest)))?
        });
        let links: Option<Vec<FaqLink>> = items.map(link_alone).collect();
        let (Some(links), Some((_, range))) =
            (links.filter(|links| !links.is_empty()), list.first())
        else {
            return false;
        };
        self.links.extend(links);
        let start = self.introduction(text, at).unwrap_or(range.start);
        // What was rewritten of the introduction goes with it.
        self.edits.retain(|(edit, _)| edit.range.start < start);
        let edit = Edit {
            range: start..range.end,
            text: String::new(),
        };
        self.edits.push((edit, true));
        true
    }

    /// Where the paragraph before a list begins, if it says no more than that a list comes.
    fn introduction(&self, text: &str, at: usize) -> Option<usize> {
        let (event, range) = self.events.get(at.checked_sub(1)?)?;
        let before = text.get(range.clone())?.trim_end();
        let introduces = matches!(event, Event::End(TagEnd::Paragraph))
            && before.trim_end_matches(['*', '_']).ends_with(':')
            && before.split_whitespace().count() <= INTRODUCES;
        introduces.then_some(range.start)
    }
}

/// The link of an item that is a link and, at most, a description after it.
fn link_alone(item: &Events<'_>) -> Option<FaqLink> {
    let inside = item.get(1..item.len().saturating_sub(1))?;
    let is_paragraph = |event: &Event<'_>| {
        matches!(
            event,
            Event::Start(Tag::Paragraph) | Event::End(TagEnd::Paragraph)
        )
    };
    let begin = inside.iter().position(|(event, _)| !is_paragraph(event))?;
    let rest = inside.get(begin..)?;
    let (Event::Start(Tag::Link { dest_url, .. }), range) = rest.first()? else {
        return None;
    };
    if !dest_url.starts_with("https://") {
        return None;
    }
    let length = length(rest);
    let after = rest.get(length..)?;
    let is_plain = |event: &Event<'_>| {
        is_paragraph(event) || matches!(event, Event::Text(_) | Event::SoftBreak | Event::Code(_))
    };
    let description = said(after);
    let marks = ['-', '–', '—', ':', ',', '.', ' '];
    let is_description = description.is_empty() || description.trim_start().starts_with(marks);
    if !is_description || !after.iter().all(|(event, _)| is_plain(event)) {
        return None;
    }
    let name = said(rest.get(..length)?);
    Some(FaqLink {
        name: if name == dest_url.as_ref() {
            String::new()
        } else {
            name
        },
        url: Located {
            value: dest_url.to_string(),
            span: range.clone(),
        },
        description: description
            .trim()
            .trim_start_matches(marks)
            .trim()
            .to_owned(),
    })
}

fn is_absolute(url: &str) -> bool {
    ["https://", "http://", "mailto:"]
        .iter()
        .any(|scheme| url.starts_with(scheme))
        || (url.contains('@') && !url.contains('/'))
}

fn warn_of_relative(file: &mut Reader<'_>, range: &Range<usize>, url: &str) {
    file.warn(
        range,
        format!("not taken over: `{url}`, which leads nowhere from Discord"),
        "Write the whole address, which begins with https://.",
    );
}
