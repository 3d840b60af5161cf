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
    gains: Vec<(u32, f32)>,
    /// For each term, where its gains begin; one more at the end.
    starts: Vec<u32>,
}

impl Bm25 {
    /// Builds from the terms of each document; every term is below `terms`.
    pub(super) fn new(mut documents: Vec<Vec<u32>>, terms: usize) -> Self {
        let lengths: Vec<f32> = documents.iter().map(|document| document.len() as f32).collect();
        let all = documents.len() as f32;
        let average = lengths.iter().sum::<f32>() / all.max(1.0);
        let mut starts = vec![0_u32; terms + 1];
        for document in &mut documents {
            document.sort_unstable();
            for term in document.chunk_by(|a, b| a == b).filter_map(<[u32]>::first) {
                if let Some(having) = starts.get_mut(*term as usize + 1) {
                    *having += 1;
                }
            }
        }
        let mut total = 0;
        for start in &mut starts {
            total += *start;
            *start = total;
        }
        let mut next = starts.clone();
        let mut gains = vec![(0, 0.0); total as usize];
        for ((number, document), length) in (0..).zip(&documents).zip(lengths) {
            let length = length / average.max(1.0);
            for run in document.chunk_by(|a, b| a == b) {
                let term = run.first().map_or(0, |&term| term as usize);
                let (Some(&start), Some(&end), Some(at)) = (starts.get(term), starts.get(term + 1), next.get_mut(term)) else { continue };
                let (having, count) = ((end - start) as f32, run.len() as f32);
                let idf = libm::logf(1.0 + (all - having + 0.5) / (having + 0.5));
                if let Some(gain) = gains.get_mut(*at as usize) {
                    *gain = (number, idf * count * (K1 + 1.0) / (count + K1 * (1.0 - B + B * length)));
                }
                *at += 1;
            }
        }
        Self { gains, starts }
    }

    /// The documents that have a term, with the score that it adds to each.
    pub(super) fn gains(&self, term: u32) -> &[(u32, f32)] {
        match (self.starts.get(term as usize), self.starts.get(term as usize + 1)) {
            (Some(&start), Some(&end)) => self.gains.get(start as usize..end as usize).unwrap_or_default(),
            _ => &[],
        }
    }
}
