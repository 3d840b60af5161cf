//! Measures how servers' additions affect answers, search time and memory:
//! `cargo run --release --no-default-features --example additions -- CASES.jsonl POOL.txt`
//!
//! Random questions from a pool, one per line, are added: half of them lead to a random section, half have an answer
//! of the server's own. So every answer that they give to a case counts as wrong, unless the section's topic is
//! right by chance.

#![allow(
    clippy::expect_used,
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "an example that measures may stop, and prints"
)]

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use internbot::additions::{Addition, Additions, LONGEST_QUESTION, Lesson, LessonReply};
use internbot::answer::{Answer, Outcome};
use internbot::evaluate::{self, Case};
use internbot::guide::Guide;
use internbot::knowledge;
use internbot::overlay::Overlay;
use internbot::search::{Question, XorShift};
use internbot::text;
use jiff::civil::date;

/// How often other additions are drawn.
const DRAWS: u64 = 10;
/// How many there are in the server.
const SIZES: [usize; 3] = [0, 10, 50];
const GUILDS: u64 = 10_000;
const OF_A_GUILD: usize = 10;
/// How many servers' additions are read at a time.
const OVERLAYS: usize = 256;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let knowledge = knowledge::load(Path::new("knowledge"), date(2026, 11, 23)).unwrap();
    let guide = Guide::new(knowledge);
    let mut cases = Vec::new();
    let mut pool = Vec::new();
    for path in &arguments {
        let text = std::fs::read_to_string(path).expect("a file");
        if path.ends_with(".txt") {
            pool.extend(text.lines().map(str::to_owned));
        } else {
            cases.extend(evaluate::parse_cases(&text).expect("cases"));
        }
    }
    println!("{} cases, {} questions to add", cases.len(), pool.len());
    for size in SIZES {
        let (mut wrong, mut right, mut asked, mut by_additions) = (0, 0, 0, 0);
        let mut micros = 0;
        let draws = if size == 0 { 1 } else { DRAWS };
        for draw in 1..=draws {
            let overlay = Overlay::new(
                &guide,
                &drawn(&guide, &pool, size, draw, "An answer.", None),
            );
            for case in &cases {
                let question = Question::new(case.text.clone());
                let begin = Instant::now();
                let answer = overlay.answer(&guide, &question);
                micros += begin.elapsed().as_micros();
                asked += 1;
                if answer.outcome == Outcome::Answer {
                    if is_right(&guide, &answer, case) {
                        right += 1;
                    } else {
                        wrong += 1;
                    }
                }
                if answer.reason.contains("taught") {
                    by_additions += 1;
                    if draw == 1 && std::env::var_os("SHOW").is_some() {
                        println!("  {:?} {}", case.text, answer.reason);
                    }
                }
            }
        }
        println!(
            "{size:>3} additions: {:.2} % wrong, {:.2} % right, {by_additions} of {asked} by additions, {} µs a question",
            100.0 * f64::from(wrong) / f64::from(asked),
            100.0 * f64::from(right) / f64::from(asked),
            micros / u128::try_from(asked).unwrap()
        );
    }
    memory(&guide, &pool);
}

fn is_right(guide: &Guide, answer: &Answer, case: &Case) -> bool {
    let best = answer.matches.first().filter(|_| answer.added.is_none());
    best.is_some_and(|best| {
        case.topics
            .contains(&guide.knowledge.topics()[best.topic].id)
    })
}

/// Additions at random.
fn drawn(
    guide: &Guide,
    pool: &[String],
    size: usize,
    seed: u64,
    answer: &str,
    link: Option<&str>,
) -> Additions {
    let mut random = XorShift::seeded(&seed.to_string());
    let topics = guide.knowledge.topics();
    let mut any = |count: usize| random.below(count);
    Additions::new((0..size).map(|number| {
        let topic = &topics[any(topics.len())];
        let section = &topic.sections[any(topic.sections.len())];
        let question = pool[any(pool.len())].clone();
        let reply = if number % 2 == 0 {
            LessonReply::Section(section.id.clone())
        } else {
            LessonReply::Own {
                text: answer.to_owned(),
                link: link.map(str::to_owned),
            }
        };
        Addition {
            id: number as u64 + 1,
            author: Some(1),
            day: date(2026, 11, 23),
            lesson: Lesson {
                questions: vec![question],
                topic: topic.id.clone(),
                reply,
            },
        }
    }))
}

/// What the additions of many servers take: five ways to ask and five answers of 600 characters each.
fn memory(guide: &Guide, pool: &[String]) {
    let pool = pool.iter();
    let pool: Vec<String> = pool
        .map(|question| text::cut(question, LONGEST_QUESTION))
        .collect();
    let answer = "word ".repeat(120);
    let link = "https://example.org/a/page/of/the/server";
    let before = resident();
    let mut all: HashMap<u64, Arc<Additions>> = HashMap::new();
    let mut overlays = Vec::new();
    for guild in 0..GUILDS {
        let additions = drawn(guide, &pool, OF_A_GUILD, guild + 1, &answer, Some(link));
        if overlays.len() < OVERLAYS {
            overlays.push(Overlay::new(guide, &additions));
        }
        all.insert(guild, Arc::new(additions));
    }
    println!(
        "{GUILDS} servers with {OF_A_GUILD} additions: {:.1} MiB more",
        (resident() - before) as f64 / 1_048_576.0
    );
    drop((all, overlays));
}

/// Bytes of memory that this process has (proc(5), `statm`).
fn resident() -> usize {
    let text = std::fs::read_to_string("/proc/self/statm").expect("Linux");
    text.split(' ').nth(1).unwrap().parse::<usize>().unwrap() * 4_096
}
