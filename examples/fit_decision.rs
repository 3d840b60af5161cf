//! Fits the coefficients of the decision (`src/core/answer.rs`) on what the guide itself holds, and prints them.
//!
//! ```text
//! cargo run --release --no-default-features --example fit_decision -- knowledge
//! cargo run --release --no-default-features --features encoder --example fit_decision -- knowledge ENCODER
//! ```
//!
//! The first fits the models for words alone, the second those for a bot with an encoder, which is in the folder `ENCODER`.
//!
//! No case is judged by an index that has learned it. Words alone are asked everything, in rounds: in each of six, a sixth of the
//! phrasings, messages and out-of-scope examples is left out, the rest is learned, and what was left out is asked. In twelve more, a
//! twelfth of the topics is left out whole, and the messages that only these topics answer are asked: a question of the field that the
//! guide cannot answer. Then the same with 30 and with 10 of the topics, so that a small guide is judged by the same measure.
//!
//! An encoder's adapter has learned the guide. With an encoder, only what `corpus -- knowledge part` leaves out is asked, of
//! the whole guide and of smaller ones; the adapter must have been trained on that part (`src/core/network/adapt.py`). Words alone are
//! asked the same, to compare.
//!
//! It prints how often the right topic and the right section come first, the coefficients for `answer::coefficient`, and how often an
//! answer is right at each probability, from which the bars were chosen. The fit is cross-validated in that table: a fifth of the cases
//! at a time is judged by the rest.

#![allow(
    clippy::print_stdout,
    clippy::indexing_slicing,
    clippy::needless_range_loop,
    reason = "a program that prints, and a matrix of fixed size"
)]

mod part;

use std::error::Error;
use std::path::Path;

use internbot::answer::{self, Evidence, FEATURES};
use internbot::knowledge;
use internbot::search::{Components, Corpus, Encode, Index, Question, Sentences, fold, no_encoder};
use jiff::Zoned;
use part::FOLDS;

const TOPIC_FOLDS: usize = 12;
/// Smaller guides: about how many topics they have, and with which one they begin.
const SMALL: [(usize, usize); 6] = [(30, 0), (30, 1), (30, 2), (10, 0), (10, 1), (10, 2)];
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
    /// Whether the section is right, too; `None` if the topic is wrong, or no section answers better than the others.
    section: Option<bool>,
    /// Of the whole guide, or of a part.
    whole: bool,
}

fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::args()
        .nth(1)
        .unwrap_or_else(|| "knowledge".to_owned());
    let knowledge = knowledge::load(Path::new(&folder), Zoned::now().date())?;
    let corpus = Corpus::from(&knowledge);
    if let Some(encode) = encoding(&corpus)? {
        report(
            "words alone, asked the same",
            &ask_part(&corpus, &no_encoder),
        );
        report("with the encoder", &ask_part(&corpus, &encode));
    } else {
        report("words alone", &ask_in_rounds(&corpus));
    }
    Ok(())
}

/// Prints what a search found, and the coefficients that fit it.
fn report(title: &str, cases: &[Case]) {
    println!("{title}");
    for (name, kind) in [("messages", Kind::Message), ("phrasings", Kind::Phrasing)] {
        let whole = || cases.iter().filter(|case| case.whole && case.kind == kind);
        println!(
            "{} {name}: right topic first {:.1} %, right section of those {:.1} %",
            whole().count(),
            share(whole().map(|case| case.right)),
            share(whole().filter_map(|case| case.section)),
        );
    }
    // How much a case of each kind counts: messages are what people write, phrasings come short. Our examples out of scope are
    // easier to tell than what people write, so each counts twice.
    fit("asked", cases, |case| match case.kind {
        Kind::OutOfScope => 2.0,
        Kind::Message => 1.0,
        Kind::Phrasing | Kind::Uncovered => 0.5,
    });
    // Nobody talks to others in phrasings, and most of what is overheard is not for the bot.
    fit("overheard", cases, |case| match case.kind {
        Kind::Message => 1.0,
        Kind::OutOfScope => 2.0,
        Kind::Phrasing => 0.0,
        Kind::Uncovered => 0.3,
    });
}

