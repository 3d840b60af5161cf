//! What moderators can do, and that nobody else can.

use internbot::reply;
use internbot::search::Question;
use internbot::settings::Settings;
use internbot::store::{State, StoreHandle};
use sqlx::Executor;
use tempfile::TempDir;

use crate::bot::*;
use crate::keeping::{KAYAK, RESUME, until};
use stand_in::*;

/// A part of `/guide` as registered, with a value for each of its options: once with the required ones, and once
/// with all.
async fn parts(chat: &Chat) -> Vec<(String, Vec<(String, String)>)> {
    let command = chat.discord.registered("guide").await;
    let parts = command["options"].as_array().expect("it has parts");
    let value = |option: &serde_json::Value| match option["type"].as_u64() {
        Some(3) => option["choices"][0]["value"]
            .as_str()
            .unwrap_or("how do i write a resume")
            .to_owned(),
        Some(4) => "5".to_owned(),
        Some(5) => "true".to_owned(),
        Some(7) if option["channel_types"][0] == 15 => "questions".to_owned(),
        Some(7) => "help".to_owned(),
        other => panic!("say here what to enter into an option of type {other:?}"),
    };
    let mut all = Vec::new();
    for part in parts {
        assert_eq!(part["type"], 1, "{part}");
        let options = part["options"].as_array().cloned().unwrap_or_default();
        let given = |needed: bool| {
            let options = options
                .iter()
                .filter(|option| !needed || option["required"] == true);
            options
                .map(|option| {
                    (
                        option["name"].as_str().expect("a name").to_owned(),
                        value(option),
                    )
                })
                .collect::<Vec<_>>()
        };
        let name = format!("guide {}", part["name"].as_str().expect("a name"));
        all.extend([(name.clone(), given(true)), (name, given(false))]);
    }
    assert!(all.len() >= 16, "{all:?}");
    all
}

/// The same as `slash` takes it.
fn given(options: &[(String, String)]) -> Vec<(&str, &str)> {
    options
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect()
}

/// A chat with a bot that keeps what it should, and someone who may manage the server.
async fn kept() -> (TempDir, Chat, Member) {
    let folder = tempfile::tempdir().expect("a folder");
    let chat = Setup::new()
        .store_in(folder.path())
        .await
        .chat_in(StandIn::start().await)
        .await;
    let olga = chat
        .guild
        .member_who_may("olga", &[Permission::ManageGuild]);
    (folder, chat, olga)
}

/// What a moderator is told, as one text.
async fn told(olga: &Member, part: &str, options: &[(&str, &str)]) -> String {
    let answer = olga.slash(part, options).await;
    assert!(answer.ephemeral, "{part}");
    answer.outcome().await.text().replace('\u{200b}', "")
}

#[tokio::test]
async fn discord_offers_the_command_only_in_servers_and_to_people_who_can_manage_them() {
    let chat = Chat::start().await;
    let command = chat.discord.registered("guide").await;
    assert_eq!(command["default_member_permissions"], "32");
    assert_eq!(command["contexts"], serde_json::json!([0]));
    chat.finish().await;
}

#[tokio::test]
async fn others_get_a_private_refusal_whatever_discord_lets_through() {
    let (folder, chat, _) = kept().await;
    chat.guild.forum("questions");
    chat.guild.opens_command("guide");
    let manages_messages = chat.guild.moderator("max");
    for (name, options) in parts(&chat).await {
        for member in [&chat.mia, &manages_messages] {
            let refusal = member.slash(&name, &given(&options)).await;
            assert!(refusal.ephemeral, "{name}");
            assert_eq!(
                refusal.message().text(),
                "This is for moderators: you need the Manage Server permission.",
                "{name}"
            );
        }
    }
    let store = store_in(folder.path()).await;
    assert_eq!(
        *store.settings(Some(chat.guild.id)),
        Settings::default(),
        "and nothing was changed"
    );
    chat.finish().await;
}

