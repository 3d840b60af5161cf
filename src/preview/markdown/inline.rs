//! Inline markup: emphasis, code, links, mentions and addresses.

/// How deeply markup may be nested: no honest text needs more.
pub(super) const MAX_DEPTH: usize = 12;
/// Marks around a text, longest first, and the element that each makes.
const MARKS: [(&str, &str); 7] = [
    ("***", "strong"),
    ("**", "strong"),
    ("__", "u"),
    ("~~", "s"),
    ("||", "mark"),
    ("*", "em"),
    ("_", "em"),
];

/// Text escaped for HTML, including attributes.
pub(in crate::preview) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            _ => out.push(character),
        }
    }
    out
}

/// Inline markup.
pub(super) fn inline(text: &str) -> String {
    let mut out = String::new();
    write_inline(&mut out, text, 0);
    out
}

fn write_inline(out: &mut String, text: &str, depth: usize) {
    let mut rest = text;
    let mut before = ' ';
    while let Some(character) = rest.chars().next() {
        let read = escape_at(out, rest)
            .or_else(|| code_at(out, rest))
            .or_else(|| mark_at(out, rest, before, depth))
            .or_else(|| link_at(out, rest, depth))
            .or_else(|| angle_at(out, rest))
            .or_else(|| address_at(out, rest, before));
        match read {
            Some(after) => {
                rest = after;
                before = ' ';
            }
            None => {
                out.push_str(&escaped(character.encode_utf8(&mut [0; 4])));
                rest = rest.get(character.len_utf8()..).unwrap_or_default();
                before = character;
            }
        }
    }
}

/// A character escaped by a backslash.
fn escape_at<'a>(out: &mut String, text: &'a str) -> Option<&'a str> {
    let rest = text.strip_prefix('\\')?;
    let character = rest.chars().next().filter(char::is_ascii_punctuation)?;
    out.push_str(&escaped(character.encode_utf8(&mut [0; 4])));
    rest.get(1..)
}

/// Code between one, two or more backticks.
fn code_at<'a>(out: &mut String, text: &'a str) -> Option<&'a str> {
    let inside = text.trim_start_matches('`');
    let mark = text.get(..text.len() - inside.len())?;
    if mark.is_empty() {
        return None;
    }
    let (code, after) = inside
        .split_once(mark)
        .filter(|(code, _)| !code.is_empty())?;
    out.push_str(&format!("<code>{}</code>", escaped(code.trim())));
    Some(after)
}

/// A text between marks.
fn mark_at<'a>(out: &mut String, text: &'a str, before: char, depth: usize) -> Option<&'a str> {
    let mut marks = MARKS.iter().filter(|_| depth < MAX_DEPTH);
    let (mark, element) = marks.find(|(mark, _)| text.starts_with(mark))?;
    let inside = text.strip_prefix(mark)?;
    let is_single = mark.len() == 1;
    // A lone mark opens nothing before a space, and `_` nothing inside a word: snake_case.
    if is_single && inside.starts_with(char::is_whitespace)
        || *mark == "_" && before.is_alphanumeric()
    {
        return None;
    }
    let (content, after) = up_to(inside, mark)?;
    let ends_in_word = after.starts_with(char::is_alphanumeric);
    if content.is_empty()
        || *mark == "_" && ends_in_word
        || *mark == "*" && content.ends_with(char::is_whitespace)
    {
        return None;
    }
    let (open, close) = match *mark {
        "***" => ("<strong><em>".to_owned(), "</em></strong>".to_owned()),
        "||" => ("<mark class=\"spoiler\">".to_owned(), "</mark>".to_owned()),
        _ => (format!("<{element}>"), format!("</{element}>")),
    };
    out.push_str(&open);
    write_inline(out, content, depth + 1);
    out.push_str(&close);
    Some(after)
}

/// The text before and after the next such mark, skipping escaped characters and code.
fn up_to<'a>(text: &'a str, mark: &str) -> Option<(&'a str, &'a str)> {
    let mut at = 0;
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        if let Some(after) = rest.strip_prefix(mark) {
            // `**` does not end a lone `*`.
            let doubled = mark.len() == 1 && after.starts_with(mark);
            if !doubled {
                return Some((text.get(..at)?, after));
            }
            at += 2 * mark.len();
            continue;
        }
        let skipped = rest
            .strip_prefix('\\')
            .and_then(|rest| rest.chars().next())
            .map(|character| 1 + character.len_utf8())
            .or_else(|| {
                let (code, _) = rest.strip_prefix('`')?.split_once('`')?;
                Some(code.len() + 2)
            });
        at += skipped.unwrap_or(rest.chars().next().map_or(1, char::len_utf8));
    }
    None
}

/// `[text](address)`.
fn link_at<'a>(out: &mut String, text: &'a str, depth: usize) -> Option<&'a str> {
    let (label, after) = up_to(text.strip_prefix('[')?, "]")?;
    let (address, after) = after.strip_prefix('(')?.split_once(')')?;
    let address = address.trim_matches(['<', '>']);
    if label.is_empty() || !is_address(address) || depth >= MAX_DEPTH {
        return None;
    }
    out.push_str(&opening_of(address));
    write_inline(out, label, depth + 1);
    out.push_str("</a>");
    Some(after)
}

/// `<address>`, and mentions: of a person, a role, a channel or a command.
fn angle_at<'a>(out: &mut String, text: &'a str) -> Option<&'a str> {
    let (inside, after) = text.strip_prefix('<')?.split_once('>')?;
    if is_address(inside) {
        out.push_str(&format!("{}{}</a>", opening_of(inside), escaped(inside)));
        return Some(after);
    }
    let is_id = |id: &str| !id.is_empty() && id.bytes().all(|c| c.is_ascii_digit());
    let name = if let Some((name, _)) = inside
        .strip_prefix('/')
        .and_then(|command| command.rsplit_once(':').filter(|(_, id)| is_id(id)))
    {
        format!("/{name}")
    } else if inside.strip_prefix("@&").is_some_and(is_id) {
        "@role".to_owned()
    } else if inside.strip_prefix('#').is_some_and(is_id) {
        "#channel".to_owned()
    } else {
        inside
            .strip_prefix('@')
            .map(|id| id.trim_start_matches('!'))
            .filter(|id| is_id(id))?;
        "@member".to_owned()
    };
    out.push_str(&format!(
        "<span class=\"mention\">{}</span>",
        escaped(&name)
    ));
    Some(after)
}

/// A bare address in a text.
fn address_at<'a>(out: &mut String, text: &'a str, before: char) -> Option<&'a str> {
    if before.is_alphanumeric() || !text.starts_with("http") {
        return None;
    }
    let end = text
        .find(|c: char| c.is_whitespace() || matches!(c, '<' | '>' | '"'))
        .unwrap_or(text.len());
    let address = text
        .get(..end)?
        .trim_end_matches(['.', ',', ':', ';', '!', '?', ')', '\'']);
    if !is_address(address) {
        return None;
    }
    out.push_str(&format!("{}{}</a>", opening_of(address), escaped(address)));
    text.get(address.len()..)
}

/// Whether it opens a web page and nothing else: `javascript:` is a URL too.
fn is_address(text: &str) -> bool {
    let rest = text
        .strip_prefix("https://")
        .or(text.strip_prefix("http://"));
    rest.is_some_and(|rest| !rest.is_empty() && !rest.contains(char::is_whitespace))
}

fn opening_of(address: &str) -> String {
    format!(
        "<a href=\"{}\" rel=\"noopener noreferrer\" target=\"_blank\">",
        escaped(address)
    )
}
