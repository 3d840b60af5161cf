//! The rules for content, each a small function, and the step from checked files to a [`KnowledgeBase`].
//!
//! All problems of all files are reported together. A rule passes over values that reading already reported as missing
//! or empty, so that one mistake is one problem.

mod messages;
mod style;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::Span;
use jiff::civil::Date;
use rustc_hash::FxHashMap;

use super::format::{
    self, GuideFile, KindTable, Lines, Located, MessageTable, Reader, ResourceTable, TopicFile,
    VocabularyFile, suggestion,
};
use super::load::{File, Sources};
use super::{
    Category, Cost, Kind, KnowledgeBase, Level, MessageKind, Phrasing, Problem, Resource, Section,
    Severity, Stakes, SynonymGroup, Topic, Vocabulary,
};
use crate::text;
use style::{HouseStyle, Names};

/// The longest id, in characters: a button's `custom_id` holds a topic, a section and a person in 100 characters.
pub const MAX_ID: usize = 32;
/// The longest title, heading or name, in characters: Discord's limit for the label of a button.
pub const MAX_TITLE: usize = 80;
/// The longest line for lists, in characters: Discord's limit for the description of a menu option.
pub const MAX_LINE: usize = 100;
/// The longest phrasing, in characters: Discord's limit for an autocomplete choice.
pub const MAX_PHRASING: usize = 100;
/// The longest text of a section, in characters: with title and links it stays under the 2,000 of a plain message.
pub const MAX_TEXT: usize = 1_500;
/// The longest description of a resource, in characters: a tenth of a text.
pub(super) const MAX_DESCRIPTION: usize = MAX_TEXT / 10;
/// The longest address, in characters: keeps three links beside a text of full length in one plain message.
pub const MAX_URL: usize = 250;
/// The most topics: a menu has 25 options, a guide at most 25 categories of 25 topics in its lists.
pub(super) const MAX_PER_CATEGORY: usize = 25;
/// Words of a section below which it rarely answers, and above which nobody reads it in a chat.
const SECTION_WORDS: std::ops::RangeInclusive<usize> = 40..=200;
/// Fewer phrasings than this teach the matcher too little about a topic.
const FEW_PHRASINGS: usize = 12;
/// Who reviewed a topic may live where it is tomorrow already: so many days ahead is not the future.
const ANOTHER_TIME_ZONE: i64 = 1;
/// After this many months somebody should read a topic again, if it does not say so itself by `review_every`.
const STALE_MONTHS: i32 = 18;
/// What stands in the text of a topic that `internbot gaps --toml` began, until somebody writes the answer.
pub const PLACEHOLDER: &str = "This answer is not written yet.";
/// What such a topic's summary begins with.
pub const PLACEHOLDER_SUMMARY: &str = "Not written yet:";
/// What the description of a link begins with that `internbot import` entered, until somebody says why it is worth opening.
pub(super) const PLACEHOLDER_LINK: &str = "Linked in the answer to";
/// How people are told of the first two.
const PLACEHOLDER_OF_GAPS: &str = "the placeholder of `internbot gaps --toml`";

/// What checking found: all problems, and the knowledge base where none of them is an error.
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
        // A topic whose file cannot be read still exists: what refers to it is not at fault.
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
            unique_ids(file, kinds.iter().map(|kind| &kind.id), "kind of message")
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
                "the guide has no topic",
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

/// What could be better in sources that can be used, and takes longer to find than [`check()`] may take at every start: words
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

/// The ids that exist. `None` where the file that would tell cannot be read: then nothing is said about them.
struct Ids<'a> {
    topics: Vec<&'a str>,
    categories: Option<Vec<&'a str>>,
    resources: Option<Vec<&'a str>>,
    official: BTreeSet<&'a str>,
}

