//! An explanation tells what the encoder said.

use internbot::search::{Components, Corpus, Index, Question, Sentences, TopicTexts};

use crate::encoder;

#[test]
fn an_explanation_says_what_the_encoder_adds_and_that_words_alone_were_read_without_it() {
    let Some(encoder) = encoder() else { return };
    let topic = |id: &str, phrasings: &[&str]| TopicTexts {
        id: id.to_owned(),
        phrasings: phrasings.iter().map(ToString::to_string).collect(),
        ..TopicTexts::default()
    };
    let corpus = Corpus {
        topics: vec![
            topic("ghosting", &["they never replied", "no answer for weeks"]),
            topic("housing", &["where do I rent a room", "is a sublet safe"]),
        ],
        ..Corpus::default()
    };
    let encode = |text: &str| Some(encoder.encode(text));
    let words = Index::with_components(&corpus, Components::ALL);
    let both = words.with_sentences(Sentences::new(&corpus, &encode));
    let text = "it has been silent since my last call with them";
    for (index, question, expected) in [
        (
            &words,
            Question::new(text),
            "nearest examples by word meaning",
        ),
        (
            &both,
            Question::new(text),
            "nearest examples by word meaning",
        ),
        (
            &both,
            Question::new(text).encoded(&both, &encode),
            "nearest examples by the encoder",
        ),
    ] {
        let explained = index.explain(&question);
        assert_eq!(explained.candidates.len(), 2);
        for candidate in explained.candidates {
            let points = |what: &str| {
                let part = candidate.parts.iter().find(|part| part.what == what);
                part.map(|part| part.points)
            };
            assert_eq!(points(expected), Some(candidate.place.meant));
            assert_ne!(candidate.place.meant, 0.0);
            let sum: f32 = candidate.parts.iter().map(|part| part.points).sum();
            assert!((sum - candidate.place.score).abs() < 0.001);
        }
    }
}
