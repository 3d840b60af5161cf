//! What moderators add for their server: which questions it answers, and what they may not add.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test may stop where something is not there"
)]

use std::path::Path;
use std::sync::LazyLock;

use internbot::additions::{
    self, Addition, AdditionError, Additions, LONGEST_ANSWER, Lesson, LessonReply, MAX_QUESTIONS,
};
use internbot::answer::{Answer, Outcome};
use internbot::guide::Guide;
use internbot::knowledge;
use internbot::overlay::Overlay;
use internbot::search::Question;
use jiff::civil::date;

static GUIDE: LazyLock<Guide> = LazyLock::new(|| {
    let knowledge = knowledge::load(Path::new("knowledge"), date(2026, 11, 23));
    Guide::new(knowledge.expect("the guide of this repository has no error"))
});

fn own(question: &str, text: &str) -> Lesson {
    Lesson {
        questions: vec![question.to_owned()],
        topic: "first-week".to_owned(),
        reply: LessonReply::Own {
            text: text.to_owned(),
            link: None,
        },
    }
}

fn leading(question: &str, topic: &str, section: &str) -> Lesson {
    Lesson {
        questions: vec![question.to_owned()],
        topic: topic.to_owned(),
        reply: LessonReply::Section(section.to_owned()),
    }
}

fn additions(lessons: impl IntoIterator<Item = Lesson>) -> Additions {
    Additions::new((1..).zip(lessons).map(|(id, lesson)| Addition {
        id,
        author: Some(7),
        day: date(2026, 11, 23),
        lesson,
    }))
}

/// What someone gets who asks or says this in a server that has taught these.
fn decided(lessons: &[Lesson], question: &Question) -> Answer {
    let overlay = Overlay::new(&GUIDE, &additions(lessons.iter().cloned()));
    overlay.answer(&GUIDE, question)
}

fn asked(lessons: &[Lesson], question: &str) -> Answer {
    decided(lessons, &Question::new(question))
}

/// The answer of the server's own, or else the section.
fn shown(answer: &Answer) -> String {
    let place = match &answer.added {
        Some(addition) => addition.place(),
        None => {
            let best = answer.matches.first().expect("a match");
            let (topic, section) = best.find(&GUIDE.knowledge).expect("it is there");
            internbot::reply::Place::new(topic, section)
        }
    };
    format!("{}/{}", place.topic, place.section)
}

/// A phrasing of the guide, of which it is sure.
fn sure() -> &'static str {
    let topic = GUIDE.knowledge.topic("resume").expect("it is there");
    &topic.questions[0].text
}

#[test]
fn a_rephrased_question_gets_the_taught_answer() {
    let kayak = own("where can i store my kayak", "Behind the shed.");
    for question in [
        "where can i store my kayak",
        "Where can I store my KAYAK?!",
        "kayak storing",
        "where do we store a kayack",
        "hi all, i am new here since monday. where can i store my kayak? thanks",
    ] {
        let answer = asked(std::slice::from_ref(&kayak), question);
        assert_eq!(
            answer.outcome,
            Outcome::Answer,
            "{question}: {}",
            answer.reason
        );
        assert_eq!(shown(&answer), "first-week/+1", "{question}");
    }
    for question in ["where can i store my bike", "is kayaking fun", sure()] {
        let answer = asked(std::slice::from_ref(&kayak), question);
        assert_eq!(answer, GUIDE.answer(&Question::new(question)), "{question}");
    }
}

#[test]
fn a_repeated_taught_question_gets_the_latest_taught_answer_whatever_the_guide_says() {
    let taught = [
        leading(sure(), "first-week", "first-days"),
        own(sure(), "Ask Jo."),
    ];
    assert!(shown(&GUIDE.answer(&Question::new(sure()))).starts_with("resume/"));
    assert_eq!(shown(&asked(&taught[..1], sure())), "first-week/first-days");
    let answer = asked(&taught, sure());
    assert_eq!(shown(&answer), "first-week/+2");
    assert!(
        answer
            .reason
            .contains("moderators of this server taught me"),
        "{}",
        answer.reason
    );
}

#[test]
fn a_clearly_better_section_beats_an_answer_to_a_merely_similar_question() {
    let like = format!("{} with a kayak", sure());
    let answer = asked(&[own(&like, "Ask Jo.")], sure());
    assert!(shown(&answer).starts_with("resume/"), "{}", answer.reason);
}

#[test]
fn an_addition_that_leads_to_a_missing_section_is_ignored() {
    let question = "where can i store my kayak";
    for gone in [
        leading(question, "first-week", "no-such-section"),
        leading(question, "no-such-topic", "general"),
    ] {
        let answer = asked(&[gone], question);
        assert_eq!(answer, GUIDE.answer(&Question::new(question)));
    }
}

#[test]
fn an_overheard_message_must_ask_and_repeat_a_taught_question() {
    let kayak = [own("where can i store my kayak", "Behind the shed.")];
    let overheard = |text: &str| Question {
        overheard: true,
        ..Question::new(text)
    };
    for (text, is_answered) in [
        ("where can i store my kayak?", true),
        (
            "where do we store all these kayaks of ours and boats?",
            false,
        ),
        ("i store my kayak", false),
    ] {
        let answer = decided(&kayak, &overheard(text));
        assert_eq!(
            answer.added.is_some(),
            is_answered,
            "{text}: {}",
            answer.reason
        );
    }
}