fn with(source: &File, problems: &mut Vec<Problem>, rule: impl FnOnce(&mut Reader<'_>)) {
    let text = String::from_utf8_lossy(&source.bytes);
    rule(&mut Reader {
        file: &source.name,
        text: &text,
        problems,
    });
}

pub(super) fn parse<T>(
    source: &File,
    problems: &mut Vec<Problem>,
    read: impl FnOnce(&mut format::Table<'_, '_>) -> T,
) -> Option<T> {
    let text = text_of(source, problems)?;
    let mut reader = Reader {
        file: &source.name,
        text,
        problems,
    };
    reader.read(read)
}

/// The text of a file, unless it is none.
pub(super) fn text_of<'a>(source: &'a File, problems: &mut Vec<Problem>) -> Option<&'a str> {
    match std::str::from_utf8(&source.bytes) {
        Ok(text) => Some(text),
        Err(fault) => {
            let sound = source.bytes.get(..fault.valid_up_to()).unwrap_or_default();
            let text = String::from_utf8_lossy(sound);
            let end = text.len();
            Reader {
                file: &source.name,
                text: &text,
                problems,
            }
            .error(
                &(end..end),
                "this is not UTF-8 text",
                "Save the file with the encoding UTF-8.",
            );
            None
        }
    }
}

/// Each of several files that can be read, with what is in it.
fn parse_each<'a, T>(
    files: &'a [File],
    problems: &mut Vec<Problem>,
    read: impl Fn(&mut format::Table<'_, '_>) -> T,
) -> Vec<(&'a File, T)> {
    files
        .iter()
        .filter_map(|file| Some((file, parse(file, problems, &read)?)))
        .collect()
}

/// How many words people read in a text: signs that stand alone are none.
fn count_words(text: &str) -> usize {
    text.split_whitespace()
        .filter(|word| word.chars().any(char::is_alphanumeric))
        .count()
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
            "A Discord menu shows no more; merge some.",
        );
    }
    for category in &guide.categories {
        at_most(file, "the title", &category.title, MAX_TITLE);
        at_most(file, "the description", &category.description, MAX_LINE);
    }
}

fn check_resources(
    file: &mut Reader<'_>,
    resources: &[ResourceTable],
    ids: &Ids<'_>,
    used: &BTreeSet<&str>,
) {
    unique_ids(
        file,
        resources.iter().map(|resource| &resource.id),
        "resource",
    );
    let mut addresses = BTreeSet::new();
    for resource in resources {
        at_most(file, "the name", &resource.name, MAX_TITLE);
        at_most(
            file,
            "the description",
            &resource.description,
            MAX_DESCRIPTION,
        );
        if resource.description.value.starts_with(PLACEHOLDER_LINK) {
            file.warn(
                &resource.description.span,
                "nobody has described this link yet: `internbot import` assumed its kind, cost and level",
                "Say in one line why it is worth opening, and correct the other three.",
            );
        }
        check_url(file, &resource.url);
        check_link(file, resource);
        if !resource.url.value.is_empty() && !addresses.insert(resource.url.value.as_str()) {
            file.warn(
                &resource.url.span,
                "this address stands twice",
                "Keep one of the two resources.",
            );
        }
        one_of(
            file,
            "kind",
            &resource.kind,
            &Kind::ALL.iter().map(|kind| kind.name()).collect::<Vec<_>>(),
        );
        one_of(
            file,
            "cost",
            &resource.cost,
            &Cost::ALL.iter().map(|cost| cost.name()).collect::<Vec<_>>(),
        );
        one_of(
            file,
            "level",
            &resource.level,
            &Level::ALL
                .iter()
                .map(|level| level.name())
                .collect::<Vec<_>>(),
        );
        for topic in &resource.topics {
            exists(file, "topic", topic, &ids.topics);
        }
        if resource.topics.is_empty()
            && !used.contains(resource.id.value.as_str())
            && !resource.id.value.is_empty()
        {
            file.warn(
                &resource.id.span,
                format!("nothing uses the resource `{}`", resource.id.value),
                "Name it in a section or list a topic in its `topics`, or remove it.",
            );
        }
    }
}

