//! That whatever is shown fits into Discord.

use std::collections::HashSet;
use std::path::Path;
use std::sync::LazyLock;

use proptest::prelude::*;
use serde_json::Value;

use super::*;
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

/// The bytes of a body. Texts are bounded in characters, so that only one in a script of several bytes a character is longer.
const MAX_BODY: usize = 6 * 1_024;

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
    let message = render(
        reply,
        RenderOptions::public(UserId::new(u64::MAX), &COMMANDS),
    )
    .quoting(&"how do i do this ".repeat(12))
    .message(&DESTINATION, i32::MAX);
    let bytes = serde_json::to_vec(&message).unwrap().len();
    assert!(bytes <= MAX_BODY, "{} has {bytes} bytes", reply.title);
}

#[track_caller]
fn assert_fits(reply: &Reply) {
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
    fn whatever_is_wrong_with_the_files_its_report_fits(text in "\\PC{1,3000}") {
        let at = Position { line: usize::MAX, column: usize::MAX };
        let problem = Problem { severity: Severity::Error, file: text.clone(), at, message: text.clone(), help: text };
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
        (0..3).for_each(|page| assert_fits(&reply::gaps(knowledge, &groups, u32::MAX, page, true)));
        let mut stats = Stats::new(day, jiff::civil::date(2026, 10, 29));
        stats.add(day, "resume", |sums| sums.count(RecordedOutcome::Answer, Way::Mention, count));
        (0..many).for_each(|number| stats.add(day, &format!("{text}{number}"), |sums| sums.vote(true, count / 200)));
        (0..many).for_each(|number| stats.vote(day, &text, &format!("{text}{number}"), false, count / 200));
        assert_fits(&reply::stats(knowledge, &stats));
        assert!(reply::digest(knowledge, &[], &Stats::new(day, day)).is_none());
        reply::digest(knowledge, &groups, &stats).iter().for_each(assert_fits);
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

/// The guide of four topics with which the other tests of replies run.
#[path = "../../../tests/discord/small_guide.rs"]
#[allow(
    dead_code,
    unreachable_pub,
    reason = "the tests of Discord need the rest"
)]
mod small_guide;

fn small_guide() -> Guide {
    let files = small_guide::SmallGuide::new("Small");
    let knowledge = knowledge::load(&files.folder(), jiff::civil::date(2026, 11, 23));
    Guide::new(knowledge.unwrap())
}

/// A reply as Discord is sent it, a component a line, with what of the limits it uses.
fn shown(reply: &Reply, audience: Audience) -> String {
    let nobody = CommandMentions::default();
    let options = RenderOptions {
        owner: UserId::new(7),
        audience,
        commands: &nobody,
    };
    let message = render(reply, options).message(&DESTINATION, 1_000_000);
    let message = serde_json::to_value(message).unwrap();
    let top = message["components"].as_array().unwrap();
    let all: Vec<&Value> = top.iter().flat_map(all_of).collect();
    let characters: usize = all
        .iter()
        .filter_map(|part| part["content"].as_str())
        .map(|text| text.chars().count())
        .sum();
    let mut lines = vec![format!("{} components, {characters} characters", all.len())];
    lines.extend(top.iter().map(Value::to_string));
    lines.join("\n")
}

