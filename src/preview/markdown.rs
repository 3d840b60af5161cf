//! Discord's Markdown as HTML (<https://support.discord.com/hc/en-us/articles/210298617>): headlines, small print, lists,
//! quotes, code, links, mentions and inline markup. Everything else is text, and all text is escaped.

mod inline;

use inline::{MAX_DEPTH, inline};

pub(super) use inline::escaped;

/// A text as HTML.
pub(super) fn to_html(text: &str) -> String {
    let mut blocks = Blocks::default();
    blocks.read(text, 0);
    blocks.out
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

    /// Closes lists until this many are open.
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
    fn no_text_becomes_an_element_or_a_script() {
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
    fn unclosed_marks_take_little_time_and_stack() {
        for mark in ["*", "**", "_", "`", "[", "<", "> ", "||", "*_", "- "] {
            let text = mark.repeat(4_000 / mark.len());
            assert!(to_html(&text).len() < 100_000, "{mark}");
        }
    }
}
