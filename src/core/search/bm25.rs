//! BM25 over topics: each topic is one document, made of all its phrasings and keywords. Terms are stems and groups of
//! words that mean the same.
//!
//! Robertson and Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond", 2009, with the idf of Lucene, which
//! is never negative. The classifier learns which words decide between topics; this adds what single rare words say.

use serde::{Deserialize, Serialize};

use super::lists::Lists;

/// How quickly repetitions of a word stop counting.
const K1: f32 = 1.2;
/// How strongly long documents are penalised.
const B: f32 = 0.75;
/// A term that a greater share of the topics has says next to nothing about any of them, and adds nothing.
const COMMON: f32 = 0.5;

/// For each term the topics that have it, with what a question gains there by having it too.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Bm25 {
    gains: Lists<(u32, f32)>,
    /// How many topics there are.
    topics: usize,
}

impl Bm25 {
    /// Builds from the terms of each document; every term is below `terms`.
    pub(super) fn new(mut documents: Vec<Vec<u32>>, terms: usize) -> Self {
        let all = documents.len() as f32;
        let average = documents.iter().map(Vec::len).sum::<usize>() as f32 / all.max(1.0);
        documents
            .iter_mut()
            .for_each(|document| document.sort_unstable());
        // First how often each document has the term, then what that is worth.
        let counts = (0..).zip(&documents).flat_map(|(number, document)| {
            let runs = document.chunk_by(|a, b| a == b);
            runs.filter_map(move |run| Some((*run.first()? as usize, (number, run.len() as f32))))
        });
        let mut gains = Lists::new(terms, counts);
        for postings in gains.iter_mut() {
            let having = postings.len() as f32;
            let idf = libm::logf(1.0 + (all - having + 0.5) / (having + 0.5));
            for (number, count) in postings {
                let length =
                    documents.get(*number as usize).map_or(0, Vec::len) as f32 / average.max(1.0);
                *count = idf * *count * (K1 + 1.0) / (*count + K1 * (1.0 - B + B * length));
            }
        }
        Self {
            gains,
            topics: documents.len(),
        }
    }

    /// The topics that have a term, with the score that it adds to each; none if the term is common.
    pub(super) fn gains(&self, term: u32) -> &[(u32, f32)] {
        let gains = self.gains.get(term as usize);
        let is_common = gains.len() as f32 > COMMON * self.topics as f32;
        if is_common { &[] } else { gains }
    }
}
