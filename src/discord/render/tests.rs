//! Checks that every reply fits Discord's limits.

mod asked;
mod named_commands;
mod phone;
mod shown;
mod teaching;

use std::path::Path;
use std::sync::LazyLock;

use proptest::prelude::*;
use serde_json::Value;
use serenity::all::{ChannelId, MessageId};

use super::*;
use crate::additions::Additions;
use crate::answer::Answer;
use crate::discord::rest::RegisteredCommand;
use crate::gaps::Group;
use crate::guide::Guide;
use crate::knowledge::{self, Changes, Cost, Kind, Level, LoadError, Position, Problem, Severity};
use crate::reply::{self, Filter, Keeping, Place, SettingsView, Standing, Target};
use crate::search::{Candidate, Explanation, Found, Gain, Match, Question};
use crate::settings::{ForumTag, Settings};
use crate::stats::{RecordedOutcome, Stats, Way};

const DESTINATION: Destination = Destination {
    channel: ChannelId::new(1),
    reply_to: None,
    nonce: 1,
    ping: false,
};

/// The most bytes of a body. Texts are bounded in characters, so that only one in a script of several bytes a character is longer.
const MAX_BODY: usize = 13 * 512;

/// Every command has an id, and a long one.
static COMMANDS: LazyLock<CommandMentions> = LazyLock::new(|| {
    let mentions = CommandMentions::default();
    let commands = crate::discord::commands::ALL
        .iter()
        .map(|command| RegisteredCommand {
            name: command.name.to_owned(),
            id: serenity::all::CommandId::new(1_300_000_000_000_000_000),
        });
    mentions.note(&commands.collect::<Vec<_>>());
    mentions
});

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

/// Everything that exceeds a limit of Discord or of a phone.
fn excess(message: &Value) -> Vec<String> {
    let refused = stand_in::refused_in_message(message).map(|errors| errors.to_string());
    let top = message["components"].as_array().into_iter().flatten();
    let all: Vec<&Value> = top.flat_map(all_of).collect();
    let options = all.iter().filter_map(|part| part["options"].as_array());
    let labelled = all.iter().copied().chain(options.flatten());
    let length = |part: &Value| {
        part["label"]
            .as_str()
            .map_or(0, |text| text.chars().count())
    };
    let long = labelled.filter(|part| length(part) > limit::LABEL);
    let is_primary = |part: &&&Value| part["type"] == 2 && part["style"] == 1;
    let primary = all.iter().filter(is_primary).skip(1);
    let others = long.chain(primary.copied()).map(Value::to_string);
    assert_eq!(message["flags"], (1 << 15) | (1 << 2));
    refused.into_iter().chain(others).collect()
}

/// The same for a reply that consists of nothing but the guide, as the first in a server and below the longest question.
#[track_caller]
fn assert_fits_and_is_light(reply: &Reply) {
    assert_fits(reply);
    let bytes = bytes_of(reply);
    assert!(bytes <= MAX_BODY, "{} has {bytes} bytes", reply.title);
}

/// The bytes of the heaviest request that can show a reply, with and without an introduction.
fn bytes_of(reply: &Reply) -> usize {
    bytes_as_it_is(reply).max(bytes_as_it_is(&reply.clone().introducing()))
}

fn bytes_as_it_is(reply: &Reply) -> usize {
    let options = RenderOptions::public(UserId::new(u64::MAX), &COMMANDS);
    let rendered = render(reply, options);
    let to = Destination {
        channel: ChannelId::new(u64::MAX),
        reply_to: Some(MessageId::new(u64::MAX)),
        nonce: u64::MAX,
        ping: true,
    };
    let replying = serde_json::to_vec(&rendered.clone().message(&to, i32::MAX)).unwrap();
    let quoting = rendered.quoting(&"how do i do this ".repeat(18));
    let quoting = serde_json::to_vec(&quoting.response()).unwrap();
    replying.len().max(quoting.len())
}

#[track_caller]
fn assert_fits(reply: &Reply) {
    assert_within_limits(reply);
    assert_within_limits(&reply.clone().introducing());
}

