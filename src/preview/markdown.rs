//! Discord's Markdown as HTML (<https://support.discord.com/hc/en-us/articles/210298617>): headlines, small print, lists,
//! quotes, code, links, mentions and what stands inside a line. Everything else is text, and every text is escaped.

/// How deep marks may stand in each other: more is nobody's honest text.
const MAX_DEPTH: usize = 12;
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

/// A text as HTML.
pub(super) fn to_html(text: &str) -> String {
    let mut blocks = Blocks::default();
    blocks.read(text, 0);
    blocks.out
}

/// Text that stands in HTML, in an attribute too.
pub(super) fn escaped(text: &str) -> String {
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

/// Writes blocks, one after the other.
#[derive(Default)]
struct Blocks {
    out: String,
    /// Lines of a paragraph that is not written yet.
    paragraph: Vec<String>,
    /// The lists that are open: how far their items are indented, and their element.
    lists: Vec<(usize, &'static str)>,
}

impl Blocks {
    fn read(&mut self, text: &str, depth: usize) {
        let mut lines = text.lines().peekable();
        while let Some(line) = lines.next() {
            let trimmed = line.trim_start();
            if let Some(first) = trimmed.strip_prefix("```") {
                self.end();
                let mut code: Vec<&str> = Vec::new();
                // What follows the marks on their line is a language, or the code itself.
                if let Some(whole) = first.strip_suffix("```").filter(|code| !code.is_empty()) {
                    code.push(whole);
                } else {
                    if first.contains(' ') {
                        code.push(first);
                    }
                    let rest = lines.by_ref();
                    code.extend(rest.take_while(|line| !line.trim_end().ends_with("```")));
                }
                let code = escaped(&code.join("\n"));
                self.out
                    .push_str(&format!("<pre tabindex=\"0\"><code>{code}</code></pre>"));
            } else if is_quote(line) && depth < MAX_DEPTH {
                self.end();
                let mut inside = vec![without_quote(line)];
                while let Some(next) = lines.next_if(|next| is_quote(next)) {
                    inside.push(without_quote(next));
                }
                self.out.push_str("<blockquote>");
                self.read(&inside.join("\n"), depth + 1);
                self.out.push_str("</blockquote>");
            } else if let Some((element, class, text)) = heading(line) {
                self.end();
                self.out.push_str(&format!(
                    "<{element}{class}>{}</{element}>",
                    inline(text.trim())
                ));
            } else if let Some((indent, element, text)) = item(line) {
                self.item(indent, element, text);
            } else if trimmed.is_empty() {
                self.end();
                if lines.peek().is_some() {
                    self.out.push_str("<div class=\"gap\"></div>");
                }
            } else if !self.lists.is_empty() && line.starts_with("  ") {
                // A line that is indented belongs to the item above it.
                self.out.push_str(&format!("<br>{}", inline(trimmed)));
            } else {
                self.end_lists(0);
                self.paragraph.push(inline(line.trim_end()));
            }
        }
        self.end();
    }

    fn item(&mut self, indent: usize, element: &'static str, text: &str) {
        self.end_paragraph();
        while self.lists.last().is_some_and(|(open, _)| *open > indent) {
            self.end_lists(self.lists.len() - 1);
        }
        match self.lists.last() {
            Some((open, known)) if *open == indent && *known == element => {
                self.out.push_str("</li>");
            }
            Some((open, _)) if *open == indent => {
                self.end_lists(self.lists.len() - 1);
                self.begin(indent, element);
            }
            _ => self.begin(indent, element),
        }
        let start = text.split_once(". ").filter(|_| element == "ol");
        match start {
            Some((number, text)) => self.out.push_str(&format!(
                "<li value=\"{}\">{}",
                escaped(number),
                inline(text.trim())
            )),
            None => self.out.push_str(&format!("<li>{}", inline(text.trim()))),
        }
    }

    fn begin(&mut self, indent: usize, element: &'static str) {
        self.out.push_str(&format!("<{element}>"));
        self.lists.push((indent, element));
    }

    fn end(&mut self) {
        self.end_paragraph();
        self.end_lists(0);
    }

    fn end_paragraph(&mut self) {
        if !self.paragraph.is_empty() {
            let lines = self.paragraph.join("<br>");
            self.out.push_str(&format!("<p>{lines}</p>"));
            self.paragraph.clear();
        }
    }

    /// Ends lists until so many are open.
    fn end_lists(&mut self, open: usize) {
        while self.lists.len() > open {
            if let Some((_, element)) = self.lists.pop() {
                self.out.push_str(&format!("</li></{element}>"));
            }
        }
    }
}

fn is_quote(line: &str) -> bool {
    line.starts_with("> ") || line.trim_end() == ">"
}

fn without_quote(line: &str) -> &str {
    line.strip_prefix("> ").unwrap_or_default()
}

/// The element of a headline or of small print, its class, and its text.
fn heading(line: &str) -> Option<(&'static str, &'static str, &str)> {
    let marks: [(&str, &str, &str); 4] = [
        ("# ", "h2", ""),
        ("## ", "h3", ""),
        ("### ", "h4", ""),
        ("-# ", "p", " class=\"small\""),
    ];
    marks
        .iter()
        .find_map(|(mark, element, class)| Some((*element, *class, line.strip_prefix(mark)?)))
}

/// How far an item of a list is indented, the element of its list, and its text; of a numbered one with the number.
fn item(line: &str) -> Option<(usize, &'static str, &str)> {
    let text = line.trim_start();
    let indent = line.len() - text.len();
    if let Some(text) = text.strip_prefix("- ").or(text.strip_prefix("* ")) {
        return Some((indent, "ul", text));
    }
    let (number, _) = text.split_once(". ")?;
    let is_number = (1..=9).contains(&number.len()) && number.bytes().all(|c| c.is_ascii_digit());
    is_number.then_some((indent, "ol", text))
}

/// What stands inside a line.
fn inline(text: &str) -> String {
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

/// A character that a backslash makes text.
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

/// What stands before the next such mark and what after it, past what is escaped and past code.
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

/// An address that stands in a text.
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

/// Whether it opens a web page and nothing else: `javascript:` is an address as well.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn draws_what_discord_draws() {
        let rows = [
            ("## A title", "<h3>A title</h3>"),
            ("-# small", "<p class=\"small\">small</p>"),
            ("one\ntwo", "<p>one<br>two</p>"),
            (
                "one\n\ntwo",
                "<p>one</p><div class=\"gap\"></div><p>two</p>",
            ),
            (
                "- a\n- b\n  more\n  - c\n- d",
                "<ul><li>a</li><li>b<br>more<ul><li>c</li></ul></li><li>d</li></ul>",
            ),
            (
                "1. a\n2. b",
                "<ol><li value=\"1\">a</li><li value=\"2\">b</li></ol>",
            ),
            (
                "> said\n> twice\nafter",
                "<blockquote><p>said<br>twice</p></blockquote><p>after</p>",
            ),
            (
                "```rust\nlet a = 1 < 2;\n```",
                "<pre tabindex=\"0\"><code>let a = 1 &lt; 2;</code></pre>",
            ),
            (
                "**bold** *it* __u__ ~~s~~ `a*b*`",
                "<p><strong>bold</strong> <em>it</em> <u>u</u> <s>s</s> <code>a*b*</code></p>",
            ),
            ("**a *b* c**", "<p><strong>a <em>b</em> c</strong></p>"),
            (
                "snake_case_name 2 * 3 * 4",
                "<p>snake_case_name 2 * 3 * 4</p>",
            ),
            ("\\*not\\* \\_it\\_", "<p>*not* _it_</p>"),
            (
                "[a \\* b](https://example.org/x%28y%29)",
                "<p><a href=\"https://example.org/x%28y%29\" rel=\"noopener noreferrer\" target=\"_blank\">a * b</a></p>",
            ),
            (
                "see https://example.org/a.",
                "<p>see <a href=\"https://example.org/a\" rel=\"noopener noreferrer\" target=\"_blank\">https://example.org/a</a>.</p>",
            ),
            (
                "use </guide gaps:12> <@7>",
                "<p>use <span class=\"mention\">/guide gaps</span> <span class=\"mention\">@member</span></p>",
            ),
        ];
        for (text, html) in rows {
            assert_eq!(to_html(text), html, "{text}");
        }
    }

    #[test]
    fn nothing_of_a_text_becomes_an_element_or_a_script() {
        let rows = [
            "<script>alert(1)</script>",
            "[x](javascript:alert(1))",
            "[x](https://e.org/\"onclick=\"alert(1))",
            "`<img src=x onerror=alert(1)>`",
            "```\n</code><script>\n```",
            "<https://e.org/\"><script>",
            "**<b onmouseover=x>**",
        ];
        for text in rows {
            let html = to_html(text);
            for bad in ["<script", "<img", "<b ", "href=\"javascript", "\"onclick"] {
                assert!(!html.contains(bad), "{text}: {html}");
            }
        }
    }

    #[test]
    fn marks_without_end_take_no_time_and_no_stack() {
        for mark in ["*", "**", "_", "`", "[", "<", "> ", "||", "*_", "- "] {
            let text = mark.repeat(4_000 / mark.len());
            assert!(to_html(&text).len() < 100_000, "{mark}");
        }
    }
}