#[tokio::test]
async fn moderators_get_private_answers() {
    let (_folder, chat, manager) = kept().await;
    chat.guild.forum("questions");
    let administrator = chat.guild.administrator("ada");
    for (name, options) in parts(&chat).await {
        for member in [&manager, &administrator] {
            let answer = member.slash(&name, &given(&options)).await;
            if answer.kind == ResponseKind::Modal {
                continue;
            }
            assert!(answer.ephemeral, "{name}");
            let message = answer.outcome().await;
            assert!(
                !message.text().contains("for moderators"),
                "{name}: {message}"
            );
        }
    }
    chat.finish().await;
}

#[tokio::test]
async fn status_says_which_guide_is_live() {
    let chat = Chat::start().await;
    let olga = chat
        .guild
        .member_who_may("olga", &[Permission::ManageGuild]);
    let status = olga.slash("guide status", &[]).await;
    let text = &status.message().page().body;
    let knowledge = &GUIDE.knowledge;
    for part in [
        format!("`{}`, live since <t:", knowledge.version()),
        format!("{} topics", knowledge.topics().len()),
        format!("{} links", knowledge.resources().len()),
        "phrasings".to_owned(),
        "No problem".to_owned(),
        "**Running** since <t:".to_owned(),
    ] {
        assert!(text.contains(&part), "{part:?} in {text}");
    }
    chat.finish().await;
}

#[tokio::test]
async fn explain_says_why_in_plain_words_that_fit_a_phone() {
    let chat = Chat::start().await;
    let olga = chat
        .guild
        .member_who_may("olga", &[Permission::ManageGuild]);
    let shown = olga
        .slash(
            "guide explain",
            &[("question", "how do i write a good resmue @everyone")],
        )
        .await;
    let message = shown.message();
    assert_eq!(message.page().title, "Why this answer");
    let text = &message.page().body;
    for part in [
        "corrected",
        "resmue → resume",
        "Outcome: answer",
        "% sure",
        &format!("1. {} › ", reply::escape(&topic("resume").title)),
        "strongest words\\:",
        "nearest phrasing",
    ] {
        assert!(
            text.contains(part)
                || text
                    .replace('\u{200b}', "")
                    .contains(&part.replace('\\', "")),
            "{part:?} in {text}"
        );
    }
    assert!(
        text.chars().count() < 1_300,
        "{} characters",
        text.chars().count()
    );
    assert!(
        message.pings.is_empty() && !text.contains("@everyone"),
        "{text}"
    );
    for question in [off_topic(), "?!", &"resume ".repeat(800)] {
        let shown = olga.slash("guide explain", &[("question", question)]).await;
        assert!(
            shown.message().page().body.contains("Outcome: "),
            "{question}"
        );
    }
    chat.finish().await;
}

#[tokio::test]
async fn typing_into_other_commands_still_works() {
    let chat = Chat::start().await;
    let choices = chat
        .mia
        .autocompletes("ask", "question", "how long should my resu")
        .await;
    assert!(!choices.is_empty());
    chat.finish().await;
}

