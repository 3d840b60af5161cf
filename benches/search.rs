//! How long the guide takes to load and a question to answer. `cargo bench`

#![allow(clippy::expect_used, missing_docs, reason = "a bench that cannot load its guide may panic")]

use std::hint::black_box;
use std::path::Path;

use criterion::{Criterion, criterion_group, criterion_main};
use internbot::knowledge::{self, KnowledgeBase};
use internbot::search::{Index, Question};
use jiff::civil::date;

fn shipped() -> KnowledgeBase {
    knowledge::load(Path::new("knowledge"), date(2026, 11, 23)).expect("the shipped guide is valid")
}

fn load(bench: &mut Criterion) {
    bench.bench_function("load/read and check the files", |bench| bench.iter(shipped));
    let knowledge = shipped();
    bench.bench_function("load/learn and index", |bench| bench.iter(|| Index::new(black_box(&knowledge))));
}

fn search(bench: &mut Criterion) {
    let index = Index::new(&shipped());
    let questions = [
        ("short", "how long should my resume be"),
        ("usual", "how do i get a backend internship when i have no experience at all"),
        ("misspelt", "hwo do i get a bakcend intrenship wihtout experiance"),
        (
            "long",
            "i have an offer from a small company and i already said yes but today a bigger one called me and the pay is much better. \
             my parents say i have to keep my word. is it okay to change my mind after i signed the contract?",
        ),
    ];
    for (name, text) in questions {
        let question = Question::new(text);
        bench.bench_function(&format!("search/{name}"), |bench| bench.iter(|| index.search(black_box(&question))));
    }
}

criterion_group!(benches, load, search);
criterion_main!(benches);
