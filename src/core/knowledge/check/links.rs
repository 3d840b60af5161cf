//! The rules for links in texts, which are written `[name](address)`: brackets in either part can end it early.

use crate::knowledge::format::{Located, Reader};

/// Warns about the links of a text that have brackets of their own.
pub(super) fn check_links(file: &mut Reader<'_>, shown: &Located<String>) {
    for (middle, _) in shown.value.match_indices("](http") {
        let (before, after) = shown.value.split_at(middle);
        let Some(name) = name_before(before) else {
            continue;
        };
        let address = after.trim_start_matches("](");
        let address = address.split([')', ' ', '\n']).next().unwrap_or_default();
        let at = place(file, shown, &format!("[{name}]({address}"));
        let has_bracket = |text: &str| unescaped(text).any(|(_, c)| ['[', ']'].contains(&c));
        if has_bracket(name) {
            file.warn(
                &at,
                format!(
                    "the name of the link to {address} has square brackets, which can end it early"
                ),
                "Leave them out, or write round brackets.",
            );
        }
        if address.contains('(') {
            file.warn(
                &at,
                format!("the address of the link \"{name}\" has a bracket, which can end it early"),
                "Write %28 for ( and %29 for ).",
            );
        }
    }
}

/// What stands between the end of a text and the bracket that was opened for it.
fn name_before(text: &str) -> Option<&str> {
    let brackets: Vec<(usize, char)> = unescaped(text).collect();
    let mut open = 1;
    let start = brackets.into_iter().rev().find_map(|(at, c)| {
        open += match c {
            ']' => 1,
            '[' => -1,
            _ => 0,
        };
        (open == 0).then_some(at + 1)
    });
    text.get(start?..)
}

/// The characters of a text without those after a backslash, which Discord shows as they are.
fn unescaped(text: &str) -> impl Iterator<Item = (usize, char)> {
    let mut is_escaped = false;
    text.char_indices().filter(move |(_, c)| {
        let is_markup = !is_escaped;
        is_escaped = is_markup && *c == '\\';
        is_markup
    })
}

/// Where the file has a part of a value; the value itself if it is written in another way there.
fn place(file: &Reader<'_>, shown: &Located<String>, part: &str) -> std::ops::Range<usize> {
    let written = file.text.get(shown.span.clone()).unwrap_or_default();
    let start = shown.span.start + written.find(part).unwrap_or_default();
    start..shown.span.end
}
