//! BM25 over topics: each topic is one document, made of all its phrasings and keywords. Terms are stems and groups of
//! words that mean the same.
//!
//! Robertson and Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond", 2009, with the idf of Lucene, which
//! is never negative. The classifier learns which words decide between topics; this adds what single rare words say.

/// How fast repeating a word stops to count.
const K1: f32 = 1.2;
/// How much a long document is held against it.
const B: f32 = 0.75;

/// For each term the topics that have it, with what a question gains there by having it too.
#[derive(Debug, Default)]
pub(super) struct Bm25 {
    gains: Vec<Vec<(u32, f32)>>,
}

impl Bm25 {
    /// Builds from the terms of each document; every term is below `terms`.
    pub(super) fn new(documents: &[Vec<u32>], terms: usize) -> Self {
        let mut gains: Vec<Vec<(u32, f32)>> = vec![Vec::new(); terms];
        for (number, document) in (0u32..).zip(documents) {
            for &term in document {
                let Some(postings) = gains.get_mut(term as usize) else { continue };
                match postings.last_mut() {
                    Some((last, count)) if *last == number => *count += 1.0,
                    _ => postings.push((number, 1.0)),
                }
            }
        }
        let all = documents.len() as f32;
        let average = documents.iter().map(Vec::len).sum::<usize>() as f32 / all.max(1.0);
        for postings in &mut gains {
            let having = postings.len() as f32;
            let idf = libm::logf(1.0 + (all - having + 0.5) / (having + 0.5));
            for (document, count) in postings {
                let length = documents.get(*document as usize).map_or(0, Vec::len) as f32 / average.max(1.0);
                *count = idf * *count * (K1 + 1.0) / (*count + K1 * (1.0 - B + B * length));
            }
        }
        Self { gains }
    }

    /// The documents that have a term, with the score that it adds to each.
    pub(super) fn gains(&self, term: u32) -> &[(u32, f32)] {
        self.gains.get(term as usize).map_or(&[], Vec::as_slice)
    }
}
