//! From what a search found to what a person gets: answer, ask back, or "not in the guide".
//!
//! The rows say how sure the bot is; which score makes it so sure is found out, so that new coefficients change no row.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test that fails may panic"
)]

use std::path::Path;
use std::sync::LazyLock;

use internbot::answer::{self, Outcome};
use internbot::knowledge::{self, KnowledgeBase, Stakes};
use internbot::search::{EncoderEvidence, Found, Match, Question};
use jiff::civil::date;

use Outcome::{Answer, None, Suggest};

static KNOWLEDGE: LazyLock<KnowledgeBase> = LazyLock::new(|| {
    knowledge::load(Path::new("knowledge"), date(2026, 11, 28)).expect("the shipped guide is valid")
});

const QUESTION: &str = "how do i get an internship without experience";
const REMARK: &str = "my brother got an internship without experience";

/// The first section whose wrong answer does this much harm.
fn place(stakes: Stakes) -> (usize, usize) {
    let topics = KNOWLEDGE.topics().iter().enumerate();
    let mut sections = topics.flat_map(|(topic, content)| {
        let sections = content.sections.iter().enumerate();
        sections.map(move |(at, section)| (topic, at, section.stakes))
    });
    let found = sections.find(|(_, _, own)| *own == stakes);
    let (topic, section, _) = found.expect("the guide has such a section");
    (topic, section)
}

/// A search for a text that found one section, with this score.
fn scored(text: &str, stakes: Stakes, score: f32) -> Found {
    let (topic, section) = place(stakes);
    Found {
        matches: vec![Match {
            topic,
            section,
            score,
            meant: 0.0,
        }],
        words: text.split_whitespace().count(),
        ..Found::default()
    }
}

/// What a search would have found, with the score that makes the bot this sure of a question that was put to it.
fn as_sure_as(probability: f32, text: &str, found: impl Fn(f32) -> Found) -> Found {
    let (mut low, mut high) = (-100.0, 100.0);
    for _ in 0..40 {
        let middle = (low + high) / 2.0;
        if answer::probability(&found(middle), text) < probability {
            low = middle;
        } else {
            high = middle;
        }
    }
    found(high)
}

/// The same for one section and nothing else.
fn sure(text: &str, stakes: Stakes, probability: f32) -> Found {
    as_sure_as(probability, text, |score| scored(text, stakes, score))
}

#[test]
fn what_was_asked_is_answered_if_sure_enough_and_gets_candidates_if_they_may_help() {
    for (text, stakes, probability, expected) in [
        (QUESTION, Stakes::Ordinary, 0.99, Answer),
        (QUESTION, Stakes::Ordinary, 0.63, Answer),
        (QUESTION, Stakes::Ordinary, 0.55, Suggest),
        (QUESTION, Stakes::Ordinary, 0.20, Suggest),
        (QUESTION, Stakes::Ordinary, 0.10, None),
        // A wrong answer about a visa does harm.
        (QUESTION, Stakes::Legal, 0.63, Suggest),
        (QUESTION, Stakes::Legal, 0.75, Answer),
        // Nothing was asked.
        (REMARK, Stakes::Ordinary, 0.99, Suggest),
        (REMARK, Stakes::Ordinary, 0.10, None),
        // One word may mean several topics.
        ("internship", Stakes::Ordinary, 0.80, Suggest),
        ("internship", Stakes::Ordinary, 0.95, Answer),
    ] {
        let found = sure(text, stakes, probability);
        let answer = answer::decide(&KNOWLEDGE, &Question::new(text), &found);
        assert_eq!(
            answer.outcome, expected,
            "{text:?} {stakes:?} {probability}"
        );
    }
}

#[test]
fn with_an_encoder_the_bot_must_be_surer_to_answer_and_need_not_be_to_suggest() {
    for (stakes, probability, expected) in [
        (Stakes::Ordinary, 0.72, Answer),
        (Stakes::Ordinary, 0.68, Suggest),
        (Stakes::Ordinary, 0.11, Suggest),
        (Stakes::Ordinary, 0.08, None),
        (Stakes::Legal, 0.77, Answer),
        (Stakes::Legal, 0.72, Suggest),
    ] {
        let found = as_sure_as(probability, QUESTION, |score| Found {
            encoded: Some(EncoderEvidence::default()),
            ..scored(QUESTION, stakes, score)
        });
        let answer = answer::decide(&KNOWLEDGE, &Question::new(QUESTION), &found);
        assert_eq!(answer.outcome, expected, "{stakes:?} {probability}");
    }
}

