//! What moderators add to the guide: where questions belong, their own answers, the list of both, and the forms for them.

use crate::additions::{
    Addition, Additions, LONGEST_ANSWER, LONGEST_LINK, LONGEST_QUESTION, Lesson, LessonReply,
    MAX_ANSWERS, MAX_PHRASINGS, MAX_QUESTIONS,
};
use crate::knowledge::{KnowledgeBase, Section, Topic};
use crate::text::{cut, length};

use super::markdown::{date, fence};
use super::notes::note;
use super::{
    Action, Asked, Choice, Field, FieldName, Form, FormAction, Place, Reply, Teach, added, escape,
    limit,
};

/// How many additions a page of the list has.
const OF_A_PAGE: usize = 10;
/// How many characters of a question are repeated in the list.
const LISTED: usize = 90;
/// The longest search of the guide in a form, in characters.
const LONGEST_SEARCH: usize = 100;

/// Offers the nearest sections for questions to belong to. The message begins with the questions, which is where they
/// are read from once a section is chosen. `draft` is the message that they are from, which may itself be an answer: it is shown
/// in full where a quote cannot hold it.
pub fn belongs_to(
    questions: &[String],
    nearest: &[(&Topic, &Section)],
    draft: Option<&str>,
) -> Reply {
    let options = nearest.iter().map(|(topic, section)| {
        let place = Place::new(topic, section);
        let action = Action::Teach(Teach::Belongs(place));
        Choice::new(&section.heading, &topic.title, action).here()
    });
    let mut buttons = vec![
        teach("Search the guide", Teach::Search),
        teach("Write an answer", Teach::Write(Asked::Quoted)),
    ];
    if draft.is_some() {
        buttons.push(teach("Use it as an answer", Teach::Quote));
    }
    let body = match (nearest, questions) {
        ([], _) => "The guide has nothing like this. Search with other words, or write an answer.",
        (_, [_]) => {
            "Which section answers this? From now on, people here will get it for this question."
        }
        _ => {
            "Which section answers these? From now on, people here will get it for these questions."
        }
    };
    let quotes = quotes(questions);
    // A quote has one line, no code and no links.
    let is_more = |draft: &&str| {
        length(draft) > LONGEST_QUESTION
            || draft.contains(['\n', '\\', '`'])
            || draft.contains("://")
    };
    let whole = draft.filter(is_more).map_or_else(String::new, |draft| {
        format!("\n\nThe message:\n{}", fence(&cut(draft, LONGEST_ANSWER)))
    });
    Reply {
        body: format!("{quotes}\n\n{body}{whole}"),
        prompt: "Closest sections".to_owned(),
        choices: options.collect(),
        buttons,
        ..Reply::default()
    }
    .within_limits()
}

/// Questions as quoted, one per line.
fn quotes(questions: &[String]) -> String {
    let lines = questions
        .iter()
        .map(|question| format!("> {}", escape(question)));
    lines.collect::<Vec<_>>().join("\n")
}

/// Confirms that questions lead to a section from now on.
pub fn taught(knowledge: &KnowledgeBase, addition: &Addition) -> Reply {
    Reply {
        body: format!(
            "{}\n\nSaved. On this server the answer is now {}.",
            quotes(&addition.lesson.questions),
            answer_of(knowledge, addition)
        ),
        buttons: vec![
            teach("Undo", Teach::Remove(addition.id)).here(),
            teach("Everything added", Teach::List(0)),
        ],
        ..Reply::default()
    }
    .within_limits()
}

/// The answer that was saved, as students see it.
pub fn answer_saved(knowledge: &KnowledgeBase, addition: &Addition) -> Reply {
    Reply {
        choices: Vec::new(),
        buttons: changes_of(addition),
        footer: "Saved. People on this server will get this answer from now on.".to_owned(),
        ..added(knowledge, addition)
    }
    .within_limits()
}

