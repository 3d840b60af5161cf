//! Explains a topic's score, in numbers that add up.

use super::analyzer::AnalyzedText;
use super::features::{group_key, pair_key, word_key};
use super::vectorizer::WeightedFeature;
use super::{Found, Index, Match, Question};

/// The most words that an explanation names for a candidate.
const MAX_WORDS: usize = 6;

/// How a question was read and where the scores come from.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Explanation {
    /// Words that were corrected or split, and into what.
    pub corrections: Vec<(String, String)>,
    /// Words that the knowledge base does not have.
    pub unknown: Vec<String>,
    /// The synonym groups that were recognised.
    pub groups: Vec<String>,
    /// What the search found.
    pub found: Found,
    /// For each match, best first, the components of its score.
    pub candidates: Vec<Candidate>,
}

/// The components of one match's score.
#[derive(Debug, Clone, PartialEq)]
pub struct Candidate {
    /// The match.
    pub place: Match,
    /// What each part of the search adds; the sum is the score.
    pub parts: Vec<Gain>,
    /// The words, pairs of words and groups that matter most, for or against.
    pub words: Vec<Gain>,
}

/// One piece of evidence for or against a match.
#[derive(Debug, Clone, PartialEq)]
pub struct Gain {
    /// What it is.
    pub what: String,
    /// What it adds to the score.
    pub points: f32,
}

impl Index {
    /// Searches, and reports where the scores came from.
    pub fn explain(&self, question: &Question) -> Explanation {
        let found = self.search(question);
        let analyzed = self.analyzer.read(&question.text);
        let vector = self.vector(&analyzed);
        let likeness = self.phrasings.likeness(&vector);
        let reader = match found.encoded {
            Some(_) => "nearest examples by the encoder",
            None => "nearest examples by word meaning",
        };
        let explain = |&place: &Match| {
            let phrasing = self.points_of_phrasing(place.topic, &likeness);
            let nearest = [
                part("nearest phrasing", phrasing),
                part(reader, place.meant),
            ];
            self.explain_match(&analyzed, &vector, place, nearest)
        };
        let candidates = found.matches.iter().map(explain).collect();
        Explanation {
            groups: analyzed
                .all_groups()
                .map(|group| self.analyzer.group_name(group).to_owned())
                .collect(),
            candidates,
            found,
            corrections: analyzed.corrections,
            unknown: analyzed.unknown,
        }
    }

    /// `nearest` are the components that stand for the examples nearest to the question.
    fn explain_match(
        &self,
        analyzed: &AnalyzedText,
        vector: &[WeightedFeature],
        place: Match,
        nearest: [Gain; 2],
    ) -> Candidate {
        // What one feature adds: its value times how much more it pulls to this topic than to the average one.
        let gain_of = |key: u64| {
            let weighed = vector.iter().find(|weighed| weighed.key == key)?;
            Some(weighed.value * self.classifier.pull(weighed.column, place.topic))
        };
        let gain = |what: String, key: u64| {
            Some(Gain {
                what,
                points: gain_of(key)?,
            })
        };
        let words: Vec<Gain> = unique(
            analyzed
                .words
                .iter()
                .filter_map(|word| gain(word.text.clone().into_owned(), word_key(word.stem)))
                .collect(),
        );
        let pairs: Vec<Gain> = unique(
            analyzed
                .words
                .windows(2)
                .filter_map(|pair| match pair {
                    [left, right] => gain(
                        format!("{} {}", left.text, right.text),
                        pair_key(left.stem, right.stem),
                    ),
                    _ => None,
                })
                .collect(),
        );
        let groups: Vec<Gain> = analyzed
            .all_groups()
            .filter_map(|group| {
                gain(
                    format!("group {}", self.analyzer.group_name(group)),
                    group_key(group),
                )
            })
            .collect();
        let bm25 = self
            .analyzer
            .terms(analyzed)
            .flat_map(|term| self.bm25.gains(term))
            .filter(|(class, _)| *class as usize == place.topic)
            .map(|(_, gain)| super::BM25_WEIGHT * gain)
            .sum();
        let classified: f32 = vector
            .iter()
            .map(|weighed| weighed.value * self.classifier.pull(weighed.column, place.topic))
            .sum();
        let sum = |gains: &[Gain]| gains.iter().map(|gain| gain.points).sum::<f32>();
        let rest = place.score - classified - bm25 - sum(&nearest);
        let mut parts = vec![
            part("words", sum(&words)),
            part("pairs of words", sum(&pairs)),
            part("synonym groups", sum(&groups)),
            part(
                "spelling (runs of characters)",
                classified - sum(&words) - sum(&pairs) - sum(&groups),
            ),
            part("rare words (BM25)", bm25),
        ];
        parts.extend(nearest);
        parts.push(part("meaning, asking sentence, earlier question", rest));
        let mut named: Vec<Gain> = words.into_iter().chain(pairs).chain(groups).collect();
        named.sort_by(|a, b| {
            b.points
                .abs()
                .total_cmp(&a.points.abs())
                .then_with(|| a.what.cmp(&b.what))
        });
        named.truncate(MAX_WORDS);
        Candidate {
            place,
            parts,
            words: named,
        }
    }
}

fn part(what: &str, points: f32) -> Gain {
    Gain {
        what: what.to_owned(),
        points,
    }
}

/// Each feature once, even if a word occurs twice.
fn unique(gains: Vec<Gain>) -> Vec<Gain> {
    let mut once: Vec<Gain> = Vec::new();
    for gain in gains {
        if !once.iter().any(|other| other.what == gain.what) {
            once.push(gain);
        }
    }
    once
}
