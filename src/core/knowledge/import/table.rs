//! An FAQ in CSV (<https://www.rfc-editor.org/rfc/rfc4180>): one row per question; the first row may name the columns.

use csv::{ReaderBuilder, StringRecord};

use super::faq::{Faq, FaqEntry, FaqLink};
use crate::knowledge::format::{Located, Reader};

/// Field separators, those that are rarest within text first.
const DELIMITERS: [u8; 3] = [b'\t', b';', b','];
/// What the columns may be called, in lower case.
const QUESTION: [&str; 3] = ["question", "questions", "q"];
const ANSWER: [&str; 4] = ["answer", "answers", "a", "reply"];
const LINK: [&str; 5] = ["link", "links", "url", "source", "resource"];
const CATEGORY: [&str; 4] = ["category", "topic", "section", "group"];
/// The most words that the name of a column is likely to have.
const NAME_WORDS: usize = 2;
/// How to write a row.
const HELP: &str = "Write the question, the answer and, if there is one, the link; quote a field that contains a separator.";

/// A row, and where it begins, in bytes.
struct Row {
    start: usize,
    fields: Vec<String>,
}

/// Which field is what.
struct Columns {
    question: usize,
    answer: usize,
    link: Option<usize>,
    category: Option<usize>,
    /// How many fields a row has at most.
    count: usize,
}

pub(super) fn read(file: &mut Reader<'_>) -> Faq {
    let tables = DELIMITERS.map(|delimiter| rows(file.text, delimiter));
    let has_names = |rows: &&Vec<Row>| {
        rows.first()
            .is_some_and(|row| Columns::named(row).is_some())
    };
    let is_even = |rows: &&Vec<Row>| {
        let mut counts = rows.iter().map(|row| row.fields.len());
        !rows.is_empty() && counts.all(|count| (2..=Columns::UNNAMED.count).contains(&count))
    };
    // Split at what stands within quotes, a field has one quote of two.
    let is_whole = |rows: &&Vec<Row>| {
        let mut fields = rows.iter().flat_map(|row| &row.fields);
        is_even(rows) && fields.all(|field| field.matches('"').count() % 2 == 0)
    };
    let chosen = tables.iter().find(has_names);
    let chosen = chosen
        .or_else(|| tables.iter().find(is_whole))
        .or_else(|| tables.iter().find(is_even))
        .or(tables.last());
    let rows = chosen.map_or(&[][..], Vec::as_slice);
    let named = rows.first().and_then(Columns::named);
    if let (Some(_), Some(head)) = (&named, rows.first()) {
        warn_of_others(file, head);
    }
    warn_of_open_quotes(file, rows);
    if named.is_none() {
        warn_of_other_names(file, rows);
    }
    let rows = rows.iter().skip(usize::from(named.is_some()));
    let columns = named.unwrap_or(Columns::UNNAMED);
    let entries: Vec<FaqEntry> = rows.filter_map(|row| entry(file, row, &columns)).collect();
    if entries.is_empty() && file.problems.is_empty() {
        file.error(&(0..0), "there is no question in this file", HELP);
    }
    Faq {
        name: None,
        entries,
    }
}

/// Warns of rows whose quotation mark is closed nowhere, or by that of a later row: what is in between became part of one field.
fn warn_of_open_quotes(file: &mut Reader<'_>, rows: &[Row]) {
    let ends = rows.iter().skip(1).map(|row| row.start);
    let ends = ends.chain([file.text.len()]);
    for (row, end) in rows.iter().zip(ends) {
        let written = file.text.get(row.start..end).unwrap_or_default().trim_end();
        if written.contains('\n') && written.matches('"').count() % 2 == 1 {
            file.warn(
                &(row.start..row.start),
                "a quotation mark in this row is not closed, so the lines below it are part of it",
                "Close it, or write \"\" for a quotation mark in a text.",
            );
        }
    }
}