#[track_caller]
fn assert_within_limits(reply: &Reply) {
    for audience in [Audience::Channel, Audience::OnePerson, Audience::Alone] {
        let options = RenderOptions {
            owner: UserId::new(u64::MAX),
            audience,
            commands: &COMMANDS,
        };
        let message = render(reply, options)
            .quoting(&"long `question` ".repeat(300))
            .message(&DESTINATION, i32::MAX);
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
            let shown = reply::section(knowledge, topic, section);
            assert_fits_and_is_light(&reply::that_helped(shown));
            assert_fits_and_is_light(&reply::preview(knowledge, topic, section, target, &[]));
            assert_fits_and_is_light(&reply::not_it(knowledge, &place, &[]));
            assert_fits_and_is_light(&reply::answered_before(
                &place,
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
                encoder: None,
            },
        ),
        reply::no_such_channel(),
        reply::tag_without_forum(),
        reply::choose_tag(u64::MAX, &[]),
        reply::cannot_read_tags(u64::MAX),
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
    fn reports_of_any_problem_fit(text in "\\PC{1,3000}") {
        let at = Position { line: usize::MAX, column: usize::MAX };
        let problem = Problem { severity: Severity::Error, file: text.clone(), at, message: text.clone(), help: text };
        let error = LoadError::Invalid { dir: "knowledge".into(), problems: vec![problem; 3] };
        let standing = Standing { since: u64::MAX, started: u64::MAX, problem: Some((&error, u64::MAX)), keeping: Keeping::Well { dropped: 1 }, encoder: Some(false) };
        assert_fits(&reply::status(&GUIDE.knowledge, Path::new("knowledge"), &standing));
        assert_fits(&reply::not_reloaded(Path::new("knowledge"), &error));
    }

    #[test]
    fn reports_on_the_store_fit(text in "\\PC{0,600}", count in any::<u64>(), many in 0_usize..200) {
        let knowledge = &GUIDE.knowledge;
        let day = jiff::civil::date(2026, 9, 30);
        let group = Group { text: text.clone(), count: count / 200, last: day, topic: Some("resume".to_owned()), wordings: vec![(text.clone(), count); many] };
        let groups = vec![group; many];
        (0..3).for_each(|page| assert_fits(&reply::gaps(knowledge, &groups, u32::MAX, page, true)));
        let mut stats = Stats::new(day, jiff::civil::date(2026, 10, 29));
        stats.add(day, "resume", |sums| sums.count(RecordedOutcome::Answer, Way::Mention, count));
        (0..many).for_each(|number| stats.add(day, &format!("{text}{number}"), |sums| sums.vote(true, count / 200)));
        (0..many).for_each(|number| stats.vote(day, &text, &format!("{text}{number}"), false, count / 200));
        assert_fits(&reply::stats(knowledge, &Additions::default(), &stats));
        assert!(reply::digest(knowledge, &Additions::default(), &[], &Stats::new(day, day)).is_none());
        reply::digest(knowledge, &Additions::default(), &groups, &stats).iter().for_each(assert_fits);
        let ids = vec![u64::MAX; many.min(50)];
        let tag = ForumTag { id: u64::MAX, name: text.chars().take(20).collect() };
        let helped_tags = (0..many.min(50)).map(|at| (u64::MAX - at as u64, tag.clone())).collect();
        let settings = Settings { unasked_channels: ids.clone(), unasked_forums: ids.clone(), cooldown_seconds: Some(count), helped_tags, ..Settings::default() };
        let tags: Vec<String> = vec![text.chars().take(20).collect(); many.min(20)];
        assert_fits(&reply::choose_tag(u64::MAX, &tags));
        let keeping = Keeping::Unwell { why: &text, since: count, waiting: many, dropped: count };
        let view = SettingsView { usual_cooldown: count, changed: true, hears: false, keeping, configured_channels: &ids, configured_forums: &ids, still_configured: &ids, blocked: &[] };
        assert_fits(&reply::settings(&settings, &view));
        assert_fits(&reply::status(knowledge, Path::new("knowledge"), &Standing { since: 1, started: 0, problem: None, keeping, encoder: None }));
        assert_fits(&reply::store_trouble(&text));
        assert_fits(&reply::cannot_set(&text));
    }

    #[test]
    fn a_quote_of_anything_fits(text in "\\PC{0,4000}") {
        let privacy = reply::Privacy::default();
        let options = RenderOptions::public(UserId::new(1), &COMMANDS);
        let message = render(&reply::privacy(&privacy), options).quoting(&text).message(&DESTINATION, i32::MAX);
        prop_assert_eq!(excess(&serde_json::to_value(message).unwrap()), Vec::<String>::new());
    }

    #[test]
    fn any_reply_is_cut_to_fit(title in ".{1,400}", body in "\\PC{1,6000}", links in 0_usize..40, long in 1_usize..1_200) {
        let link = reply::Link { name: "n".repeat(long), url: "https://example.org".to_owned(), facts: "f".to_owned(), description: "d".repeat(long) };
        let reply = Reply { title: format!("t{title}"), body: format!("b{body}"), links: vec![link; links], ..Reply::default() };
        assert_fits(&reply.within_limits());
    }
}

#[test]
fn no_candidate_and_no_label_is_cut() {
    let knowledge = &GUIDE.knowledge;
    for topic in knowledge.topics() {
        for section in &topic.sections {
            let reply = reply::section(knowledge, topic, section);
            for choice in reply.choices.iter().chain(&reply.buttons) {
                assert!(!choice.label.ends_with('…'), "{choice:?}");
            }
            let place = Place::new(topic, section);
            let others = reply::not_it(knowledge, &place, &[]);
            for choice in &others.choices {
                assert!(!choice.label.ends_with('…'), "{choice:?}");
            }
        }
    }
}