/// What Discord's links cannot show: they are written `[name](address)`.
fn check_link(file: &mut Reader<'_>, resource: &ResourceTable) {
    if resource.name.value.contains(['[', ']']) {
        file.warn(
            &resource.name.span,
            "the name has square brackets, which are shown as round ones: in a link they would end its text",
            "Leave them out, or write round brackets.",
        );
    }
    if resource.url.value.contains(['(', ')']) {
        file.warn(
            &resource.url.span,
            "the address has a bracket, which would end a link",
            "Write %28 for ( and %29 for ).",
        );
    }
}

pub(super) fn check_url(file: &mut Reader<'_>, address: &Located<String>) {
    if address.value.is_empty() {
        return;
    }
    at_most(file, "the address", address, MAX_URL);
    match url::Url::parse(&address.value) {
        Err(fault) => file.error(
            &address.span,
            format!("`{}` is not an address: {fault}", address.value),
            "Copy it whole from the browser; it begins with https://.",
        ),
        Ok(url)
            if url.scheme() != "https"
                || !url.host_str().is_some_and(|host| host.contains('.')) =>
        {
            file.error(
                &address.span,
                format!("`{}` is not a public https address", address.value),
                "Use the address that begins with https://.",
            );
        }
        Ok(_)
            if address
                .value
                .chars()
                .any(|c| c.is_whitespace() || "<>\"".contains(c)) =>
        {
            file.error(
                &address.span,
                format!(
                    "`{}` has a character that an address cannot have",
                    address.value
                ),
                "Copy it whole from the browser.",
            );
        }
        Ok(_) => {}
    }
}