#[test]
fn every_kind_of_reply_as_discord_is_sent_it() {
    let guide = small_guide();
    let knowledge = &guide.knowledge;
    let topic = knowledge.topic("bread").unwrap();
    let section = &topic.sections[0];
    let place = Place::new(topic, section);
    let target = Target {
        message: 1,
        author: 2,
    };
    insta::assert_snapshot!(shown(&reply::section(knowledge, topic, section), Audience::Channel), @r#"
    11 components, 591 characters
    {"content":"-# Small guide › Small outside › Small baking bread\n## Small way of baking bread\nSmall says how baking bread is done well, and why. Small says how baking bread is done well, and why. Small says how baking bread is done well, and why. Small says how baking bread is done well, and why. Small says how baking bread is done well, and why. Small says how baking bread is done well, and why. Small says how baking bread is done well, and why. Small says how baking bread is done well, and why.","id":1000000,"type":10}
    {"type":14}
    {"content":"**Links**\n- [Small on baking bread](https://Small.example.org/bread) · book, free","type":10}
    {"content":"-# Reviewed 2026-01-01","type":10}
    {"components":[{"custom_id":"1h7:y:bread:how","label":"That helped","style":3,"type":2},{"custom_id":"1a7:n:bread:how","label":"Not it","style":2,"type":2},{"custom_id":"1a7:p:bread:0","label":"Whole topic","style":2,"type":2},{"custom_id":"1h7:x","label":"Remove","style":4,"type":2}],"type":1}
    {"components":[{"custom_id":"1m7:","disabled":false,"options":[{"default":false,"description":"Small baking bread","label":"Small people for baking bread","value":"a:s:bread:with-whom"},{"default":false,"description":"1 links","label":"All resources on this topic","value":"a:r:bread::::0"},{"default":false,"description":"Small in one line.","label":"Small storing cheese","value":"a:s:cheese:how"},{"default":false,"description":"Small in one line.","label":"Small pitching tents","value":"a:s:tents:how"},{"default":false,"description":"Small in one line.","label":"Small crossing rivers","value":"a:s:rivers:how"}],"placeholder":"Read on","type":3}],"type":1}
    "#);
    insta::assert_snapshot!(shown(&reply::not_it(knowledge, &place, &[]), Audience::OnePerson), @r###"
    15 components, 518 characters
    {"content":"## Maybe one of these?\nHere are the closest matches. If none fits, try asking in other words.","id":1000000,"type":10}
    {"accessory":{"custom_id":"1h7:s:bread:with-whom","label":"This one","style":1,"type":2},"components":[{"content":"**Small baking bread: Small people for baking bread**\nSmall says how baking bread is done well, and why.","type":10}],"type":9}
    {"accessory":{"custom_id":"1h7:s:cheese:how","label":"This one","style":2,"type":2},"components":[{"content":"**Small storing cheese: Small way of storing cheese**\nSmall says how storing cheese is done well, and why.","type":10}],"type":9}
    {"accessory":{"custom_id":"1h7:s:tents:how","label":"This one","style":2,"type":2},"components":[{"content":"**Small pitching tents: Small way of pitching tents**\nSmall says how pitching tents is done well, and why.","type":10}],"type":9}
    {"accessory":{"custom_id":"1h7:s:rivers:how","label":"This one","style":2,"type":2},"components":[{"content":"**Small crossing rivers: Small way of crossing rivers**\nSmall says how crossing rivers is done well, and why.","type":10}],"type":9}
    {"components":[{"custom_id":"1h7:o","label":"None of these","style":2,"type":2}],"type":1}
    "###);
    insta::assert_snapshot!(shown(&reply::none_of_these(knowledge), Audience::Channel), @r###"
    4 components, 116 characters
    {"content":"## Not in the guide\nOK, then the Small guide doesn't cover it yet. Try other words, or ask someone who's been there.","id":1000000,"type":10}
    {"components":[{"custom_id":"1a7:t","label":"List of topics","style":2,"type":2},{"custom_id":"1h7:x","label":"Remove","style":4,"type":2}],"type":1}
    "###);
    insta::assert_snapshot!(shown(&reply::preview(knowledge, topic, section, target, &[]), Audience::OnePerson), @r#"
    8 components, 591 characters
    {"content":"-# Small guide › Small outside › Small baking bread\n## Small way of baking bread\nSmall says how baking bread is done well, and why. Small says how baking bread is done well, and why. Small says how baking bread is done well, and why. Small says how baking bread is done well, and why. Small says how baking bread is done well, and why. Small says how baking bread is done well, and why. Small says how baking bread is done well, and why. Small says how baking bread is done well, and why.","id":1000000,"type":10}
    {"type":14}
    {"content":"**Links**\n- [Small on baking bread](https://Small.example.org/bread) · book, free","type":10}
    {"content":"-# Reviewed 2026-01-01","type":10}
    {"components":[{"custom_id":"1h7:w:bread:how:1:2","label":"Post as a reply","style":1,"type":2}],"type":1}
    {"components":[{"custom_id":"1m7:","disabled":false,"options":[{"default":false,"description":"Small baking bread","label":"Small people for baking bread","value":"h:v:bread:with-whom:1:2"},{"default":false,"description":"Small storing cheese","label":"Small way of storing cheese","value":"h:v:cheese:how:1:2"},{"default":false,"description":"Small pitching tents","label":"Small way of pitching tents","value":"h:v:tents:how:1:2"},{"default":false,"description":"Small crossing rivers","label":"Small way of crossing rivers","value":"h:v:rivers:how:1:2"}],"placeholder":"Another answer","type":3}],"type":1}
    "#);
    insta::assert_snapshot!(shown(&reply::topic_page(knowledge, topic, 1).unwrap(), Audience::OnePerson), @r#"
    9 components, 609 characters
    {"content":"-# Small guide › Small outside › Small baking bread\n## Small people for baking bread\nSmall says how baking bread is done well, and why. Small says how baking bread is done well, and why. Small says how baking bread is done well, and why. Small says how baking bread is done well, and why. Small says how baking bread is done well, and why. Small says how baking bread is done well, and why. Small says how baking bread is done well, and why. Small says how baking bread is done well, and why.","id":1000000,"type":10}
    {"type":14}
    {"content":"**Links**\n- [Small on baking bread](https://Small.example.org/bread) · book, free","type":10}
    {"content":"-# Page 2 of 2 · Reviewed 2026-01-01","type":10}
    {"components":[{"custom_id":"1h7:p:bread:0","label":"Back","style":2,"type":2},{"custom_id":"1h7:r:bread::::0","label":"All resources","style":2,"type":2}],"type":1}
    {"components":[{"custom_id":"1m7:","disabled":false,"options":[{"default":false,"description":"Small baking bread","label":"Small way of baking bread","value":"h:p:bread:0"}],"placeholder":"Sections of this topic","type":3}],"type":1}
    "#);
    insta::assert_snapshot!(shown(&reply::resources(knowledge, &Filter::default(), 0).unwrap(), Audience::Channel), @r#"
    5 components, 363 characters
    {"content":"-# Small guide\n## Resources\n4 links from the Small guide.","id":1000000,"type":10}
    {"type":14}
    {"content":"**Links**\n- [Small on baking bread](https://Small.example.org/bread) · book, free\n- [Small on storing cheese](https://Small.example.org/cheese) · book, free\n- [Small on pitching tents](https://Small.example.org/tents) · book, free\n- [Small on crossing rivers](https://Small.example.org/rivers) · book, free","type":10}
    {"components":[{"custom_id":"1m7:f","disabled":false,"options":[{"default":false,"label":"Kind: course","value":"h:r::course:::0"},{"default":false,"label":"Kind: practice","value":"h:r::practice:::0"},{"default":false,"label":"Kind: book","value":"h:r::book:::0"},{"default":false,"label":"Kind: documentation","value":"h:r::documentation:::0"},{"default":false,"label":"Kind: community","value":"h:r::community:::0"},{"default":false,"label":"Kind: tool","value":"h:r::tool:::0"},{"default":false,"label":"Kind: job board","value":"h:r::job-board:::0"},{"default":false,"label":"Kind: official","value":"h:r::official:::0"},{"default":false,"label":"Cost: free","value":"h:r:::free::0"},{"default":false,"label":"Cost: freemium","value":"h:r:::freemium::0"},{"default":false,"label":"Cost: paid","value":"h:r:::paid::0"},{"default":false,"label":"Level: beginner","value":"h:r::::beginner:0"},{"default":false,"label":"Level: intermediate","value":"h:r::::intermediate:0"},{"default":false,"label":"Level: advanced","value":"h:r::::advanced:0"},{"default":false,"label":"Level: any","value":"h:r::::any:0"}],"placeholder":"Filter this list","type":3}],"type":1}
    "#);
    insta::assert_snapshot!(shown(&reply::topics(knowledge), Audience::OnePerson), @r###"
    4 components, 165 characters
    {"content":"## Small guide\n**Small outside**\nSmall baking bread · Small storing cheese · Small crossing rivers · Small pitching tents","id":1000000,"type":10}
    {"content":"-# Ask about any of these in your own words.","type":10}
    {"components":[{"custom_id":"1m7:","disabled":false,"options":[{"default":false,"description":"Small things.","label":"Small outside","value":"h:c:outside:0"}],"placeholder":"Open a category","type":3}],"type":1}
    "###);
    insta::assert_snapshot!(shown(&reply::answered_before(&Place::new(topic, section), "https://discord.com/channels/1/2/3"), Audience::Channel), @r#"
    4 components, 69 characters
    {"content":"I answered this here a moment ago: https://discord.com/channels/1/2/3","id":1000000,"type":10}
    {"components":[{"custom_id":"1a7:s:bread:how","label":"Show it to me","style":1,"type":2},{"custom_id":"1h7:x","label":"Remove","style":4,"type":2}],"type":1}
    "#);
    insta::assert_snapshot!(shown(&reply::help(knowledge), Audience::Alone), @r#"
    4 components, 759 characters
    {"content":"-# Small guide\n## Ask me about internships\nAsk in your own words; typing mistakes are fine.\n- **Mention me** in a channel or thread: `@me how do I start with no experience?`\n- **Reply to one of my answers** to ask a follow-up, with the ping switched on.\n- **Write to me directly**, or use `/ask`; with `private` only you see the answer.\n- **Answer somebody else**: open the menu of their message, then Apps › Answer from the guide.\n- **Look around** with `/topics` and `/resources`.\n\nEvery answer is a reviewed section of the guide, with its sources. When I do not know, I say so. The person who asked, or a moderator, can remove my reply.","id":1000000,"type":10}
    {"content":"-# What I keep about you: `/privacy` · Delete it: `/forget-me` · For moderators: `/guide status`, Apps › Teach the guide","type":10}
    {"components":[{"custom_id":"1m7:","disabled":false,"options":[{"default":false,"label":"List of topics","value":"a:t"}],"placeholder":"Look around","type":3}],"type":1}
    "#);
    insta::assert_snapshot!(shown(&reply::too_fast(), Audience::Channel), @r#"
    1 components, 73 characters
    {"content":"One moment, please: you have only just asked. Try again in a few seconds.","id":1000000,"type":10}
    "#);
    let view = SettingsView {
        usual_cooldown: 3,
        changed: false,
        hears: true,
        keeping: Keeping::Well { dropped: 0 },
        configured_channels: &[],
        configured_forums: &[],
        still_configured: &[],
        blocked: &[],
    };
    insta::assert_snapshot!(shown(&reply::settings(&Settings::default(), &view), Audience::OnePerson), @r###"
    1 components, 443 characters
    {"content":"## Settings of this server\nChange it with the options of `/guide settings`.\n\n**Unasked answers**, only when I am sure\nin channels: none\nto forum posts: none\nalso with answers added on this server: no\n\n**`/ask` answers privately** by default: no\n**Cooldown** between two questions of a person: 3 seconds, as my operator configured\n**Weekly digest** of what I could not answer: no\n**Tag of a forum post** whose author presses “That helped”: none","id":1000000,"type":10}
    "###);
}

#[test]
fn what_else_a_question_leads_to_as_discord_is_sent_it() {
    let guide = small_guide();
    let knowledge = &guide.knowledge;
    let topic = knowledge.topic("bread").unwrap();
    let answer = |text: &str| guide.answer(&Question::new(text));
    let vague = answer("small people");
    assert_eq!(vague.outcome, crate::answer::Outcome::Suggest);
    insta::assert_snapshot!(shown(&reply::to_answer(knowledge, &vague), Audience::Channel), @r###"
    16 components, 531 characters
    {"content":"## Is it one of these?\nHere's the closest I have on that. Pick one, or tell me in other words.","id":1000000,"type":10}
    {"accessory":{"custom_id":"1h7:s:bread:with-whom","label":"This one","style":1,"type":2},"components":[{"content":"**Small baking bread: Small people for baking bread**\nSmall says how baking bread is done well, and why.","type":10}],"type":9}
    {"accessory":{"custom_id":"1h7:s:rivers:with-whom","label":"This one","style":2,"type":2},"components":[{"content":"**Small crossing rivers: Small people for crossing rivers**\nSmall says how crossing rivers is done well, and why.","type":10}],"type":9}
    {"accessory":{"custom_id":"1h7:s:tents:with-whom","label":"This one","style":2,"type":2},"components":[{"content":"**Small pitching tents: Small people for pitching tents**\nSmall says how pitching tents is done well, and why.","type":10}],"type":9}
    {"accessory":{"custom_id":"1h7:s:cheese:with-whom","label":"This one","style":2,"type":2},"components":[{"content":"**Small storing cheese: Small people for storing cheese**\nSmall says how storing cheese is done well, and why.","type":10}],"type":9}
    {"components":[{"custom_id":"1h7:o","label":"None of these","style":2,"type":2},{"custom_id":"1h7:x","label":"Remove","style":4,"type":2}],"type":1}
    "###);
    let unknown = answer("zebra xylophone");
    insta::assert_snapshot!(shown(&reply::to_answer(knowledge, &unknown), Audience::Channel), @r###"
    4 components, 113 characters
    {"content":"## Not in the guide\nSorry, the Small guide has nothing on this. Try other words, or ask someone who's been there.","id":1000000,"type":10}
    {"components":[{"custom_id":"1a7:t","label":"List of topics","style":2,"type":2},{"custom_id":"1h7:x","label":"Remove","style":4,"type":2}],"type":1}
    "###);
    let helped = reply::that_helped(reply::section(knowledge, topic, &topic.sections[0]));
    insta::assert_snapshot!(shown(&helped, Audience::Channel), @r#"
    9 components, 609 characters
    {"content":"-# Small guide › Small outside › Small baking bread\n## Small way of baking bread\nSmall says how baking bread is done well, and why. Small says how baking bread is done well, and why. Small says how baking bread is done well, and why. Small says how baking bread is done well, and why. Small says how baking bread is done well, and why. Small says how baking bread is done well, and why. Small says how baking bread is done well, and why. Small says how baking bread is done well, and why.","id":1000000,"type":10}
    {"type":14}
    {"content":"**Links**\n- [Small on baking bread](https://Small.example.org/bread) · book, free","type":10}
    {"content":"-# Reviewed 2026-01-01 · Glad it helped!","type":10}
    {"components":[{"custom_id":"1a7:p:bread:0","label":"Whole topic","style":2,"type":2},{"custom_id":"1h7:x","label":"Remove","style":4,"type":2}],"type":1}
    {"components":[{"custom_id":"1m7:","disabled":false,"options":[{"default":false,"description":"Small baking bread","label":"Small people for baking bread","value":"a:s:bread:with-whom"},{"default":false,"description":"1 links","label":"All resources on this topic","value":"a:r:bread::::0"},{"default":false,"description":"Small in one line.","label":"Small storing cheese","value":"a:s:cheese:how"},{"default":false,"description":"Small in one line.","label":"Small pitching tents","value":"a:s:tents:how"},{"default":false,"description":"Small in one line.","label":"Small crossing rivers","value":"a:s:rivers:how"}],"placeholder":"Read on","type":3}],"type":1}
    "#);
    let notes = [
        reply::cannot_read(),
        reply::gone(),
        reply::not_for_you(),
        reply::may_not_remove(),
        reply::nothing_to_answer(),
        reply::nothing_found(),
        reply::posted(),
        reply::not_posted(),
        reply::no_such_topic(),
        reply::unknown_command(),
        reply::welcome(),
        reply::what_about(),
        reply::which_one(),
        reply::only_so_many(3),
        reply::forgotten(2, Some(90)),
        reply::will_forget(),
    ];
    let notes: Vec<String> = notes
        .iter()
        .map(|note| shown(note, Audience::OnePerson))
        .collect();
    insta::assert_snapshot!(notes.join("\n"), @r#"
    1 components, 83 characters
    {"content":"Discord does not show me the text of this message. Mention me in it, or use `/ask`.","id":1000000,"type":10}
    1 components, 90 characters
    {"content":"This is no longer in the guide, or it comes from an older version of me. Please ask again.","id":1000000,"type":10}
    1 components, 112 characters
    {"content":"This button is for the person who asked. Ask me yourself, or use `/ask`: with `private` only you see the answer.","id":1000000,"type":10}
    1 components, 83 characters
    {"content":"Only the person who asked, or a moderator who may manage messages, can remove this.","id":1000000,"type":10}
    1 components, 45 characters
    {"content":"This message has no text that I could answer.","id":1000000,"type":10}
    1 components, 38 characters
    {"content":"The guide has nothing on this message.","id":1000000,"type":10}
    1 components, 7 characters
    {"content":"Posted.","id":1000000,"type":10}
    1 components, 68 characters
    {"content":"I could not post this: the message is gone, or I may not write here.","id":1000000,"type":10}
    1 components, 112 characters
    {"content":"There is no such topic in the guide: choose one from the list that appears while you type, or look at `/topics`.","id":1000000,"type":10}
    1 components, 100 characters
    {"content":"This command no longer exists. Restart Discord to update the list, or mention me with your question.","id":1000000,"type":10}
    1 components, 60 characters
    {"content":"You're welcome. Ask me anything about internships, any time.","id":1000000,"type":10}
    1 components, 100 characters
    {"content":"What would you like to know? Ask in a sentence, such as: how do I write a resume with no experience?","id":1000000,"type":10}
    1 components, 53 characters
    {"content":"Which one? Press its button, or say \"the second one\".","id":1000000,"type":10}
    1 components, 60 characters
    {"content":"I offered 3. Press the button of one, or ask in other words.","id":1000000,"type":10}
    1 components, 261 characters
    {"content":"I have deleted your 2 votes and have forgotten your latest questions. What you added as a moderator stays, without your name. Questions that I could not answer are kept without who asked, so I cannot tell which were yours: they go 90 days after they were asked.","id":1000000,"type":10}
    1 components, 162 characters
    {"content":"I have forgotten your latest questions. I cannot reach your votes at the moment and will delete them as soon as I can; use `/forget-me` again tomorrow to be sure.","id":1000000,"type":10}
    "#);
}

#[test]
fn why_a_question_was_answered_so_as_discord_is_sent_it() {
    let guide = small_guide();
    let knowledge = &guide.knowledge;
    let best = Match {
        topic: 0,
        section: 0,
        score: 8.0,
    };
    let gain = |what: &str, points: f32| Gain {
        what: what.to_owned(),
        points,
    };
    let explanation = Explanation {
        corrections: vec![("braed".to_owned(), "bread".to_owned())],
        unknown: vec!["zebra".to_owned()],
        groups: vec!["bake".to_owned()],
        found: Found::default(),
        candidates: vec![Candidate {
            place: best,
            parts: vec![gain("rare words (BM25)", 3.1), gain("spelling", -0.2)],
            words: vec![gain("bread", 0.2)],
        }],
    };
    let decision = Answer {
        outcome: crate::answer::Outcome::Answer,
        matches: Vec::new(),
        neighbour: None,
        kind: None,
        added: None,
        reason: "88 % sure".to_owned(),
    };
    let explained = reply::explain(knowledge, "how do i bake braed", &explanation, &decision);
    let explained = shown(&explained, Audience::OnePerson);
    insta::assert_snapshot!(explained.replace('\u{200b}', ""), @r#"
    1 components, 474 characters
    {"content":"-# Small guide\n## Why this answer\n> how do i bake braed\n**Outcome: answer, because it is 88 % sure**\n\n**How I read it**\n- corrected: braed → bread\n- not in the guide's words: zebra\n- groups of synonyms: bake\n\n**Where the scores come from**\n1. Small baking bread › Small way of baking bread: **8.0**\n   rare words \\(BM25\\) +3.1, spelling \\-0.2\n   most: bread +0.2\n\n**What else counts**\n- nearest phrasing of the best topic: 0.00 alike; nearest example out of scope: 0.00","id":1000000,"type":10}
    "#);
}

#[test]
fn what_moderators_are_answered_as_discord_is_sent_it() {
    let guide = small_guide();
    let knowledge = &guide.knowledge;
    let changes = Changes {
        added: 1,
        changed: 2,
        removed: 0,
    };
    let problem = Problem {
        severity: Severity::Error,
        file: "topics/bread.toml".to_owned(),
        at: Position { line: 3, column: 1 },
        message: "unknown key `titel`".to_owned(),
        help: "write `title`".to_owned(),
    };
    let error = LoadError::Invalid {
        dir: "knowledge".into(),
        problems: vec![problem],
    };
    let answers = [
        reply::for_moderators(),
        reply::reloaded(knowledge, &changes),
        reply::nothing_to_reload(knowledge),
        reply::not_reloaded(Path::new("knowledge"), &error),
        reply::cannot_reload(),
        reply::cannot_set("the wait is too long"),
        reply::no_such_channel(),
        reply::tag_without_forum(),
        reply::choose_tag(7, &["Solved".to_owned(), "To do".to_owned()]),
        reply::choose_tag(7, &[]),
        reply::cannot_read_tags(7),
        reply::no_store(),
        reply::store_trouble("the disk is full"),
        reply::cannot_group(),
    ];
    let answers: Vec<String> = answers
        .iter()
        .map(|answer| shown(answer, Audience::OnePerson))
        .collect();
    insta::assert_snapshot!(answers.join("\n"), @r#"
    1 components, 62 characters
    {"content":"This is for moderators: it needs the permission Manage Server.","id":1000000,"type":10}
    1 components, 102 characters
    {"content":"The guide was reloaded: 1 topic added, 2 topics changed. The live version is `68fbfca4` with 4 topics.","id":1000000,"type":10}
    1 components, 97 characters
    {"content":"Nothing changed: I already answer from these files. The live version is `68fbfca4` with 4 topics.","id":1000000,"type":10}
    1 components, 129 characters
    {"content":"The files have an error, so I still answer from the previous guide.\n`topics/bread.toml:3:1` unknown key \\`titel\\`\nwrite \\`title\\`","id":1000000,"type":10}
    1 components, 89 characters
    {"content":"I could not read the guide again and still answer from the previous one. My log says why.","id":1000000,"type":10}
    1 components, 42 characters
    {"content":"Nothing was changed: the wait is too long.","id":1000000,"type":10}
    1 components, 83 characters
    {"content":"Nothing was changed: choose a text channel or a forum of this server from the list.","id":1000000,"type":10}
    1 components, 75 characters
    {"content":"Nothing was changed: choose the forum that has the tag too, as `tag-forum`.","id":1000000,"type":10}
    1 components, 84 characters
    {"content":"Nothing was changed: name one of the tags of <#7> as `tag`. They are: Solved, To do.","id":1000000,"type":10}
    1 components, 97 characters
    {"content":"Nothing was changed: <#7> has no tags. Add one in the settings of the forum, then choose it here.","id":1000000,"type":10}
    1 components, 96 characters
    {"content":"Nothing was changed: I cannot read the tags of <#7>. Give me View Channels there, and try again.","id":1000000,"type":10}
    1 components, 119 characters
    {"content":"My storage is switched off, so I keep no settings, no unanswered questions and no counts. My operator can switch it on.","id":1000000,"type":10}
    1 components, 80 characters
    {"content":"I cannot use my storage at the moment, so nothing was changed: the disk is full.","id":1000000,"type":10}
    1 components, 49 characters
    {"content":"I could not group the questions. My log says why.","id":1000000,"type":10}
    "#);
}

#[test]
fn what_moderators_see_as_discord_is_sent_it() {
    let guide = small_guide();
    let knowledge = &guide.knowledge;
    let day = jiff::civil::date(2026, 11, 20);
    let mut stats = Stats::new(
        jiff::civil::date(2026, 11, 17),
        jiff::civil::date(2026, 11, 23),
    );
    stats.add(day, "bread", |sums| {
        sums.count(RecordedOutcome::Answer, Way::Mention, 2)
    });
    insta::assert_snapshot!(shown(&reply::stats(knowledge, &stats), Audience::OnePerson), @r#"
    2 components, 502 characters
    {"content":"-# Small guide\n## Asked and answered\n```\n                7 days  7 days\nasked                2       2\n  answered           2       2\n  asked back         0       0\n  missed             0       0\nnone of these        0       0\nunasked answers      0       0\nhelped               0       0\nnot it               0       0\n```\n**A bar a day** since <t:1794916800:D>\n```\nasked, at most 2 a day\n▁▁▁█▁▁▁\nmissed, at most 0 a day\n▁▁▁▁▁▁▁\n```\n**Topics**\n1. Small baking bread: 2 answered","id":1000000,"type":10}
    {"content":"-# Days are those of UTC","type":10}
    "#);
    let group = Group {
        text: "vegan lunch?".to_owned(),
        count: 3,
        last: day,
        topic: None,
        wordings: vec![("vegan lunch?".to_owned(), 3)],
    };
    insta::assert_snapshot!(shown(&reply::gaps(knowledge, &[group], 30, 1, true), Audience::OnePerson), @r#"
    6 components, 204 characters
    {"content":"-# Small guide\n## Unanswered questions\n3 in the last 30 days, most asked first","id":1000000,"type":10}
    {"content":"**3 ×** vegan lunch?\n  looks like a new topic, last asked on <t:1795176000:D>","type":10}
    {"components":[{"custom_id":"1a7:Tf:2tmznzvala5uz","label":"It belongs to…","style":2,"type":2},{"custom_id":"1a7:Tw:2tmznzvala5uz","label":"Write an answer","style":2,"type":2}],"type":1}
    {"content":"-# To paste into the guide: internbot gaps --toml","type":10}
    "#);
    let standing = Standing {
        since: 1,
        started: 0,
        problem: None,
        keeping: Keeping::Off,
        encoder: None,
    };
    insta::assert_snapshot!(shown(&reply::status(knowledge, Path::new("knowledge"), &standing), Audience::OnePerson), @r#"
    1 components, 264 characters
    {"content":"-# Small guide\n## The guide\n**Version** `68fbfca4`, live since <t:1:R>\n4 topics, 8 sections, 16 phrasings, 4 links\n\n**No problems**: I answer from these files.\n\n**Storage**: off. I keep no settings, no unanswered questions and no counts.\n\n**Running** since <t:0:R>","id":1000000,"type":10}
    "#);
    let category = &knowledge.categories()[0];
    insta::assert_snapshot!(shown(&reply::category(knowledge, category, 0), Audience::OnePerson), @r#"
    5 components, 232 characters
    {"content":"-# Small guide\n## Small outside\nSmall things.\n- **Small baking bread**: Small in one line.\n- **Small storing cheese**: Small in one line.\n- **Small crossing rivers**: Small in one line.\n- **Small pitching tents**: Small in one line.","id":1000000,"type":10}
    {"components":[{"custom_id":"1h7:t","label":"All categories","style":2,"type":2}],"type":1}
    {"components":[{"custom_id":"1m7:","disabled":false,"options":[{"default":false,"description":"Small in one line.","label":"Small baking bread","value":"h:p:bread:0"},{"default":false,"description":"Small in one line.","label":"Small storing cheese","value":"h:p:cheese:0"},{"default":false,"description":"Small in one line.","label":"Small crossing rivers","value":"h:p:rivers:0"},{"default":false,"description":"Small in one line.","label":"Small pitching tents","value":"h:p:tents:0"}],"placeholder":"Open a topic","type":3}],"type":1}
    "#);
    let privacy = reply::Privacy::default();
    insta::assert_snapshot!(shown(&reply::privacy(&privacy).introducing(), Audience::OnePerson), @r###"
    2 components, 1133 characters
    {"content":"## Privacy\nI read messages that mention me, reply to me or are sent to me directly, what you enter in my commands, and, only where somebody who may do so switched it on, the messages of a channel or the titles of forum posts. Those are never kept.\n- **Nothing is written to disk.**\n- **In memory only**: the latest questions, so that an edit changes the answer and a follow-up is understood; newer ones and every restart push them out.\n- **No question and no name is logged** or passed on. Nothing is used to judge anybody, to decide about a job, or to train a model. I am not for people under 13.\n- `/forget-me` deletes what leads to you. Deleting your question deletes my answer, unless I was restarted in between: Remove below the answer always works.\n\nAsk the moderators of this server who runs me.","id":1000000,"type":10}
    {"content":"-# New here: I am a bot that answers from a guide which people wrote and reviewed. I read what mentions me, replies to me or is sent to me, and a channel only if moderators switch that on with `/guide settings`. `/help` says more. To stop me, a moderator takes my right to write, or removes me under Server Settings › Integrations.","type":10}
    "###);
}

/// How many lines of text a phone of 360 points shows above the first row of buttons or menus: about 36 characters fit on a
/// line beside the picture of the bot, 30 of a headline, 44 of small print, and 22 beside a button.
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

#[test]
fn what_a_phone_shows_before_the_buttons() {
    let knowledge = &GUIDE.knowledge;
    let sections = knowledge.topics().iter().flat_map(|topic| {
        let sections = topic.sections.iter();
        sections.map(move |section| reply::section(knowledge, topic, section))
    });
    let longest = sections.map(|reply| lines_on_a_phone(&reply)).max();
    let questions = knowledge.topics().iter().flat_map(|topic| &topic.keywords);
    let candidates = questions.filter_map(|word| {
        let answer = GUIDE.answer(&Question::new(word));
        let reply = reply::to_answer(knowledge, &answer);
        reply
            .candidates()
            .next()
            .is_some()
            .then(|| lines_on_a_phone(&reply))
    });
    let mut stats = Stats::new(
        jiff::civil::date(2026, 10, 25),
        jiff::civil::date(2026, 11, 23),
    );
    for topic in knowledge.topics() {
        stats.add(jiff::civil::date(2026, 11, 22), &topic.id, |sums| {
            sums.count(RecordedOutcome::Answer, Way::Mention, 2);
        });
    }
    let resources = reply::resources(knowledge, &Filter::default(), 0).unwrap();
    let most = [
        ("the longest section", longest.unwrap(), 66),
        (
            "the widest list of candidates",
            candidates.max().unwrap(),
            40,
        ),
        ("/resources", lines_on_a_phone(&resources), 25),
        (
            "/guide stats",
            lines_on_a_phone(&reply::stats(knowledge, &stats)),
            45,
        ),
    ];
    for (what, lines, most) in most {
        assert!(lines <= most, "{what}: {lines} lines");
    }
}

#[test]
fn no_candidate_is_cut_and_no_label_is() {
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
