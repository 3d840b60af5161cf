//! Fits the coefficients of the decision (`src/answer.rs`) on what the guide itself holds, and prints them.
//!
//! ```text
//! cargo run --release --no-default-features --example fit_decision -- knowledge
//! cargo run --release --no-default-features --features encoder --example fit_decision -- knowledge ENCODER
//! ```
//!
//! The second fits the models for a bot with an encoder, which is in the folder `ENCODER`. Its adapter must have been made from
//! `corpus -- knowledge part` (`src/encoder/adapt.py`): what that leaves out is asked, once.
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

mod part;

use std::collections::HashMap;
use std::error::Error;
use std::path::Path;

use internbot::answer::{self, Evidence, FEATURES};
use internbot::knowledge;
use internbot::search::{
    Components, Corpus, Encode, Index, Question, SentenceVector, Sentences, no_encoder,
};
use jiff::Zoned;
use part::FOLDS;

const TOPIC_FOLDS: usize = 12;
/// Smaller guides: with how many topics, and from which one on.
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
    /// Whether the section is right, too, if the text asks for one and the topic is right.
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
    let vectors = vectors(&corpus)?;
    let encode = &|text: &str| vectors.get(text).copied();
    if vectors.is_empty() {
        report("words alone", &ask_in_rounds(&corpus));
    } else {
        report(
            "words alone, asked the same",
            &ask_part(&corpus, &no_encoder),
        );
        report("with the encoder", &ask_part(&corpus, encode));
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
    // How much a case of each kind counts: messages are what people write, phrasings come short.
    fit("asked", cases, |case| match case.kind {
        Kind::Message | Kind::OutOfScope => 1.0,
        Kind::Phrasing => 0.5,
        Kind::Uncovered => 0.3,
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

/// Words alone: asks everything, in rounds.
fn ask_in_rounds(corpus: &Corpus) -> Vec<Case> {
    let mut cases = Vec::new();
    let learn = |corpus: &Corpus| learn(corpus, &no_encoder);
    for fold in 0..FOLDS {
        let index = learn(&corpus.without_fold(fold, FOLDS));
        ask_left_out(
            corpus,
            fold,
            &[],
            true,
            &mut asking(&index, &no_encoder, &mut cases),
        );
    }
    let all: Vec<usize> = (0..corpus.topics.len()).collect();
    for fold in 0..TOPIC_FOLDS {
        let gone: Vec<usize> = all
            .iter()
            .copied()
            .skip(fold)
            .step_by(TOPIC_FOLDS)
            .collect();
        let index = learn(&without(corpus, &gone));
        ask_uncovered(
            corpus,
            &gone,
            true,
            &mut asking(&index, &no_encoder, &mut cases),
        );
    }
    for (topics, start) in SMALL {
        let others = others(corpus, topics, start);
        let small = without(corpus, &others);
        let index = learn(&small.without_fold(start, FOLDS));
        ask_left_out(
            &small,
            start,
            &[],
            false,
            &mut asking(&index, &no_encoder, &mut cases),
        );
        let own = all.iter().copied().filter(|topic| !others.contains(topic));
        let gone: Vec<usize> = own.step_by(topics / 4).collect();
        let index = learn(&without(&small, &gone));
        ask_uncovered(
            &small,
            &gone,
            false,
            &mut asking(&index, &no_encoder, &mut cases),
        );
    }
    cases
}

/// Asks what an encoder's adapter has not learned.
fn ask_part(corpus: &Corpus, encode: &Encode<'_>) -> Vec<Case> {
    let mut cases = Vec::new();
    let learned = part::learned(corpus);
    let gone = part::topics(corpus);
    let index = learn(&learned, encode);
    ask_left_out(
        corpus,
        0,
        &gone,
        true,
        &mut asking(&index, encode, &mut cases),
    );
    ask_uncovered(corpus, &gone, true, &mut asking(&index, encode, &mut cases));
    for (topics, start) in SMALL {
        let others = others(corpus, topics, start);
        let index = learn(&without(&learned, &others), encode);
        ask_left_out(
            corpus,
            0,
            &[others, gone.clone()].concat(),
            false,
            &mut asking(&index, encode, &mut cases),
        );
        // As large a share of what is asked as for the whole guide.
        let some: Vec<usize> = gone
            .iter()
            .copied()
            .skip(start)
            .step_by(corpus.topics.len() / topics)
            .collect();
        ask_uncovered(
            corpus,
            &some,
            false,
            &mut asking(&index, encode, &mut cases),
        );
    }
    cases
}

/// All topics but every n-th, so that about this many are left.
fn others(corpus: &Corpus, topics: usize, start: usize) -> Vec<usize> {
    let every = corpus.topics.len() / topics;
    (0..corpus.topics.len())
        .filter(|topic| topic % every != start)
        .collect()
}

fn without(corpus: &Corpus, topics: &[usize]) -> Corpus {
    topics
        .iter()
        .fold(corpus.clone(), |rest, &topic| rest.without_topic(topic))
}

/// A topic, and the section if one of them answers better than the others.
type Place = (usize, Option<usize>);

/// Asks texts of a kind, with what answers them, of a guide that is whole or not.
type Ask<'a> = dyn FnMut(Kind, &str, &[Place], bool) + 'a;

fn asking<'a>(
    index: &'a Index,
    encode: &'a Encode<'_>,
    cases: &'a mut Vec<Case>,
) -> impl FnMut(Kind, &str, &[Place], bool) + 'a {
    move |kind, text, right, whole| cases.extend(case(index, kind, text, right, whole, encode))
}

/// Asks every [`FOLDS`]-th text, from number `fold` on, unless only topics answer it that are gone.
fn ask_left_out(corpus: &Corpus, fold: usize, gone: &[usize], whole: bool, ask: &mut Ask<'_>) {
    for message in corpus.messages.iter().skip(fold).step_by(FOLDS) {
        let answers = message.answers.iter().copied();
        let right: Vec<Place> = answers.filter(|(topic, _)| !gone.contains(topic)).collect();
        if !right.is_empty() {
            ask(Kind::Message, &message.text, &right, whole);
        }
    }
    let topics = corpus.topics.iter().enumerate();
    for (number, topic) in topics.filter(|(number, _)| !gone.contains(number)) {
        let sections = topic.sections.iter().map(|section| &section.phrasings);
        let lists = sections
            .zip((0..).map(Some))
            .chain(Some((&topic.phrasings, None)));
        for (texts, section) in lists {
            for text in texts.iter().skip(fold).step_by(FOLDS) {
                ask(Kind::Phrasing, text, &[(number, section)], whole);
            }
        }
    }
    let kinds = corpus.out_of_scope.iter();
    for text in kinds.flat_map(|texts| texts.iter().skip(fold).step_by(FOLDS)) {
        ask(Kind::OutOfScope, text, &[], whole);
    }
}

/// Asks the messages that only these topics answer, which are gone.
fn ask_uncovered(corpus: &Corpus, gone: &[usize], whole: bool, ask: &mut Ask<'_>) {
    for message in &corpus.messages {
        if message
            .answers
            .iter()
            .all(|(topic, _)| gone.contains(topic))
        {
            ask(Kind::Uncovered, &message.text, &[], whole);
        }
    }
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
    right: &[Place],
    whole: bool,
    encode: &Encode<'_>,
) -> Option<Case> {
    let found = index.search(&Question::new(text).encoded(encode));
    let best = found.matches.first()?;
    let of_topic = right.iter().filter(|(topic, _)| *topic == best.topic);
    let sections = of_topic.map(|(_, section)| *section);
    Some(Case {
        kind,
        features: Evidence::of(&found, answer::asks(text))
            .features()
            .map(f64::from),
        right: sections.clone().next().is_some(),
        section: sections.clone().any(|section| section.is_some()).then(|| {
            sections
                .clone()
                .any(|section| section == Some(best.section))
        }),
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