#[tokio::test]
async fn settings_are_shown_and_changed_and_take_effect_at_once() {
    let (folder, chat, olga) = kept().await;
    let forum = chat.guild.forum("questions");
    let shown = told(&olga, "guide settings", &[]).await;
    for part in [
        "in channels: none",
        "to forum posts: none",
        "by default: no",
        "0 seconds, set by my operator",
    ] {
        assert!(shown.contains(part), "{part:?} in {shown}");
    }
    assert!(!shown.contains("Saved"), "{shown}");
    let all = [
        ("add-channel", "help"),
        ("add-forum", "questions"),
        ("private", "true"),
        ("cooldown", "0"),
    ];
    let shown = told(&olga, "guide settings", &all).await;
    let (channel, post) = (
        format!("in channels: <#{}>", chat.help.id),
        format!("to forum posts: <#{}>", forum.id),
    );
    for part in [
        "Saved",
        &channel,
        &post,
        "by default: yes",
        "questions: 0 seconds",
        "I can't read messages",
    ] {
        assert!(shown.contains(part), "{part:?} in {shown}");
    }
    assert!(
        chat.mia
            .slash("ask", &[("question", RESUME)])
            .await
            .ephemeral
    );
    let asked = forum
        .post("how long should my resume be", "one page?", &chat.mia)
        .await;
    assert_shows(
        &chat.discord.next_message(&asked.thread).await,
        "resume",
        "format-and-length",
    );

    let shown = told(
        &olga,
        "guide settings",
        &[
            ("remove-channel", "help"),
            ("remove-forum", "questions"),
            ("usual-cooldown", "true"),
        ],
    )
    .await;
    for part in [
        "in channels: none",
        "to forum posts: none",
        "set by my operator",
        "yes",
    ] {
        assert!(shown.contains(part), "{part:?} in {shown}");
    }
    assert!(!shown.contains("I can't read messages"), "{shown}");
    let set = |shown: &str| {
        let heads = ["Saved.", "Change these with"];
        let lines = shown
            .lines()
            .filter(|line| !heads.iter().any(|head| line.starts_with(head)));
        lines.collect::<Vec<_>>().join("\n")
    };
    let again = told(&olga, "guide settings", &[("remove-channel", "help")]).await;
    assert_eq!(set(&shown), set(&again));
    let kept = store_in(folder.path()).await.settings(Some(chat.guild.id));
    assert_eq!(
        *kept,
        Settings {
            private: true,
            introduced: true,
            ..Settings::default()
        }
    );
    chat.finish().await;
}

#[tokio::test]
async fn one_guilds_settings_do_not_affect_another() {
    let folder = tempfile::tempdir().expect("a folder");
    let chat = Setup::new()
        .store_in(folder.path())
        .await
        .chat_in(StandIn::builder().message_content().start().await)
        .await;
    let others = chat.discord.guild("others");
    let (olga, room) = (
        others.member_who_may("olga", &[Permission::ManageGuild]),
        others.channel("room"),
    );
    told(&olga, "guide settings", &[("private", "true")]).await;
    assert!(
        !chat
            .mia
            .slash("ask", &[("question", RESUME)])
            .await
            .ephemeral
    );
    // Even if Discord let a channel of another guild through.
    let store = store_in(folder.path()).await;
    let settings = Settings {
        unasked_channels: vec![chat.help.id],
        unasked_forums: vec![chat.help.id],
        ..Settings::default()
    };
    store
        .change_settings(others.id, move |_| settings)
        .await
        .expect("it is kept");
    until("the bot sees it", async || {
        told(&olga, "guide settings", &[])
            .await
            .contains(&format!("in channels: <#{}>", chat.help.id))
    })
    .await;
    chat.mia
        .says(&chat.help, "how long should my resume be")
        .await;
    // Nor does it see what was asked there.
    chat.asks(KAYAK[0]).await;
    let olgas = told(&olga, "guide gaps", &[]).await;
    assert!(olgas.contains("No gaps"), "{olgas}");
    assert!(
        told(&olga, "guide stats", &[])
            .await
            .contains("\nasked                0       0\n")
    );
    let ours = chat.guild.administrator("ada");
    until("it is there", async || {
        told(&ours, "guide gaps", &[]).await.contains("**1 ×**")
    })
    .await;
    drop(room);
    chat.finish().await;
}

#[tokio::test]
async fn two_changes_at_once_both_hold() {
    let (_folder, chat, olga) = kept().await;
    let ada = chat.guild.administrator("ada");
    for number in 0..10 {
        chat.guild.channel(&format!("room-{number}"));
    }
    for number in 0..5 {
        let (one, two) = (format!("room-{number}"), format!("room-{}", number + 5));
        let (one, two) = (
            [("add-channel", one.as_str())],
            [("add-channel", two.as_str())],
        );
        tokio::join!(
            told(&olga, "guide settings", &one),
            told(&ada, "guide settings", &two)
        );
    }
    let shown = told(&olga, "guide settings", &[]).await;
    assert_eq!(shown.matches("<#").count(), 10, "{shown}");
    chat.finish().await;
}

