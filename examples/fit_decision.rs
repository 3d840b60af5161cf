//! Fits the coefficients of the decision (`src/answer.rs`) on what the guide itself holds, and prints them.
//!
//! ```text
//! cargo run --release --no-default-features --example fit_decision -- knowledge
//! cargo run --release --no-default-features --features encoder --example fit_decision -- knowledge ENCODER
//! ```
//!
//! The second fits the models for a bot with an encoder, which is in the folder `ENCODER`.
//!
//! No case is judged by an index that has learned it. In each of six rounds, a sixth of the phrasings, messages and
//! out-of-scope examples is left out, the rest is learned, and what was left out is asked. In twelve more rounds, a twelfth of the
//! topics is left out whole, and the messages that only these topics answer are asked: a question of the field that the guide
//! cannot answer. Then the same with 30 and with 10 of the topics, so that a small guide is judged by the same measure.
//!
//! It prints the coefficients for `answer::coefficient`, and how often an answer is right at each probability, from which the
//! bars were chosen. The fit is cross-validated in that table: a fifth of the cases at a time is judged by the rest.

#![allow(
    clippy::print_stdout,
    clippy::indexing_slicing,
    clippy::needless_range_loop,
    reason = "a program that prints, and a matrix of fixed size"
)]

use std::collections::HashMap;
use std::error::Error;
use std::path::Path;

use internbot::answer::{self, Evidence, FEATURES};
use internbot::knowledge;
use internbot::search::{Components, Corpus, Encode, Index, Question, SentenceVector, Sentences};
use jiff::Zoned;

const FOLDS: usize = 6;
const TOPIC_FOLDS: usize = 12;
/// Keeps coefficients of features that say the same from growing against each other.
const RIDGE: f64 = 1.0;
/// Newton's method is at its end long before.
const STEPS: usize = 25;

/// What was asked.
#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Message,
    Phrasing,
    OutOfScope,
    Uncovered,
}

struct Case {
    kind: Kind,
    features: [f64; FEATURES],
    right: bool,
    /// Of the whole guide, or of a part.
    whole: bool,
}

fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::args()
        .nth(1)
        .unwrap_or_else(|| "knowledge".to_owned());
    let knowledge = knowledge::load(Path::new(&folder), Zoned::now().date())?;
    let corpus = Corpus::from(&knowledge);
    let vectors = vectors(&corpus)?;
    let encode = &|text: &str| vectors.get(text).copied();
    let mut cases = Vec::new();
    for fold in 0..FOLDS {
        ask_left_out(&corpus, fold, true, encode, &mut cases);
    }
    for fold in 0..TOPIC_FOLDS {
        ask_uncovered(&corpus, (fold, TOPIC_FOLDS), true, encode, &mut cases);
    }
    for topics in [30, 10] {
        for start in [0, 1, 2] {
            let part = part_of(&corpus, topics, start);
            ask_left_out(&part, start, false, encode, &mut cases);
            ask_uncovered(&part, (0, topics / 4), false, encode, &mut cases);
        }
    }
    // How much a case of each kind counts: messages are what people write, phrasings come short.
    fit("asked", &cases, |case| match case.kind {
        Kind::Message | Kind::OutOfScope => 1.0,
        Kind::Phrasing => 0.5,
        Kind::Uncovered => 0.3,
    });
    // Nobody talks to others in phrasings, and most of what is overheard is not for the bot.
    fit("overheard", &cases, |case| match case.kind {
        Kind::Message => 1.0,
        Kind::OutOfScope => 2.0,
        Kind::Phrasing => 0.0,
        Kind::Uncovered => 0.3,
    });
    Ok(())
}

/// Every n-th topic of a guide, with the messages that the rest answers.
fn part_of(corpus: &Corpus, topics: usize, start: usize) -> Corpus {
    let every = corpus.topics.len() / topics;
    let gone = (0..corpus.topics.len()).filter(|topic| topic % every != start);
    gone.fold(corpus.clone(), |rest, topic| rest.without_topic(topic))
}

