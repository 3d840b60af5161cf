//! What moderators see: a problem of the guide, what they add to it, and the forms.

use super::*;
use crate::additions::{Addition, Additions, Lesson, LessonReply};
use crate::reply::FormAction;

#[test]
fn a_problem_as_sent_to_discord() {
    let guide = small_guide();
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
    let keeping = Keeping::Unwell {
        why: "the store is locked",
        since: 2,
        waiting: 3,
        dropped: 4,
    };
    let standing = Standing {
        since: 1,
        started: 0,
        problem: Some((&error, 2)),
        keeping,
        encoder: Some(false),
    };
    let status = reply::status(&guide.knowledge, Path::new("knowledge"), &standing);
    insta::assert_snapshot!(shown(&status, Audience::OnePerson), @r#"
    1 components, 508 characters
    {"content":"-# Small guide\n## The guide\n**Version** `68fbfca4`, live since <t:1:R>\n4 topics, 8 sections, 16 phrasings, 4 links\n\n**Problem** since <t:2:R>, so I'm answering from the previous guide\n`topics/bread.toml:3:1` unknown key \\`titel\\`\nwrite \\`title\\`\n\n**Storage problem** since <t:2:R>: the store is locked. I'm still answering questions; 3 rows are waiting to be written. 4 unanswered questions were dropped.\n\n**Encoder**: still reading this guide; until it's done, words alone decide.\n\n**Running** since <t:0:R>","id":1000000,"type":10}
    "#);
}

/// An answer of moderators.
fn addition(reply: LessonReply) -> Addition {
    Addition {
        id: 3,
        author: Some(4),
        day: jiff::civil::date(2026, 11, 20),
        lesson: Lesson {
            questions: vec!["where is the oven?".to_owned()],
            topic: "bread".to_owned(),
            reply,
        },
    }
}

fn own() -> Addition {
    addition(LessonReply::Own {
        text: "In the *kitchen*.".to_owned(),
        link: Some("https://example.org/oven".to_owned()),
    })
}

#[test]
fn what_moderators_add_as_sent_to_discord() {
    let guide = small_guide();
    let knowledge = &guide.knowledge;
    let target = Target {
        message: 1,
        author: 2,
    };
    insta::assert_snapshot!(shown(&reply::added(knowledge, &own()), Audience::Channel), @r#"
    11 components, 218 characters
    {"content":"-# Small guide › From the moderators of this server\n## where is the oven?\nIn the *kitchen*.","id":1000000,"type":10}
    {"type":14}
    {"content":"**Links**\n- [example.org](https://example.org/oven) · added by moderators","type":10}
    {"content":"-# Not part of the reviewed guide · written 2026-11-20","type":10}
    {"components":[{"custom_id":"1h7:y:bread:+3","label":"That helped","style":3,"type":2},{"custom_id":"1a7:n:bread:+3","label":"Not it","style":2,"type":2},{"custom_id":"1a7:p:bread:0","label":"Small baking bread","style":2,"type":2},{"custom_id":"1h7:x","label":"Remove","style":4,"type":2}],"type":1}
    {"components":[{"custom_id":"1m7:","disabled":false,"options":[{"default":false,"description":"Small baking bread","label":"Small way of baking bread","value":"a:s:bread:how"},{"default":false,"description":"Small baking bread","label":"Small people for baking bread","value":"a:s:bread:with-whom"}],"placeholder":"Read on","type":3}],"type":1}
    "#);
    let preview = reply::preview_of_added(knowledge, &own(), target);
    insta::assert_snapshot!(shown(&preview, Audience::OnePerson), @r#"
    6 components, 218 characters
    {"content":"-# Small guide › From the moderators of this server\n## where is the oven?\nIn the *kitchen*.","id":1000000,"type":10}
    {"type":14}
    {"content":"**Links**\n- [example.org](https://example.org/oven) · added by moderators","type":10}
    {"content":"-# Not part of the reviewed guide · written 2026-11-20","type":10}
    {"components":[{"custom_id":"1h7:w:bread:+3:1:2","label":"Post as a reply","style":1,"type":2}],"type":1}
    "#);
    insta::assert_snapshot!(shown(&reply::answer_saved(knowledge, &own()), Audience::OnePerson), @r#"
    8 components, 229 characters
    {"content":"-# Small guide › From the moderators of this server\n## where is the oven?\nIn the *kitchen*.","id":1000000,"type":10}
    {"type":14}
    {"content":"**Links**\n- [example.org](https://example.org/oven) · added by moderators","type":10}
    {"content":"-# Saved. People on this server will get this answer from now on.","type":10}
    {"components":[{"custom_id":"1a7:Te:3","label":"Edit","style":2,"type":2},{"custom_id":"1h7:Tr:3","label":"Delete","style":2,"type":2},{"custom_id":"1h7:Tl:0","label":"Everything added","style":2,"type":2}],"type":1}
    "#);
    insta::assert_snapshot!(shown(&reply::addition(knowledge, &own()), Audience::OnePerson), @r#"
    7 components, 154 characters
    {"content":"> where is the oven?\n-# by <@4> on <t:1795176000:D> · number 3\n\nIn the *kitchen*.","id":1000000,"type":10}
    {"type":14}
    {"content":"**Links**\n- [example.org](https://example.org/oven) · added by moderators","type":10}
    {"components":[{"custom_id":"1a7:Te:3","label":"Edit","style":2,"type":2},{"custom_id":"1h7:Tr:3","label":"Delete","style":2,"type":2},{"custom_id":"1h7:Tl:0","label":"Everything added","style":2,"type":2}],"type":1}
    "#);
}

#[test]
fn teaching_as_sent_to_discord() {
    let guide = small_guide();
    let knowledge = &guide.knowledge;
    let topic = knowledge.topic("bread").unwrap();
    let nearest: Vec<_> = topic.sections.iter().map(|one| (topic, one)).collect();
    let taught = addition(LessonReply::Section("how".to_owned()));
    let additions = Additions::new([own(), taught.clone()]);
    let replies = [
        reply::belongs_to(
            &["where is the oven?".to_owned()],
            &nearest,
            Some("where is the oven?"),
        ),
        reply::belongs_to(&["where is the oven?".to_owned()], &[], None),
        reply::taught(knowledge, &taught),
        reply::not_taught("the answer is too long", &own().lesson),
        reply::additions(knowledge, &additions, 0),
        reply::additions(knowledge, &Additions::default(), 0),
        reply::addition_removed(),
        reply::addition_gone(),
        reply::gap_gone(),
        reply::nothing_to_teach(),
        reply::additions_off(),
    ];
    let replies: Vec<String> = replies
        .iter()
        .map(|reply| shown(reply, Audience::OnePerson))
        .collect();
    insta::assert_snapshot!(replies.join("\n"), @r#"
    7 components, 105 characters
    {"content":"> where is the oven?\n\nWhich section answers this? From now on, people here will get it for this question.","id":1000000,"type":10}
    {"components":[{"custom_id":"1a7:Ts","label":"Search the guide","style":2,"type":2},{"custom_id":"1a7:Tw:","label":"Write an answer","style":2,"type":2},{"custom_id":"1a7:Tq","label":"Use it as an answer","style":2,"type":2}],"type":1}
    {"components":[{"custom_id":"1m7:","disabled":false,"options":[{"default":false,"description":"Small baking bread","label":"Small way of baking bread","value":"h:Tb:bread:how"},{"default":false,"description":"Small baking bread","label":"Small people for baking bread","value":"h:Tb:bread:with-whom"}],"placeholder":"Closest sections","type":3}],"type":1}
    4 components, 99 characters
    {"content":"> where is the oven?\n\nThe guide has nothing like this. Search with other words, or write an answer.","id":1000000,"type":10}
    {"components":[{"custom_id":"1a7:Ts","label":"Search the guide","style":2,"type":2},{"custom_id":"1a7:Tw:","label":"Write an answer","style":2,"type":2}],"type":1}
    4 components, 113 characters
    {"content":"> where is the oven?\n\nSaved. On this server the answer is now **Small way of baking bread** (Small baking bread).","id":1000000,"type":10}
    {"components":[{"custom_id":"1h7:Tr:3","label":"Undo","style":2,"type":2},{"custom_id":"1a7:Tl:0","label":"Everything added","style":2,"type":2}],"type":1}
    1 components, 198 characters
    {"content":"Nothing was saved: the answer is too long.\n\nYour answer, to copy:\n```\nIn the *kitchen*.\n```\n\nYour questions, to copy:\n```\nwhere is the oven?\n```\n\nYour link, to copy:\n```\nhttps://example.org/oven\n```","id":1000000,"type":10}
    4 components, 315 characters
    {"content":"-# Small guide\n## Added on this server\n1 of 50 answers, 1 of 200 taught questions, latest first\n\n- **where is the oven?**\n  **Small way of baking bread** (Small baking bread), by <@4> on <t:1795176000:D>\n- **where is the oven?**\n  an answer listed under Small baking bread, by <@4> on <t:1795176000:D>","id":1000000,"type":10}
    {"content":"-# Page 1 of 1","type":10}
    {"components":[{"custom_id":"1m7:","disabled":false,"options":[{"default":false,"description":"A question taught for a section of the guide","label":"where is the oven?","value":"h:To:3"}],"placeholder":"Show, change or delete one","type":3}],"type":1}
    1 components, 174 characters
    {"content":"Nothing has been added on this server yet. Write an answer with `/guide add`, teach a question from `/guide gaps`, or open the menu of a message, then Apps › Teach the guide.","id":1000000,"type":10}
    3 components, 37 characters
    {"content":"Deleted. Nobody will get it any more.","id":1000000,"type":10}
    {"components":[{"custom_id":"1h7:Tl:0","label":"Everything added","style":2,"type":2}],"type":1}
    1 components, 69 characters
    {"content":"This is no longer there: someone may have deleted it in the meantime.","id":1000000,"type":10}
    1 components, 60 characters
    {"content":"I no longer have this question. Look at `/guide gaps` again.","id":1000000,"type":10}
    1 components, 46 characters
    {"content":"There's no text in this message for me to use.","id":1000000,"type":10}
    1 components, 49 characters
    {"content":"My operator has switched off adding to the guide.","id":1000000,"type":10}
    "#);
}

#[test]
fn forms_as_sent_to_discord() {
    let forms = [
        reply::answer_form(FormAction::Edit(3), &own().lesson, "Small baking bread"),
        reply::search_form(),
    ];
    let lines = forms.iter().flat_map(|shown| {
        let form = serde_json::to_value(form(shown)).unwrap();
        let data = &form["data"];
        let head = format!("{}: {}", data["custom_id"], data["title"]);
        let fields = data["components"].as_array().unwrap();
        let fields = fields.iter().map(Value::to_string);
        std::iter::once(head).chain(fields).collect::<Vec<_>>()
    });
    insta::assert_snapshot!(lines.collect::<Vec<_>>().join("\n"), @r#"
    "1f:e:3": "Change an answer"
    {"component":{"custom_id":"question","max_length":300,"placeholder":"As a student would ask it","required":true,"style":1,"type":4,"value":"where is the oven?"},"label":"Question","type":18}
    {"component":{"custom_id":"answer","max_length":1500,"placeholder":"What you'd tell them. Nothing on visas, taxes or contracts: leave those to official sources.","required":true,"style":2,"type":4,"value":"In the *kitchen*."},"label":"Answer","type":18}
    {"component":{"custom_id":"others","max_length":903,"placeholder":"How others have asked it","required":false,"style":2,"type":4},"label":"Up to three other ways to ask, one per line","type":18}
    {"component":{"custom_id":"link","max_length":250,"placeholder":"https://…","required":false,"style":1,"type":4,"value":"https://example.org/oven"},"label":"Where to read more","type":18}
    {"component":{"custom_id":"topic","max_length":100,"placeholder":"Leave empty for the closest one","required":false,"style":1,"type":4,"value":"Small baking bread"},"label":"The topic to list it under","type":18}
    "1f:s": "Search the guide"
    {"component":{"custom_id":"topic","max_length":100,"placeholder":"In a few words","required":true,"style":1,"type":4},"label":"What is it about?","type":18}
    "#);
}
