//! The parts of the search, each of which can be switched off to measure what it is worth.

use serde::{Deserialize, Serialize};

/// One part of the search.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// Stems of single words.
    Words,
    /// Pairs of neighbouring stems.
    Pairs,
    /// Runs of three characters.
    Characters,
    /// Correcting misspelt words.
    Spelling,
    /// Abbreviations, groups of synonyms and stop words.
    Vocabulary,
    /// The lexicon of everyday English.
    English,
    /// Vectors of what words mean.
    Meaning,
    /// BM25 beside the classifier.
    Bm25,
    /// Titles and headings among the phrasings.
    Titles,
    /// Examples of messages that are out of scope.
    OutOfScope,
    /// The sentence that asks counting more than the others.
    Sentences,
    /// Earlier questions of the conversation.
    Context,
    /// What an encoder says, where an operator has installed one.
    Encoder,
}

impl Part {
    /// Every part with the name that options and tables use.
    pub const ALL: [(&str, Self); 13] = [
        ("words", Self::Words),
        ("pairs", Self::Pairs),
        ("characters", Self::Characters),
        ("spelling", Self::Spelling),
        ("vocabulary", Self::Vocabulary),
        ("english", Self::English),
        ("meaning", Self::Meaning),
        ("bm25", Self::Bm25),
        ("titles", Self::Titles),
        ("out-of-scope", Self::OutOfScope),
        ("sentences", Self::Sentences),
        ("context", Self::Context),
        ("encoder", Self::Encoder),
    ];
}

/// Which parts are used: all, except to measure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Parts {
    without: u16,
}

impl Parts {
    /// Everything: what users get.
    pub const ALL: Self = Self { without: 0 };

    /// The same without one part.
    pub fn without(self, part: Part) -> Self {
        Self {
            without: self.without | 1 << part as u16,
        }
    }

    /// Whether a part is used.
    pub fn has(self, part: Part) -> bool {
        self.without & 1 << part as u16 == 0
    }
}