fn ask_left_out(
    corpus: &Corpus,
    fold: usize,
    whole: bool,
    encode: &Encode<'_>,
    cases: &mut Vec<Case>,
) {
    let index = learn(&corpus.without_fold(fold, FOLDS), encode);
    let mut ask = |kind, text: &str, right: &[usize]| {
        cases.extend(case(&index, kind, text, right, whole, encode))
    };
    for message in corpus.messages.iter().skip(fold).step_by(FOLDS) {
        let right: Vec<usize> = message.answers.iter().map(|&(topic, _)| topic).collect();
        ask(Kind::Message, &message.text, &right);
    }
    for (number, topic) in corpus.topics.iter().enumerate() {
        let lists = topic
            .sections
            .iter()
            .map(|section| &section.phrasings)
            .chain(Some(&topic.phrasings));
        for text in lists.flat_map(|texts| texts.iter().skip(fold).step_by(FOLDS)) {
            ask(Kind::Phrasing, text, &[number]);
        }
    }
    for text in corpus
        .out_of_scope
        .iter()
        .flat_map(|texts| texts.iter().skip(fold).step_by(FOLDS))
    {
        ask(Kind::OutOfScope, text, &[]);
    }
}

fn ask_uncovered(
    corpus: &Corpus,
    (fold, folds): (usize, usize),
    whole: bool,
    encode: &Encode<'_>,
    cases: &mut Vec<Case>,
) {
    let topics: Vec<usize> = (0..corpus.topics.len())
        .filter(|&topic| {
            corpus
                .topics
                .get(topic)
                .is_some_and(|topic| !topic.title.is_empty())
        })
        .collect();
    let gone: Vec<usize> = topics.into_iter().skip(fold).step_by(folds).collect();
    let rest = gone
        .iter()
        .fold(corpus.clone(), |rest, &topic| rest.without_topic(topic));
    let index = learn(&rest, encode);
    let only = corpus.messages.iter().filter(|message| {
        message
            .answers
            .iter()
            .all(|(topic, _)| gone.contains(topic))
    });
    cases.extend(
        only.filter_map(|message| case(&index, Kind::Uncovered, &message.text, &[], whole, encode)),
    );
}

/// The vectors of all texts, from an encoder in the folder that the second argument names; none without one.
#[cfg(feature = "encoder")]
fn vectors(corpus: &Corpus) -> Result<HashMap<&str, SentenceVector>, Box<dyn Error>> {
    let Some(folder) = std::env::args().nth(2) else {
        return Ok(HashMap::new());
    };
    let encoder = internbot::encoder::InstalledEncoder::open(Some(Path::new(&folder)))?;
    let encoder = encoder.ok_or("there is no encoder in that folder")?;
    let (vectors, _) = encoder.vectors(&Sentences::texts(corpus), |_, _| {});
    Ok(vectors.into_iter().collect())
}

#[cfg(not(feature = "encoder"))]
fn vectors(_: &Corpus) -> Result<HashMap<&str, SentenceVector>, Box<dyn Error>> {
    Ok(HashMap::new())
}

fn learn(corpus: &Corpus, encode: &Encode<'_>) -> Index {
    Index::with_components(corpus, Components::ALL).with_sentences(Sentences::new(corpus, encode))
}

fn case(
    index: &Index,
    kind: Kind,
    text: &str,
    right: &[usize],
    whole: bool,
    encode: &Encode<'_>,
) -> Option<Case> {
    let found = index.search(&Question::new(text).encoded(encode));
    let best = found.matches.first()?;
    Some(Case {
        kind,
        features: Evidence::of(&found, answer::asks(text))
            .features()
            .map(f64::from),
        right: right.contains(&best.topic),
        whole,
    })
}

