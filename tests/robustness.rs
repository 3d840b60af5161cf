//! Whatever is typed, the bot replies, and its reply fits Discord's limits.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test that fails may panic"
)]

use std::path::Path;
use std::sync::LazyLock;

use internbot::answer;
use internbot::evaluate;
use internbot::knowledge::{self, KnowledgeBase};
use internbot::reply::{self, Filter, Reply, limit};
use internbot::search::{Components, Corpus, Index, Question, TopicTexts};
use internbot::terminal::{self, Look};
use internbot::text;
use jiff::civil::date;
use proptest::prelude::*;

static KNOWLEDGE: LazyLock<KnowledgeBase> = LazyLock::new(|| {
    knowledge::load(Path::new("knowledge"), date(2026, 11, 23)).expect("the shipped guide is valid")
});
static INDEX: LazyLock<Index> = LazyLock::new(|| Index::new(&KNOWLEDGE));

fn reply_to(question: &Question) -> Reply {
    reply::to_answer(
        &KNOWLEDGE,
        &answer::decide(&KNOWLEDGE, question, &INDEX.search(question)),
    )
}

fn fits(reply: &Reply) {
    let length = |text: &str| text.chars().count();
    assert!(!reply.title.is_empty() && length(&reply.title) <= limit::TITLE);
    assert!(!reply.body.is_empty() && length(&reply.body) <= limit::TEXT);
    assert!(length(&reply.footer) <= limit::FOOTER);
    assert!(reply.choices.len() <= limit::OPTIONS);
    for choice in &reply.choices {
        assert!(
            !choice.label.is_empty() && length(&choice.label) <= limit::OPTION,
            "{choice:?}"
        );
        assert!(length(&choice.detail) <= limit::TEASER, "{choice:?}");
    }
}

#[test]
fn an_unknown_word_does_not_make_a_question_a_message_without_words() {
    let corpus = Corpus {
        topics: ["pay", "resume"]
            .map(|id| TopicTexts {
                id: id.to_owned(),
                phrasings: vec![format!("tell me about my {id}")],
                ..TopicTexts::default()
            })
            .into(),
        out_of_scope: vec![vec!["\u{1f642}".to_owned()]],
        ..Corpus::default()
    };
    let found = Index::with_components(&corpus, Components::ALL)
        .search(&Question::new("tell me about my zzyzx resume"));
    assert_eq!((found.matches[0].topic, found.unknown), (1, 1));
    let (_, out_of_scope) = found
        .out_of_scope
        .expect("there is a kind of message out of scope");
    assert!(out_of_scope < found.matches[0].score, "{found:?}");
}

#[test]
fn every_kind_of_bad_input_gets_a_reply() {
    let long = "why ".repeat(25_000);
    let code = "```rust\nfn main() { panic!() }\n```";
    for text in [
        "",
        " ",
        "?!…",
        "🎓🎓",
        "https://example.com",
        "\0\0",
        "a\0b",
        "كيف أحصل على تدريب",
        "שלום",
        "e\u{301}\u{301}\u{301}",
        code,
        &long,
        "`",
        "```",
        "<",
        "<@",
        "<@1>",
        "http://",
        "'",
        "''''",
        "'t",
        "n't",
        "++",
        "c++++",
        "....",
        "1:1:1",
        "w/",
        "-",
        "İ",
        "ß",
        "\u{202e}reversed",
        "\u{feff}bom",
    ] {
        fits(&reply_to(&Question::new(text)));
    }
}

#[test]
fn every_section_and_every_list_of_resources_fits() {
    fits(&reply::topics(&KNOWLEDGE));
    for topic in KNOWLEDGE.topics() {
        let filter = Filter {
            topic: Some(topic.id.clone()),
            ..Filter::default()
        };
        fits(&reply::resources(&KNOWLEDGE, &filter, 0).unwrap());
        for section in &topic.sections {
            let reply = reply::section(&KNOWLEDGE, topic, section);
            fits(&reply);
            assert_eq!(reply.body, section.text, "a text of the guide is never cut");
        }
    }
}

#[test]
fn a_contraction_is_written_out_whatever_surrounds_it() {
    for text in ["im", "im+", "(im)", "'im'", "im...", "i'm", "I’m"] {
        assert_eq!(text::words(text), ["i", "am"], "{text:?}");
    }
}

proptest! {
    #[test]
    fn any_text_gets_a_reply_that_fits(text in any::<String>(), before in any::<String>(), overheard in any::<bool>()) {
        let reply = reply_to(&Question { previous: vec![before], overheard, ..Question::new(text) });
        fits(&reply);
        terminal::draw(&reply, Look::plain(80));
    }

    #[test]
    fn words_are_normalised(text in any::<String>()) {
        for word in text::words(&text) {
            prop_assert!(!word.is_empty());
            prop_assert!(!word.chars().any(char::is_whitespace), "{:?}", word);
            prop_assert!(!word.is_ascii() || word == word.to_ascii_lowercase(), "{:?}", word);
        }
    }

    #[test]
    fn reading_is_idempotent(text in "[a-zA-Z' ?!.,éß+#-]{0,80}") {
        let once = text::words(&text);
        // Words that happen to be contractions ("im") are written out once, and then stay.
        prop_assert_eq!(text::words(&once.join(" ")), once);
    }

    #[test]
    fn a_cut_text_fits(text in any::<String>(), most in 1usize..200) {
        let cut = text::cut(&text, most);
        prop_assert!(cut.chars().count() <= most);
        if text.chars().count() <= most { prop_assert_eq!(cut, text); }
    }

    #[test]
    fn misspelling_is_repeatable(text in any::<String>(), typos in 0usize..4) {
        prop_assert_eq!(evaluate::misspell(&text, typos), evaluate::misspell(&text, typos));
    }
}
