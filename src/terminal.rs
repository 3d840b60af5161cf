//! A reply in a terminal: headings, wrapped text, links that terminals can open.

use std::fmt::Write as _;

use anstyle::{AnsiColor, Style};

use crate::reply::{Choice, Reply};

/// The maximum width of text: longer lines are hard to read.
const WIDEST: usize = 88;
/// The width of text if the terminal does not report its own.
const USUAL: usize = 80;

/// The prefix of each line of a quote.
const QUOTE: &str = "│ ";

const TITLE: Style = AnsiColor::Cyan.on_default().bold();
const STRONG: Style = Style::new().bold();
const QUIET: Style = Style::new().dimmed();
const LINK: Style = AnsiColor::Blue.on_default().underline();
const NOTICE: Style = AnsiColor::Yellow.on_default();

/// How to draw for one output.
#[derive(Debug, Clone, Copy)]
pub struct Look {
    /// Columns.
    width: usize,
    /// Whether the output is a terminal that opens links (the escape sequence OSC 8).
    links: bool,
}

impl Look {
    /// The settings for standard output as it is now.
    pub fn of_stdout() -> Self {
        let width = terminal_size::terminal_size().map_or(USUAL, |(width, _)| usize::from(width.0));
        Self {
            width: width.clamp(20, WIDEST),
            links: supports_hyperlinks::on(supports_hyperlinks::Stream::Stdout),
        }
    }

    /// Plain text of a fixed width, for files and tests.
    pub fn plain(width: usize) -> Self {
        Self {
            width,
            links: false,
        }
    }
}

/// Draws a reply. The result holds ANSI styles; printing it through `anstream` removes them where they are not wanted.
pub fn draw(reply: &Reply, look: Look) -> String {
    let mut out = String::new();
    let mut line = |text: &str| {
        // Writing to a String cannot fail.
        let _ = writeln!(out, "{text}");
    };
    if !reply.path.is_empty() {
        line(&wrapped(&reply.path.join(" › "), QUIET, "", look));
    }
    line(&wrapped(&reply.title, TITLE, "", look));
    line("");
    if let Some(caveat) = reply.caveat() {
        line(&wrapped(caveat, QUIET, "", look));
        line("");
    }
    line(&markdown(&reply.body, look));
    if let Some(notice) = &reply.notice {
        line("");
        line(&wrapped(notice, NOTICE, "! ", look));
    }
    if !reply.links.is_empty() {
        line("");
        line(&styled("Resources", STRONG));
        for link in &reply.links {
            line(&format!(
                "  {} {}",
                linked(&link.name, &link.url, look),
                styled(&format!("({})", link.facts), QUIET)
            ));
            if !look.links {
                line(&format!("  {}", styled(&link.url, LINK)));
            }
            line(&wrapped(&link.description, Style::new(), "    ", look));
        }
    }
    let also = reply.also.len();
    for (number, choice) in reply.steps().enumerate() {
        let heading = match number {
            0 if also > 0 => Some(reply.heading_of_also()),
            number if number == also => Some(reply.prompt.as_str()),
            _ => None,
        };
        if let Some(heading) = heading {
            line("");
            line(&styled(heading, STRONG));
        }
        line(&choice_line(number + 1, choice));
    }
    if !reply.footer.is_empty() {
        line("");
        line(&wrapped(&reply.footer, QUIET, "", look));
    }
    out
}

fn choice_line(number: usize, choice: &Choice) -> String {
    let number = styled(&format!("{number:>2}."), STRONG);
    if choice.detail.is_empty() {
        return format!("  {number} {}", choice.label);
    }
    format!(
        "  {number} {} {}",
        choice.label,
        styled(&format!("· {}", choice.detail), QUIET)
    )
}

/// Draws the subset of Discord Markdown that topics use: paragraphs, lists, quotes, code blocks, bold, italics and code.
fn markdown(text: &str, look: Look) -> String {
    let mut out: Vec<String> = Vec::new();
    let mut paragraph: Vec<&str> = Vec::new();
    let mut in_code = false;
    let flush = |paragraph: &mut Vec<&str>, out: &mut Vec<String>| {
        if !paragraph.is_empty() {
            out.push(inline(&textwrap::fill(&paragraph.join(" "), look.width)));
            paragraph.clear();
        }
    };
    let indented = |text: &str, first: &str, rest: &str| {
        let options = textwrap::Options::new(look.width)
            .initial_indent(first)
            .subsequent_indent(rest);
        inline(&textwrap::fill(text, options))
    };
    for line in text.lines() {
        let trimmed = line.trim();
        if trimmed.starts_with("```") {
            flush(&mut paragraph, &mut out);
            in_code = !in_code;
        } else if in_code {
            // As it is, so that it can be copied.
            out.push(format!("    {line}"));
        } else if let Some(quoted) = trimmed.strip_prefix('>') {
            flush(&mut paragraph, &mut out);
            out.push(indented(quoted.trim_start(), QUOTE, QUOTE));
        } else if let Some(marker) = list_marker(trimmed) {
            flush(&mut paragraph, &mut out);
            let item = trimmed.get(marker.len()..).unwrap_or_default();
            let bullet = if marker == "- " { "• " } else { marker };
            out.push(indented(item, bullet, &" ".repeat(bullet.chars().count())));
        } else if trimmed.is_empty() {
            flush(&mut paragraph, &mut out);
            out.push(String::new());
        } else {
            paragraph.push(trimmed);
        }
    }
    flush(&mut paragraph, &mut out);
    out.join("\n")
}

/// The marker of a list item, with its space: "- " or "1. ".
fn list_marker(line: &str) -> Option<&str> {
    if line.starts_with("- ") {
        return line.get(..2);
    }
    let digits = line.bytes().take_while(u8::is_ascii_digit).count();
    (digits > 0 && line.get(digits..)?.starts_with(". ")).then(|| line.get(..digits + 2))?
}

/// Styles `**bold**`, `*italic*` and `` `code` ``; a marker without its partner is shown as it is.
fn inline(text: &str) -> String {
    const MARKS: [(&str, Style); 3] = [
        ("**", STRONG),
        ("*", Style::new().italic()),
        ("`", AnsiColor::Green.on_default()),
    ];
    let mut out = String::new();
    let mut rest = text;
    'text: while !rest.is_empty() {
        for (mark, style) in MARKS {
            if let Some(inside) = rest.strip_prefix(mark)
                && let Some(end) = inside.find(mark).filter(|&end| end > 0)
            {
                let (content, after) = inside.split_at(end);
                out.push_str(&styled(content, style));
                rest = after.get(mark.len()..).unwrap_or_default();
                continue 'text;
            }
        }
        let mut characters = rest.chars();
        out.extend(characters.next());
        rest = characters.as_str();
    }
    out
}

fn wrapped(text: &str, style: Style, indent: &str, look: Look) -> String {
    let blank = " ".repeat(indent.chars().count());
    let options = textwrap::Options::new(look.width)
        .initial_indent(indent)
        .subsequent_indent(&blank);
    styled(&textwrap::fill(text, options), style)
}

fn styled(text: &str, style: Style) -> String {
    text.lines()
        .map(|line| format!("{style}{line}{style:#}"))
        .collect::<Vec<_>>()
        .join("\n")
}

/// A link by the escape sequence OSC 8, which terminals open with a click.
fn linked(name: &str, url: &str, look: Look) -> String {
    if look.links {
        format!("\x1b]8;;{url}\x1b\\{}\x1b]8;;\x1b\\", styled(name, LINK))
    } else {
        name.to_owned()
    }
}
