//! Replies to questions, with everything that may be added to them.

use super::*;
use crate::answer::{Outcome, ProbableMatch};
use crate::knowledge::{Section, Stakes};

fn answer(outcome: Outcome, matches: Vec<ProbableMatch>, kind: Option<usize>) -> Answer {
    Answer {
        outcome,
        matches,
        neighbour: None,
        is_close: false,
        kind,
        added: None,
        reason: String::new(),
    }
}

#[test]
fn answers_as_sent_to_discord() {
    let guide = small_guide();
    let knowledge = &guide.knowledge;
    let topic = knowledge.topic("bread").unwrap();
    let section = &topic.sections[0];
    let matches = [(0, 0, 0.9), (1, 0, 0.8)].map(|(topic, section, probability)| ProbableMatch {
        topic,
        section,
        probability,
    });
    let two = answer(Outcome::Answer, matches.to_vec(), None);
    let two = shown(&reply::to_answer(knowledge, &two), Audience::Channel);
    insta::assert_snapshot!(shortened(&two), @r#"
    16 components, 719 characters
    {"content":"-# Small guide › Small outside › Small baking bread\n## Small way of baking bread\nSmall says how baking bread is done well, and why.","id":1000000,"type":10}
    {"type":14}
    {"content":"**Links**\n- [Small on baking bread](https://Small.example.org/bread) · book, free","type":10}
    {"type":14}
    {"content":"**This may also help**","type":10}
    {"accessory":{"custom_id":"1a7:s:cheese:how","label":"This one","style":2,"type":2},"components":[{"content":"**Small storing cheese: Small way of storing cheese**\nSmall says how storing cheese is done well, and why.","type":10}],"type":9}
    {"content":"-# Reviewed 2026-01-01","type":10}
    {"components":[{"custom_id":"1h7:y:bread:how","label":"That helped","style":3,"type":2},{"custom_id":"1a7:n:bread:how","label":"Not it","style":2,"type":2},{"custom_id":"1a7:p:bread:0","label":"Whole topic","style":2,"type":2},{"custom_id":"1h7:x","label":"Remove","style":4,"type":2}],"type":1}
    {"components":[{"custom_id":"1m7:","disabled":false,"options":[{"default":false,"label":"Small people for baking bread","value":"a:s:bread:with-whom"},{"default":false,"description":"1 link","label":"All resources on this topic","value":"a:r:bread::::0"},{"default":false,"description":"Small in one line.","label":"Small pitching tents","value":"a:s:tents:how"},{"default":false,"description":"Small in one line.","label":"Small crossing rivers","value":"a:s:rivers:how"}],"placeholder":"Read on","type":3}],"type":1}
    "#);
    let close = Answer {
        is_close: true,
        ..answer(Outcome::Suggest, matches.to_vec(), None)
    };
    let close = shown(&reply::to_answer(knowledge, &close), Audience::Channel);
    insta::assert_snapshot!(shortened(&close), @r#"
    16 components, 792 characters
    {"content":"-# Small guide › Small outside › Small baking bread\n## Small way of baking bread\n*This may be what you need. If it doesn't fit, see the others at the end.*\n\nSmall says how baking bread is done well, and why.","id":1000000,"type":10}
    {"type":14}
    {"content":"**Links**\n- [Small on baking bread](https://Small.example.org/bread) · book, free","type":10}
    {"type":14}
    {"content":"**Or one of these**","type":10}
    {"accessory":{"custom_id":"1h7:s:cheese:how","label":"This one","style":2,"type":2},"components":[{"content":"**Small storing cheese: Small way of storing cheese**\nSmall says how storing cheese is done well, and why.","type":10}],"type":9}
    {"content":"-# Reviewed 2026-01-01","type":10}
    {"components":[{"custom_id":"1h7:y:bread:how","label":"That helped","style":3,"type":2},{"custom_id":"1a7:n:bread:how","label":"Not it","style":2,"type":2},{"custom_id":"1a7:p:bread:0","label":"Whole topic","style":2,"type":2},{"custom_id":"1h7:x","label":"Remove","style":4,"type":2}],"type":1}
    {"components":[{"custom_id":"1m7:","disabled":false,"options":[{"default":false,"label":"Small people for baking bread","value":"a:s:bread:with-whom"},{"default":false,"description":"1 link","label":"All resources on this topic","value":"a:r:bread::::0"},{"default":false,"description":"Small in one line.","label":"Small pitching tents","value":"a:s:tents:how"},{"default":false,"description":"Small in one line.","label":"Small crossing rivers","value":"a:s:rivers:how"}],"placeholder":"Read on","type":3}],"type":1}
    "#);
    let legal = Section {
        stakes: Stakes::Legal,
        ..section.clone()
    };
    let legal = shown(&reply::section(knowledge, topic, &legal), Audience::Channel);
    insta::assert_snapshot!(shortened(&legal), @r#"
    12 components, 740 characters
    {"content":"-# Small guide › Small outside › Small baking bread\n## Small way of baking bread\nSmall says how baking bread is done well, and why.","id":1000000,"type":10}
    {"content":"⚠️ **Please note**\nThis is general information, not legal advice. Rules differ by country and change over time, so rely on the official source below.","type":10}
    {"type":14}
    {"content":"**Links**\n- [Small on baking bread](https://Small.example.org/bread) · book, free","type":10}
    {"content":"-# Reviewed 2026-01-01","type":10}
    {"components":[{"custom_id":"1h7:y:bread:how","label":"That helped","style":3,"type":2},{"custom_id":"1a7:n:bread:how","label":"Not it","style":2,"type":2},{"custom_id":"1a7:p:bread:0","label":"Whole topic","style":2,"type":2},{"custom_id":"1h7:x","label":"Remove","style":4,"type":2}],"type":1}
    {"components":[{"custom_id":"1m7:","disabled":false,"options":[{"default":false,"label":"Small people for baking bread","value":"a:s:bread:with-whom"},{"default":false,"description":"1 link","label":"All resources on this topic","value":"a:r:bread::::0"},{"default":false,"description":"Small in one line.","label":"Small storing cheese","value":"a:s:cheese:how"},{"default":false,"description":"Small in one line.","label":"Small pitching tents","value":"a:s:tents:how"},{"default":false,"description":"Small in one line.","label":"Small crossing rivers","value":"a:s:rivers:how"}],"placeholder":"Read on","type":3}],"type":1}
    "#);
}

#[test]
fn what_is_added_to_a_reply_as_sent_to_discord() {
    let first = reply::welcome().introducing();
    insta::assert_snapshot!(shown(&first, Audience::Channel), @r#"
    2 components, 407 characters
    {"content":"You're welcome. Ask me anything about internships, any time.","id":1000000,"type":10}
    {"content":"-# New here: I'm a bot that answers from a guide written and reviewed by people. I read messages that mention me, reply to me or are sent to me, and channels only if moderators switch that on with `/guide settings`. `/help` says more. To stop me, a moderator can take away my permission to write, or remove me under Server Settings › Integrations.","type":10}
    "#);
    let quoting = rendered(&reply::welcome(), Audience::Channel).quoting("thanks *a lot*");
    insta::assert_snapshot!(drawn(quoting), @r#"
    2 components, 78 characters
    {"content":"> thanks \\*a lot\\*","id":1000000,"type":10}
    {"content":"You're welcome. Ask me anything about internships, any time.","type":10}
    "#);
}

#[test]
fn a_kind_of_message_with_its_own_reply_as_sent_to_discord() {
    let files = small_guide::SmallGuide::new("Small");
    let kind = "[[kind]]\nid = \"greeting\"\ntitle = \"Hello\"\nreply = \"Hello! Ask me anything.\"\nexamples = [\"hello all\"]\n";
    std::fs::write(files.folder().join("out_of_scope.toml"), kind).unwrap();
    let knowledge = knowledge::load(&files.folder(), jiff::civil::date(2026, 11, 23)).unwrap();
    let greeting = answer(Outcome::None, Vec::new(), Some(0));
    let greeting = reply::to_answer(&knowledge, &greeting);
    insta::assert_snapshot!(shown(&greeting, Audience::Channel), @r###"
    3 components, 32 characters
    {"content":"## Hello\nHello! Ask me anything.","id":1000000,"type":10}
    {"components":[{"custom_id":"1h7:x","label":"Remove","style":4,"type":2}],"type":1}
    "###);
}
