//! Every kind of reply as a person reads it, so that rewording shows up as a diff in this file.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    unreachable_pub,
    reason = "a test that fails may panic, and shares a module"
)]

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::LazyLock;

use insta::assert_snapshot;
use internbot::additions::Additions;
use internbot::gaps::Group;
use internbot::guide::Guide;
use internbot::knowledge::{self, Changes, Section, Topic};
use internbot::reply::{
    self, BlockedChannel, Filter, Keeping, Lacking, Passage, Place, Privacy, Reply, SettingsView,
    Standing, Target,
};
use internbot::search::Question;
use internbot::settings::{ForumTag, Settings};
use internbot::stats::{RecordedOutcome, Stats, Way};
use jiff::civil::date;

#[path = "discord/small_guide.rs"]
#[allow(dead_code, reason = "the tests of Discord need the rest")]
mod small_guide;

static GUIDE: LazyLock<Guide> = LazyLock::new(|| {
    let small = small_guide::SmallGuide::new("Small");
    Guide::new(knowledge::load(&small.folder(), date(2026, 11, 23)).expect("it has no error"))
});

/// A reply and its buttons and choices.
fn shown(reply: &Reply) -> String {
    let labels = |choices: &[reply::Choice]| -> String {
        choices
            .iter()
            .map(|choice| format!(" [{}]", choice.label))
            .collect()
    };
    let passages = reply.passages();
    let lines = passages.iter().map(|passage| match passage {
        Passage::Text(text) => text.clone(),
        Passage::Divider => "───".to_owned(),
        Passage::Candidate(text, _) => format!("{text} [This one]"),
        Passage::Entry(entry) => {
            let labels = entry
                .choices
                .iter()
                .map(|choice| format!(" [{}]", choice.label));
            format!("{}{}", entry.text, labels.collect::<String>())
        }
    });
    let mut text = lines.collect::<Vec<_>>().join("\n");
    if !reply.buttons.is_empty() {
        text += &format!("\nButtons:{}", labels(&reply.buttons));
    }
    if !reply.choices.is_empty() {
        text += &format!("\n{}:{}", reply.prompt, labels(&reply.choices));
    }
    text
}

fn asked(question: &str) -> String {
    let answer = GUIDE.answer(&Question::new(question));
    shown(&reply::to_answer(&GUIDE.knowledge, &answer))
}

fn bread() -> (&'static Topic, &'static Section) {
    let topic = GUIDE.knowledge.topic("bread").expect("there is bread");
    (topic, &topic.sections[0])
}

