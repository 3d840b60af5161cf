//! The rules for content, each a small function.
//!
//! All problems in all files are reported together. A rule skips values that reading already reported as missing
//! or empty, so that one mistake is one problem.

mod links;
mod messages;
mod resources;
mod rules;
mod style;
mod topics;

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use super::assemble::assemble;
use super::format::{self, GuideFile, Reader, TopicFile, VocabularyFile};
use super::limits::{MAX_LINE, MAX_PER_CATEGORY, MAX_TITLE};
use super::load::{File, Sources};
use super::parse::{parse, parse_each};
use super::{Kind, KnowledgeBase, Problem, Severity};
use crate::text;
use links::check_links;
use resources::check_resources;
pub(super) use resources::check_url;
pub(super) use rules::at_most;
use rules::{Ids, unique_ids, with};
use style::{HouseStyle, Names};
use topics::{check_phrasings, check_topic};

/// The result of a check: all problems and, if none of them is an error, the knowledge base.
#[derive(Debug)]
pub struct Checked {
    /// Ordered by file, line and column.
    pub problems: Vec<Problem>,
    /// The knowledge base, if it can be used.
    pub knowledge: Option<KnowledgeBase>,
}

/// Reads and judges all sources; `today` decides which review dates are stale.
pub fn check(sources: &Sources, today: Date) -> Checked {
    let mut problems = Vec::new();
    let guide = parse(&sources.guide, &mut problems, format::guide);
    let resources = parse(&sources.resources, &mut problems, format::resources);
    let vocabulary = parse(&sources.vocabulary, &mut problems, format::vocabulary);
    let out_of_scope = parse(&sources.out_of_scope, &mut problems, format::out_of_scope);
    let topics = parse_each(&sources.topics, &mut problems, format::topic);
    let messages = parse_each(&sources.messages, &mut problems, format::messages);

    let ids = Ids {
        // A topic whose file cannot be read still exists, so references to it are not errors.
        topics: sources.topics.iter().map(File::stem).collect(),
        categories: guide.as_ref().map(|guide| {
            guide
                .categories
                .iter()
                .map(|category| category.id.value.as_str())
                .collect()
        }),
        resources: resources
            .as_ref()
            .map(|tables| tables.iter().map(|table| table.id.value.as_str()).collect()),
        official: resources
            .iter()
            .flatten()
            .filter(|table| table.kind.value == Kind::Official.name())
            .map(|table| table.id.value.as_str())
            .collect(),
    };
    let used: BTreeSet<&str> = topics
        .iter()
        .flat_map(|(_, topic)| &topic.sections)
        .flat_map(|section| &section.resources)
        .map(|id| id.value.as_str())
        .collect();

    if let Some(guide) = &guide {
        with(&sources.guide, &mut problems, |file| {
            check_guide(file, guide)
        });
    }
    if let Some(resources) = &resources {
        with(&sources.resources, &mut problems, |file| {
            check_resources(file, resources, &ids, &used)
        });
    }
    if let Some(vocabulary) = &vocabulary {
        with(&sources.vocabulary, &mut problems, |file| {
            check_vocabulary(file, vocabulary)
        });
    }
    if let Some(kinds) = &out_of_scope {
        with(&sources.out_of_scope, &mut problems, |file| {
            unique_ids(file, kinds.iter().map(|kind| &kind.id), "kind of message");
            let replies = kinds.iter().filter_map(|kind| kind.reply.as_ref());
            replies.for_each(|reply| check_links(file, reply));
        });
    }
    for (source, topic) in &topics {
        with(source, &mut problems, |file| {
            check_topic(file, source.stem(), topic, &ids, today);
        });
    }
    check_phrasings(&topics, &ids.topics, &mut problems);
    messages::check(&messages, &topics, &ids.topics, &mut problems);
    check_category_sizes(&topics, &mut problems);
    if sources.topics.is_empty() {
        with(&sources.guide, &mut problems, |file| {
            file.error(
                &(0..0),
                "the guide has no topics",
                "Add at least one file to the folder `topics`.",
            )
        });
    }

    problems.sort_by(|a, b| {
        (&a.file, a.at, a.severity, &a.message).cmp(&(&b.file, b.at, b.severity, &b.message))
    });
    let sound = !problems
        .iter()
        .any(|problem| problem.severity == Severity::Error);
    let knowledge = match (guide, resources, vocabulary, out_of_scope) {
        (Some(guide), Some(resources), Some(vocabulary), Some(kinds)) if sound => Some(assemble(
            sources.version(),
            guide,
            resources,
            vocabulary,
            kinds,
            &topics,
            messages,
        )),
        _ => None,
    };
    Checked {
        problems,
        knowledge,
    }
}