/// Why nothing was saved, with the person's text, so that it is not lost.
pub fn not_taught(why: &str, lesson: &Lesson) -> Reply {
    let copy = match &lesson.reply {
        LessonReply::Own { text, link } => {
            let questions = lesson.questions.join("\n");
            let parts = [
                ("Your answer", text.as_str()),
                ("Your questions", &questions),
                ("Your link", link.as_deref().unwrap_or_default()),
            ];
            let parts = parts.iter().filter(|(_, part)| !part.is_empty());
            let parts = parts.map(|(name, part)| format!("\n\n{name}, to copy:\n{}", fence(part)));
            parts.collect()
        }
        LessonReply::Section(_) => String::new(),
    };
    note(&format!("Nothing was saved: {}.{copy}", escape(why)))
}

/// A page, from zero, of what was added in a server, latest first.
pub fn additions(knowledge: &KnowledgeBase, additions: &Additions, page: usize) -> Reply {
    if additions.is_empty() {
        return note(
            "Nothing has been added on this server yet. Write an answer with `/guide add`, teach a question from `/guide gaps`, or open the menu \
             of a message, then Apps › Teach the guide.",
        );
    }
    let pages = additions.len().div_ceil(OF_A_PAGE);
    let page = page.min(pages - 1);
    let shown = || {
        let latest = additions.iter().rev();
        latest.skip(page * OF_A_PAGE).take(OF_A_PAGE)
    };
    let lines: Vec<String> = shown()
        .map(|addition| {
            format!(
                "- **{}**\n  {}, {}",
                escape(&cut(addition.lesson.question(), LISTED)),
                answer_of(knowledge, addition),
                by(addition)
            )
        })
        .collect();
    let options = shown().map(|addition| {
        let kind = if addition.lesson.is_own() {
            "This server's own answer"
        } else {
            "A question taught for a section of the guide"
        };
        let action = Action::Teach(Teach::One(addition.id));
        Choice::new(addition.lesson.question(), kind, action).here()
    });
    let mut buttons = Vec::new();
    if page > 0 {
        buttons.push(teach("Newer", Teach::List(page - 1)).here());
    }
    if page + 1 < pages {
        buttons.push(teach("Older", Teach::List(page + 1)).here());
    }
    let own = additions
        .iter()
        .filter(|addition| addition.lesson.is_own())
        .count();
    Reply {
        title: "Added on this server".to_owned(),
        path: vec![knowledge.name().to_owned()],
        body: format!(
            "{own} of {MAX_ANSWERS} answers, {} of {MAX_PHRASINGS} taught questions, latest first\n\n{}",
            additions.phrasings(),
            lines.join("\n")
        ),
        prompt: "Show, change or delete one".to_owned(),
        choices: options.collect(),
        buttons,
        footer: format!("Page {} of {pages}", page + 1),
        ..Reply::default()
    }
    .within_limits()
}

/// One addition, with everything known about it.
pub fn addition(knowledge: &KnowledgeBase, addition: &Addition) -> Reply {
    let shown = addition.lesson.is_own().then(|| added(knowledge, addition));
    let body = match &shown {
        Some(shown) => shown.body.clone(),
        None => format!("Answered by {}.", answer_of(knowledge, addition)),
    };
    Reply {
        body: format!(
            "{}\n-# {} · number {}\n\n{body}",
            quotes(&addition.lesson.questions),
            by(addition),
            addition.id
        ),
        links: shown.map(|shown| shown.links).unwrap_or_default(),
        buttons: changes_of(addition),
        ..Reply::default()
    }
    .within_limits()
}

/// Confirms that an addition was deleted.
pub fn addition_removed() -> Reply {
    Reply {
        body: "Deleted. Nobody will get it any more.".to_owned(),
        buttons: vec![teach("Everything added", Teach::List(0)).here()],
        ..Reply::default()
    }
    .within_limits()
}

/// For an addition that is gone when someone wants to see or change it.
pub fn addition_gone() -> Reply {
    note("This is no longer there: someone may have deleted it in the meantime.")
}

/// For a gap that is gone when someone wants to close it.
pub fn gap_gone() -> Reply {
    note("I no longer have this question. Look at `/guide gaps` again.")
}

/// For a message without text that could be taught.
pub fn nothing_to_teach() -> Reply {
    note("There's no text in this message for me to use.")
}

