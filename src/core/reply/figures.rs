//! Replies to moderators about the questions that people ask: gaps, the weekly digest, and counts.

use super::markdown::{date, escape};
use super::notes::note;
use super::{Action, Asked, Choice, Entry, Reply, Teach, hash};
use crate::additions::{Additions, addition_of};
use crate::gaps::Group;
use crate::knowledge::{KnowledgeBase, Place};
use crate::stats::{Stats, Sums, Votes, sparkline};
use crate::text::cut;

/// How many groups of questions fit on a page: each takes four of a message's 40 components.
const GROUPS: usize = 8;
/// How many characters of a question are repeated in a list.
const LISTED: usize = 120;
/// How many topics are listed.
const TOPICS: usize = 10;
/// How many of the sections marked "Not it", and of those suggested, are listed.
const WORST: usize = 5;
/// The days of a week.
const WEEK: usize = 7;

/// A counter: its name, and how to read it.
pub type Counted = (&'static str, fn(&Sums) -> u64);

/// What is counted, in the order in which it is shown.
pub const COUNTED: [Counted; 8] = [
    ("asked", Sums::asked),
    ("  answered", |sums| sums.answered),
    ("  suggested", |sums| sums.asked_back),
    ("  missed", |sums| sums.missed),
    ("none of these", |sums| sums.none_of_these),
    ("unasked answers", |sums| sums.unasked),
    ("helped", |sums| sums.helped),
    ("not it", |sums| sums.not_helped),
];

/// For grouping that failed unexpectedly.
pub fn cannot_group() -> Reply {
    note("I couldn't group the questions. My log says why.")
}

/// A page, from 1, of the last days' unanswered questions; if moderators may teach, each has buttons to close it.
pub fn gaps(
    knowledge: &KnowledgeBase,
    groups: &[Group],
    days: u32,
    page: usize,
    may_teach: bool,
) -> Reply {
    let pages = groups.len().div_ceil(GROUPS);
    let asked: u64 = groups.iter().map(|group| group.count).sum();
    if groups.is_empty() {
        return note(&format!(
            "No gaps: I answered every question asked on this server in the last {days} days."
        ));
    }
    if page > pages {
        return note(&format!("There are only {pages} pages."));
    }
    let shown = groups
        .iter()
        .skip(page.saturating_sub(1) * GROUPS)
        .take(GROUPS);
    let more = if pages > 1 {
        format!("Page {page} of {pages} · ")
    } else {
        String::new()
    };
    let teach = |label: &str, teach| Choice::new(label, "", Action::Teach(teach));
    let entries = shown.map(|group| {
        let gap = Asked::Gap(hash(&group.text));
        let choices = [
            teach("It belongs to…", Teach::Find(gap)),
            teach("Write an answer", Teach::Write(gap)),
        ];
        Entry {
            text: gap_line(knowledge, group),
            choices: choices.into_iter().filter(|_| may_teach).collect(),
        }
    });
    Reply {
        title: "Unanswered questions".to_owned(),
        path: vec![knowledge.name().to_owned()],
        body: format!("{asked} in the last {days} days, most asked first"),
        entries: entries.collect(),
        footer: format!("{more}To add these to the guide: internbot gaps --toml"),
        ..Reply::default()
    }
    .within_limits()
}

/// A group of questions, in two lines.
fn gap_line(knowledge: &KnowledgeBase, group: &Group) -> String {
    let near = group.topic.as_ref().and_then(|id| knowledge.topic(id));
    let near = near.map_or_else(
        || "looks like a new topic".to_owned(),
        |topic| format!("near {}", escape(&topic.title)),
    );
    let others = match group.wordings.len() {
        0 | 1 => String::new(),
        wordings => format!(", in {wordings} wordings"),
    };
    format!(
        "**{} ×** {}\n  {near}{others}, last asked on {}",
        group.count,
        escape(&cut(&group.text, LISTED)),
        date(group.last)
    )
}

/// A week's gaps and the sections most often marked "Not it", for a channel; `None` if there is nothing to say.
pub fn digest(
    knowledge: &KnowledgeBase,
    additions: &Additions,
    groups: &[Group],
    stats: &Stats,
) -> Option<Reply> {
    let not_it = listed("Most often “Not it”", not_it(knowledge, additions, stats));
    if groups.is_empty() && not_it.is_empty() {
        return None;
    }
    let asked: u64 = groups.iter().map(|group| group.count).sum();
    let gaps = match groups.len() {
        0 => "Every question had an answer.".to_owned(),
        _ => {
            let worst = groups.iter().take(WORST);
            let lines: Vec<String> = worst.map(|group| gap_line(knowledge, group)).collect();
            format!(
                "**Not in the guide**, {asked} in total\n{}",
                lines.join("\n")
            )
        }
    };
    let days = match (stats.days.first(), stats.days.last()) {
        (Some((from, _)), Some((to, _))) => format!("From {} to {}", date(*from), date(*to)),
        _ => String::new(),
    };
    Some(
        Reply {
            title: "What I couldn't answer".to_owned(),
            path: vec![knowledge.name().to_owned()],
            body: format!("{days}\n\n{gaps}{not_it}"),
            footer: "Details: `/guide gaps` and `/guide stats` · Switch off: `/guide settings`"
                .to_owned(),
            ..Reply::default()
        }
        .within_limits(),
    )
}

/// What was asked and answered in a server that has these additions, narrow enough for a phone.
pub fn stats(knowledge: &KnowledgeBase, additions: &Additions, stats: &Stats) -> Reply {
    let (week, all) = (stats.last(WEEK), stats.all());
    let head = format!(
        "{:<15} {:>6} {:>7}",
        "",
        "7 days",
        format!("{} days", stats.days.len())
    );
    let rows = COUNTED
        .iter()
        .map(|(name, count)| format!("{name:<15} {:>6} {:>7}", count(&week), count(&all)));
    let table: Vec<String> = std::iter::once(head).chain(rows).collect();
    let bars = |name: &str, count: fn(&Sums) -> u64| {
        let most = stats
            .days
            .iter()
            .map(|(_, sums)| count(sums))
            .max()
            .unwrap_or_default();
        format!(
            "{name}, at most {most} a day\n{}",
            sparkline(stats.days.iter().map(|(_, sums)| count(sums)))
        )
    };
    let missed = |sums: &Sums| sums.missed + sums.none_of_these;
    let chart = [bars("asked", Sums::asked), bars("missed", missed)].join("\n");
    let topic = |(at, (id, sums)): (usize, (&str, &Sums))| {
        let votes = [(sums.helped, "helped"), (sums.not_helped, "not it")];
        let votes: String = votes
            .iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, what)| format!(", {count} {what}"))
            .collect();
        format!(
            "{}. {}: {} answered{votes}",
            at + 1,
            topic_title(knowledge, id),
            sums.answered + sums.unasked
        )
    };
    let topics: Vec<String> = stats
        .most_answered()
        .into_iter()
        .take(TOPICS)
        .enumerate()
        .map(topic)
        .collect();
    let topics = if topics.is_empty() {
        "No topics yet.".to_owned()
    } else {
        topics.join("\n")
    };
    let since = stats
        .days
        .first()
        .map(|(day, _)| date(*day))
        .unwrap_or_default();
    Reply {
        title: "Asked and answered".to_owned(),
        path: vec![knowledge.name().to_owned()],
        body: format!(
            "```\n{}\n```\n**One bar per day** since {since}\n```\n{chart}\n```\n**Topics**\n{topics}{}{}",
            table.join("\n"),
            listed("Most often “Not it”", not_it(knowledge, additions, stats)),
            listed("Most often suggested, by nearest section", asked_back(knowledge, additions, stats)),
        ),
        footer: "Days are in UTC".to_owned(),
        ..Reply::default()
    }
    .within_limits()
}