fn check_vocabulary(file: &mut Reader<'_>, vocabulary: &VocabularyFile) {
    let mut group_of: BTreeMap<Vec<String>, &str> = BTreeMap::new();
    for group in &vocabulary.groups {
        if group.words.len() < 2 && !group.name.value.is_empty() {
            file.warn(
                &group.name.span,
                "a group of fewer than two words changes nothing",
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

fn check_topic(file: &mut Reader<'_>, stem: &str, topic: &TopicFile, ids: &Ids<'_>, today: Date) {
    if !topic.id.value.is_empty() && topic.id.value != stem {
        file.error(
            &topic.id.span,
            format!("the id `{}` is not the file's name", topic.id.value),
            if is_copy(stem, topic, &ids.topics) {
                "There is a file of that name too: if this is a copy, remove it, or give it an id of its own and name the \
                 file after it."
                    .to_owned()
            } else {
                format!(
                    "Write id = \"{stem}\", or rename the file to {}.toml.",
                    topic.id.value
                )
            },
        );
    }
    check_id(file, &topic.id);
    at_most(file, "the title", &topic.title, MAX_TITLE);
    at_most(file, "the summary", &topic.summary, MAX_LINE);
    if topic.summary.value.starts_with(PLACEHOLDER_SUMMARY) {
        file.warn(
            &topic.summary.span,
            format!("the summary is still {PLACEHOLDER_OF_GAPS}"),
            "Say in one line what the topic answers.",
        );
    }
    if let Some(categories) = &ids.categories {
        exists(file, "category", &topic.category, categories);
    }
    for related in &topic.related {
        exists(file, "topic", related, &ids.topics);
        if related.value == stem {
            file.warn(
                &related.span,
                "the topic is related to itself",
                "Remove it from `related`.",
            );
        }
    }
    check_reviewed(file, topic, today);
    unique_ids(
        file,
        topic.sections.iter().map(|section| &section.id),
        "section",
    );
    if let Some(stakes) = &topic.stakes {
        one_of(file, "stakes", stakes, &[LEGAL]);
    }
    for section in &topic.sections {
        at_most(file, "the heading", &section.heading, MAX_TITLE);
        at_most(file, "the text", &section.text, MAX_TEXT);
        let words = count_words(&section.text.value);
        if words > 0 && !SECTION_WORDS.contains(&words) {
            file.warn(
                &section.text.span,
                format!("the text has {words} words"),
                "60 to 180 words answer a question in a chat; cut it, split it, or say more.",
            );
        }
        if section.text.value.contains(PLACEHOLDER) {
            file.warn(
                &section.text.span,
                format!("the text is still {PLACEHOLDER_OF_GAPS}"),
                "Write the answer in its place: this is what people read now.",
            );
        }
        if let Some(stakes) = &section.stakes {
            one_of(file, "stakes", stakes, &[LEGAL]);
        }
        if let Some(resources) = &ids.resources {
            for resource in &section.resources {
                exists(file, "resource", resource, resources);
            }
            let legal = stakes_of(topic, section) == Stakes::Legal;
            if legal
                && !section
                    .resources
                    .iter()
                    .any(|id| ids.official.contains(id.value.as_str()))
            {
                let message = format!(
                    "the section `{}` has high stakes and shows no official source",
                    section.id.value
                );
                file.error(
                    &section.id.span,
                    message,
                    "Add a resource of kind \"official\" to its `resources`.",
                );
            }
        }
    }
    let phrasings = phrasings(topic).count();
    if phrasings < FEW_PHRASINGS {
        file.warn(
            &topic.span,
            format!("the topic has {phrasings} phrasings"),
            format!("Add ways to ask until there are {FEW_PHRASINGS}, in the words of people who do not know the right term."),
        );
    }
}

fn check_reviewed(file: &mut Reader<'_>, topic: &TopicFile, today: Date) {
    let interval = match &topic.review_every {
        Some(written) => interval(file, written),
        None => Span::new().months(STALE_MONTHS),
    };
    let Some(reviewed) = &topic.reviewed else {
        return;
    };
    if today.saturating_add(Span::new().days(ANOTHER_TIME_ZONE)) < reviewed.value {
        file.warn(
            &reviewed.span,
            format!("the review date {} is in the future", reviewed.value),
            "Write the day on which somebody last read the topic.",
        );
    } else if reviewed.value.saturating_add(interval) < today {
        file.warn(
            &reviewed.span,
            format!("nobody has reviewed this topic since {}", reviewed.value),
            "Read it, correct what is no longer true, and set `reviewed` to today.",
        );
    }
}

/// How long a review of a topic holds, as `review_every` writes it.
fn interval(file: &mut Reader<'_>, written: &Located<String>) -> Span {
    let span = written
        .value
        .parse::<Span>()
        .ok()
        .filter(|span| span.is_positive() && span.get_hours() == 0);
    if span.is_none() && !written.value.is_empty() {
        file.error(
            &written.span,
            format!("`{}` is not a length of time", written.value),
            "Write how often the topic must be read again, for example \"6 months\" or \"1 year\".",
        );
    }
    span.unwrap_or_else(|| Span::new().months(STALE_MONTHS))
}

/// Whether a file is the copy of a topic that it does not replace.
fn is_copy(stem: &str, topic: &TopicFile, stems: &[&str]) -> bool {
    let id = topic.id.value.as_str();
    id != stem && stems.contains(&id)
}

fn check_phrasings(topics: &[(&File, TopicFile)], stems: &[&str], problems: &mut Vec<Problem>) {
    let mut seen: FxHashMap<String, usize> = FxHashMap::default();
    let mut seen_nearly: FxHashMap<String, (usize, &str)> = FxHashMap::default();
    for (at, (source, topic)) in topics.iter().enumerate() {
        // One error says that it is a copy; that every line of it stands twice goes without saying.
        if is_copy(source.stem(), topic, stems) {
            continue;
        }
        with(source, problems, |file| {
            for phrasing in phrasings(topic).filter(|phrasing| !phrasing.value.is_empty()) {
                at_most(file, "the phrasing", phrasing, MAX_PHRASING);
                let mut all = String::new();
                text::for_each_word(&phrasing.value, |word| {
                    all.push_str(word);
                    all.push(' ');
                });
                if all.is_empty() {
                    file.error(
                        &phrasing.span,
                        "the phrasing has no words",
                        "Write the question as a person would ask it, or remove it.",
                    );
                    continue;
                }
                if let Some(&other) = seen.get(&all) {
                    let other_file = topics.get(other).map_or("", |(other, _)| &other.name);
                    if other == at {
                        file.warn(
                            &phrasing.span,
                            format!("\"{}\" stands twice in this topic", phrasing.value),
                            "Keep one of the two.",
                        );
                    } else {
                        file.error(
                            &phrasing.span,
                            format!("\"{}\" is also a phrasing of {other_file}", phrasing.value),
                            "Keep it in the topic that answers it, and remove it from the other.",
                        );
                    }
                    continue;
                }
                let mut words: Vec<&str> = all.split_ascii_whitespace().collect();
                words.sort_unstable();
                words.dedup();
                let different = words.join(" ");
                seen.insert(all, at);
                match seen_nearly.get(&different) {
                    Some(&(other, like)) if other != at => {
                        let other_file = topics.get(other).map_or("", |(other, _)| &other.name);
                        file.warn(
                            &phrasing.span,
                            format!(
                                "\"{}\" has the same words as \"{like}\" in {other_file}",
                                phrasing.value
                            ),
                            "Keep it where it is answered, or word it so that the two differ.",
                        );
                    }
                    _ => {
                        seen_nearly.insert(different, (at, &phrasing.value));
                    }
                }
            }
        });
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
                    "A Discord menu shows no more; split the category in guide.toml.",
                );
            });
        }
    }
}

