//! Replies as sent to Discord. `tests/replies.rs` shows their wording.

mod browsing;
mod moderators;
mod questions;

use super::*;

/// The guide of four topics with which the other tests of replies run.
#[path = "../../../../tests/discord/small_guide.rs"]
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

/// A reply as sent to Discord, one component per line, with how much of the limits it uses.
fn shown(reply: &Reply, audience: Audience) -> String {
    drawn(rendered(reply, audience))
}

fn rendered(reply: &Reply, audience: Audience) -> Rendered {
    let nobody = CommandMentions::default();
    let options = RenderOptions {
        owner: UserId::new(7),
        audience,
        commands: &nobody,
    };
    render(reply, options)
}

fn drawn(rendered: Rendered) -> String {
    let message = rendered.message(&DESTINATION, 1_000_000);
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

/// The same with each text of the small guide once instead of eight times.
fn shortened(shown: &str) -> String {
    let about = small_guide::TOPICS.map(|(_, about)| about);
    about.iter().fold(shown.to_owned(), |shown, about| {
        shown.replace(
            &format!(" Small says how {about} is done well, and why."),
            "",
        )
    })
}

#[test]
fn every_kind_of_reply_as_sent_to_discord() {
    let guide = small_guide();
    let knowledge = &guide.knowledge;
    let topic = knowledge.topic("bread").unwrap();
    let section = &topic.sections[0];
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
    {"components":[{"custom_id":"1m7:","disabled":false,"options":[{"default":false,"label":"Small people for baking bread","value":"a:s:bread:with-whom"},{"default":false,"description":"1 link","label":"All resources on this topic","value":"a:r:bread::::0"},{"default":false,"description":"Small in one line.","label":"Small storing cheese","value":"a:s:cheese:how"},{"default":false,"description":"Small in one line.","label":"Small pitching tents","value":"a:s:tents:how"},{"default":false,"description":"Small in one line.","label":"Small crossing rivers","value":"a:s:rivers:how"}],"placeholder":"Read on","type":3}],"type":1}
    "#);
    insta::assert_snapshot!(shown(&reply::preview(knowledge, topic, section, target, &[]), Audience::OnePerson), @r#"
    8 components, 591 characters
    {"content":"-# Small guide › Small outside › Small baking bread\n## Small way of baking bread\nSmall says how baking bread is done well, and why. Small says how baking bread is done well, and why. Small says how baking bread is done well, and why. Small says how baking bread is done well, and why. Small says how baking bread is done well, and why. Small says how baking bread is done well, and why. Small says how baking bread is done well, and why. Small says how baking bread is done well, and why.","id":1000000,"type":10}
    {"type":14}
    {"content":"**Links**\n- [Small on baking bread](https://Small.example.org/bread) · book, free","type":10}
    {"content":"-# Reviewed 2026-01-01","type":10}
    {"components":[{"custom_id":"1h7:w:bread:how:1:2","label":"Post as a reply","style":1,"type":2}],"type":1}
    {"components":[{"custom_id":"1m7:","disabled":false,"options":[{"default":false,"label":"Small people for baking bread","value":"h:v:bread:with-whom:1:2"},{"default":false,"description":"Small storing cheese","label":"Small way of storing cheese","value":"h:v:cheese:how:1:2"},{"default":false,"description":"Small pitching tents","label":"Small way of pitching tents","value":"h:v:tents:how:1:2"},{"default":false,"description":"Small crossing rivers","label":"Small way of crossing rivers","value":"h:v:rivers:how:1:2"}],"placeholder":"Another answer","type":3}],"type":1}
    "#);
    insta::assert_snapshot!(shown(&reply::resources(knowledge, &Filter::default(), 0).unwrap(), Audience::Channel), @r#"
    5 components, 363 characters
    {"content":"-# Small guide\n## Resources\n4 links from the Small guide.","id":1000000,"type":10}
    {"type":14}
    {"content":"**Links**\n- [Small on baking bread](https://Small.example.org/bread) · book, free\n- [Small on storing cheese](https://Small.example.org/cheese) · book, free\n- [Small on pitching tents](https://Small.example.org/tents) · book, free\n- [Small on crossing rivers](https://Small.example.org/rivers) · book, free","type":10}
    {"components":[{"custom_id":"1m7:f","disabled":false,"options":[{"default":false,"label":"Kind: course","value":"h:r::course:::0"},{"default":false,"label":"Kind: practice","value":"h:r::practice:::0"},{"default":false,"label":"Kind: book","value":"h:r::book:::0"},{"default":false,"label":"Kind: documentation","value":"h:r::documentation:::0"},{"default":false,"label":"Kind: community","value":"h:r::community:::0"},{"default":false,"label":"Kind: tool","value":"h:r::tool:::0"},{"default":false,"label":"Kind: job board","value":"h:r::job-board:::0"},{"default":false,"label":"Kind: official","value":"h:r::official:::0"},{"default":false,"label":"Cost: free","value":"h:r:::free::0"},{"default":false,"label":"Cost: freemium","value":"h:r:::freemium::0"},{"default":false,"label":"Cost: paid","value":"h:r:::paid::0"},{"default":false,"label":"Level: beginner","value":"h:r::::beginner:0"},{"default":false,"label":"Level: intermediate","value":"h:r::::intermediate:0"},{"default":false,"label":"Level: advanced","value":"h:r::::advanced:0"},{"default":false,"label":"Level: any","value":"h:r::::any:0"}],"placeholder":"Filter this list","type":3}],"type":1}
    "#);
    insta::assert_snapshot!(shown(&reply::answered_before(&Place::new(topic, section), "https://discord.com/channels/1/2/3"), Audience::Channel), @r#"
    4 components, 69 characters
    {"content":"I answered this here a moment ago: https://discord.com/channels/1/2/3","id":1000000,"type":10}
    {"components":[{"custom_id":"1a7:s:bread:how","label":"Show it to me","style":1,"type":2},{"custom_id":"1h7:x","label":"Remove","style":4,"type":2}],"type":1}
    "#);
    insta::assert_snapshot!(shown(&reply::help(knowledge), Audience::Alone), @r#"
    4 components, 736 characters
    {"content":"-# Small guide\n## Ask me about internships\nAsk in your own words; typos are fine.\n- **Mention me** in a channel or thread: `@me how do I start with no experience?`\n- **Reply to one of my answers** to ask a follow-up; leave the ping switched on.\n- **Message me directly**, or use `/ask`; with `private`, only you see the answer.\n- **Answer someone else**: open their message's menu, then Apps › Answer from the guide.\n- **Browse** with `/topics` and `/resources`.\n\nEvery answer is a reviewed section of the guide, with its sources. If I don't know, I say so. The person who asked, or a moderator, can remove my reply.","id":1000000,"type":10}
    {"content":"-# What I keep about you: `/privacy` · Delete it: `/forget-me` · For moderators: `/guide status`, Apps › Teach the guide","type":10}
    {"components":[{"custom_id":"1m7:","disabled":false,"options":[{"default":false,"label":"List of topics","value":"a:t"}],"placeholder":"Browse","type":3}],"type":1}
    "#);
}

#[test]
fn other_replies_to_questions_as_sent_to_discord() {
    let guide = small_guide();
    let knowledge = &guide.knowledge;
    let topic = knowledge.topic("bread").unwrap();
    let answer = |text: &str| guide.answer(&Question::new(text));
    let vague = answer("people");
    assert_eq!(vague.outcome, crate::answer::Outcome::Suggest);
    insta::assert_snapshot!(shown(&reply::to_answer(knowledge, &vague), Audience::Channel), @r###"
    16 components, 519 characters
    {"content":"## One of these may help\nHere's the closest I have. If none fits, try other words.","id":1000000,"type":10}
    {"accessory":{"custom_id":"1h7:s:cheese:with-whom","label":"This one","style":1,"type":2},"components":[{"content":"**Small storing cheese: Small people for storing cheese**\nSmall says how storing cheese is done well, and why.","type":10}],"type":9}
    {"accessory":{"custom_id":"1h7:s:tents:with-whom","label":"This one","style":2,"type":2},"components":[{"content":"**Small pitching tents: Small people for pitching tents**\nSmall says how pitching tents is done well, and why.","type":10}],"type":9}
    {"accessory":{"custom_id":"1h7:s:bread:with-whom","label":"This one","style":2,"type":2},"components":[{"content":"**Small baking bread: Small people for baking bread**\nSmall says how baking bread is done well, and why.","type":10}],"type":9}
    {"accessory":{"custom_id":"1h7:s:rivers:with-whom","label":"This one","style":2,"type":2},"components":[{"content":"**Small crossing rivers: Small people for crossing rivers**\nSmall says how crossing rivers is done well, and why.","type":10}],"type":9}
    {"components":[{"custom_id":"1h7:o","label":"None of these","style":2,"type":2},{"custom_id":"1h7:x","label":"Remove","style":4,"type":2}],"type":1}
    "###);
    let helped = reply::that_helped(reply::section(knowledge, topic, &topic.sections[0]));
    let labels: Vec<&str> = helped
        .buttons
        .iter()
        .map(|choice| choice.label.as_str())
        .collect();
    assert_eq!(
        (labels, helped.footer.as_str()),
        (
            vec!["Whole topic", "Show everyone", "Remove"],
            "Reviewed 2026-01-01 · Glad it helped!"
        )
    );
}

#[test]
fn explanations_as_sent_to_discord() {
    let guide = small_guide();
    let knowledge = &guide.knowledge;
    let best = Match {
        topic: 0,
        section: 0,
        score: 8.0,
        meant: 0.0,
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
        is_close: false,
        kind: None,
        added: None,
        reason: "88 % sure".to_owned(),
    };
    let explained = reply::explain(knowledge, "how do i bake braed", &explanation, &decision);
    let explained = shown(&explained, Audience::OnePerson);
    insta::assert_snapshot!(explained.replace('\u{200b}', ""), @r#"
    1 components, 463 characters
    {"content":"-# Small guide\n## Why this answer\n> how do i bake braed\n**Outcome: answer (88 % sure)**\n\n**How I read it**\n- corrected: braed → bread\n- words not in the guide: zebra\n- synonym groups: bake\n\n**Where the scores come from**\n1. Small baking bread › Small way of baking bread: **8.0**\n   rare words \\(BM25\\) +3.1, spelling \\-0.2\n   strongest words: bread +0.2\n\n**What else counts**\n- best topic's nearest phrasing: 0.00 similar; nearest example out of scope: 0.00","id":1000000,"type":10}
    "#);
}

/// Notes that no other test shows.
#[test]
fn notes_as_discord_is_sent_them() {
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
    let notes = [
        reply::welcome(),
        reply::what_about(),
        reply::which_one(),
        reply::only_so_many(3),
        reply::not_reloaded(Path::new("knowledge"), &error),
        reply::tag_without_forum(),
        reply::choose_tag(7, &["Solved".to_owned(), "To do".to_owned()]),
        reply::choose_tag(7, &[]),
        reply::cannot_read_tags(7),
    ];
    let notes: Vec<String> = notes
        .iter()
        .map(|note| shown(note, Audience::OnePerson))
        .collect();
    insta::assert_snapshot!(notes.join("\n"), @r#"
    1 components, 60 characters
    {"content":"You're welcome. Ask me anything about internships, any time.","id":1000000,"type":10}
    1 components, 100 characters
    {"content":"What would you like to know? Ask in a sentence, such as: how do I write a resume with no experience?","id":1000000,"type":10}
    1 components, 53 characters
    {"content":"Which one? Press its button, or say \"the second one\".","id":1000000,"type":10}
    1 components, 65 characters
    {"content":"I offered 3. Press one of the buttons, or rephrase your question.","id":1000000,"type":10}
    1 components, 134 characters
    {"content":"The files have an error, so I'm still answering from the previous guide.\n`topics/bread.toml:3:1` unknown key \\`titel\\`\nwrite \\`title\\`","id":1000000,"type":10}
    1 components, 76 characters
    {"content":"Nothing was changed: also choose the forum that has the tag, as `tag-forum`.","id":1000000,"type":10}
    1 components, 86 characters
    {"content":"Nothing was changed: choose one of the tags of <#7> as `tag`. They are: Solved, To do.","id":1000000,"type":10}
    1 components, 92 characters
    {"content":"Nothing was changed: <#7> has no tags. Add one in the forum's settings, then choose it here.","id":1000000,"type":10}
    1 components, 95 characters
    {"content":"Nothing was changed: I can't read the tags of <#7>. Give me View Channels there, and try again.","id":1000000,"type":10}
    "#);
}

#[test]
fn entries_with_buttons_as_discord_is_sent_them() {
    let guide = small_guide();
    let knowledge = &guide.knowledge;
    let day = jiff::civil::date(2026, 11, 20);
    let group = Group {
        text: "vegan lunch?".to_owned(),
        count: 3,
        last: day,
        topic: None,
        wordings: vec![("vegan lunch?".to_owned(), 3)],
    };
    insta::assert_snapshot!(shown(&reply::gaps(knowledge, &[group], 30, 1, true), Audience::OnePerson), @r#"
    6 components, 206 characters
    {"content":"-# Small guide\n## Unanswered questions\n3 in the last 30 days, most asked first","id":1000000,"type":10}
    {"content":"**3 ×** vegan lunch?\n  looks like a new topic, last asked on <t:1795176000:D>","type":10}
    {"components":[{"custom_id":"1a7:Tf:2tmznzvala5uz","label":"It belongs to…","style":2,"type":2},{"custom_id":"1a7:Tw:2tmznzvala5uz","label":"Write an answer","style":2,"type":2}],"type":1}
    {"content":"-# To add these to the guide: internbot gaps --toml","type":10}
    "#);
}
