//! Additions in the guide's own form: to be checked by its rules, and to be pasted into it.

use crate::knowledge::{File, MAX_TITLE, Sources};
use crate::text;

use super::{Lesson, LessonReply};

/// What is said of a link that moderators gave.
const LINK_DESCRIPTION: &str = "Added by the moderators of a server.";

/// The table of `resources.toml` of a link.
pub fn resource_table(id: &str, name: &str, url: &str) -> String {
    format!(
        "[[resource]]\nid = {}\nname = {}\nurl = {}\nkind = \"documentation\"\ncost = \"free\"\nlevel = \"any\"\ntopics = []\n\
         description = \"{LINK_DESCRIPTION}\"\n",
        quoted(id),
        quoted(name),
        quoted(url)
    )
}

/// The table of a topic's file of an answer, as a section of this id; nothing for what leads to a section of the guide. Ways
/// to ask are given apart: the guide may have some of them already.
pub fn section_table(
    id: &str,
    lesson: &Lesson,
    questions: &[&str],
    resource: Option<&str>,
) -> Option<String> {
    let LessonReply::Own { text, .. } = &lesson.reply else {
        return None;
    };
    let questions: String = questions
        .iter()
        .map(|question| format!("  {},\n", quoted(question)))
        .collect();
    let resources =
        resource.map_or_else(String::new, |id| format!("resources = [{}]\n", quoted(id)));
    Some(format!(
        "[[section]]\nid = {}\nheading = {}\ntext = \"\"\"\n{}\n\"\"\"\nquestions = [\n{questions}]\n{resources}",
        quoted(id),
        quoted(&text::cut(lesson.question(), MAX_TITLE)),
        lines(text)
    ))
}

/// A text on one line as a string of TOML.
pub fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// A text as it stands between the marks of a TOML string of several lines.
fn lines(text: &str) -> String {
    text.replace('\\', "\\\\").replace("\"\"\"", "\"\"\\\"")
}

/// A guide that has nothing but one answer.
pub(super) fn sources(lesson: &Lesson) -> Sources {
    let file = |name: &str, text: String| File {
        name: name.to_owned(),
        bytes: text.into_bytes(),
    };
    let link = match &lesson.reply {
        LessonReply::Own { link, .. } => link.as_deref(),
        LessonReply::Section(_) => None,
    };
    let questions: Vec<&str> = lesson.questions.iter().map(String::as_str).collect();
    let section = section_table("added", lesson, &questions, link.map(|_| "link"));
    let resources = link.map_or_else(
        || "resource = []\n".to_owned(),
        |link| resource_table("link", "link", link),
    );
    Sources {
        guide: file(
            "guide.toml",
            "name = \"guide\"\n[[category]]\nid = \"added\"\ntitle = \"Added\"\ndescription = \"Added\"\n".to_owned(),
        ),
        resources: file("resources.toml", resources),
        vocabulary: file(
            "vocabulary.toml",
            "stop_words = []\nprotected = []\ngroup = []\n[abbreviations]\n".to_owned(),
        ),
        out_of_scope: file("out_of_scope.toml", "kind = []\n".to_owned()),
        topics: vec![file(
            "topics/added.toml",
            format!(
                "id = \"added\"\ntitle = \"Added\"\ncategory = \"added\"\nsummary = \"Added\"\nreviewed = 2000-01-01\nkeywords = []\n\
                 related = []\nquestions = []\n\n{}",
                section.unwrap_or_default()
            ),
        )],
        messages: Vec::new(),
    }
}
