//! What is left out of the guide to fit and to measure the decision with an encoder: figures on texts that the encoder's adapter has
//! learned would say nothing.

use internbot::search::Corpus;

/// One text in this many is left out.
pub(crate) const FOLDS: usize = 6;
/// One topic in this many is left out, from `FIRST_TOPIC` on.
const TOPICS: usize = 5;
const FIRST_TOPIC: usize = 2;

/// The topics that are left out.
pub(crate) fn topics(corpus: &Corpus) -> Vec<usize> {
    (FIRST_TOPIC..corpus.topics.len()).step_by(TOPICS).collect()
}

/// What is learned.
pub(crate) fn learned(corpus: &Corpus) -> Corpus {
    without(&corpus.without_fold(0, FOLDS), &topics(corpus))
}

/// A corpus without some topics.
pub(crate) fn without(corpus: &Corpus, topics: &[usize]) -> Corpus {
    let rest = corpus.clone();
    topics
        .iter()
        .fold(rest, |rest, &topic| rest.without_topic(topic))
}
