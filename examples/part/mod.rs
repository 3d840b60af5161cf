//! What is left out of the guide to fit and measure the decision of a bot with an encoder: the encoder's adapter has learned the guide, and
//! nothing that it has learned says how good it is.

use internbot::search::Corpus;

/// A text in so many is left out.
pub(crate) const FOLDS: usize = 6;
/// A topic in so many is left out, from `FIRST_TOPIC` on.
const TOPICS: usize = 5;
const FIRST_TOPIC: usize = 2;

/// The topics that are left out.
pub(crate) fn topics(corpus: &Corpus) -> Vec<usize> {
    (FIRST_TOPIC..corpus.topics.len()).step_by(TOPICS).collect()
}

/// What is learned.
pub(crate) fn learned(corpus: &Corpus) -> Corpus {
    let rest = corpus.without_fold(0, FOLDS);
    topics(corpus)
        .into_iter()
        .fold(rest, |rest, topic| rest.without_topic(topic))
}
