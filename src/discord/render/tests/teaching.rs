//! What moderators add, as long as it may be.

use super::*;
use crate::additions::{
    Addition, Additions, LONGEST_ANSWER, LONGEST_LINK, LONGEST_QUESTION, Lesson, LessonReply,
    MAX_QUESTIONS,
};
use crate::reply::FormAction;

/// The longest addition that consists of one character.
fn longest(filler: char) -> Addition {
    let filled = |length: usize| String::from(filler).repeat(length);
    let site = "https://example.org/";
    let link = format!("{site}{}", "a".repeat(LONGEST_LINK - site.len()));
    let question = |number| format!("{number}{}", filled(LONGEST_QUESTION - 1));
    Addition {
        id: u64::MAX,
        author: Some(u64::MAX),
        day: jiff::civil::date(2026, 11, 23),
        lesson: Lesson {
            questions: (0..MAX_QUESTIONS).map(question).collect(),
            topic: "resume".to_owned(),
            reply: LessonReply::Own {
                text: filled(LONGEST_ANSWER),
                link: Some(link),
            },
        },
    }
}

/// Every reply about an addition.
fn replies(addition: &Addition) -> Vec<Reply> {
    let knowledge = &GUIDE.knowledge;
    let target = Target {
        message: u64::MAX,
        author: u64::MAX,
    };
    let section = Addition {
        lesson: Lesson {
            reply: LessonReply::Section("what-to-put".to_owned()),
            ..addition.lesson.clone()
        },
        ..addition.clone()
    };
    let asked = addition.lesson.question().chars().take(LONGEST_QUESTION);
    let asked = vec![asked.collect::<String>(); MAX_QUESTIONS];
    let topics = knowledge.topics().iter();
    let sections: Vec<_> = topics
        .flat_map(|topic| topic.sections.iter().map(move |section| (topic, section)))
        .take(limit::OPTIONS)
        .collect();
    let many = (0..40).map(|id| Addition {
        id: u64::MAX - id,
        ..addition.clone()
    });
    let many = Additions::new(many);
    vec![
        reply::added(knowledge, addition),
        reply::that_helped(reply::added(knowledge, addition)),
        reply::preview_of_added(knowledge, addition, target),
        reply::belongs_to(&asked, &sections, Some(addition.lesson.question())),
        reply::belongs_to(&asked, &[], Some(addition.lesson.question())),
        reply::taught(knowledge, &section),
        reply::answer_saved(knowledge, addition),
        reply::not_taught(&"the question is too long ".repeat(9), &addition.lesson),
        reply::addition(knowledge, addition),
        reply::addition(knowledge, &section),
        reply::additions(knowledge, &many, 1),
        reply::additions(knowledge, &Additions::default(), 0),
        reply::addition_removed(),
        reply::addition_gone(),
        reply::gap_gone(),
        reply::nothing_to_teach(),
        reply::additions_off(),
    ]
}

#[test]
fn every_reply_about_an_addition_fits() {
    for reply in replies(&longest('a')) {
        assert_fits_and_is_light(&reply);
    }
    // Some characters are escaped, and some take several bytes.
    for filler in ['*', '`', '简'] {
        replies(&longest(filler)).iter().for_each(assert_fits);
    }
}

#[test]
fn forms_have_room_for_the_longest_addition() {
    let addition = longest('简');
    let title = "t".repeat(300);
    for action in [FormAction::Add, FormAction::Edit(u64::MAX)] {
        let form = form(&reply::answer_form(action, &addition.lesson, &title));
        let form = serde_json::to_value(form).unwrap();
        assert_eq!(stand_in::refused_in_form(&form["data"]), None);
    }
    let search = serde_json::to_value(form(&reply::search_form())).unwrap();
    assert_eq!(stand_in::refused_in_form(&search["data"]), None);
}