/// How many are true, in percent.
fn share(of: impl IntoIterator<Item = bool>) -> f64 {
    let (mut count, mut of_them) = (0.0, 0.0);
    for right in of {
        count += 1.0;
        of_them += f64::from(u8::from(right));
    }
    100.0 * of_them / f64::max(count, 1.0)
}

/// Asks words alone everything, in rounds.
fn ask_in_rounds(corpus: &Corpus) -> Vec<Case> {
    let mut cases = Vec::new();
    let mut learn_and_ask = |learned: &Corpus, whole, asked: Vec<Asked<'_>>| {
        let index = learn(learned, &no_encoder);
        cases.extend(ask(&index, &no_encoder, whole, &asked));
    };
    for fold in 0..FOLDS {
        learn_and_ask(
            &corpus.without_fold(fold, FOLDS),
            true,
            left_out(corpus, fold, &[]),
        );
    }
    let all = 0..corpus.topics.len();
    for fold in 0..TOPIC_FOLDS {
        let gone: Vec<usize> = all.clone().skip(fold).step_by(TOPIC_FOLDS).collect();
        learn_and_ask(
            &part::without(corpus, &gone),
            true,
            uncovered(corpus, &gone),
        );
    }
    for (topics, start) in SMALL {
        let removed = others(corpus, topics, start);
        let small = part::without(corpus, &removed);
        learn_and_ask(
            &small.without_fold(start, FOLDS),
            false,
            left_out(&small, start, &[]),
        );
        let own = all.clone().filter(|topic| !removed.contains(topic));
        let gone: Vec<usize> = own.step_by(topics / 4).collect();
        learn_and_ask(
            &part::without(&small, &gone),
            false,
            uncovered(&small, &gone),
        );
    }
    cases
}

/// Asks what an encoder's adapter has not learned.
fn ask_part(corpus: &Corpus, encode: &Encode<'_>) -> Vec<Case> {
    let learned = part::learned(corpus);
    let gone = part::topics(corpus);
    let index = learn(&learned, encode);
    let mut cases = ask(&index, encode, true, &left_out(corpus, 0, &gone));
    cases.extend(ask(&index, encode, true, &uncovered(corpus, &gone)));
    for (topics, start) in SMALL {
        let removed = others(corpus, topics, start);
        let index = learn(&part::without(&learned, &removed), encode);
        let asked = left_out(corpus, 0, &[removed, gone.clone()].concat());
        cases.extend(ask(&index, encode, false, &asked));
        // The same share of the left-out topics as of the guide's.
        let some = gone.iter().copied().skip(start);
        let some: Vec<usize> = some.step_by(every(corpus, topics)).collect();
        cases.extend(ask(&index, encode, false, &uncovered(corpus, &some)));
    }
    cases
}

/// The topics that a smaller guide lacks: all but every n-th.
fn others(corpus: &Corpus, topics: usize, start: usize) -> Vec<usize> {
    let every = every(corpus, topics);
    let all = 0..corpus.topics.len();
    all.filter(|topic| topic % every != start).collect()
}

/// Which share of the topics makes a guide of about this many: one in how many.
fn every(corpus: &Corpus, topics: usize) -> usize {
    corpus.topics.len().div_ceil(topics)
}

/// A topic, and the section if one of them answers better than the others.
type Place = (usize, Option<usize>);

/// A text to ask, and what answers it.
struct Asked<'a> {
    kind: Kind,
    text: &'a str,
    answers: Vec<Place>,
}

/// The texts of a fold, unless all topics that answer them are gone.
fn left_out<'a>(corpus: &'a Corpus, fold_number: usize, gone: &[usize]) -> Vec<Asked<'a>> {
    let is_left_out = |text: &str| fold(text, FOLDS) == fold_number;
    let texts_of = |texts: &'a [String]| texts.iter().filter(move |text| is_left_out(text));
    let mut asked = Vec::new();
    let messages = corpus.messages.iter();
    for message in messages.filter(|message| is_left_out(&message.text)) {
        let answers = message.answers.iter().copied();
        let answers: Vec<Place> = answers.filter(|(topic, _)| !gone.contains(topic)).collect();
        if !answers.is_empty() {
            asked.push(Asked {
                kind: Kind::Message,
                text: &message.text,
                answers,
            });
        }
    }
    let topics = corpus.topics.iter().enumerate();
    for (number, topic) in topics.filter(|(number, _)| !gone.contains(number)) {
        let sections = topic.sections.iter().map(|section| &section.phrasings);
        let lists = sections
            .zip((0..).map(Some))
            .chain(Some((&topic.phrasings, None)));
        for (texts, section) in lists {
            asked.extend(texts_of(texts).map(|text| Asked {
                kind: Kind::Phrasing,
                text,
                answers: vec![(number, section)],
            }));
        }
    }
    for texts in &corpus.out_of_scope {
        asked.extend(texts_of(texts).map(|text| Asked {
            kind: Kind::OutOfScope,
            text,
            answers: Vec::new(),
        }));
    }
    asked
}