/// For when the operator has switched additions off.
pub fn additions_off() -> Reply {
    note("My operator has switched off adding to the guide.")
}

/// A form for an answer, empty or pre-filled. `topic` is the title of the topic that it is listed under.
pub fn answer_form(action: FormAction, begun: &Lesson, topic: &str) -> Form {
    let (text, link) = match &begun.reply {
        LessonReply::Own { text, link } => (text.as_str(), link.as_deref().unwrap_or_default()),
        LessonReply::Section(_) => ("", ""),
    };
    let others: Vec<String> = begun
        .questions
        .iter()
        .skip(1)
        .take(MAX_QUESTIONS - 1)
        .map(|other| cut(other, LONGEST_QUESTION))
        .collect();
    let title = match action {
        FormAction::Edit(_) => "Change an answer",
        FormAction::Add | FormAction::Search => "Write an answer",
    };
    let question = field(
        FieldName::Question,
        "Question",
        "As a student would ask it",
        begun.question(),
        LONGEST_QUESTION,
    );
    let answer = field(
        FieldName::Answer,
        "Answer",
        "What you'd tell them. Nothing on visas, taxes or contracts: leave those to official sources.",
        text,
        LONGEST_ANSWER,
    );
    let others = field(
        FieldName::Others,
        "Up to three other ways to ask, one per line",
        "How others have asked it",
        &others.join("\n"),
        (MAX_QUESTIONS - 1) * (LONGEST_QUESTION + 1),
    );
    let link = field(
        FieldName::Link,
        "Where to read more",
        "https://…",
        link,
        LONGEST_LINK,
    );
    let topic = field(
        FieldName::Topic,
        "The topic to list it under",
        "Leave empty for the closest one",
        topic,
        LONGEST_SEARCH,
    );
    Form {
        action,
        title: title.to_owned(),
        fields: vec![
            question.required(),
            answer.required().long(),
            others.long(),
            link,
            topic,
        ],
    }
}

/// A form to search the guide with.
pub fn search_form() -> Form {
    let words = field(
        FieldName::Topic,
        "What is it about?",
        "In a few words",
        "",
        LONGEST_SEARCH,
    );
    Form {
        action: FormAction::Search,
        title: "Search the guide".to_owned(),
        fields: vec![words.required()],
    }
}

/// An optional line of a form.
fn field(name: FieldName, label: &str, hint: &str, value: &str, most: usize) -> Field {
    Field {
        name,
        label: cut(label, limit::FORM_LABEL),
        hint: cut(hint, limit::FORM_HINT),
        value: cut(value, most),
        is_required: false,
        is_long: false,
        most,
    }
}

/// What can be done with an addition.
fn changes_of(addition: &Addition) -> Vec<Choice> {
    let edit = teach("Edit", Teach::Edit(addition.id));
    let others = [
        teach("Delete", Teach::Remove(addition.id)).here(),
        teach("Everything added", Teach::List(0)).here(),
    ];
    let edit = Some(edit).filter(|_| addition.lesson.is_own());
    edit.into_iter().chain(others).collect()
}

/// What answers an addition's questions, in a few words.
fn answer_of(knowledge: &KnowledgeBase, addition: &Addition) -> String {
    let lesson = &addition.lesson;
    let topic = knowledge.topic(&lesson.topic);
    let title = topic.map_or_else(|| escape(&lesson.topic), |topic| escape(&topic.title));
    match &lesson.reply {
        LessonReply::Own { .. } => format!("an answer listed under {title}"),
        LessonReply::Section(id) => match topic.and_then(|topic| topic.section(id)) {
            Some(section) => format!("**{}** ({title})", escape(&section.heading)),
            None => format!("a section of {title} that is no longer in the guide"),
        },
    }
}

/// Who wrote an addition, and when.
fn by(addition: &Addition) -> String {
    let author = addition
        .author
        .map_or_else(|| "someone".to_owned(), |author| format!("<@{author}>"));
    format!("by {author} on {}", date(addition.day))
}

fn teach(label: &str, teach: Teach) -> Choice {
    Choice::new(label, "", Action::Teach(teach))
}
