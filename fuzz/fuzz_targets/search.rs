//! Asking the shipped guide: any question, after any others, has a reply that fits, and always the same.

#![no_main]

use std::path::Path;
use std::sync::LazyLock;

use arbitrary::Arbitrary;
use internbot::knowledge::{self, KnowledgeBase};
use internbot::search::{Index, MAX_MATCHES, Question};
use internbot_fuzz::{TODAY, ask};
use libfuzzer_sys::fuzz_target;

static KNOWLEDGE: LazyLock<KnowledgeBase> = LazyLock::new(|| {
    let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("../knowledge");
    knowledge::load(&shipped, TODAY).expect("the shipped guide is valid")
});
static INDEX: LazyLock<Index> = LazyLock::new(|| Index::new(&KNOWLEDGE));

#[derive(Debug, Arbitrary)]
struct Asked<'a> {
    overheard: bool,
    previous: Vec<&'a str>,
    text: &'a str,
}

fuzz_target!(|asked: Asked<'_>| {
    let previous = asked.previous.iter().map(ToString::to_string).collect();
    let question = Question {
        previous,
        overheard: asked.overheard,
        ..Question::new(asked.text)
    };
    let found = INDEX.search(&question);
    assert!(found.matches.len() <= MAX_MATCHES);
    assert!(
        found.matches.iter().all(|found| found.score.is_finite()),
        "{found:?}"
    );
    assert!(
        found
            .matches
            .is_sorted_by(|better, worse| better.score >= worse.score),
        "{found:?}"
    );
    assert_eq!(found, INDEX.search(&question));
    ask(&KNOWLEDGE, &INDEX, &question);
});
