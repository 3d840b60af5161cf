//! An answer in Markdown, rewritten as Discord shows it.

use std::ops::Range;

use pulldown_cmark::{Event, LinkType, Tag, TagEnd};

use super::events::{Events, length, said};
use super::faq::FaqLink;
use crate::knowledge::format::{Located, Reader};

/// The maximum length, in words, of a line such as "Useful links:" that belongs to the list below it.
const INTRODUCES: usize = 6;

/// The replacement for a range.
pub(super) struct Edit {
    pub range: Range<usize>,
    pub text: String,
}

/// A part of the text with its edits, or without those that remove lists of links.
pub(super) fn rewritten(
    text: &str,
    body: &Range<usize>,
    edits: &[(Edit, bool)],
    lists: bool,
) -> String {
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

/// The answer to one question, being converted to Discord's Markdown.
pub(super) struct Rewriting<'a, 'e> {
    pub events: &'a Events<'e>,
    /// Each with whether it removes a list of links.
    pub edits: Vec<(Edit, bool)>,
    pub links: Vec<FaqLink>,
}

impl<'e> Rewriting<'_, 'e> {
    /// Records every edit and link of the answer.
    pub(super) fn run(&mut self, file: &mut Reader<'_>) {
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

    /// Puts a text in the place of a range.
    pub(super) fn put(&mut self, range: Range<usize>, text: &str) {
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
                "Discord shows HTML as plain text",
                "Write it as Markdown, here or in the topic.",
            );
        }
    }

    /// Converts a link, which stays as it is unless it is a reference link. Returns whether it was handled.
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

    /// Turns a list that contains only links into resources. Returns whether it is one.
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

    /// Where the paragraph before a list begins, if it only introduces the list.
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
        format!("not imported: `{url}`, which leads nowhere from Discord"),
        "Write the whole address, which begins with https://.",
    );
}