/// Warns if the first row looks as if it named the columns, in words that are not known: a question is longer or has a question mark.
fn warn_of_other_names(file: &mut Reader<'_>, rows: &[Row]) {
    let [first, _, ..] = rows else { return };
    let is_name = |field: &String| {
        field.split_whitespace().count() <= NAME_WORDS && !field.ends_with(['?', '.', '!'])
    };
    if first.fields.iter().all(is_name) {
        let start = first.start..first.start;
        file.warn(
            &start,
            "the first row seems to name the columns, but it was imported as a question",
            "If it does, name them question, answer, link and category.",
        );
    }
}

/// Every non-empty row.
fn rows(text: &str, delimiter: u8) -> Vec<Row> {
    let mut reader = ReaderBuilder::new()
        .delimiter(delimiter)
        .has_headers(false)
        .flexible(true)
        .from_reader(text.as_bytes());
    let row = |record: StringRecord| {
        let start = record.position().map_or(0, |position| position.byte());
        let start = usize::try_from(start).unwrap_or(text.len());
        // A row begins after the end of the line before it, which is counted to it.
        let rest = text.get(start..).unwrap_or_default();
        let start = start + rest.len() - rest.trim_start().len();
        Row {
            start,
            fields: record.iter().map(|field| field.trim().to_owned()).collect(),
        }
    };
    reader
        .records()
        .filter_map(Result::ok)
        .map(row)
        .filter(|row| row.fields.iter().any(|field| !field.is_empty()))
        .collect()
}

impl Columns {
    /// The columns of a table that does not name them.
    const UNNAMED: Self = Self {
        question: 0,
        answer: 1,
        link: Some(2),
        category: Some(3),
        count: 4,
    };

    /// The columns that a first row names, if it does.
    fn named(row: &Row) -> Option<Self> {
        let find = |names: &[&str]| row.fields.iter().position(|field| is_one_of(field, names));
        Some(Self {
            question: find(&QUESTION)?,
            answer: find(&ANSWER)?,
            link: find(&LINK),
            category: find(&CATEGORY),
            count: row.fields.len(),
        })
    }
}

fn is_one_of(field: &str, names: &[&str]) -> bool {
    names.contains(&field.to_lowercase().as_str())
}

fn warn_of_others(file: &mut Reader<'_>, head: &Row) {
    let known = |field: &&String| {
        [&QUESTION[..], &ANSWER, &LINK, &CATEGORY]
            .iter()
            .any(|names| is_one_of(field, names))
    };
    let others: Vec<String> = head
        .fields
        .iter()
        .filter(|field| !field.is_empty() && !known(field))
        .map(|field| format!("\"{field}\""))
        .collect();
    if !others.is_empty() {
        file.warn(
            &(head.start..head.start),
            format!("not imported: the column(s) {}", others.join(", ")),
            "The columns can be question, answer, link and category.",
        );
    }
}

fn entry(file: &mut Reader<'_>, row: &Row, columns: &Columns) -> Option<FaqEntry> {
    let span = row.start..row.start;
    let field = |column: usize| row.fields.get(column).map_or("", String::as_str);
    let (question, answer) = (field(columns.question), field(columns.answer));
    for (what, text) in [("question", question), ("answer", answer)] {
        if text.is_empty() {
            file.error(&span, format!("this row has no {what}"), HELP);
        }
    }
    let count = row.fields.len();
    if count > columns.count {
        let most = columns.count;
        file.error(
            &span,
            format!("this row has {count} fields, but the limit is {most}"),
            HELP,
        );
        return None;
    }
    let located = |value: &str| Located {
        value: value.to_owned(),
        span: span.clone(),
    };
    let field_of_links = columns.link.map_or("", field);
    let mut links: Vec<&str> = field_of_links
        .split([',', ';', ' ', '\n'])
        .map(str::trim)
        .filter(|url| !url.is_empty())
        .collect();
    if !links.iter().all(|url| url.starts_with("http")) {
        // A sentence in place of an address is one mistake, not one per word.
        links = vec![field_of_links];
    }
    let link = |url: &str| FaqLink {
        name: String::new(),
        url: located(url),
        description: String::new(),
    };
    Some(FaqEntry {
        question: located(question),
        answer: located(&answer.replace("\r\n", "\n")),
        links: links.into_iter().map(link).collect(),
        category: columns.category.map(|column| field(column).to_owned()),
    })
    .filter(|_| !question.is_empty() && !answer.is_empty())
}
