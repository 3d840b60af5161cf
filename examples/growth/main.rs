//! How time and memory grow with the knowledge base.
//!
//! ```text
//! cargo run --release --no-default-features --example growth
//! ```
//!
//! It uses made-up guides of several sizes, whose phrasings are drawn from 3,000 words with a seeded generator, frequent words
//! more often. For each: the time to learn it, the median time of a search as typed and with two misspellings, and what
//! the index adds to the resident memory (Linux only).

#![allow(clippy::print_stdout, reason = "it prints a table")]

mod made_up;

use std::error::Error;
use std::path::Path;
use std::time::{Duration, Instant};

use internbot::evaluate::misspell;
use internbot::knowledge;
use internbot::search::{Components, Corpus, Index, Question};
use jiff::civil::date;
use made_up::made_up;

/// How many questions are asked of each.
const QUESTIONS: usize = 1_000;

fn main() -> Result<(), Box<dyn Error>> {
    println!(
        "| Guide | phrasings | learn | search | misspelt | memory |\n| --- | --: | --: | --: | --: | --: |"
    );
    let shipped = Corpus::from(&knowledge::load(
        Path::new("knowledge"),
        date(2026, 11, 23),
    )?);
    measure("the one that ships", &shipped);
    for (topics, phrasings) in [(10, 20), (150, 100), (1_000, 20)] {
        measure(
            &format!("{topics} topics × {phrasings} phrasings"),
            &made_up(topics, phrasings),
        );
    }
    Ok(())
}

fn measure(name: &str, corpus: &Corpus) {
    let before = resident();
    let start = Instant::now();
    let index = Index::with_components(corpus, Components::ALL);
    let learned = start.elapsed();
    let memory = resident().saturating_sub(before);
    let phrasings: Vec<&str> = corpus
        .topics
        .iter()
        .flat_map(|topic| topic.questions(false))
        .map(|(_, text)| text)
        .collect();
    let step = (phrasings.len() / QUESTIONS).max(1);
    // One more word at each end, so that no question repeats a phrasing.
    let questions: Vec<String> = phrasings
        .iter()
        .step_by(step)
        .map(|text| format!("so {text} right"))
        .collect();
    let misspelt: Vec<String> = questions.iter().map(|text| misspell(text, 2)).collect();
    println!(
        "| {name} | {} | {:.0} ms | {:.0} µs | {:.0} µs | {:.0} MiB |",
        phrasings.len(),
        learned.as_secs_f64() * 1e3,
        median(&index, &questions).as_secs_f64() * 1e6,
        median(&index, &misspelt).as_secs_f64() * 1e6,
        memory as f64 / 1024.0
    );
}

/// The median time of a search.
fn median(index: &Index, questions: &[String]) -> Duration {
    let mut times: Vec<Duration> = questions
        .iter()
        .map(|text| {
            let question = Question::new(text);
            let start = Instant::now();
            std::hint::black_box(index.search(&question));
            start.elapsed()
        })
        .collect();
    times.sort_unstable();
    times.get(times.len() / 2).copied().unwrap_or_default()
}

/// The resident memory of this process in KiB; 0 where it is not known.
fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmRSS:"));
    line.and_then(|line| line.split_whitespace().nth(1)?.parse().ok())
        .unwrap_or(0)
}
