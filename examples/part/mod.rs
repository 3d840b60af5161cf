//! What is left out of the guide to fit and to measure the decision with an encoder: figures on texts that the encoder's adapter has
//! learned would say nothing.

use internbot::search::{Corpus, fold};

/// One text in this many is left out.
pub(crate) const FOLDS: usize = 6;
/// One topic in this many is left out: those of a fold that holds as many as it should.
const TOPIC_FOLDS: usize = 5;
const TOPIC_FOLD: usize = 1;

/// The topics that are left out. Neither these nor the texts depend on what else the guide holds: an adapter knows nothing of what is
/// left out of a later guide either.
pub(crate) fn topics(corpus: &Corpus) -> Vec<usize> {
    let topics = corpus.topics.iter().enumerate();
    topics
        .filter(|(_, topic)| fold(&topic.id, TOPIC_FOLDS) == TOPIC_FOLD)
        .map(|(number, _)| number)
        .collect()
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
