//! An FAQ that people keep elsewhere, a table in CSV or a page in Markdown, made into a guide. Pure.
//!
//! Each question becomes a topic of one section. What a guide needs and an FAQ does not have is not invented: it is left out
//! where it may be, and else it is what [`check()`](super::check()) warns of afterwards.

mod page;
mod table;

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use jiff::civil::Date;
use serde::Serialize;
use toml::value::Datetime;

use super::check::{
    self, MAX_DESCRIPTION, MAX_LINE, MAX_PER_CATEGORY, MAX_PHRASING, MAX_TEXT, MAX_TITLE,
    PLACEHOLDER_LINK, check,
};
use super::format::{self, Located, Reader};
use super::id::new_id;
use super::load::{File, Sources};
use super::{Cost, Kind, Level, Problem, Severity};
use crate::reply::cut;
use crate::text::{self, one_line};

/// The category of questions that are in none.
const NO_CATEGORY: &str = "Questions and answers";
/// The kinds of messages that no guide answers, whatever it is about: those of the embedded guide go into every other.
const GENERAL_KINDS: [&str; 7] = [
    "greeting",
    "thanks-and-reactions",
    "contentless",
    "other-language",
    "prompt-injection",
    "insults",
    "crisis",
];
/// What shows that a reply of the embedded guide is about its own subject.
const OWN_SUBJECT: &str = "internship";

/// How an FAQ is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FaqFormat {
    /// CSV: a row a question.
    Table,
    /// Markdown: a heading a question.
    Page,
}

impl FaqFormat {
    /// The format of a file by what its name ends with, without the dot: `csv`, `tsv`, `md` or `markdown`.
    pub fn of_extension(extension: &str) -> Option<Self> {
        match extension.to_ascii_lowercase().as_str() {
            "csv" | "tsv" => Some(Self::Table),
            "md" | "markdown" => Some(Self::Page),
            _ => None,
        }
    }
}

/// What became of an FAQ.
#[derive(Debug)]
pub struct Import {
    /// What is wrong with it, by place.
    pub problems: Vec<Problem>,
    /// The files of the guide, named as in its folder; none where a problem is an error.
    pub files: Option<Vec<File>>,
}

/// Makes a guide out of an FAQ, each topic of which counts as reviewed today.
pub fn import(faq: &File, format: FaqFormat, today: Date) -> Import {
    let mut problems = Vec::new();
    let files = read(faq, format, today, &mut problems);
    problems.sort_by(|a, b| (a.at, a.severity, &a.message).cmp(&(b.at, b.severity, &b.message)));
    let is_sound = !problems
        .iter()
        .any(|problem| problem.severity == Severity::Error);
    Import {
        files: files.filter(|_| is_sound),
        problems,
    }
}

/// A question of an FAQ.
struct FaqEntry {
    question: Located<String>,
    answer: Located<String>,
    links: Vec<FaqLink>,
    /// What it stands under.
    category: Option<String>,
}

/// A link of an answer.
struct FaqLink {
    /// What it is called; empty for a bare address.
    name: String,
    url: Located<String>,
    /// What is said of it; may be empty.
    description: String,
}

/// What an FAQ says.
#[derive(Default)]
struct Faq {
    name: Option<String>,
    entries: Vec<FaqEntry>,
}

fn read(
    source: &File,
    format: FaqFormat,
    today: Date,
    problems: &mut Vec<Problem>,
) -> Option<Vec<File>> {
    let text = check::text_of(source, problems)?;
    let mut file = Reader {
        file: &source.name,
        text: text.strip_prefix('\u{feff}').unwrap_or(text),
        problems,
    };
    let faq = match format {
        FaqFormat::Table => table::read(&mut file),
        FaqFormat::Page => page::read(&mut file),
    };
    let faq = Faq {
        entries: faq.entries.into_iter().map(FaqEntry::tidied).collect(),
        ..faq
    };
    check_entries(&mut file, &faq.entries);
    let name = faq.name.unwrap_or_else(|| name_of(&source.name));
    let sources = NewGuide::of(&faq.entries).sources(&name, &faq.entries, today)?;
    if file
        .problems
        .iter()
        .all(|problem| problem.severity != Severity::Error)
    {
        // Whatever was overlooked above is said of the files as they would be.
        let found = check(&sources, today).problems.into_iter();
        problems.extend(found.filter(|problem| problem.severity == Severity::Error));
    }
    let Sources {
        guide,
        resources,
        vocabulary,
        out_of_scope,
        topics,
        ..
    } = sources;
    let files = [guide, resources, vocabulary, out_of_scope].into_iter();
    Some(files.chain(topics).collect())
}

