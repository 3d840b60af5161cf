//! A page in Markdown as events, and their words.

use std::ops::Range;

use pulldown_cmark::{Event, Options, Parser, TagEnd};

/// Events, each with where it stands.
pub(super) type Events<'a> = [(Event<'a>, Range<usize>)];

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

pub(super) fn options() -> Options {
    Options::ENABLE_TABLES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_YAML_STYLE_METADATA_BLOCKS
}

/// The number of events from the first to its end.
pub(super) fn length(events: &Events<'_>) -> usize {
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
pub(super) fn said(events: &Events<'_>) -> String {
    let words = events.iter().map(|(event, _)| match event {
        Event::Text(text) | Event::Code(text) => text.as_ref(),
        Event::SoftBreak | Event::HardBreak => " ",
        _ => "",
    });
    words.collect()
}