/// The messages all of whose topics are gone.
fn uncovered<'a>(corpus: &'a Corpus, gone: &[usize]) -> Vec<Asked<'a>> {
    let messages = corpus.messages.iter();
    let only = messages.filter(|message| {
        let mut topics = message.answers.iter();
        topics.all(|(topic, _)| gone.contains(topic))
    });
    only.map(|message| Asked {
        kind: Kind::Uncovered,
        text: &message.text,
        answers: Vec::new(),
    })
    .collect()
}

/// What encodes texts, with the encoder in the folder that the second argument names; `None` without one.
#[cfg(feature = "encoder")]
fn encoding(corpus: &Corpus) -> Result<Option<Box<Encode<'static>>>, Box<dyn Error>> {
    let Some(folder) = std::env::args().nth(2) else {
        return Ok(None);
    };
    let encoder = internbot::encoder::InstalledEncoder::open(Some(Path::new(&folder)))?;
    let encoder = encoder.ok_or("there is no encoder in that folder")?;
    let (encode, _) = encoder.knowing(&Sentences::texts(corpus), &|_, _| {});
    Ok(Some(Box::new(move |text| Some(encode(text)))))
}

#[cfg(not(feature = "encoder"))]
fn encoding(_: &Corpus) -> Result<Option<Box<Encode<'static>>>, Box<dyn Error>> {
    Ok(None)
}

fn learn(corpus: &Corpus, encode: &Encode<'_>) -> Index {
    Index::with_components(corpus, Components::ALL).with_sentences(Sentences::new(corpus, encode))
}

/// Asks texts of a guide, which is the whole one or a part.
fn ask(index: &Index, encode: &Encode<'_>, whole: bool, asked: &[Asked<'_>]) -> Vec<Case> {
    let judge = |asked: &Asked<'_>| {
        let found = index.search(&Question::new(asked.text).encoded(index, encode));
        let best = found.matches.first()?;
        let answers = asked.answers.iter();
        let of_topic = answers.filter(|(topic, _)| *topic == best.topic);
        let sections: Vec<Option<usize>> = of_topic.map(|(_, section)| *section).collect();
        let evidence = Evidence::of(&found, answer::asks(asked.text));
        Some(Case {
            kind: asked.kind,
            features: evidence.features().map(f64::from),
            right: !sections.is_empty(),
            section: sections
                .iter()
                .any(Option::is_some)
                .then(|| sections.contains(&Some(best.section))),
            whole,
        })
    };
    asked.iter().filter_map(judge).collect()
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
        let said = here.iter().map(|(said, _)| said).sum::<f64>() / here.len().max(1) as f64;
        println!(
            "  {:>5.1} %  {:>5.1} %  {:>5}",
            100.0 * said,
            share(here.iter().map(|(_, case)| case.right)),
            here.len()
        );
    }
    println!("  bar    message right/wrong   phrasing right/wrong   out of scope   uncovered");
    for bar in [
        0.15, 0.2, 0.3, 0.4, 0.5, 0.55, 0.6, 0.61, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95,
    ] {
        let above = |kind: Kind, right: bool| {
            let of_kind = judged.iter().filter(|(_, case)| case.kind == kind);
            share(of_kind.map(|(said, case)| *said >= bar && case.right == right))
        };
        println!(
            "  {bar:.3}  {:>6.1} / {:<6.1}       {:>6.1} / {:<6.1}        {:>6.1}        {:>6.1}",
            above(Kind::Message, true),
            above(Kind::Message, false),
            above(Kind::Phrasing, true),
            above(Kind::Phrasing, false),
            above(Kind::OutOfScope, false),
            above(Kind::Uncovered, false)
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
