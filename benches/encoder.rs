//! How long it takes to load the encoder, and to encode a question and hundreds of phrasings. It needs the weights:
//! `INTERNBOT_TEST_ENCODER=FOLDER cargo bench --bench encoder`

#![allow(
    clippy::expect_used,
    clippy::print_stderr,
    missing_docs,
    reason = "a bench that cannot read the encoder may panic, and says what it skips"
)]

use std::hint::black_box;
use std::path::PathBuf;

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use internbot::encoder::{Encoder, VectorCache};

/// The environment variable with a folder in which the encoder is installed.
const FOLDER: &str = "INTERNBOT_TEST_ENCODER";

fn encoder(bench: &mut Criterion) {
    let Some(folder) = std::env::var_os(FOLDER).map(PathBuf::from) else {
        eprintln!("skipped: the encoder, because {FOLDER} is not set");
        return;
    };
    let encoder = Encoder::load(&folder).expect("the encoder is installed");
    for (name, text) in [
        ("4 words", "is it worth it"),
        (
            "20 words",
            "so i have a second interview with a small company on thursday and i do not know what they will ask",
        ),
        (
            "64 words",
            "i have an offer from a small company and i already said yes but today a bigger one called me and the pay is much better. \
             my parents say i have to keep my word. is it okay to change my mind after i signed the contract? the start is in june and \
             the other one wants an answer by friday, so there is not much time to think",
        ),
    ] {
        bench.bench_function(&format!("encoder/{name}"), |bench| {
            bench.iter(|| encoder.encode(black_box(text)))
        });
    }
    let mut group = bench.benchmark_group("encoder");
    group.sample_size(10);
    group.bench_function("load", |bench| {
        bench.iter(|| Encoder::load(black_box(&folder)).expect("the encoder is installed"))
    });
    // As long as phrasings and messages of the guide are: four to forty words.
    let words = "how do i tell a team that i would like to work on the other half of it when nobody asked me before and they are busy";
    let words: Vec<_> = words.split(' ').collect();
    let texts: Vec<_> = (0..400)
        .map(|n: usize| {
            let length = 4 + n % 10 * n % 37;
            let text: Vec<_> = words.iter().cycle().skip(n).take(length).copied().collect();
            format!("{n} {}", text.join(" "))
        })
        .collect();
    group.throughput(Throughput::Elements(texts.len() as u64));
    group.bench_function("400 texts without a cache, on every core", |bench| {
        bench.iter_batched(
            || tempfile::tempdir().expect("a folder"),
            |folder| VectorCache::in_folder(folder.path()).encode(&encoder, &texts, |_, _| ()),
            BatchSize::PerIteration,
        )
    });
    group.finish();
}

criterion_group!(benches, encoder);
criterion_main!(benches);
