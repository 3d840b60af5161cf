//! That whatever is shown fits into Discord.

use std::collections::HashSet;
use std::path::Path;
use std::sync::LazyLock;

use proptest::prelude::*;
use serde_json::Value;

use super::*;
use crate::gaps::Group;
use crate::guide::Guide;
use crate::knowledge::{self, Changes, Cost, Kind, Level, LoadError, Position, Problem, Severity};
use crate::reply::{self, Filter, Keeping, Place, SettingsView, Standing, Target};
use crate::search::Question;
use crate::settings::Settings;
use crate::stats::{Outcome, Stats, Way};

const DESTINATION: Destination = Destination {
    channel: ChannelId::new(1),
    reply_to: None,
    nonce: 1,
    ping: false,
};

static GUIDE: LazyLock<Guide> = LazyLock::new(|| {
    Guide::new(knowledge::load(Path::new("knowledge"), jiff::civil::date(2026, 11, 23)).unwrap())
});

/// Every text and count of a message that Discord limits, and those that are over.
fn excess(message: &Value) -> Vec<String> {
    let mut over = Vec::new();
    let mut total = 0;
    let mut check = |what: &str, text: &Value, least: usize, most: usize| {
        let length = text.as_str().map_or(0, |text| {
            text.trim()
                .chars()
                .count()
                .max(usize::from(!text.is_empty()))
        });
        if !(least..=most).contains(&length) {
            over.push(format!("{what} has {length}"));
        }
        length
    };
    check("content", &message["content"], 0, 2_000);
    for embed in message["embeds"].as_array().into_iter().flatten() {
        total += check("title", &embed["title"], 1, 256)
            + check("description", &embed["description"], 1, 4_096);
        total += check("footer", &embed["footer"]["text"], 0, 2_048)
            + check("author", &embed["author"]["name"], 0, 256);
        let fields = embed["fields"].as_array().into_iter().flatten();
        total += fields
            .map(|field| {
                check("field", &field["name"], 1, 256) + check("value", &field["value"], 1, 1_024)
            })
            .sum::<usize>();
    }
    let rows: Vec<&Value> = message["components"]
        .as_array()
        .into_iter()
        .flatten()
        .collect();
    let mut ids = HashSet::new();
    for component in rows
        .iter()
        .flat_map(|row| row["components"].as_array().into_iter().flatten())
    {
        check("custom_id", &component["custom_id"], 1, 100);
        check(
            "label",
            &component["label"],
            usize::from(component["type"] == 2),
            80,
        );
        check("placeholder", &component["placeholder"], 0, 150);
        assert!(
            ids.insert(component["custom_id"].to_string()),
            "twice: {component}"
        );
        let mut values = HashSet::new();
        for option in component["options"].as_array().into_iter().flatten() {
            check("option", &option["label"], 1, 100);
            check("value", &option["value"], 1, 100);
            check("option's description", &option["description"], 0, 100);
            assert!(
                values.insert(option["value"].to_string()),
                "twice: {option}"
            );
        }
        assert!(values.len() <= 25);
    }
    for row in &rows {
        let components = row["components"].as_array().map_or(0, Vec::len);
        assert!(
            (1..=5).contains(&components),
            "{components} components in a row"
        );
    }
    if total > 6_000 {
        over.push(format!("embeds have {total}"));
    }
    if rows.len() > 5 {
        over.push(format!("{} rows", rows.len()));
    }
    over
}

#[track_caller]
fn assert_fits(reply: &Reply) {
    for (ephemeral, plain) in [(false, false), (true, false), (false, true)] {
        let options = RenderOptions {
            owner: UserId::new(u64::MAX),
            ephemeral,
            plain,
        };
        let message = render(reply, options)
            .quoting(&"long `question` ".repeat(300))
            .message(&DESTINATION);
        let message = serde_json::to_value(message).unwrap();
        assert_eq!(
            excess(&message),
            Vec::<String>::new(),
            "{} (plain: {plain})",
            reply.title
        );
    }
}

#[test]
fn every_view_of_the_guide_fits() {
    let knowledge = &GUIDE.knowledge;
    let target = Target {
        message: u64::MAX,
        author: u64::MAX,
    };
    for topic in knowledge.topics() {
        for (page, section) in topic.sections.iter().enumerate() {
            let place = Place::new(topic, section);
            assert_fits(&reply::section(knowledge, topic, section));
            assert_fits(&reply::section_that_helped(knowledge, topic, section));
            assert_fits(&reply::preview(knowledge, topic, section, target, &[]));
            assert_fits(&reply::not_it(knowledge, &place, &[]));
            assert_fits(&reply::answered_before(
                topic,
                section,
                "https://discord.com/channels/1/2/3",
            ));
            assert_fits(&reply::topic_page(knowledge, topic, page).unwrap());
        }
    }
    assert_fits(&reply::topics(knowledge));
    assert_fits(&reply::none_of_these(knowledge));
    for category in knowledge.categories() {
        (0..3).for_each(|page| assert_fits(&reply::category(knowledge, category, page)));
    }
    for note in [
        reply::help(knowledge),
        reply::privacy(&reply::Privacy::default()),
        reply::privacy(&reply::Privacy {
            keeps: Some((u32::MAX, u32::MAX)),
            contact: "c".repeat(5_000),
        }),
        reply::forgotten(u64::MAX, Some(u32::MAX)),
        reply::will_forget(),
        reply::cannot_read(),
        reply::gone(),
        reply::not_for_you(),
        reply::may_not_remove(),
        reply::too_fast(),
        reply::nothing_to_answer(),
        reply::nothing_found(),
        reply::posted(),
        reply::not_posted(),
        reply::no_such_topic(),
        reply::unknown_command(),
        reply::for_moderators(),
        reply::cannot_reload(),
        reply::nothing_to_reload(knowledge),
        reply::reloaded(
            knowledge,
            &Changes {
                added: 1,
                changed: 2,
                removed: 3,
            },
        ),
        reply::status(
            knowledge,
            Path::new("knowledge"),
            &Standing {
                since: 1,
                started: 0,
                problem: None,
                keeping: Keeping::Off,
                encoder: None,
            },
        ),
        reply::no_such_channel(),
        reply::no_store(),
        reply::cannot_group(),
    ] {
        assert_fits(&note);
    }
}

