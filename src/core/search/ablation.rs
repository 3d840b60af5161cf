//! The components of the search, each of which can be switched off to measure what it contributes.

use serde::{Deserialize, Serialize};

/// One component of the search.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Component {
    /// Stems of single words.
    Words,
    /// Pairs of neighbouring stems.
    Pairs,
    /// Runs of three characters.
    Characters,
    /// Correcting misspelt words.
    Spelling,
    /// Abbreviations, synonym groups and stop words.
    Vocabulary,
    /// The lexicon of everyday English.
    English,
    /// Vectors of what words mean.
    Meaning,
    /// BM25 in addition to the classifier.
    Bm25,
    /// Titles and headings among the phrasings.
    Titles,
    /// Examples of messages that are out of scope.
    OutOfScope,
    /// Weighting the sentence that asks more than the others.
    Sentences,
    /// Earlier questions of the conversation.
    Context,
    /// The encoder, if an operator has installed one.
    Encoder,
}

impl Component {
    /// Every component with the name that options and tables use.
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

/// Which components are used: all, except to measure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Components {
    without: u16,
}

impl Components {
    /// Everything: what users get.
    pub const ALL: Self = Self { without: 0 };

    /// The same without one component.
    pub fn without(self, component: Component) -> Self {
        Self {
            without: self.without | 1 << component as u16,
        }
    }

    /// Whether a component is used.
    pub fn has(self, component: Component) -> bool {
        self.without & 1 << component as u16 == 0
    }
}
