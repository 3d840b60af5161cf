//! What an index learns from a corpus, step by step.

use std::sync::Arc;

use super::Index;
use super::ablation::{Component, Components};
use super::analyzer::Analyzer;
use super::bm25::Bm25;
use super::classifier::Classifier;
use super::corpus::Corpus;
use super::lists::Lists;
use super::meaning::{Meaning, Meanings};
use super::neighbours::MeantExamples;
use super::phrasings::Phrasings;
use super::sections::Sections;
use super::vectorizer::VectorizerBuilder;
use super::whitening::Whitening;
use crate::fnv::fnv1a;
use crate::knowledge::KnowledgeBase;

/// The initial step size of training; larger ones learn the phrasings by heart and generalise less.
const STEP: f32 = 1.0;

impl Index {
    /// Learns a knowledge base.
    pub fn new(knowledge: &KnowledgeBase) -> Self {
        Self::with_components(&Corpus::from(knowledge), Components::ALL)
    }

    /// Learns a corpus, with all parts of the search or some switched off.
    pub fn with_components(corpus: &Corpus, components: Components) -> Self {
        let examples = corpus.examples(
            components.has(Component::Titles),
            components.has(Component::OutOfScope),
        );
        let classes = corpus.topics.len()
            + if components.has(Component::OutOfScope) {
                corpus.out_of_scope.len()
            } else {
                0
            };
        let (analyzer, asked, shown) = Analyzer::new(
            corpus,
            examples.iter().map(|example| example.text),
            components,
        );

        let meanings = if components.has(Component::Meaning) {
            Meanings::read()
        } else {
            Meanings::default()
        };
        let mut meanings_of: Vec<Meaning> = Vec::with_capacity(examples.len());
        let mut builder = VectorizerBuilder::default();
        let mut phrasings = Phrasings::default();
        let mut documents: Vec<Vec<u32>> = vec![Vec::new(); classes];
        for (example, numbers) in examples.iter().zip(asked.iter()) {
            let analyzed = analyzer.recall(numbers);
            builder.add(example.class, &analyzed);
            if example.is_phrasing() {
                phrasings.add(&analyzed);
            }
            meanings_of.push(meanings.of(&analyzed));
            if let Some(document) = documents.get_mut(example.class) {
                document.extend(analyzer.terms(&analyzed));
            }
        }
        for (document, topic) in documents.iter_mut().zip(&corpus.topics) {
            document.extend(analyzer.terms(&analyzer.read(&topic.keywords.join(" "))));
        }
        let bm25 = if components.has(Component::Bm25) {
            Bm25::new(documents, analyzer.term_count())
        } else {
            Bm25::default()
        };
        let whitening = Whitening::new(&meanings_of);
        for meaning in &mut meanings_of {
            *meaning = whitening.apply(meaning);
        }
        let (vectorizer, vectors) = builder.finish(classes, components);
        let targets = (0..).zip(&examples).flat_map(|(number, example)| {
            example.classes().map(move |class| (number, class as u32))
        });
        let targets = Lists::new(examples.len(), targets);
        let keys: Vec<u64> = examples
            .iter()
            .map(|example| fnv1a(example.text.bytes()))
            .collect();
        Self {
            examples: Arc::new(MeantExamples::new(&examples, &meanings_of, classes)),
            classifier: Arc::new(Classifier::train(
                &vectors,
                &meanings_of,
                &keys,
                &targets,
                vectorizer.columns(),
                classes,
                STEP,
            )),
            phrasings: Arc::new(
                phrasings.finish(
                    examples
                        .iter()
                        .zip(vectors.iter())
                        .filter(|(example, _)| example.is_phrasing()),
                    vectorizer.columns(),
                    vectorizer.full_length(),
                ),
            ),
            sections: Arc::new(Sections::new(
                corpus, &shown, &analyzer, &examples, &vectors,
            )),
            whitening: Arc::new(whitening),
            analyzer: Arc::new(analyzer),
            vectorizer: Arc::new(vectorizer),
            bm25: Arc::new(bm25),
            topics: corpus.topics.iter().map(|topic| topic.id.clone()).collect(),
            components,
            meanings: Arc::new(meanings),
            sentences: None,
        }
    }
}