#[test]
fn every_list_of_resources_fits() {
    let knowledge = &GUIDE.knowledge;
    let or_none = |number: usize| number.checked_sub(1);
    let topics = std::iter::once(None).chain(
        knowledge
            .topics()
            .iter()
            .map(|topic| Some(topic.id.clone())),
    );
    for topic in topics {
        for number in 0..=Kind::ALL.len() {
            let filter = Filter {
                topic: topic.clone(),
                kind: or_none(number).map(|at| Kind::ALL[at]),
                ..Filter::default()
            };
            (0..3)
                .for_each(|page| assert_fits(&reply::resources(knowledge, &filter, page).unwrap()));
        }
    }
    for (cost, level) in Cost::ALL
        .iter()
        .flat_map(|cost| Level::ALL.iter().map(move |level| (*cost, *level)))
    {
        let filter = Filter {
            cost: Some(cost),
            level: Some(level),
            ..Filter::default()
        };
        (0..50).for_each(|page| assert_fits(&reply::resources(knowledge, &filter, page).unwrap()));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn whatever_is_asked_the_reply_fits(text in any::<String>(), words in prop::collection::vec("[a-z]{1,12}", 0..400)) {
        for text in [text, words.join(" ")] {
            let question = Question::new(text);
            let answer = GUIDE.answer(&question);
            assert_fits(&reply::to_answer(&GUIDE.knowledge, &answer));
            assert_fits(&reply::explain(&GUIDE.knowledge, &question.text, &GUIDE.index.explain(&question), &answer));
        }
    }

    #[test]
    fn whatever_is_wrong_with_the_files_its_report_fits(text in "\\PC{1,3000}") {
        let at = Position { line: usize::MAX, column: usize::MAX };
        let problem = Problem { severity: Severity::Error, file: text.clone(), at, message: text.clone(), mend: text };
        let error = LoadError::Invalid { dir: "knowledge".into(), problems: vec![problem; 3] };
        let standing = Standing { since: u64::MAX, started: u64::MAX, problem: Some((&error, u64::MAX)), keeping: Keeping::Well { dropped: 1 }, encoder: Some(false) };
        assert_fits(&reply::status(&GUIDE.knowledge, Path::new("knowledge"), &standing));
        assert_fits(&reply::not_reloaded(Path::new("knowledge"), &error));
    }

    #[test]
    fn whatever_moderators_are_told_of_the_store_fits(text in "\\PC{0,600}", count in any::<u64>(), many in 0_usize..200) {
        let knowledge = &GUIDE.knowledge;
        let day = jiff::civil::date(2026, 9, 30);
        let group = Group { text: text.clone(), count: count / 200, last: day, topic: Some("resume".to_owned()), wordings: vec![(text.clone(), count); many] };
        let groups = vec![group; many];
        (0..3).for_each(|page| assert_fits(&reply::gaps(knowledge, &groups, u32::MAX, page)));
        let mut stats = Stats::new(day, jiff::civil::date(2026, 10, 29));
        stats.add(day, "resume", |sums| sums.count(Outcome::Answer, Way::Mention, count));
        (0..many).for_each(|number| stats.add(day, &format!("{text}{number}"), |sums| sums.vote(true, count / 200)));
        assert_fits(&reply::stats(knowledge, &stats));
        let ids = vec![u64::MAX; many.min(50)];
        let settings = Settings { unasked_channels: ids.clone(), unasked_forums: ids.clone(), cooldown_seconds: Some(count), ..Settings::default() };
        let keeping = Keeping::Unwell { why: &text, since: count, waiting: many, dropped: count };
        let view = SettingsView { usual_cooldown: count, changed: true, hears: false, keeping, configured: &ids };
        assert_fits(&reply::settings(&settings, &view));
        assert_fits(&reply::status(knowledge, Path::new("knowledge"), &Standing { since: 1, started: 0, problem: None, keeping, encoder: None }));
        assert_fits(&reply::store_trouble(&text));
        assert_fits(&reply::cannot_set(&text));
    }

    #[test]
    fn a_quote_of_anything_fits(text in "\\PC{0,4000}") {
        let privacy = reply::Privacy::default();
        let options = RenderOptions::public(UserId::new(1), false);
        let message = render(&reply::privacy(&privacy), options).quoting(&text).message(&DESTINATION);
        prop_assert_eq!(excess(&serde_json::to_value(message).unwrap()), Vec::<String>::new());
    }

    #[test]
    fn any_reply_is_cut_to_fit(title in ".{1,400}", body in "\\PC{1,6000}", links in 0_usize..40, long in 1_usize..1_200) {
        let link = reply::Link { name: "n".repeat(long), url: "https://example.org".to_owned(), facts: "f".to_owned(), description: "d".repeat(long) };
        let reply = Reply { title: format!("t{title}"), body: format!("b{body}"), links: vec![link; links], ..Reply::default() };
        assert_fits(&reply.within_limits());
    }
}
