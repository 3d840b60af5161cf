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

/// The bytes of a body. Texts are bounded in characters, so that only one in a script of several bytes a character is longer.
const MAX_BODY: usize = 6 * 1_024;

static GUIDE: LazyLock<Guide> = LazyLock::new(|| {
    Guide::new(knowledge::load(Path::new("knowledge"), jiff::civil::date(2026, 11, 23)).unwrap())
});

/// A component of a message with those inside of it.
fn all_of(component: &Value) -> Vec<&Value> {
    let inner = component["components"].as_array().into_iter().flatten();
    let inner = inner.chain(component.get("accessory"));
    std::iter::once(component)
        .chain(inner.flat_map(all_of))
        .collect()
}

/// Everything that Discord or a phone limits, and is over.
fn excess(message: &Value) -> Vec<String> {
    let mut over = Vec::new();
    let top = message["components"]
        .as_array()
        .cloned()
        .unwrap_or_default();
    let all: Vec<&Value> = top.iter().flat_map(all_of).collect();
    let mut check = |what: &str, value: &Value, allowed: std::ops::RangeInclusive<usize>| {
        let length = value.as_str().map_or(0, |text| text.chars().count());
        if !allowed.contains(&length) {
            over.push(format!("{what} has {length}: {value}"));
        }
    };
    let mut ids = HashSet::new();
    let mut texts = 0;
    for part in &all {
        let is_button = part["type"] == 2;
        if part["type"] == 10 {
            let content = part["content"].as_str().unwrap_or_default();
            texts += content.chars().count();
            check("text", &part["content"], 1..=4_000);
            assert_ne!(content.trim(), "", "{message}");
        }
        check("label", &part["label"], usize::from(is_button)..=38);
        check(
            "custom_id",
            &part["custom_id"],
            usize::from(is_button)..=100,
        );
        check("placeholder", &part["placeholder"], 0..=150);
        if let Some(id) = part["custom_id"].as_str() {
            assert!(ids.insert(id), "twice: {id}");
        }
        let mut values = HashSet::new();
        for option in part["options"].as_array().into_iter().flatten() {
            check("option", &option["label"], 1..=38);
            check("value", &option["value"], 1..=100);
            check("description", &option["description"], 0..=100);
            assert!(values.insert(option["value"].as_str()), "twice: {option}");
        }
        assert!(values.len() <= 25);
        let inside = part["components"].as_array().map(Vec::len);
        match part["type"].as_u64() {
            Some(1) => assert!((1..=5).contains(&inside.unwrap_or_default()), "{part}"),
            Some(9) => assert!((1..=3).contains(&inside.unwrap_or_default()), "{part}"),
            _ => {}
        }
    }
    let primary = all
        .iter()
        .filter(|part| part["type"] == 2 && part["style"] == 1);
    let counts = [
        ("components", all.len(), 40),
        ("characters", texts, 4_000),
        ("primary buttons", primary.count(), 1),
    ];
    for (what, count, most) in counts {
        if count > most {
            over.push(format!("{count} {what}"));
        }
    }
    assert_eq!(message["flags"], (1 << 15) | (1 << 2));
    assert!(message.get("content").is_none() && message.get("embeds").is_none());
    over
}

/// The same for a reply that consists of nothing but the guide.
#[track_caller]
fn assert_fits_and_is_light(reply: &Reply) {
    assert_fits(reply);
    let message = render(reply, RenderOptions::public(UserId::new(u64::MAX)))
        .quoting(&"how do i do this ".repeat(12))
        .message(&DESTINATION);
    let bytes = serde_json::to_vec(&message).unwrap().len();
    assert!(bytes <= MAX_BODY, "{} has {bytes} bytes", reply.title);
}

#[track_caller]
fn assert_fits(reply: &Reply) {
    for audience in [Audience::Channel, Audience::OnePerson, Audience::Alone] {
        let options = RenderOptions {
            owner: UserId::new(u64::MAX),
            audience,
        };
        let message = render(reply, options)
            .quoting(&"long `question` ".repeat(300))
            .message(&DESTINATION);
        let message = serde_json::to_value(message).unwrap();
        assert_eq!(excess(&message), Vec::<String>::new(), "{}", reply.title);
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
            assert_fits_and_is_light(&reply::section(knowledge, topic, section));
            assert_fits_and_is_light(&reply::section_that_helped(knowledge, topic, section));
            assert_fits_and_is_light(&reply::preview(knowledge, topic, section, target, &[]));
            assert_fits_and_is_light(&reply::not_it(knowledge, &place, &[]));
            assert_fits_and_is_light(&reply::answered_before(
                topic,
                section,
                "https://discord.com/channels/1/2/3",
            ));
            assert_fits_and_is_light(&reply::topic_page(knowledge, topic, page).unwrap());
        }
    }
    assert_fits_and_is_light(&reply::topics(knowledge));
    assert_fits_and_is_light(&reply::none_of_these(knowledge));
    for category in knowledge.categories() {
        (0..3)
            .for_each(|page| assert_fits_and_is_light(&reply::category(knowledge, category, page)));
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
            (0..3).for_each(|page| {
                assert_fits_and_is_light(&reply::resources(knowledge, &filter, page).unwrap())
            });
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
        (0..50).for_each(|page| {
            assert_fits_and_is_light(&reply::resources(knowledge, &filter, page).unwrap())
        });
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
        let standing = Standing { since: u64::MAX, started: u64::MAX, problem: Some((&error, u64::MAX)), keeping: Keeping::Well { dropped: 1 } };
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
        assert_fits(&reply::status(knowledge, Path::new("knowledge"), &Standing { since: 1, started: 0, problem: None, keeping }));
        assert_fits(&reply::store_trouble(&text));
        assert_fits(&reply::cannot_set(&text));
    }

    #[test]
    fn a_quote_of_anything_fits(text in "\\PC{0,4000}") {
        let privacy = reply::Privacy::default();
        let options = RenderOptions::public(UserId::new(1));
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