/// A list below its heading; empty if there are no entries.
fn listed(heading: &str, lines: Vec<String>) -> String {
    if lines.is_empty() {
        return String::new();
    }
    let lines: Vec<String> = lines
        .into_iter()
        .take(WORST)
        .enumerate()
        .map(|(at, line)| format!("{}. {line}", at + 1))
        .collect();
    format!("\n**{heading}**\n{}", lines.join("\n"))
}

/// The sections, and the server's own answers, that people marked "Not it".
fn not_it(knowledge: &KnowledgeBase, additions: &Additions, stats: &Stats) -> Vec<String> {
    let sections = stats.most_not_it().into_iter().take(WORST);
    let line = |(topic, section, votes): (&str, &str, Votes)| {
        let helped = match votes.helped {
            0 => String::new(),
            helped => format!(", helped {helped}"),
        };
        let title = place_title(knowledge, additions, &place(topic, section));
        format!("{title}: not it {}{helped}", votes.not_helped)
    };
    sections.map(line).collect()
}

/// The sections that were nearest where candidates were offered; only the topic where an older version has counted.
fn asked_back(knowledge: &KnowledgeBase, additions: &Additions, stats: &Stats) -> Vec<String> {
    let sections = stats.most_asked_back().into_iter().take(WORST);
    let line = |(topic, section, times): (&str, &str, u64)| {
        let title = match section {
            "" => topic_title(knowledge, topic),
            _ => place_title(knowledge, additions, &place(topic, section)),
        };
        format!("{title}: {times}")
    };
    sections.map(line).collect()
}

fn place(topic: &str, section: &str) -> Place {
    Place {
        topic: topic.to_owned(),
        section: section.to_owned(),
    }
}

/// How a section or an answer of the server's own is shown.
fn place_title(knowledge: &KnowledgeBase, additions: &Additions, place: &Place) -> String {
    let heading = match (place.find(knowledge), additions.at(place)) {
        (Some((_, section)), _) => escape(&section.heading),
        (None, Some(addition)) => {
            let question = escape(&cut(addition.lesson.question(), LISTED));
            format!("{question} (this server's own answer)")
        }
        (None, None) if addition_of(place).is_some() => {
            "an answer of this server that was deleted".to_owned()
        }
        (None, None) => format!("{} (no longer in the guide)", escape(&place.section)),
    };
    format!("{} › {heading}", topic_title(knowledge, &place.topic))
}

/// How a topic in the counts is shown.
fn topic_title(knowledge: &KnowledgeBase, id: &str) -> String {
    knowledge.topic(id).map_or_else(
        || format!("{} (no longer in the guide)", escape(id)),
        |topic| escape(&topic.title),
    )
}