const LEGAL: &str = "legal";

fn phrasings(topic: &TopicFile) -> impl Iterator<Item = &Located<String>> {
    topic
        .questions
        .iter()
        .chain(topic.sections.iter().flat_map(|section| &section.questions))
}

fn stakes_of(topic: &TopicFile, section: &format::SectionTable) -> Stakes {
    match topic.stakes.as_ref().or(section.stakes.as_ref()) {
        Some(stakes) if stakes.value == LEGAL => Stakes::Legal,
        _ => Stakes::Ordinary,
    }
}

pub(super) fn at_most(file: &mut Reader<'_>, what: &str, text: &Located<String>, limit: usize) {
    let length = text.value.chars().count();
    if length > limit {
        file.error(
            &text.span,
            format!("{what} has {length} characters, the most is {limit}"),
            format!("Shorten it by {}.", length - limit),
        );
    }
}

fn check_id(file: &mut Reader<'_>, id: &Located<String>) {
    at_most(file, "the id", id, MAX_ID);
    if !id
        .value
        .chars()
        .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
    {
        file.error(
            &id.span,
            format!(
                "the id `{}` has characters that an id cannot have",
                id.value
            ),
            "Use small letters, digits and hyphens: take-home.",
        );
    }
}

fn unique_ids<'a>(
    file: &mut Reader<'_>,
    ids: impl Iterator<Item = &'a Located<String>>,
    what: &str,
) {
    let mut seen = BTreeSet::new();
    for id in ids.filter(|id| !id.value.is_empty()) {
        check_id(file, id);
        if !seen.insert(id.value.as_str()) {
            file.error(
                &id.span,
                format!("there are two of the {what} `{}`", id.value),
                "Give one of them another id, or remove it.",
            );
        }
    }
}

fn exists(file: &mut Reader<'_>, what: &str, id: &Located<String>, known: &[&str]) {
    if id.value.is_empty() || known.contains(&id.value.as_str()) {
        return;
    }
    let mend = match format::nearest(&id.value, known.iter().copied()) {
        Some(near) => format!("Did you mean `{near}`?"),
        None => format!("Remove it, or add the {what} first."),
    };
    file.error(&id.span, format!("there is no {what} `{}`", id.value), mend);
}

fn one_of(file: &mut Reader<'_>, what: &str, text: &Located<String>, allowed: &[&str]) {
    if !text.value.is_empty() && !allowed.contains(&text.value.as_str()) {
        file.error(
            &text.span,
            format!("`{}` is no {what}", text.value),
            suggestion(&text.value, allowed),
        );
    }
}