#[tokio::test]
async fn gaps_are_grouped_and_paged() {
    let (folder, chat, olga) = kept().await;
    assert!(
        told(&olga, "guide gaps", &[])
            .await
            .contains("every question asked on this server in the last 30 days")
    );
    for question in KAYAK {
        chat.asks(question).await;
    }
    let reply = chat.asks(RESUME).await;
    chat.mia.clicks(&reply, "Not it").await;
    until("all is there", async || {
        told(&olga, "guide gaps", &[])
            .await
            .contains("4 in the last 30 days")
    })
    .await;
    let not_it = format!(
        "**Most often “Not it”**\n1. {} › {}: not it 1",
        reply::escape(&topic("resume").title),
        reply::escape(&reply.page().title)
    );
    let stats = told(&olga, "guide stats", &[]).await;
    assert!(stats.contains(&not_it), "{not_it:?} in {stats}");
    let shown = told(&olga, "guide gaps", &[("days", "7")]).await;
    for part in [
        "4 in the last 7 days",
        "**3 ×** kayak storage?\n  looks like a new topic, in 3 wordings",
        &format!(
            "**1 ×** how do i write a resume\n  near {}, last asked on",
            reply::escape(&topic("resume").title)
        ),
    ] {
        assert!(shown.contains(part), "{part:?} in {shown}");
    }
    assert!(
        shown.contains("internbot gaps --toml") && !shown.contains("Page"),
        "{shown}"
    );
    let store = store_in(folder.path()).await;
    let words = [
        "zebra", "quokka", "wombat", "llama", "walrus", "gnu", "okapi", "tapir", "lemur", "gecko",
        "heron", "newt",
    ];
    for word in words {
        let text = internbot::scrub::scrub(&format!("{word} {}", word.repeat(20)));
        store.record(internbot::store::Event::Gap {
            guild: Some(chat.guild.id),
            text,
            topic: None,
        });
    }
    store.flush().await.expect("it is written");
    let (first, second) = (
        told(&olga, "guide gaps", &[]).await,
        told(&olga, "guide gaps", &[("page", "2")]).await,
    );
    assert!(
        first.contains("Page 1 of 2") && second.contains("Page 2 of 2"),
        "{first}{second}"
    );
    assert_eq!(
        (
            first.matches(" ×**").count(),
            second.matches(" ×**").count()
        ),
        (8, 6)
    );
    assert!(
        words
            .iter()
            .all(|word| first.contains(word) != second.contains(word)),
        "each once"
    );
    assert!(
        told(&olga, "guide gaps", &[("page", "3")])
            .await
            .contains("There are only 2 pages.")
    );
    chat.finish().await;
}

#[tokio::test]
async fn stats_are_a_table_and_bars_that_fit_a_phone() {
    let (_folder, chat, olga) = kept().await;
    let reply = chat.asks(RESUME).await;
    chat.mia.clicks(&reply, "That helped").await;
    chat.asks(vague()).await;
    chat.asks(KAYAK[0]).await;
    until("all is there", async || {
        told(&olga, "guide stats", &[])
            .await
            .contains("\nhelped               1       1\n")
    })
    .await;
    let answer = GUIDE.answer(&Question::new(vague()));
    let (topic_of, nearest) = answer.matches[0]
        .find(&GUIDE.knowledge)
        .expect("it is there");
    let shown = told(&olga, "guide stats", &[]).await;
    for part in [
        "                7 days 30 days",
        "asked                3       3",
        "  answered           1       1",
        "  suggested          1       1",
        "  missed             1       1",
        "asked, at most 3 a day\n▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁█",
        &format!(
            "1. {}: 1 answered, 1 helped",
            reply::escape(&topic("resume").title)
        ),
        &format!(
            "**Most often suggested, by nearest section**\n1. {} › {}: 1",
            reply::escape(&topic_of.title).replace('\u{200b}', ""),
            reply::escape(&nearest.heading).replace('\u{200b}', "")
        ),
    ] {
        assert!(shown.contains(part), "{part:?} in {shown}");
    }
    let widest = shown
        .split("```")
        .skip(1)
        .step_by(2)
        .flat_map(str::lines)
        .map(|line| line.chars().count())
        .max();
    assert!(widest <= Some(30), "{widest:?} in {shown}");
    chat.finish().await;
}