impl FaqEntry {
    /// The same without the marks by which FAQs number and name their parts.
    fn tidied(mut self) -> Self {
        self.question.value = one_line(unnumbered(&self.question.value));
        let answer = self.answer.value.trim();
        let unmarked = answer.strip_prefix("A:").or(answer.strip_prefix("a:"));
        self.answer.value = unmarked.map_or(answer, str::trim).to_owned();
        self
    }
}

/// A question without "Q:", "Q3." or "12)" in front.
fn unnumbered(question: &str) -> &str {
    let question = question.trim();
    let rest = question.strip_prefix(['Q', 'q']).unwrap_or(question);
    let rest = rest.trim_start_matches(|c: char| c.is_ascii_digit());
    let unmarked = rest.strip_prefix([':', '.', ')']);
    unmarked
        .filter(|unmarked| rest.len() < question.len() && unmarked.starts_with(char::is_whitespace))
        .map_or(question, str::trim)
}

/// What a guide is called by the file that it was.
fn name_of(file: &str) -> String {
    let name = file.rsplit(['/', '\\']).next().unwrap_or(file);
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    let words = one_line(&stem.replace(['-', '_'], " "));
    if words.is_empty() {
        return NO_CATEGORY.to_owned();
    }
    text::capital(&words)
}

fn check_entries(file: &mut Reader<'_>, entries: &[FaqEntry]) {
    let mut seen: BTreeMap<Vec<String>, Range<usize>> = BTreeMap::new();
    for FaqEntry {
        question,
        answer,
        links,
        ..
    } in entries
    {
        check::at_most(file, "the answer", answer, MAX_TEXT);
        for link in links {
            check::check_url(file, &link.url);
        }
        let length = question.value.chars().count();
        if length > MAX_PHRASING {
            let kept = phrasing(&question.value);
            let last = kept.rsplit(' ').next().unwrap_or_default();
            file.warn(
                &question.span,
                format!("the question has {length} characters, and a phrasing at most {MAX_PHRASING}: it ends after \"{last}\" now"),
                "Write a shorter one into `questions` of the topic.",
            );
        }
        let words = text::words(&question.value);
        if words.is_empty() {
            file.error(
                &question.span,
                "the question has no words",
                "Write it as a person would ask it.",
            );
        } else if let Some(first) = seen.get(&words) {
            let line = format::Lines::of(file.text).position(first.start).line;
            file.error(
                &question.span,
                format!("this is also asked in line {line}"),
                "Keep one of the two, with everything that answers it.",
            );
        } else {
            seen.insert(words, question.span.clone());
        }
    }
}

/// A question as a phrasing, as far as it fits.
fn phrasing(question: &str) -> String {
    let cut = cut(question, MAX_PHRASING);
    if cut == question {
        return cut;
    }
    cut.trim_end_matches('…').to_owned()
}

/// `guide.toml`.
#[derive(Serialize)]
struct GuideToml {
    name: String,
    category: Vec<CategoryToml>,
}

#[derive(Serialize)]
struct CategoryToml {
    id: String,
    title: String,
    description: String,
}

/// `topics/<id>.toml`.
#[derive(Serialize)]
struct TopicToml {
    id: String,
    title: String,
    category: String,
    summary: String,
    reviewed: Datetime,
    keywords: [String; 0],
    related: [String; 0],
    questions: [String; 1],
    section: [SectionToml; 1],
}

#[derive(Serialize)]
struct SectionToml {
    id: &'static str,
    heading: String,
    text: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    resources: Vec<String>,
}

/// `resources.toml`.
#[derive(Serialize)]
struct ResourcesToml {
    resource: Vec<ResourceToml>,
}

#[derive(Serialize)]
struct ResourceToml {
    id: String,
    name: String,
    url: String,
    kind: &'static str,
    cost: &'static str,
    level: &'static str,
    topics: [String; 0],
    description: String,
}