#[test]
fn a_likely_candidate_is_shown_in_full_and_a_likelier_one_where_it_could_do_harm() {
    for (text, stakes, probability, expected) in [
        (QUESTION, Stakes::Ordinary, 0.58, true),
        (QUESTION, Stakes::Ordinary, 0.32, true),
        (QUESTION, Stakes::Ordinary, 0.28, false),
        (QUESTION, Stakes::Legal, 0.42, true),
        (QUESTION, Stakes::Legal, 0.38, false),
        // It needs no candidates at all.
        (QUESTION, Stakes::Ordinary, 0.80, false),
        (REMARK, Stakes::Ordinary, 0.80, true),
        // All that the guide has on one word may be meant.
        ("internship", Stakes::Ordinary, 0.80, false),
    ] {
        let found = sure(text, stakes, probability);
        let answer = answer::decide(&KNOWLEDGE, &Question::new(text), &found);
        assert_eq!(
            answer.is_close, expected,
            "{text:?} {stakes:?} {probability}"
        );
    }
}

#[test]
fn of_two_candidates_that_are_nearly_as_likely_neither_is_shown_in_full() {
    let (topic, section) = place(Stakes::Ordinary);
    let decide = |behind: f32| {
        let found = as_sure_as(0.50, QUESTION, |score| {
            let mut found = scored(QUESTION, Stakes::Ordinary, score);
            found.matches.push(Match {
                topic: topic + 1,
                section,
                score: score - behind,
                meant: 0.0,
            });
            found
        });
        answer::decide(&KNOWLEDGE, &Question::new(QUESTION), &found)
    };
    for (share, expected) in [(0.50, true), (0.72, true), (0.80, false), (1.00, false)] {
        // The second falls behind until it is no likelier than this share of the first.
        let answer = (0..100)
            .map(|steps| decide(steps as f32 / 20.0))
            .find(|answer| answer.matches[1].probability <= share * answer.matches[0].probability)
            .expect("five points are enough");
        assert_eq!(answer.outcome, Suggest);
        assert_eq!(answer.is_close, expected, "{share}: {:?}", answer.matches);
    }
}

#[test]
fn what_was_overheard_is_answered_only_if_nearly_certain_and_never_where_it_could_do_harm() {
    for (text, found, expected) in [
        (QUESTION, scored(QUESTION, Stakes::Ordinary, 100.0), Answer),
        (QUESTION, scored(QUESTION, Stakes::Ordinary, 0.0), None),
        (QUESTION, scored(QUESTION, Stakes::Legal, 100.0), None),
        (REMARK, scored(REMARK, Stakes::Ordinary, 100.0), None),
        // Sure enough for somebody who asked, but not for somebody who did not.
        (QUESTION, sure(QUESTION, Stakes::Ordinary, 0.66), None),
    ] {
        let question = Question {
            overheard: true,
            ..Question::new(text)
        };
        let answer = answer::decide(&KNOWLEDGE, &question, &found);
        assert_eq!(answer.outcome, expected, "{text:?} {found:?}");
    }
}

#[test]
fn a_message_of_another_kind_gets_no_candidates_unless_a_topic_is_likely_all_the_same() {
    for (probability, ahead, likeness, expected, kind) in [
        (0.20, 2.0, 0.6, None, Some(1)),
        (0.40, 2.0, 0.6, Suggest, Some(1)),
        // Not clearly ahead, or like no example.
        (0.20, 0.5, 0.6, Suggest, Option::None),
        (0.20, 2.0, 0.2, Suggest, Option::None),
        // No topic is worth a look, so that less is enough.
        (0.10, 0.5, 0.4, None, Some(1)),
        (0.10, 0.5, 0.2, None, Option::None),
    ] {
        let found = as_sure_as(probability, QUESTION, |score| Found {
            out_of_scope: Some((1, score + ahead)),
            nearest_out_of_scope: likeness,
            ..scored(QUESTION, Stakes::Ordinary, score)
        });
        let answer = answer::decide(&KNOWLEDGE, &Question::new(QUESTION), &found);
        let row = format!("{probability} {ahead} {likeness}");
        assert_eq!((answer.outcome, answer.kind), (expected, kind), "{row}");
    }
}

#[test]
fn a_hopeless_question_gets_the_section_whose_text_has_all_its_words() {
    let (topic, section) = place(Stakes::Legal);
    let found = Found {
        in_texts: vec![(topic, section)],
        ..sure(QUESTION, Stakes::Ordinary, 0.05)
    };
    let answer = answer::decide(&KNOWLEDGE, &Question::new(QUESTION), &found);
    let first = answer.matches[0];
    assert_eq!(answer.outcome, Suggest);
    assert_eq!((first.topic, first.section), (topic, section));
}

#[test]
fn no_words_and_other_alphabets_find_nothing() {
    let nothing = answer::decide(&KNOWLEDGE, &Question::new("🙂"), &Found::default());
    assert_eq!((nothing.outcome, nothing.matches.len()), (None, 0));
    let text = "как найти стажировку";
    let found = scored(text, Stakes::Ordinary, 100.0);
    let answer = answer::decide(&KNOWLEDGE, &Question::new(text), &found);
    assert_eq!((answer.outcome, answer.matches.len()), (None, 0));
    assert!(
        answer.kind.is_some(),
        "a kind with examples in other alphabets"
    );
}