#[tokio::test]
async fn without_a_store_moderators_are_told_so() {
    let chat = Chat::start().await;
    let olga = chat
        .guild
        .member_who_may("olga", &[Permission::ManageGuild]);
    for part in ["guide gaps", "guide stats"] {
        assert!(
            told(&olga, part, &[])
                .await
                .contains("My storage is switched off"),
            "{part}"
        );
    }
    assert!(
        told(&olga, "guide settings", &[("private", "true")])
            .await
            .contains("My storage is switched off")
    );
    assert!(
        told(&olga, "guide settings", &[])
            .await
            .contains("nothing can be set here")
    );
    assert!(
        told(&olga, "guide status", &[])
            .await
            .contains("**Storage**: off")
    );
    chat.finish().await;
}

#[tokio::test]
async fn while_the_store_is_locked_moderators_are_told_so_and_settings_stay() {
    let (folder, chat, olga) = kept().await;
    assert!(
        told(&olga, "guide status", &[])
            .await
            .contains("**Storage**: OK.")
    );
    let mut other = locked(folder.path()).await;
    chat.asks(RESUME).await;
    for (part, options) in [
        ("guide gaps", [].as_slice()),
        ("guide stats", &[]),
        ("guide settings", &[("private", "true")]),
    ] {
        let begin = std::time::Instant::now();
        let shown = told(&olga, part, options).await;
        assert!(
            begin.elapsed() < std::time::Duration::from_millis(3_500),
            "two seconds for all that it waits for: {part}"
        );
        assert!(
            shown.contains("nothing was changed: the store internbot.db is locked"),
            "{part}: {shown}"
        );
        assert!(
            !shown.contains(&*folder.path().to_string_lossy()),
            "{part}: {shown}"
        );
    }
    until("the status says so", async || {
        let shown = told(&olga, "guide status", &[]).await;
        shown.contains("**Storage problem** since <t:")
            && shown.contains("internbot.db is locked by another process")
    })
    .await;
    other.execute("ROLLBACK").await.expect("it is free");
    until("it is well", async || {
        told(&olga, "guide status", &[])
            .await
            .contains("**Storage**: OK.")
    })
    .await;
    assert!(
        told(&olga, "guide settings", &[])
            .await
            .contains("by default: no")
    );
    until("what waited is written", async || {
        told(&olga, "guide stats", &[])
            .await
            .contains("asked                1       1")
    })
    .await;
    let store: StoreHandle = store_in(folder.path()).await;
    assert_eq!(store.health().state, State::Well);
    chat.finish().await;
}

#[tokio::test]
async fn a_channel_where_the_bot_may_not_answer_is_set_with_a_warning() {
    let (_folder, chat, olga) = kept().await;
    let forum = chat.guild.forum("questions");
    chat.help.bot_may_not(Permission::ViewChannel);
    chat.help.bot_may_not(Permission::SendMessages);
    let lobby = chat.guild.channel("lobby");
    let told = olga
        .slash("guide settings", &[("add-channel", "help")])
        .in_channel(&lobby)
        .await
        .outcome()
        .await
        .text();
    let sentence = format!(
        "That's saved, but I can't answer in <#{}> yet: give me View Channels, Send Messages there.",
        chat.help.id
    );
    assert!(told.contains(&sentence), "{told}");
    forum.bot_may_not(Permission::SendMessagesInThreads);
    let told = self::told(&olga, "guide settings", &[("add-forum", "questions")]).await;
    assert!(
        told.contains("give me Send Messages in Threads there"),
        "{told}"
    );
    chat.finish().await;
}