#[test]
fn questions_are_tidied() {
    let lesson = Lesson {
        questions: [
            "  where is\n the  kayak ",
            "Where is the kayak?",
            "",
            "?!",
            "kayak \u{202e}where\u{202c}",
            "three",
            "four",
            "five",
        ]
        .map(str::to_owned)
        .to_vec(),
        ..own("", " A\u{200b}\u{7} b\r\nc\t \u{2066}")
    }
    .tidied();
    assert_eq!(
        lesson.questions,
        ["where is the kayak", "kayak where", "three", "four"]
    );
    assert_eq!(lesson.questions.len(), MAX_QUESTIONS);
    let LessonReply::Own { text, .. } = &lesson.reply else {
        unreachable!("it is one")
    };
    assert_eq!(text, "A b\nc");
}

#[test]
fn invalid_additions_are_refused_with_a_reason() {
    let question = "where is the boat house";
    let linked = |link: &str| Lesson {
        reply: LessonReply::Own {
            text: "Fine.".to_owned(),
            link: Some(link.to_owned()),
        },
        ..own(question, "")
    };
    let check = |lesson: Lesson| additions::check(&lesson.tidied(), &GUIDE);
    let long = "word ".repeat(800);
    for (lesson, why) in [
        (own("?!", "Fine."), "no words in the question"),
        (own(question, ""), "is empty"),
        (
            own(question, &long),
            &format!("the limit is {LONGEST_ANSWER}"),
        ),
        (own(long.trim(), "Fine."), "the limit is 300"),
        (linked("javascript:alert(1)"), "https"),
        (linked("http://example.org"), "https"),
        (linked("https://localhost/"), "https"),
        (
            linked(&format!("https://example.org/{}", "x".repeat(300))),
            "the limit is 250",
        ),
        (linked("https://discord.gg/x"), "invitation"),
        (own(question, "[a](javascript:alert)"), "https://"),
        (own(question, "[a]( <data:text/html,x>)"), "https://"),
        (own(question, "see HTTP://example.org"), "https://"),
        (own(question, "join DISCORD.GG/x"), "invitation"),
        (own(question, "join https://discord.me/x"), "invitation"),
        (own(question, "join invite.gg/x"), "invitation"),
        (linked("https://discord.com//invite/x"), "invitation"),
        (
            own(question, "https://DISCORD.com/./Invite/x"),
            "invitation",
        ),
        (own(question, "[a](https://discord%2Egg/x)"), "invitation"),
        (linked("https://ptb.discord.com/invite/x"), "invitation"),
        (
            linked("https://www.google.com@evil.example/"),
            "an @ before",
        ),
        (
            own(question, "see <https://a:b@evil.example/x>"),
            "an @ before",
        ),
        (own(question, "```\ncode"), "code block"),
        (own("do i need a visa for this", "No."), "matters of law"),
        (
            own("can they make me sign a non-compete", "No."),
            "matters of law",
        ),
    ] {
        let error = check(lesson.clone())
            .expect_err(&format!("{lesson:?}"))
            .to_string();
        assert!(error.contains(why), "{why:?} is not in {error:?}");
    }
    let fine = own(
        question,
        "See [this](https://example.org), `a::b`, \"x\" and \\o/.\n```\nlet a = 1;\n```",
    );
    assert_eq!(check(fine), Ok(()));
    for link in [
        "https://example.org/a?b=c",
        "https://example.org/@ada",
        "https://discord.com/channels/1/2",
        "https://example.org/discord.gg",
    ] {
        assert_eq!(check(linked(link)), Ok(()), "{link}");
    }
    assert_eq!(
        check(leading("do i need a visa", "work-visa", "general")),
        Ok(()),
        "a section names the official source"
    );
    assert_eq!(check(own("?", "x")), Err(AdditionError::Wordless));
}

#[test]
fn no_own_answer_decides_a_legal_matter() {
    let check = |lesson: Lesson| additions::check(&lesson.tidied(), &GUIDE);
    for question in [
        "can they fire me",
        "they asked about my religion in the interview",
        "can they reject me because i am old",
        "j1 rules",
        "J-1 rules",
        "green card",
        "what is the wage law for interns",
        "how long can i stay in the country after my internship",
        "are permits needed",
        "residence permit for germany",
        "how much overtime can they make me do",
    ] {
        let told = check(own(question, "Yes, always."));
        assert_eq!(told, Err(AdditionError::Law), "{question}");
    }
    let question = "where is the boat house";
    let text = "You need an H-1B visa; never pay tax on it.";
    assert_eq!(check(own(question, text)), Err(AdditionError::Law));
    let chosen = Lesson {
        topic: "international-visa".to_owned(),
        ..own(question, "By the river.")
    };
    assert_eq!(check(chosen), Err(AdditionError::Law));
}

#[test]
fn answers_about_a_servers_own_matters_are_fine() {
    for (question, text) in [
        (
            "where do i post an internship offer",
            "In #jobs, with the pay and the place.",
        ),
        ("where can recruiters post offers", "Ask a moderator first."),
        (
            "how do i post an offer from my company",
            "Use the template in #jobs.",
        ),
        ("can i share a job offer here", "Yes, in #jobs."),
        (
            "when is the resume review",
            "On Thursdays at 18:00; longer if time permits.",
        ),
        (
            "when is the next mock interview",
            "See the calendar. Sue decides.",
        ),
        (
            "where do i hand in my contract",
            "At desk 3, before your first day.",
        ),
        (
            "when do we get the stipend",
            "On the last Friday of the month.",
        ),
        ("who signs the internship form", "The office in room 12."),
        (
            "who do i email about my stipend",
            "The student office, not your mentor.",
        ),
        ("can i advertise my startup here", "Once a month."),
        ("where is the fire exit", "Next to the lift."),
        ("can i bring my dog to the office", "Yes, on Fridays."),
    ] {
        let topic = GUIDE.topic_for("", question).expect("a topic");
        let lesson = Lesson {
            topic: topic.id.clone(),
            ..own(question, text)
        };
        assert_eq!(additions::check(&lesson, &GUIDE), Ok(()), "{question}");
    }
}
