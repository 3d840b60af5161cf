//! The rules for topics, and for phrasings across them.

use jiff::Span;
use jiff::civil::Date;
use rustc_hash::FxHashMap;

use super::links::check_links;
use super::rules::{
    Ids, at_most, check_id, count_words, exists, is_copy, one_of, unique_ids, with,
};
use crate::knowledge::format::{LEGAL, Located, Reader, SectionTable, TopicFile};
use crate::knowledge::limits::{
    MAX_LINE, MAX_PHRASING, MAX_TEXT, MAX_TITLE, PLACEHOLDER, PLACEHOLDER_SUMMARY,
};
use crate::knowledge::load::File;
use crate::knowledge::{Problem, Stakes};
use crate::text;

/// The number of words below which a section rarely answers, and above which nobody reads it in a chat.
const SECTION_WORDS: std::ops::RangeInclusive<usize> = 40..=200;
/// With fewer phrasings than this, the matcher learns too little about a topic.
const FEW_PHRASINGS: usize = 12;
/// A reviewer's time zone may already have the next date, so a date this many days ahead is not in the future.
const ANOTHER_TIME_ZONE: i64 = 1;
/// After this many months, someone should review a topic, unless its `review_every` says otherwise.
const STALE_MONTHS: i32 = 18;
/// How messages refer to the first two.
const PLACEHOLDER_OF_GAPS: &str = "the placeholder of `internbot gaps --toml`";

pub(super) fn check_topic(
    file: &mut Reader<'_>,
    stem: &str,
    topic: &TopicFile,
    ids: &Ids<'_>,
    today: Date,
) {
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
        check_section(file, topic, section, ids);
    }
    let phrasings = topic.phrasings().count();
    if topic.has_questions && phrasings < FEW_PHRASINGS {
        file.warn(
            &topic.span,
            format!("the topic has only {phrasings} phrasing(s)"),
            format!("Add ways to ask until there are {FEW_PHRASINGS}, in the words of people who do not know the right term."),
        );
    }
}

fn check_section(file: &mut Reader<'_>, topic: &TopicFile, section: &SectionTable, ids: &Ids<'_>) {
    at_most(file, "the heading", &section.heading, MAX_TITLE);
    at_most(file, "the text", &section.text, MAX_TEXT);
    check_links(file, &section.text);
    let words = count_words(&section.text.value);
    if words > 0 && !SECTION_WORDS.contains(&words) {
        file.warn(
            &section.text.span,
            format!("the text has {words} words"),
            "An answer in a chat takes 60 to 180 words; cut it, split it, or say more.",
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
        let legal = topic.stakes_of(section) == Stakes::Legal;
        if legal
            && !section
                .resources
                .iter()
                .any(|id| ids.official.contains(id.value.as_str()))
        {
            let message = format!(
                "the section `{}` has high stakes but shows no official source",
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
            "Write the day on which someone last read the topic.",
        );
    } else if reviewed.value.saturating_add(interval) < today {
        file.warn(
            &reviewed.span,
            format!("nobody has reviewed this topic since {}", reviewed.value),
            "Read it, correct what is no longer true, and set `reviewed` to today.",
        );
    }
}

/// How long a review of a topic is valid, as written in `review_every`.
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
            "Write how often to review the topic, for example \"6 months\" or \"1 year\".",
        );
    }
    span.unwrap_or_else(|| Span::new().months(STALE_MONTHS))
}

pub(super) fn check_phrasings(
    topics: &[(&File, TopicFile)],
    stems: &[&str],
    problems: &mut Vec<Problem>,
) {
    let mut seen: FxHashMap<String, usize> = FxHashMap::default();
    let mut seen_nearly: FxHashMap<String, (usize, &str)> = FxHashMap::default();
    for (at, (source, topic)) in topics.iter().enumerate() {
        // One error says that it is a copy, so there is no need to report each of its lines as a duplicate.
        if is_copy(source.stem(), topic, stems) {
            continue;
        }
        with(source, problems, |file| {
            for phrasing in topic
                .phrasings()
                .filter(|phrasing| !phrasing.value.is_empty())
            {
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
                            format!("\"{}\" appears twice in this topic", phrasing.value),
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