#[tokio::test]
async fn settings_show_what_the_operator_configured_in_that_server() {
    let folder = tempfile::tempdir().expect("a folder");
    let setup = Setup::new().store_in(folder.path()).await;
    let (chat, forum) = setup.unasked_chat().await;
    let manages = [Permission::ManageGuild];
    let olga = chat.guild.member_who_may("olga", &manages);
    // What moderators set too is listed once.
    for options in [&[][..], &[("add-channel", "help")]] {
        let told = told(&olga, "guide settings", options).await;
        for (what, id) in [("in channels", chat.help.id), ("to forum posts", forum.id)] {
            let line = format!("{what}: <#{id}> (set by my operator)\n");
            assert!(told.contains(&line), "{line:?} in {told}");
        }
    }
    let others = chat.discord.guild("others");
    let noor = others.member_who_may("noor", &manages);
    others.channel("room");
    let elsewhere = told(&noor, "guide settings", &[]).await;
    for line in ["in channels: none\n", "to forum posts: none\n"] {
        assert!(elsewhere.contains(line), "{line:?} in {elsewhere}");
    }
    chat.finish().await;
}

/// A forum with tags, where the bot answers posts and may set tags.
fn forum_with_tags(chat: &Chat, name: &str, tags: &[&str]) -> Channel {
    let forum = chat.guild.forum(name);
    forum.has_tags(tags);
    forum.bot_may(Permission::ManageThreads);
    forum
}

/// Someone opens a post whose title the bot is sure of, and gets its answer.
async fn answered_post(chat: &Chat, forum: &Channel, author: &Member) -> (Post, Message) {
    let title = phrasing("resume", "format-and-length");
    let post = forum.post(title, "one page?", author).await;
    let answer = chat.discord.next_message(&post.thread).await;
    (post, answer)
}

#[tokio::test]
async fn a_post_gets_the_chosen_tag_when_its_author_was_helped() {
    let (_folder, chat, olga) = kept().await;
    let questions = forum_with_tags(&chat, "questions", &["Urgent", "Solved", "Résumé"]);
    let offers = forum_with_tags(&chat, "offers", &["Done"]);
    let showcase = forum_with_tags(&chat, "showcase", &["Solved"]);
    for forum in ["questions", "offers", "showcase"] {
        told(&olga, "guide settings", &[("add-forum", forum)]).await;
    }
    // Off by default.
    let (post, answer) = answered_post(&chat, &questions, &chat.mia).await;
    chat.mia.clicks(&answer, "That helped").await;
    chat.discord.settle().await;
    assert!(post.thread.tags().is_empty());
    assert_eq!(chat.discord.requests().on(Route::GetChannel), 0);

    let shown = told(
        &olga,
        "guide settings",
        &[("tag-forum", "questions"), ("tag", "solved")],
    )
    .await;
    let line = format!("“That helped”: Solved in <#{}>", questions.id);
    assert!(shown.contains(&line) && shown.contains("Saved."), "{shown}");
    assert!(!shown.contains("give me"), "{shown}");
    let shown = told(
        &olga,
        "guide settings",
        &[("tag-forum", "offers"), ("tag", "Done")],
    )
    .await;
    assert!(
        shown.contains(&format!("{line}, Done in <#{}>", offers.id)),
        "{shown}"
    );

    // A post keeps its tags, and each forum has its own tag.
    let (post, answer) = answered_post(&chat, &questions, &chat.mia).await;
    post.thread.is_tagged(&["Urgent"]);
    chat.mia.clicks(&answer, "That helped").await;
    post.thread.gets_tags(&["Urgent", "Solved"]).await;
    let (post, answer) = answered_post(&chat, &offers, &chat.mia).await;
    chat.mia.clicks(&answer, "That helped").await;
    post.thread.gets_tags(&["Done"]).await;
    let (post, answer) = answered_post(&chat, &showcase, &chat.mia).await;
    chat.mia.clicks(&answer, "That helped").await;
    chat.discord.settle().await;
    assert!(post.thread.tags().is_empty());

    told(&olga, "guide settings", &[("untag-forum", "questions")]).await;
    let (post, answer) = answered_post(&chat, &questions, &chat.mia).await;
    chat.mia.clicks(&answer, "That helped").await;
    chat.discord.settle().await;
    assert!(post.thread.tags().is_empty());
    chat.finish().await;
}

