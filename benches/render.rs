//! How long it takes to turn a reply into the body of the request that sends it. `cargo bench --bench render`

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    missing_docs,
    reason = "a bench that cannot load its guide may panic"
)]

use std::hint::black_box;
use std::path::Path;

use criterion::{Criterion, criterion_group, criterion_main};
use internbot::answer::Outcome;
use internbot::discord::message_body;
use internbot::guide::Guide;
use internbot::knowledge;
use internbot::reply::{self, Filter, Reply};
use internbot::search::Question;
use jiff::civil::date;

/// An id as long as Discord's.
const SOMEBODY: u64 = 1_300_000_000_000_000_000;

fn replies() -> [(&'static str, Reply); 3] {
    let knowledge = knowledge::load(Path::new("knowledge"), date(2026, 11, 28))
        .expect("the shipped guide is valid");
    let guide = Guide::new(knowledge);
    let knowledge = &guide.knowledge;
    let resume = knowledge.topic("resume").expect("there is this topic");
    let section = reply::section(knowledge, resume, &resume.sections[0]);
    let candidates = ["money", "offer", "interview", "code", "deadline"]
        .iter()
        .map(|word| guide.answer(&Question::new(*word)))
        .find(|answer| answer.outcome == Outcome::Suggest)
        .map(|answer| reply::to_answer(knowledge, &answer))
        .expect("one of them is vague");
    let resources =
        reply::resources(knowledge, &Filter::default(), 0).expect("there is a first page");
    [
        ("answer", section),
        ("candidates", candidates),
        ("resources", resources),
    ]
}

fn render(bench: &mut Criterion) {
    for (name, reply) in replies() {
        let bytes = message_body(&reply, SOMEBODY).len();
        bench.bench_function(&format!("render/{name}, {bytes} bytes"), |bench| {
            bench.iter(|| message_body(black_box(&reply), SOMEBODY))
        });
    }
}

criterion_group!(benches, render);
criterion_main!(benches);