/// Turns files without an error into the knowledge base.
fn assemble(
    version: String,
    guide: GuideFile,
    resources: Vec<ResourceTable>,
    vocabulary: VocabularyFile,
    kinds: Vec<KindTable>,
    topics: &[(&File, TopicFile)],
    messages: Vec<(&File, Vec<MessageTable>)>,
) -> KnowledgeBase {
    let resources: Vec<Arc<Resource>> = resources
        .into_iter()
        .map(|table| Arc::new(resource(table)))
        .collect();
    let mut topics: Vec<Topic> = topics
        .iter()
        .map(|(source, table)| topic(source, table, &resources))
        .collect();
    topics.sort_by(|a, b| a.id.cmp(&b.id));
    KnowledgeBase {
        version,
        name: guide.name.value,
        categories: guide
            .categories
            .into_iter()
            .map(|table| Category {
                id: table.id.value,
                title: table.title.value,
                description: table.description.value,
            })
            .collect(),
        topics,
        resources,
        vocabulary: Vocabulary {
            stop_words: values(&vocabulary.stop_words),
            protected: values(&vocabulary.protected),
            abbreviations: vocabulary
                .abbreviations
                .into_iter()
                .map(|(short, long)| (short.value, long.value))
                .collect(),
            groups: vocabulary
                .groups
                .into_iter()
                .map(|group| SynonymGroup {
                    name: group.name.value,
                    words: values(&group.words),
                })
                .collect(),
        },
        messages: messages
            .into_iter()
            .flat_map(|(_, tables)| tables)
            .map(messages::message)
            .collect(),
        out_of_scope: kinds
            .into_iter()
            .map(|kind| MessageKind {
                id: kind.id.value,
                title: kind.title.map(|title| title.value),
                reply: kind.reply.map(|reply| reply.value),
                examples: values(&kind.examples),
            })
            .collect(),
    }
}

fn topic(source: &File, table: &TopicFile, resources: &[Arc<Resource>]) -> Topic {
    let text = String::from_utf8_lossy(&source.bytes);
    let lines = Lines::of(&text);
    let phrasings = |questions: &[Located<String>]| -> Vec<Phrasing> {
        questions
            .iter()
            .map(|question| Phrasing {
                text: question.value.clone(),
                at: lines.position(question.span.start),
            })
            .collect()
    };
    Topic {
        id: table.id.value.clone(),
        title: table.title.value.clone(),
        category: table.category.value.clone(),
        summary: table.summary.value.clone(),
        questions: phrasings(&table.questions),
        keywords: values(&table.keywords),
        related: values(&table.related),
        reviewed: table
            .reviewed
            .as_ref()
            .map_or(Date::ZERO, |date| date.value),
        sections: table
            .sections
            .iter()
            .map(|section| Section {
                id: section.id.value.clone(),
                heading: section.heading.value.clone(),
                text: section.text.value.clone(),
                questions: phrasings(&section.questions),
                resources: section
                    .resources
                    .iter()
                    .filter_map(|id| {
                        resources
                            .iter()
                            .find(|resource| resource.id == id.value)
                            .cloned()
                    })
                    .collect(),
                stakes: stakes_of(table, section),
            })
            .collect(),
    }
}

fn resource(table: ResourceTable) -> Resource {
    Resource {
        kind: named(Kind::ALL, &table.kind.value, Kind::name).unwrap_or(Kind::Documentation),
        cost: named(Cost::ALL, &table.cost.value, Cost::name).unwrap_or(Cost::Free),
        level: named(Level::ALL, &table.level.value, Level::name).unwrap_or(Level::Any),
        id: table.id.value,
        name: table.name.value,
        url: table.url.value,
        topics: values(&table.topics),
        description: table.description.value,
    }
}

fn named<T: Copy>(all: &[T], name: &str, name_of: fn(T) -> &'static str) -> Option<T> {
    all.iter().copied().find(|value| name_of(*value) == name)
}

fn values(located: &[Located<String>]) -> Vec<String> {
    located.iter().map(|text| text.value.clone()).collect()
}
