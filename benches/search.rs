//! How long it takes to load a guide, to search it for a question and to decide what to do: with the shipped guide, and a made-up
//! one of 150 topics with 100 phrasings each. `cargo bench`

#![allow(
    clippy::expect_used,
    missing_docs,
    reason = "a bench that cannot load its guide may panic"
)]

#[path = "../examples/growth/made_up.rs"]
mod made_up;

use std::hint::black_box;
use std::path::Path;

use criterion::{Criterion, criterion_group, criterion_main};
use internbot::answer::decide;
use internbot::evaluate::misspell;
use internbot::knowledge::{self, KnowledgeBase};
use internbot::search::{Components, Index, Question};
use jiff::civil::date;
use made_up::made_up;

fn shipped() -> KnowledgeBase {
    knowledge::load(Path::new("knowledge"), date(2026, 11, 28)).expect("the shipped guide is valid")
}

fn load(bench: &mut Criterion) {
    bench.bench_function("load/read and check the files", |bench| bench.iter(shipped));
    let knowledge = shipped();
    bench.bench_function("load/learn and index", |bench| {
        bench.iter(|| Index::new(black_box(&knowledge)))
    });
}

fn search(bench: &mut Criterion) {
    let index = Index::new(&shipped());
    let questions = [
        ("short", "how long should my resume be"),
        (
            "usual",
            "how do i get a backend internship when i have no experience at all",
        ),
        (
            "misspelt",
            "hwo do i get a bakcend intrenship wihtout experiance",
        ),
        (
            "long",
            "i have an offer from a small company and i already said yes but today a bigger one called me and the pay is much better. \
             my parents say i have to keep my word. is it okay to change my mind after i signed the contract?",
        ),
    ];
    for (name, text) in questions {
        let question = Question::new(text);
        bench.bench_function(&format!("search/{name}"), |bench| {
            bench.iter(|| index.search(black_box(&question)))
        });
    }
}

fn decision(bench: &mut Criterion) {
    let knowledge = shipped();
    let index = Index::new(&knowledge);
    for (name, text) in [
        ("answered", "how long should my resume be"),
        (
            "out of scope",
            "which pizza place near the library is open late",
        ),
    ] {
        let question = Question::new(text);
        let found = index.search(&question);
        bench.bench_function(&format!("decide/{name}"), |bench| {
            bench.iter(|| decide(&knowledge, black_box(&question), &found))
        });
    }
}

fn large(bench: &mut Criterion) {
    let corpus = made_up(150, 100);
    let mut group = bench.benchmark_group("large");
    group.sample_size(10);
    group.bench_function("learn and index", |bench| {
        bench.iter(|| Index::with_components(black_box(&corpus), Components::ALL))
    });
    let index = Index::with_components(&corpus, Components::ALL);
    // A phrasing of the guide with one more word at each end, so that it is not repeated exactly.
    let phrasing = corpus
        .topics
        .first()
        .and_then(|topic| topic.phrasings.first())
        .expect("a guide with phrasings");
    for (name, text) in [
        ("search", format!("so {phrasing} right")),
        (
            "search misspelt",
            misspell(&format!("so {phrasing} right"), 2),
        ),
    ] {
        let question = Question::new(text);
        group.bench_function(name, |bench| {
            bench.iter(|| index.search(black_box(&question)))
        });
    }
    group.finish();
}

criterion_group!(benches, load, search, decision, large);
criterion_main!(benches);
