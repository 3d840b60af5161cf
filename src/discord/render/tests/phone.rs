//! How many lines replies take on a phone before their buttons. To see the figures:
//! `cargo test --lib what_a_phone_shows -- --nocapture`.

#![allow(clippy::print_stdout, reason = "the figures are to be seen")]

use super::asked::{REPLIES, Replied};
use super::*;
use crate::answer::Outcome;

/// How many lines of text a phone of 360 points shows above the first row of buttons or menus: about 36 characters fit on a
/// line next to the picture of the bot, 30 of a headline, 44 of small print, and 22 next to a button.
fn lines_on_a_phone(reply: &Reply) -> usize {
    let lines = |text: &str, usual: usize| -> usize {
        let width = |line: &str| match line {
            line if line.starts_with(reply::HEADLINE) => 30,
            line if line.starts_with("-# ") => 44,
            _ => usual,
        };
        // An address is not shown.
        let shown = |line: &str| match line.split_once("](") {
            Some((name, rest)) => format!("{name}{}", rest.split_once(')').unwrap_or_default().1),
            None => line.replace("**", ""),
        };
        text.lines()
            .map(|line| textwrap::wrap(&shown(line), width(line)).len().max(1))
            .sum()
    };
    let passages = reply.passages();
    passages
        .iter()
        .map(|passage| match passage {
            Passage::Text(text) => lines(text, 36),
            Passage::Divider => 1,
            Passage::Candidate(text, _) => lines(text, 22),
            Passage::Entry(entry) => lines(&entry.text, 36),
        })
        .sum()
}

/// The longest of some replies, with its lines.
fn longest(replies: impl IntoIterator<Item = (String, Reply)>) -> (usize, String) {
    let lines = replies
        .into_iter()
        .map(|(what, reply)| (lines_on_a_phone(&reply), what));
    lines.max().unwrap()
}

/// The same for the replies to questions that are of a kind.
fn longest_asked(is_it: fn(&Replied) -> bool) -> (usize, String) {
    let asked = REPLIES.iter().filter(|asked| is_it(asked));
    longest(asked.map(|asked| (asked.question.clone(), asked.reply.clone())))
}

/// Counts in which every list is as long as it gets.
fn full_stats() -> Stats {
    let (first, last) = (
        jiff::civil::date(2026, 10, 25),
        jiff::civil::date(2026, 11, 23),
    );
    let mut stats = Stats::new(first, last);
    for topic in GUIDE.knowledge.topics() {
        stats.add(last, &topic.id, |sums| {
            sums.count(RecordedOutcome::Answer, Way::Mention, 2_000);
            sums.count(RecordedOutcome::Suggest, Way::Mention, 1_000);
            sums.vote(true, 1_000);
            sums.vote(false, 1_000);
        });
        for section in &topic.sections {
            stats.vote(last, &topic.id, &section.id, false, 100);
            stats.vote(last, &topic.id, &section.id, true, 100);
        }
    }
    stats
}

#[test]
fn what_a_phone_shows_before_the_buttons() {
    let knowledge = &GUIDE.knowledge;
    let topics = knowledge.topics();
    let sections = topics.iter().flat_map(|topic| {
        let named = |section: &crate::knowledge::Section| {
            let what = format!("{}/{}", topic.id, section.id);
            (what, reply::section(knowledge, topic, section))
        };
        topic.sections.iter().map(named).collect::<Vec<_>>()
    });
    let lists = |filter: &Filter, what: &str| {
        let pages = (0..60).map(|page| reply::resources(knowledge, filter, page).unwrap());
        let pages = pages.enumerate();
        pages
            .map(|(page, reply)| (format!("{what} page {}", page + 1), reply))
            .collect::<Vec<_>>()
    };
    let of_topics = topics.iter().flat_map(|topic| {
        let filter = Filter {
            topic: Some(topic.id.clone()),
            ..Filter::default()
        };
        lists(&filter, &topic.id)
    });
    let categories = knowledge.categories().iter().flat_map(|category| {
        (0..3).map(|page| {
            let reply = reply::category(knowledge, category, page);
            (category.id.clone(), reply)
        })
    });
    let alone = |reply: Reply| (lines_on_a_phone(&reply), String::new());
    let figures = [
        ("section", longest(sections), 66),
        (
            "answer to a question",
            longest_asked(|asked| asked.outcome == Outcome::Answer),
            80,
        ),
        (
            "list of candidates",
            longest_asked(|asked| {
                asked.outcome == Outcome::Suggest && asked.reply.closest.is_none()
            }),
            40,
        ),
        (
            "closest candidate",
            longest_asked(|asked| asked.reply.closest.is_some()),
            82,
        ),
        ("/resources", longest(lists(&Filter::default(), "")), 30),
        ("/resources of a topic", longest(of_topics), 35),
        ("/topics", alone(reply::topics(knowledge)), 105),
        ("category", longest(categories), 60),
        (
            "/guide stats",
            alone(reply::stats(
                knowledge,
                &Additions::default(),
                &full_stats(),
            )),
            80,
        ),
    ];
    for (what, (lines, which), _) in &figures {
        println!("{what}: {lines} lines {which}");
    }
    for (what, (lines, which), most) in figures {
        assert!(lines <= most, "{what}: {lines} lines: {which}");
    }
}
