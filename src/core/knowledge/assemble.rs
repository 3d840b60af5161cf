//! Turns checked files into a [`KnowledgeBase`].

use std::sync::Arc;

use jiff::civil::Date;

use super::format::{
    GuideFile, KindTable, Lines, Located, MessageTable, ResourceTable, TopicFile, VocabularyFile,
};
use super::load::File;
use super::{
    Category, Cost, Kind, KnowledgeBase, Level, Message, MessageKind, Phrasing, Resource, Section,
    SectionId, SynonymGroup, Topic, Vocabulary,
};

/// Turns files without an error into the knowledge base.
pub(super) fn assemble(
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
            .map(message)
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
                stakes: table.stakes_of(section),
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

/// The message that a table describes.
fn message(table: MessageTable) -> Message {
    let answers = table
        .answers
        .iter()
        .map(|answer| SectionId::from(answer.value.as_str()));
    Message {
        answers: answers.collect(),
        text: table.text.value,
    }
}
