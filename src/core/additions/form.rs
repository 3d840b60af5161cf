//! Additions in the guide's format, for checking them by its rules and for pasting them into it.

use jiff::civil::date;
use serde::Serialize;

use super::{Lesson, LessonReply};
use crate::knowledge::{
    CategoryToml, GuideToml, MAX_PHRASING, MAX_TITLE, OutOfScopeToml, ResourceToml, ResourcesToml,
    SectionToml, Sources, TopicToml, VocabularyToml, to_toml, toml_file,
};
use crate::text;

/// The description of a link that moderators gave.
const LINK_DESCRIPTION: &str = "Added by the moderators of a server.";

/// The table of `resources.toml` of a link.
pub fn resource_table(id: &str, name: &str, url: &str) -> String {
    to_toml(&resource(id, name, url))
}

/// An answer as a table of a topic's file, as a section with this id; `None` if it leads to a section of the guide. Ways
/// to ask are passed separately, because the guide may already have some of them, and others may be too long for it.
pub fn section_table(
    id: &str,
    lesson: &Lesson,
    questions: &[&str],
    resource: Option<&str>,
) -> Option<String> {
    #[derive(Serialize)]
    struct FormTable {
        section: [SectionToml; 1],
    }
    let section = [section(id, lesson, questions, resource)?];
    Some(to_toml(&FormTable { section }))
}

/// A text on one line as a string of TOML.
pub fn quoted(text: &str) -> String {
    toml::Value::from(text).to_string()
}

fn resource(id: &str, name: &str, url: &str) -> ResourcesToml {
    ResourcesToml {
        resource: vec![ResourceToml::new(
            id.to_owned(),
            name.to_owned(),
            url.to_owned(),
            LINK_DESCRIPTION.to_owned(),
        )],
    }
}

fn section(
    id: &str,
    lesson: &Lesson,
    questions: &[&str],
    resource: Option<&str>,
) -> Option<SectionToml> {
    let LessonReply::Own { text, .. } = &lesson.reply else {
        return None;
    };
    Some(SectionToml {
        id: id.to_owned(),
        heading: text::cut(lesson.question(), MAX_TITLE),
        text: text.clone(),
        questions: questions
            .iter()
            .map(|&question| question.to_owned())
            .collect(),
        resources: resource.into_iter().map(str::to_owned).collect(),
    })
}

/// A guide that has nothing but one answer.
pub(super) fn sources(lesson: &Lesson) -> Sources {
    let added = || "added".to_owned();
    let link = match &lesson.reply {
        LessonReply::Own { link, .. } => link.as_deref(),
        LessonReply::Section(_) => None,
    };
    // Their length is checked by the rules for additions: people ask at greater length than a phrasing may have.
    let questions: Vec<String> = lesson
        .questions
        .iter()
        .map(|question| text::cut(question, MAX_PHRASING))
        .collect();
    let questions: Vec<&str> = questions.iter().map(String::as_str).collect();
    let topic = TopicToml {
        id: added(),
        title: added(),
        category: added(),
        summary: added(),
        reviewed: date(2000, 1, 1),
        keywords: Vec::new(),
        related: Vec::new(),
        questions: Vec::new(),
        section: section("added", lesson, &questions, link.map(|_| "link"))
            .into_iter()
            .collect(),
    };
    let category = CategoryToml {
        id: added(),
        title: added(),
        description: added(),
    };
    let guide = GuideToml {
        name: "guide".to_owned(),
        category: vec![category],
    };
    let resources = link.map_or_else(
        || ResourcesToml {
            resource: Vec::new(),
        },
        |link| resource("link", "link", link),
    );
    Sources {
        guide: toml_file("guide.toml", &guide),
        resources: toml_file("resources.toml", &resources),
        vocabulary: toml_file("vocabulary.toml", &VocabularyToml::default()),
        out_of_scope: toml_file("out_of_scope.toml", &OutOfScopeToml::default()),
        topics: vec![toml_file("topics/added.toml", &topic)],
        messages: Vec::new(),
    }
}