#[test]
fn replies_to_a_question() {
    let (topic, section) = bread();
    let knowledge = &GUIDE.knowledge;
    assert_snapshot!(asked("please tell me about baking bread"), @r#"
    -# Small guide › Small outside › Small baking bread
    ## Small way of baking bread
    Small says how baking bread is done well, and why. Small says how baking bread is done well, and why. Small says how baking bread is done well, and why. Small says how baking bread is done well, and why. Small says how baking bread is done well, and why. Small says how baking bread is done well, and why. Small says how baking bread is done well, and why. Small says how baking bread is done well, and why.
    ───
    **Links**
    - [Small on baking bread](https://Small.example.org/bread) · book, free
    -# Reviewed 2026-01-01
    Buttons: [That helped] [Not it] [Whole topic] [Show everyone] [Remove]
    Read on: [Small people for baking bread] [All resources on this topic] [Small storing cheese] [Small pitching tents] [Small crossing rivers]
    "#);
    assert_snapshot!(asked("quokkas on the moon"), @r#"
    ## Not in the guide
    Sorry, the Small guide has nothing on this. If I've misread you, try other words, or ask someone who's been there.
    Buttons: [Remove]
    Browse: [List of topics]
    "#);
    assert_snapshot!(asked("good morning"), @r#"
    ## Not in the guide
    Sorry, the Small guide has nothing on this. If I've misread you, try other words, or ask someone who's been there.
    Buttons: [Remove]
    Browse: [List of topics]
    "#);
    assert_snapshot!(shown(&reply::none_of_these(knowledge)), @r#"
    ## Not in the guide
    OK, then the Small guide doesn't cover this yet. Try other words, or ask someone who's been there.
    Buttons: [Remove]
    Browse: [List of topics]
    "#);
    assert_snapshot!(shown(&reply::not_it(knowledge, &Place::new(topic, section), &[])), @r#"
    ## Maybe one of these?
    Here are the closest matches. If none fits, try other words.
    **Small baking bread: Small people for baking bread**
    Small says how baking bread is done well, and why. [This one]
    **Small storing cheese: Small way of storing cheese**
    Small says how storing cheese is done well, and why. [This one]
    **Small pitching tents: Small way of pitching tents**
    Small says how pitching tents is done well, and why. [This one]
    **Small crossing rivers: Small way of crossing rivers**
    Small says how crossing rivers is done well, and why. [This one]
    Buttons: [None of these]
    Closest: [Small baking bread: Small people for baking bread] [Small storing cheese: Small way of storing cheese] [Small pitching tents: Small way of pitching tents] [Small crossing rivers: Small way of crossing rivers]
    "#);
    let link = "https://discord.com/channels/1/2/3";
    assert_snapshot!(shown(&reply::answered_before(&Place::new(topic, section), link)), @r#"
    I answered this here a moment ago: https://discord.com/channels/1/2/3
    Buttons: [Show it to me] [Remove]
    "#);
    let target = Target {
        message: 1,
        author: 2,
    };
    assert_snapshot!(shown(&reply::preview(knowledge, topic, section, target, &[])), @r#"
    -# Small guide › Small outside › Small baking bread
    ## Small way of baking bread
    Small says how baking bread is done well, and why. Small says how baking bread is done well, and why. Small says how baking bread is done well, and why. Small says how baking bread is done well, and why. Small says how baking bread is done well, and why. Small says how baking bread is done well, and why. Small says how baking bread is done well, and why. Small says how baking bread is done well, and why.
    ───
    **Links**
    - [Small on baking bread](https://Small.example.org/bread) · book, free
    -# Reviewed 2026-01-01
    Buttons: [Post as a reply]
    Another answer: [Small people for baking bread] [Small way of storing cheese] [Small way of pitching tents] [Small way of crossing rivers]
    "#);
}

#[test]
fn replies_for_browsing() {
    let knowledge = &GUIDE.knowledge;
    assert_snapshot!(shown(&reply::help(knowledge)), @r#"
    -# Small guide
    ## Ask me about internships
    Ask in your own words; typos are fine.
    - **Mention me** in a channel or thread: `@me how do I start with no experience?`
    - **Reply to one of my answers** to ask a follow-up; leave the ping switched on.
    - **Message me directly**, or use `/ask`; with `private`, only you see the answer.
    - **Answer someone else**: open their message's menu, then Apps › Answer from the guide.
    - **Browse** with `/topics` and `/resources`.

    Every answer is a reviewed section of the guide, with its sources. If I don't know, I say so. The person who asked, or a moderator, can remove my reply.
    -# What I keep about you: `/privacy` · Delete it: `/forget-me` · For moderators: `/guide status`, Apps › Teach the guide
    Browse: [List of topics]
    "#);
    assert_snapshot!(shown(&reply::topics(knowledge)), @r#"
    ## Small guide
    **Small outside**
    Small baking bread · Small storing cheese · Small crossing rivers · Small pitching tents
    -# Ask about any of these in your own words.
    Open a category: [Small outside]
    "#);
    let resources = reply::resources(knowledge, &Filter::default(), 0).expect("there are some");
    assert_snapshot!(shown(&resources), @r#"
    -# Small guide
    ## Resources
    4 links from the Small guide.
    ───
    **Links**
    - [Small on baking bread](https://Small.example.org/bread) · book, free
    - [Small on storing cheese](https://Small.example.org/cheese) · book, free
    - [Small on pitching tents](https://Small.example.org/tents) · book, free
    - [Small on crossing rivers](https://Small.example.org/rivers) · book, free
    "#);
    let privacy = Privacy {
        keeps: Some((90, 7)),
        contact: "ops@example.org".to_owned(),
    };
    assert_snapshot!(shown(&reply::privacy(&privacy)), @r#"
    ## Privacy
    I read messages that mention me, reply to me or are sent to me directly, and what you enter in my commands. Only if a moderator or my operator switches it on, I also read a channel's messages or a forum's post titles; I never keep those.
    - **Questions I couldn't answer** are kept for 90 days, without the person, channel or message, so that moderators can improve the guide; they can also have them posted in a channel once a week. I first take out mentions, addresses, links, and phone and other long numbers; a name in the middle of a sentence may remain.
    - **That helped / Not it**: the section, the day and a keyed hash instead of your ID. The key is deleted after 7 days; then nobody can tell whose vote it was.
    - **Counts** of questions by day, topic or section, and outcome, what moderators set, and what they added, with who wrote it. They can take a question or an answer from someone's message; I take mentions and addresses out first. If a server removes me, all its data is deleted.
    - **In memory only**: the latest questions, so that I can follow edits and follow-up questions; newer ones and restarts push them out.
    - **I don't log or pass on questions or names.** Nothing is used to judge anyone, to decide about a job, or to train a model. I'm not for people under 13.
    - `/forget-me` deletes what can be linked to you. If you delete your question, I delete my answer, unless I've restarted in between: Remove below the answer always works.

    Who runs me: ops@example.org
    "#);
}

#[test]
fn notes() {
    let notes = [
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
        reply::forgotten(0, None),
        reply::forgotten(2, Some(90)),
        reply::will_forget(),
        reply::for_moderators(),
        reply::cannot_reload(),
        reply::no_such_channel(),
        reply::no_store(),
        reply::cannot_group(),
        reply::cannot_set("at most 50 channels can have unasked answers"),
        reply::store_trouble("the store is locked"),
    ];
    let notes: Vec<String> = notes.iter().map(shown).collect();
    assert_snapshot!(notes.join("\n"), @r#"
    Discord doesn't show me the text of this message. Mention me in it, or use `/ask`.
    This is no longer in the guide, or it comes from an older version of me. Please ask again.
    This button is for the person who asked. Ask me yourself, or use `/ask`: with `private`, only you see the answer.
    Only the person who asked, or a moderator who can manage messages, can remove this.
    One moment, please: you've only just asked. Try again in a few seconds.
    There's no text in this message for me to answer.
    The guide has nothing on this message.
    Posted.
    I couldn't post this: the message is gone, or I'm not allowed to write here.
    There's no such topic in the guide: choose one from the list that appears as you type, or look at `/topics`.
    This command no longer exists. Restart Discord to update the list, or mention me with your question.
    I had no votes of yours and have forgotten your latest questions. What you added as a moderator stays, without your name.
    I've deleted your 2 votes and have forgotten your latest questions. What you added as a moderator stays, without your name. I keep unanswered questions without who asked, so I can't tell which were yours: I delete them 90 days after they were asked.
    I've forgotten your latest questions. I can't reach your votes right now, but I'll delete them as soon as I can; use `/forget-me` again tomorrow to be sure.
    This is for moderators: you need the Manage Server permission.
    I couldn't reload the guide, so I'm still answering from the previous one. My log says why.
    Nothing was changed: choose one of this server's text channels or forums from the list.
    My storage is switched off, so I don't keep settings, unanswered questions or counts. My operator can switch it on.
    I couldn't group the questions. My log says why.
    Nothing was changed: at most 50 channels can have unasked answers.
    I can't use my storage right now, so nothing was changed: the store is locked.
    "#);
}

/// A question that three people asked without an answer.
fn gap() -> Group {
    Group {
        text: "vegan lunch?".to_owned(),
        count: 3,
        last: date(2026, 11, 20),
        topic: None,
        wordings: vec![("vegan lunch?".to_owned(), 3)],
    }
}

#[test]
fn reloads_and_status_as_moderators_see_them() {
    let knowledge = &GUIDE.knowledge;
    let changes = Changes {
        added: 1,
        changed: 2,
        removed: 0,
    };
    assert_snapshot!(shown(&reply::reloaded(knowledge, &changes)), @r#"The guide was reloaded: 1 topic added, 2 topics changed. The live version is `68fbfca4` with 4 topics."#);
    assert_snapshot!(shown(&reply::nothing_to_reload(knowledge)), @r#"Nothing has changed: these files are already live. The live version is `68fbfca4` with 4 topics."#);
    assert_snapshot!(shown(&reply::fixed(knowledge)), @r#"The files have no errors any more: they are the live ones again. The live version is `68fbfca4` with 4 topics."#);
    let standing = Standing {
        since: 1,
        started: 0,
        problem: None,
        keeping: Keeping::Well { dropped: 0 },
        encoder: None,
    };
    assert_snapshot!(shown(&reply::status(knowledge, Path::new("knowledge"), &standing)), @r#"
    -# Small guide
    ## The guide
    **Version** `68fbfca4`, live since <t:1:R>
    4 topics, 8 sections, 16 phrasings, 4 links

    **No problems**: these files are live.

    **Storage**: OK.

    **Running** since <t:0:R>
    "#);
}

#[test]
fn questions_as_moderators_see_them() {
    let knowledge = &GUIDE.knowledge;
    assert_snapshot!(shown(&reply::gaps(knowledge, &[gap()], 30, 1, true)), @r#"
    -# Small guide
    ## Unanswered questions
    3 in the last 30 days, most asked first
    **3 ×** vegan lunch?
      looks like a new topic, last asked on <t:1795176000:D> [It belongs to…] [Write an answer]
    -# To add these to the guide: internbot gaps --toml
    "#);
    assert_snapshot!(shown(&reply::gaps(knowledge, &[], 30, 1, true)), @r#"No gaps: I answered every question asked on this server in the last 30 days."#);
    let additions = Additions::default();
    let mut stats = Stats::new(date(2026, 11, 17), date(2026, 11, 23));
    stats.add(date(2026, 11, 22), "bread", |sums| {
        sums.count(RecordedOutcome::Answer, Way::Mention, 2)
    });
    assert_snapshot!(shown(&reply::stats(knowledge, &additions, &stats)), @r#"
    -# Small guide
    ## Asked and answered
    ```
                    7 days  7 days
    asked                2       2
      answered           2       2
      suggested          0       0
      missed             0       0
    none of these        0       0
    unasked answers      0       0
    helped               0       0
    not it               0       0
    ```
    **One bar per day** since <t:1794916800:D>
    ```
    asked, at most 2 a day
    ▁▁▁▁▁█▁
    missed, at most 0 a day
    ▁▁▁▁▁▁▁
    ```
    **Topics**
    1. Small baking bread: 2 answered
    -# Days are in UTC
    "#);
    stats.vote(date(2026, 11, 22), "bread", "how", false, 2);
    let digest =
        reply::digest(knowledge, &additions, &[gap()], &stats).expect("there is something to say");
    assert_snapshot!(shown(&digest), @r#"
    -# Small guide
    ## What I couldn't answer
    From <t:1794916800:D> to <t:1795435200:D>

    **Not in the guide**, 3 in total
    **3 ×** vegan lunch?
      looks like a new topic, last asked on <t:1795176000:D>
    **Most often “Not it”**
    1. Small baking bread › Small way of baking bread: not it 2
    -# Details: `/guide gaps` and `/guide stats` · Switch off: `/guide settings`
    "#);
    let nothing = Stats::new(date(2026, 11, 17), date(2026, 11, 23));
    assert!(reply::digest(knowledge, &additions, &[], &nothing).is_none());
}

#[test]
fn settings_as_moderators_see_them() {
    let solved = ForumTag {
        id: 80,
        name: "Solved".to_owned(),
    };
    let settings = Settings {
        unasked_channels: vec![7, 9],
        helped_tags: BTreeMap::from([(8, solved)]),
        ..Settings::default()
    };
    let view = SettingsView {
        usual_cooldown: 3,
        changed: true,
        hears: false,
        keeping: Keeping::Off,
        configured_channels: &[9],
        configured_forums: &[],
        still_configured: &[9],
        blocked: &[BlockedChannel {
            id: 7,
            what: Lacking::Answer,
            missing: vec!["View Channels", "Send Messages"],
        }],
    };
    assert_snapshot!(shown(&reply::settings(&settings, &view)), @r#"
    ## Settings for this server
    Saved. The settings are now:

    **Unasked answers**, only when I'm sure
    in channels: <#7>, <#9> (set by my operator)
    to forum posts: none
    including answers added on this server: no

    **`/ask` answers privately** by default: no
    **Cooldown** between one person's questions: 3 seconds, set by my operator
    **Weekly digest** of what I couldn't answer: no
    **Tag for a forum post** when its author presses “That helped”: Solved in <#8>
    ⚠️ **Please note**
    Storage is switched off, so nothing can be set here.
    I can't read messages in channels yet. I will after my next restart, if my operator has switched on the Message Content Intent. Forum posts don't need it.
    I'll still answer in <#9>: my operator set that, and only they can change it.
    That's saved, but I can't answer in <#7> yet: give me View Channels, Send Messages there.
    "#);
}