#[tokio::test]
async fn only_a_posts_author_can_mark_it_solved_and_five_tags_are_the_limit() {
    let (_folder, chat, olga) = kept().await;
    let all = ["a", "b", "c", "d", "e", "Solved"];
    let forum = forum_with_tags(&chat, "questions", &all);
    told(&olga, "guide settings", &[("add-forum", "questions")]).await;
    let tag = [("tag-forum", "questions"), ("tag", "Solved")];
    told(&olga, "guide settings", &tag).await;
    let max = chat.guild.member("max");
    let (post, answer) = answered_post(&chat, &forum, &chat.mia).await;
    max.clicks(&answer, "That helped").await;
    max.says(&post.thread, "@bot how do i write a cover letter")
        .await;
    let other = chat.discord.next_message(&post.thread).await;
    max.clicks(&other, "That helped").await;
    chat.discord.settle().await;
    assert!(post.thread.tags().is_empty());

    post.thread.is_tagged(&all[..5]);
    chat.mia.clicks(&answer, "That helped").await;
    chat.discord.settle().await;
    assert_eq!(post.thread.tags(), all[..5]);
    assert_eq!(chat.discord.requests().on(Route::EditChannel), 0);
    // In a thread of a channel, and in the channel, there is nothing to tag.
    let thread = chat.help.thread("resume", &chat.mia).await;
    chat.mia.says(&thread, "@bot how do i write a resume").await;
    let answer = chat.discord.next_message(&thread).await;
    chat.mia.clicks(&answer, "That helped").await;
    let answer = chat.asks(RESUME).await;
    chat.mia.clicks(&answer, "That helped").await;
    chat.discord.settle().await;
    assert_eq!(chat.discord.requests().on(Route::EditChannel), 0);
    chat.finish().await;
}

#[tokio::test]
async fn a_tag_that_cannot_be_set_is_reported_to_the_moderator_and_later_only_logged() {
    let (_folder, chat, olga) = kept().await;
    let forum = chat.guild.forum("questions");
    told(&olga, "guide settings", &[("add-forum", "questions")]).await;
    let set = |options: &'static [(&str, &str)]| told(&olga, "guide settings", options);
    let none = set(&[("tag-forum", "questions")]).await;
    assert!(none.contains("has no tags. Add one"), "{none}");
    forum.has_tags(&["Solved", "To do"]);
    for options in [
        &[("tag-forum", "questions")][..],
        &[("tag-forum", "questions"), ("tag", "done")],
    ] {
        let choose = told(&olga, "guide settings", options).await;
        assert!(choose.contains("They are: Solved, To do."), "{choose}");
    }
    let alone = set(&[("tag", "Solved")]).await;
    assert!(
        alone.contains("choose the forum that has the tag"),
        "{alone}"
    );
    forum.bot_may_not(Permission::ViewChannel);
    let unseen = set(&[("tag-forum", "questions"), ("tag", "Solved")]).await;
    assert!(unseen.contains("Give me View Channels there"), "{unseen}");
    forum.bot_may(Permission::ViewChannel);

    let saved = set(&[("tag-forum", "questions"), ("tag", "Solved")]).await;
    let sentence = format!(
        "That's saved, but I can't set tags in <#{}> yet: give me Manage Threads and Posts there.",
        forum.id
    );
    assert!(saved.contains(&sentence), "{saved}");
    let (post, answer) = answered_post(&chat, &forum, &chat.mia).await;
    let thanked = chat.mia.clicks(&answer, "That helped").await;
    assert_eq!(thanked.kind, ResponseKind::Update);
    until("the log says so", async || {
        logged().contains("could not set the tag of a forum post")
    })
    .await;
    assert!(post.thread.tags().is_empty());
    chat.finish().await;
}