/// `vocabulary.toml`.
#[derive(Serialize)]
struct VocabularyToml {
    stop_words: Vec<String>,
    protected: [String; 0],
    group: [String; 0],
    abbreviations: BTreeMap<String, String>,
}

/// `out_of_scope.toml`.
#[derive(Serialize)]
struct OutOfScopeToml {
    kind: Vec<KindToml>,
}

#[derive(Serialize)]
struct KindToml {
    id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reply: Option<String>,
    examples: Vec<String>,
}

/// The parts of a guide that its topics refer to.
struct NewGuide {
    stop_words: Vec<String>,
    categories: Vec<CategoryToml>,
    /// The category of each entry.
    category_of: Vec<String>,
    resources: Vec<ResourceToml>,
    /// The id of the resource with this address.
    resource_at: BTreeMap<String, String>,
}

impl NewGuide {
    fn of(entries: &[FaqEntry]) -> Self {
        let stop_words = stop_words();
        let (categories, category_of) = categories(entries, &stop_words);
        let mut guide = Self {
            stop_words,
            categories,
            category_of,
            resources: Vec::new(),
            resource_at: BTreeMap::new(),
        };
        let mut taken = BTreeSet::new();
        for entry in entries {
            for link in &entry.links {
                guide.add_resource(entry, link, &mut taken);
            }
        }
        guide
    }

    fn add_resource(&mut self, entry: &FaqEntry, link: &FaqLink, taken: &mut BTreeSet<String>) {
        let url = address(&link.url.value);
        if self.resource_at.contains_key(&url) {
            return;
        }
        let bare = url
            .trim_start_matches("https://")
            .trim_start_matches("www.")
            .trim_end_matches('/');
        let name = match one_line(&link.name) {
            name if name.is_empty() => bare.to_owned(),
            name => name,
        };
        let id = new_id(&name, &[], "link", taken);
        taken.insert(id.clone());
        let description = match one_line(&link.description) {
            said if said.is_empty() => format!("{PLACEHOLDER_LINK} \"{}\"", entry.question.value),
            said => said,
        };
        self.resource_at.insert(url.clone(), id.clone());
        self.resources.push(ResourceToml {
            id,
            name: cut(&name, MAX_TITLE),
            url,
            kind: Kind::Documentation.name(),
            cost: Cost::Free.name(),
            level: Level::Any.name(),
            topics: [],
            description: cut(&description, MAX_DESCRIPTION),
        });
    }

    /// All files; none if one cannot be written as TOML, which no text brings about.
    fn sources(self, name: &str, entries: &[FaqEntry], today: Date) -> Option<Sources> {
        let reviewed: Datetime = today.to_string().parse().ok()?;
        let mut taken = BTreeSet::new();
        let mut topics = Vec::new();
        for (entry, category) in entries.iter().zip(self.category_of) {
            let question = &entry.question.value;
            let id = new_id(question, &self.stop_words, "question", &taken);
            taken.insert(id.clone());
            let resources = entry.links.iter();
            let mut resources: Vec<String> = resources
                .filter_map(|link| self.resource_at.get(&address(&link.url.value)).cloned())
                .collect();
            resources.dedup();
            let topic = TopicToml {
                id: id.clone(),
                title: cut(question, MAX_TITLE),
                category,
                summary: summary(entry),
                reviewed,
                keywords: [],
                related: [],
                questions: [phrasing(question)],
                section: [SectionToml {
                    id: "answer",
                    heading: cut(question, MAX_TITLE),
                    text: entry.answer.value.clone(),
                    resources,
                }],
            };
            topics.push(file(&format!("topics/{id}.toml"), &topic)?);
        }
        topics.sort_by(|a, b| a.name.cmp(&b.name));
        let guide = GuideToml {
            name: cut(name, MAX_TITLE),
            category: self.categories,
        };
        let resources = ResourcesToml {
            resource: self.resources,
        };
        let vocabulary = VocabularyToml {
            stop_words: self.stop_words,
            protected: [],
            group: [],
            abbreviations: BTreeMap::new(),
        };
        Some(Sources {
            guide: file("guide.toml", &guide)?,
            resources: file("resources.toml", &resources)?,
            vocabulary: file("vocabulary.toml", &vocabulary)?,
            out_of_scope: file("out_of_scope.toml", &out_of_scope())?,
            topics,
            messages: Vec::new(),
        })
    }
}

