//! A misspelt question means what it means without the mistakes.

use internbot::search::{Components, Corpus, Index, Question, Sentences, TopicTexts};

use crate::encoder;

#[test]
fn a_misspelt_question_has_the_vector_of_the_question_that_was_meant() {
    let Some(encoder) = encoder() else { return };
    let corpus = Corpus {
        topics: vec![TopicTexts {
            id: "ghosting".to_owned(),
            phrasings: vec!["no answer after the interview".to_owned()],
            ..TopicTexts::default()
        }],
        ..Corpus::default()
    };
    let encode = |text: &str| Some(encoder.encode(text));
    let words = Index::with_components(&corpus, Components::ALL);
    let both = words.with_sentences(Sentences::new(&corpus, &encode));
    let vector = |index: &Index, text: &str| Question::new(text).encoded(index, &encode).vector;
    let meant = vector(&both, "still no answer after my interview?");
    assert!(meant.is_some());
    assert_eq!(vector(&both, "still no ansewr after my intreview?"), meant);
    let right = "no answer from the desert";
    assert_eq!(vector(&both, right), encode(right).map(Box::new));
    assert_eq!(vector(&words, "still no answer after my interview?"), None);
}
