//! The files of a guide made from an FAQ.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use super::events::plain_text;
use super::faq::{FaqEntry, FaqLink};
use crate::knowledge::format;
use crate::knowledge::id::new_id;
use crate::knowledge::limits::{
    MAX_DESCRIPTION, MAX_LINE, MAX_PER_CATEGORY, MAX_PHRASING, MAX_TITLE, PLACEHOLDER_LINK,
};
use crate::knowledge::load::Sources;
use crate::knowledge::parse::parse;
use crate::knowledge::written::{
    CategoryToml, GuideToml, KindToml, OutOfScopeToml, ResourceToml, ResourcesToml, SectionToml,
    TopicToml, VocabularyToml, toml_file,
};
use crate::text::{self, cut, one_line};

/// The category of questions without one.
pub(super) const NO_CATEGORY: &str = "Questions and answers";
/// The kinds of messages that no guide should answer, whatever its subject: every new guide gets them from the embedded one.
const GENERAL_KINDS: [&str; 7] = [
    "greeting",
    "thanks-and-reactions",
    "contentless",
    "other-language",
    "prompt-injection",
    "insults",
    "crisis",
];

/// Words that show that a reply of the embedded guide is about its own subject.
const OWN_SUBJECT: &str = "internship";

/// A question as a phrasing, as far as it fits.
pub(super) fn phrasing(question: &str) -> String {
    let cut = cut(question, MAX_PHRASING);
    if cut == question {
        return cut;
    }
    cut.trim_end_matches('…').to_owned()
}

/// The parts of a guide that its topics refer to.
pub(super) struct NewGuide {
    stop_words: Vec<String>,
    categories: Vec<CategoryToml>,
    /// The category of each entry.
    category_of: Vec<String>,
    resources: Vec<ResourceToml>,
    /// The id of the resource with this address.
    resource_at: BTreeMap<String, String>,
}

impl NewGuide {
    pub(super) fn of(entries: &[FaqEntry]) -> Self {
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
        self.resources.push(ResourceToml::new(
            id,
            cut(&name, MAX_TITLE),
            url,
            cut(&description, MAX_DESCRIPTION),
        ));
    }

    /// All files.
    pub(super) fn sources(self, name: &str, entries: &[FaqEntry], reviewed: Date) -> Sources {
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
                keywords: Vec::new(),
                related: Vec::new(),
                questions: vec![phrasing(question)],
                section: vec![SectionToml {
                    id: "answer".to_owned(),
                    questions: Vec::new(),
                    heading: cut(question, MAX_TITLE),
                    text: entry.answer.value.clone(),
                    resources,
                }],
            };
            topics.push(toml_file(&format!("topics/{id}.toml"), &topic));
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
            ..VocabularyToml::default()
        };
        Sources {
            guide: toml_file("guide.toml", &guide),
            resources: toml_file("resources.toml", &resources),
            vocabulary: toml_file("vocabulary.toml", &vocabulary),
            out_of_scope: toml_file("out_of_scope.toml", &out_of_scope()),
            topics,
            messages: Vec::new(),
        }
    }
}

/// An address as it can stand in a link.
fn address(url: &str) -> String {
    url.replace('(', "%28").replace(')', "%29")
}

/// The beginning of an answer, on one line.
fn summary(entry: &FaqEntry) -> String {
    let plain = plain_text(&entry.answer.value);
    let first = text::sentences(&plain).next().map(one_line);
    let first = first.filter(|first| !text::words(first).is_empty());
    cut(first.as_ref().unwrap_or(&entry.question.value), MAX_LINE)
}

/// The categories, none with too many topics, and the id of each entry's category.
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
    let vocabulary = parse(&embedded, &mut Vec::new(), format::vocabulary);
    let words = vocabulary.unwrap_or_default().stop_words.into_iter();
    words.map(|word| word.value).collect()
}

/// What every guide leaves alone, as the embedded guide does, without replies that are about its own subject.
fn out_of_scope() -> OutOfScopeToml {
    let embedded = Sources::embedded().out_of_scope;
    let kinds = parse(&embedded, &mut Vec::new(), format::out_of_scope);
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