fn file(name: &str, content: &impl Serialize) -> Option<File> {
    Some(File {
        name: name.to_owned(),
        bytes: toml::to_string_pretty(content).ok()?.into_bytes(),
    })
}

/// An address as it can stand in a link.
fn address(url: &str) -> String {
    url.replace('(', "%28").replace(')', "%29")
}

/// How an answer begins, in a line.
fn summary(entry: &FaqEntry) -> String {
    let plain = page::plain_text(&entry.answer.value);
    let first = text::sentences(&plain).next().map(one_line);
    let first = first.filter(|first| !text::words(first).is_empty());
    cut(first.as_ref().unwrap_or(&entry.question.value), MAX_LINE)
}

/// The categories, none of which has too many topics, and the id of that of each entry.
fn categories(entries: &[FaqEntry], stop_words: &[String]) -> (Vec<CategoryToml>, Vec<String>) {
    let title_of = |entry: &FaqEntry| {
        let title = entry.category.as_deref().map(one_line);
        title
            .filter(|title| !title.is_empty())
            .unwrap_or_else(|| NO_CATEGORY.to_owned())
    };
    let mut titles: Vec<String> = Vec::new();
    let mut sizes: BTreeMap<String, usize> = BTreeMap::new();
    let mut full_titles = Vec::new();
    for entry in entries {
        let title = title_of(entry);
        let size = sizes.entry(title.clone()).or_default();
        let full = match *size / MAX_PER_CATEGORY {
            0 => cut(&title, MAX_TITLE),
            part => {
                let number = format!(" ({})", part + 1);
                let room = MAX_TITLE.saturating_sub(number.len());
                format!("{}{number}", cut(&title, room))
            }
        };
        *size += 1;
        if !titles.contains(&full) {
            titles.push(full.clone());
        }
        full_titles.push(full);
    }
    let mut taken = BTreeSet::new();
    let categories: Vec<CategoryToml> = titles
        .into_iter()
        .map(|title| {
            let id = new_id(&title, stop_words, "category", &taken);
            taken.insert(id.clone());
            let inside: Vec<&str> = entries
                .iter()
                .zip(&full_titles)
                .filter(|(_, of_entry)| **of_entry == title)
                .map(|(entry, _)| entry.question.value.as_str())
                .collect();
            CategoryToml {
                id,
                description: cut(&inside.join(" · "), MAX_LINE),
                title,
            }
        })
        .collect();
    let id_of = |title: &String| {
        let category = categories.iter().find(|category| category.title == *title);
        category.map_or_else(String::new, |category| category.id.clone())
    };
    let category_of = full_titles.iter().map(id_of).collect();
    (categories, category_of)
}

/// The words that say nothing by themselves in any guide, as the embedded guide lists them.
fn stop_words() -> Vec<String> {
    let embedded = Sources::embedded().vocabulary;
    let vocabulary = check::parse(&embedded, &mut Vec::new(), format::vocabulary);
    let words = vocabulary.unwrap_or_default().stop_words.into_iter();
    words.map(|word| word.value).collect()
}

/// What every guide leaves alone, as the embedded guide does, without replies that are about its own subject.
fn out_of_scope() -> OutOfScopeToml {
    let embedded = Sources::embedded().out_of_scope;
    let kinds = check::parse(&embedded, &mut Vec::new(), format::out_of_scope);
    let kinds = kinds.unwrap_or_default().into_iter();
    let general = kinds.filter(|kind| GENERAL_KINDS.contains(&kind.id.value.as_str()));
    let kind = |kind: format::KindTable| {
        let reply = kind.reply.map(|reply| reply.value);
        let reply = reply.filter(|reply| !reply.contains(OWN_SUBJECT));
        KindToml {
            id: kind.id.value,
            title: kind
                .title
                .filter(|_| reply.is_some())
                .map(|title| title.value),
            reply,
            examples: kind
                .examples
                .into_iter()
                .map(|example| example.value)
                .collect(),
        }
    };
    OutOfScopeToml {
        kind: general.map(kind).collect(),
    }
}