/// Finds what could be better in usable sources and takes longer than [`check()`] may take at every start: words
/// against the house style, phrasings that no text answers, messages that are phrasings or tell who wrote them.
pub fn lint(sources: &Sources) -> Vec<Problem> {
    let mut problems = Vec::new();
    // What cannot be read was reported by `check`.
    let mut unread = Vec::new();
    let guide = parse(&sources.guide, &mut unread, format::guide);
    let vocabulary = parse(&sources.vocabulary, &mut unread, format::vocabulary);
    let resources = parse(&sources.resources, &mut unread, format::resources);
    let topics = parse_each(&sources.topics, &mut unread, format::topic);
    let style = HouseStyle::of(guide.as_ref());
    let names = Names::of(vocabulary.as_ref());
    with(&sources.resources, &mut problems, |file| {
        resources
            .iter()
            .flatten()
            .for_each(|resource| style.check_resource(file, resource));
    });
    for (source, topic) in &topics {
        with(source, &mut problems, |file| {
            style.check_topic(file, topic);
            names.check_topic(file, topic);
        });
    }
    let phrasings = messages::PhrasingSet::of(&topics);
    for (source, tables) in parse_each(&sources.messages, &mut unread, format::messages) {
        with(source, &mut problems, |file| {
            tables
                .iter()
                .for_each(|message| messages::lint(file, message, &phrasings));
        });
    }
    problems
}

fn check_guide(file: &mut Reader<'_>, guide: &GuideFile) {
    at_most(file, "the name of the guide", &guide.name, MAX_TITLE);
    unique_ids(
        file,
        guide.categories.iter().map(|category| &category.id),
        "category",
    );
    if let Some(extra) = guide.categories.get(MAX_PER_CATEGORY) {
        file.error(
            &extra.id.span,
            format!("more than {MAX_PER_CATEGORY} categories"),
            "That is all a Discord menu can show; merge some.",
        );
    }
    for category in &guide.categories {
        at_most(file, "the title", &category.title, MAX_TITLE);
        at_most(file, "the description", &category.description, MAX_LINE);
    }
}

fn check_vocabulary(file: &mut Reader<'_>, vocabulary: &VocabularyFile) {
    let mut group_of: BTreeMap<Vec<String>, &str> = BTreeMap::new();
    for group in &vocabulary.groups {
        if group.words.len() < 2 && !group.name.value.is_empty() {
            file.warn(
                &group.name.span,
                "a group needs at least two words",
                "Add the other words that mean the same, or remove it.",
            );
        }
        for word in &group.words {
            if let Some(other) = group_of.insert(text::words(&word.value), &group.name.value)
                && other != group.name.value
            {
                file.error(
                    &word.span,
                    format!("`{}` is also in the group `{other}`", word.value),
                    "A word can be in one group only; remove it from the one it fits less.",
                );
            }
        }
    }
    for (short, _) in &vocabulary.abbreviations {
        if text::words(&short.value).len() > 1 {
            file.error(
                &short.span,
                format!("the abbreviation `{}` is more than one word", short.value),
                "Put a phrase into a group instead.",
            );
        }
    }
}

fn check_category_sizes(topics: &[(&File, TopicFile)], problems: &mut Vec<Problem>) {
    let mut sizes: BTreeMap<&str, usize> = BTreeMap::new();
    for (source, topic) in topics {
        let size = sizes.entry(&topic.category.value).or_default();
        *size += 1;
        if *size == MAX_PER_CATEGORY + 1 && !topic.category.value.is_empty() {
            with(source, problems, |file| {
                let message = format!(
                    "the category `{}` has more than {MAX_PER_CATEGORY} topics",
                    topic.category.value
                );
                file.error(
                    &topic.category.span,
                    message,
                    "That is all a Discord menu can show; split the category in guide.toml.",
                );
            });
        }
    }
}