fn fit(name: &str, cases: &[Case], weight: impl Fn(&Case) -> f64) {
    let all: Vec<(&Case, f64)> = cases
        .iter()
        .map(|case| (case, weight(case)))
        .filter(|(_, weight)| *weight > 0.0)
        .collect();
    println!("{name}: {} cases", all.len());
    for (value, name) in solve(&all)
        .iter()
        .zip(std::iter::once("BASE").chain(Evidence::NAMES))
    {
        println!("  {name:<16} {value:>8.3}");
    }
    // A fifth at a time is judged by the rest.
    let mut judged: Vec<(f64, &Case)> = Vec::new();
    for fold in 0..5 {
        let rest: Vec<(&Case, f64)> = all
            .iter()
            .enumerate()
            .filter(|(at, _)| at % 5 != fold)
            .map(|(_, case)| *case)
            .collect();
        let coefficients = solve(&rest);
        judged.extend(
            all.iter()
                .skip(fold)
                .step_by(5)
                .filter(|(case, _)| case.whole)
                .map(|(case, _)| (probability(&coefficients, case), *case)),
        );
    }
    println!("  said     right   cases   (messages, phrasings and out of scope alike)");
    for tenth in 0..10 {
        let low = f64::from(tenth) / 10.0;
        let here: Vec<_> = judged
            .iter()
            .filter(|(said, case)| (low..low + 0.1).contains(said) && case.kind != Kind::Uncovered)
            .collect();
        let right = here.iter().filter(|(_, case)| case.right).count();
        let said = here.iter().map(|(said, _)| said).sum::<f64>() / here.len().max(1) as f64;
        println!(
            "  {:>5.1} %  {:>5.1} %  {:>5}",
            100.0 * said,
            100.0 * right as f64 / here.len().max(1) as f64,
            here.len()
        );
    }
    println!("  bar    message right/wrong   phrasing right/wrong   out of scope   uncovered");
    for bar in [
        0.15, 0.2, 0.3, 0.4, 0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95,
    ] {
        let share = |kind: Kind, right: bool| {
            let of_kind: Vec<_> = judged
                .iter()
                .filter(|(_, case)| case.kind == kind)
                .collect();
            let above = of_kind
                .iter()
                .filter(|(said, case)| *said >= bar && case.right == right)
                .count();
            100.0 * above as f64 / of_kind.len().max(1) as f64
        };
        println!(
            "  {bar:.2}   {:>6.1} / {:<6.1}       {:>6.1} / {:<6.1}        {:>6.1}        {:>6.1}",
            share(Kind::Message, true),
            share(Kind::Message, false),
            share(Kind::Phrasing, true),
            share(Kind::Phrasing, false),
            share(Kind::OutOfScope, false),
            share(Kind::Uncovered, false)
        );
    }
}

fn probability(coefficients: &[f64], case: &Case) -> f64 {
    let sum: f64 = coefficients
        .iter()
        .zip(std::iter::once(1.0).chain(case.features))
        .map(|(coefficient, value)| coefficient * value)
        .sum();
    1.0 / (1.0 + (-sum).exp())
}

/// Logistic regression by Newton's method, with a ridge on everything but the base.
fn solve(cases: &[(&Case, f64)]) -> Vec<f64> {
    const SIZE: usize = FEATURES + 1;
    let mut coefficients = vec![0.0; SIZE];
    for _ in 0..STEPS {
        let mut gradient = [0.0; SIZE];
        let mut hessian = [[0.0; SIZE]; SIZE];
        for &(case, weight) in cases {
            let said = probability(&coefficients, case);
            let values: Vec<f64> = std::iter::once(1.0).chain(case.features).collect();
            for (row, a) in values.iter().enumerate() {
                gradient[row] += weight * (f64::from(u8::from(case.right)) - said) * a;
                for (column, b) in values.iter().enumerate() {
                    hessian[row][column] += weight * said * (1.0 - said) * a * b;
                }
            }
        }
        for at in 1..SIZE {
            gradient[at] -= RIDGE * coefficients[at];
            hessian[at][at] += RIDGE;
        }
        let step = eliminate(hessian, gradient);
        coefficients
            .iter_mut()
            .zip(step)
            .for_each(|(coefficient, step)| *coefficient += step);
    }
    coefficients
}

/// Gaussian elimination: the matrix is positive definite.
fn eliminate<const SIZE: usize>(
    mut matrix: [[f64; SIZE]; SIZE],
    mut right: [f64; SIZE],
) -> [f64; SIZE] {
    for at in 0..SIZE {
        for row in at + 1..SIZE {
            let factor = matrix[row][at] / matrix[at][at];
            for column in at..SIZE {
                matrix[row][column] -= factor * matrix[at][column];
            }
            right[row] -= factor * right[at];
        }
    }
    for at in (0..SIZE).rev() {
        let rest: f64 = (at + 1..SIZE)
            .map(|column| matrix[at][column] * right[column])
            .sum();
        right[at] = (right[at] - rest) / matrix[at][at];
    }
    right
}
