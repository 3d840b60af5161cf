//! Problems that other bots had, according to their issue trackers, and that must not happen here.

use std::time::Duration;

use serde_json::json;

use crate::bot::*;
use crate::keeping::until;
use stand_in::*;

const COVER_LETTER: &str = "how do i write a cover letter";
const RESUME: &str = "how do i write a resume";

#[tokio::test]
async fn a_mention_of_the_bots_role_is_a_question() {
    let chat = Chat::start().await;
    let role = chat.guild.role_of_bot();
    chat.mia
        .says(&chat.help, &format!("<@&{role}> {COVER_LETTER}"))
        .await;
    let reply = chat.discord.next_message(&chat.help).await;
    assert!(reply.page().path.ends_with(&topic("cover-letter").title));
    chat.mia
        .says(&chat.help, &format!("<@&999> {COVER_LETTER}"))
        .await;
    chat.discord.nothing_more(&chat.help).await;
    chat.finish().await;
}

#[tokio::test]
async fn no_command_appears_twice_once_the_bot_runs_for_all_servers() {
    let discord = StandIn::start().await;
    let guild = discord.guild("students");
    let alone = Setup::new()
        .options(|options| options.guild = Some(guild.id))
        .bot(&discord);
    discord.registered("ask").await;
    alone.stops().await;
    let chat = Setup::new().chat_in(discord).await;
    let is_global = |command: &serde_json::Value| command["guild_id"].is_null();
    until("only the commands of all servers are left", async || {
        let commands = chat.discord.commands();
        commands.len() > 5 && commands.iter().all(is_global)
    })
    .await;
    chat.finish().await;
}

#[tokio::test]
async fn a_forwarded_question_is_answered() {
    let chat = Chat::start().await;
    let dm = chat.mia.dm();
    chat.mia.forwards(&dm, COVER_LETTER).await;
    let reply = chat.discord.next_message(&dm).await;
    assert!(reply.page().path.ends_with(&topic("cover-letter").title));
    // In a channel a forward is addressed to nobody.
    let forwarded = chat.mia.forwards(&chat.help, COVER_LETTER).await;
    chat.discord.nothing_more(&chat.help).await;
    let preview = chat
        .mia
        .uses_on_message("Answer from the guide", &forwarded)
        .await;
    assert!(
        preview
            .message()
            .page()
            .path
            .ends_with(&topic("cover-letter").title)
    );
    chat.finish().await;
}

#[tokio::test]
async fn another_bots_message_is_read_as_people_see_it() {
    let chat = Chat::start().await;
    let other = chat.guild.other_bot("bridge");
    let embed = json!({"embeds": [{"title": "From the forum", "description": COVER_LETTER}]});
    let below_a_text = json!({"content": "New post", "embeds": [{"description": COVER_LETTER}]});
    let field = json!({"name": "Question", "value": COVER_LETTER});
    let fields = json!({"embeds": [{"title": "From the forum", "fields": [field]}]});
    let text = json!({"type": 10, "content": COVER_LETTER});
    let components = json!({"flags": 1 << 15, "components": [{"type": 17, "components": [text]}]});
    let mut messages: Vec<Message> = [embed, below_a_text, fields, components]
        .iter()
        .map(|body| chat.help.other_bot_said_earlier(&other, body))
        .collect();
    messages.push(chat.mia.polls(&chat.help, COVER_LETTER).await);
    let title = &topic("cover-letter").title;
    for message in &messages {
        let preview = chat
            .mia
            .uses_on_message("Answer from the guide", message)
            .await;
        let page = preview.message().page();
        assert!(page.path.ends_with(title), "{message}: {page:?}");
    }
    // Also if someone forwards it.
    let dm = chat.mia.dm();
    for message in &messages[1..3] {
        chat.mia.forwards_message(&dm, message).await;
        let page = chat.discord.next_message(&dm).await.page();
        assert!(page.path.ends_with(title), "{message}: {page:?}");
    }
    chat.finish().await;
}

#[tokio::test]
async fn a_question_that_a_proxy_bot_reposts_keeps_its_answer() {
    let chat = Chat::start().await;
    let question = chat
        .mia
        .says(&chat.help, &format!("M: @bot {RESUME}"))
        .await;
    let reply = chat.discord.next_message(&chat.help).await;
    chat.help.webhook_says(&format!("@bot {RESUME}")).await;
    chat.mia.deletes(&question).await;
    chat.discord.nothing_more(&chat.help).await;
    chat.mia.clicks(&reply, "Remove").await.deleted().await;
    chat.finish().await;
}

#[tokio::test]
async fn a_question_that_a_proxy_bot_reposts_while_it_waits_is_answered() {
    let chat = Chat::start().await;
    chat.discord.slow_down(Duration::from_millis(1_400));
    chat.asks(RESUME).await;
    let question = chat
        .mia
        .says(&chat.help, &format!("M: @bot {COVER_LETTER}"))
        .await;
    chat.help
        .webhook_says(&format!("@bot {COVER_LETTER}"))
        .await;
    chat.mia.deletes(&question).await;
    // A reply to a message that is gone is refused.
    assert_eq!(chat.discord.next_refusal().await.status, 400);
    let answer = chat.discord.next_message(&chat.help).await;
    assert_eq!(answer.reply_to, None);
    chat.finish().await;
}

#[tokio::test]
async fn a_reposted_question_keeps_its_answer_however_it_reached_the_bot() {
    let (chat, _) = Setup::new().unasked_chat().await;
    let sure = phrasing("resume", "format-and-length");
    let overheard = chat.mia.says(&chat.help, sure).await;
    let answer = chat.discord.next_message(&chat.help).await;
    chat.help.webhook_says(sure).await;
    chat.mia.deletes(&overheard).await;

    let reply = chat.mia.replies(&answer, COVER_LETTER).await;
    chat.discord.next_message(&chat.help).await;
    chat.help.webhook_says(COVER_LETTER).await;
    chat.mia.deletes(&reply).await;

    let long = format!("{RESUME}?{}", " i have read so many examples".repeat(30));
    let asked = chat.mia.says(&chat.help, &format!("M: @bot {long}")).await;
    chat.discord.next_message(&chat.help).await;
    chat.help.webhook_says(&format!("@bot {long}")).await;
    chat.mia.deletes(&asked).await;
    chat.discord.nothing_more(&chat.help).await;

    // Another webhook's message is no copy.
    let question = chat.mia.says(&chat.help, &format!("@bot {RESUME}")).await;
    let answer = chat.discord.next_message(&chat.help).await;
    chat.help.webhook_says("The build has passed").await;
    chat.mia.deletes(&question).await;
    chat.discord.next_deletion(&answer).await;
    chat.finish().await;
}

#[tokio::test]
async fn messages_to_everyone_are_not_for_the_bot() {
    let (chat, _) = Setup::new().unasked_chat().await;
    let sure = phrasing("resume", "format-and-length");
    for everybody in ["@everyone", "@here"] {
        let text = format!("{everybody} {sure}");
        chat.mia.says(&chat.help, &text).await;
        chat.discord.nothing_more(&chat.help).await;
    }
    chat.mia.says(&chat.help, sure).await;
    chat.discord.next_message(&chat.help).await;
    chat.finish().await;
}

#[tokio::test]
async fn an_edit_that_adds_the_mention_asks() {
    let chat = Chat::start().await;
    let message = chat.mia.says(&chat.help, RESUME).await;
    chat.discord.nothing_more(&chat.help).await;
    chat.mia.edits(&message, &format!("@bot {RESUME}")).await;
    let reply = chat.discord.next_message(&chat.help).await;
    assert_eq!(reply.reply_to, Some(message.id));
    chat.mia
        .edits(&message, &format!("@bot {COVER_LETTER}"))
        .await;
    chat.discord.next_edit(&reply).await;
    chat.mia.deletes(&message).await;
    chat.discord.next_deletion(&reply).await;

    // A mention alone gets help; the question that an edit adds gets its answer too.
    let bare = chat.mia.says(&chat.help, "@bot").await;
    chat.discord.next_message(&chat.help).await;
    chat.mia.edits(&bare, &format!("@bot {RESUME}")).await;
    let reply = chat.discord.next_message(&chat.help).await;
    assert!(reply.page().path.ends_with(&topic("resume").title));
    chat.finish().await;
}

#[tokio::test]
async fn an_answer_whose_quote_is_refused_is_sent_without_it() {
    let chat = Chat::start().await;
    chat.discord
        .fail_next(Route::InteractionCallback, Fault::AutoMod);
    let answer = chat.mia.slash("ask", &[("question", RESUME)]).await;
    assert!(answer.message().page().quote.is_empty());
    assert!(
        answer
            .message()
            .page()
            .path
            .ends_with(&topic("resume").title)
    );
    // The answer itself may be refused too.
    chat.discord
        .fail_times(Route::InteractionCallback, Fault::AutoMod, 2);
    let note = chat.mia.slash("ask", &[("question", RESUME)]).await;
    assert!(note.ephemeral);
    let text = note.message().text();
    assert!(text.starts_with("Discord refused my reply"), "{text}");
    chat.finish().await;
}

#[tokio::test]
async fn an_answer_that_nobody_saw_is_not_counted() {
    let folder = tempfile::tempdir().expect("a folder");
    let chat = Setup::new().store_in(folder.path()).await.chat().await;
    let store = store_in(folder.path()).await;
    let silent = chat.guild.channel("announcements");
    silent.bot_may_not(Permission::SendMessages);
    for question in [RESUME, off_topic()] {
        chat.mia.says(&silent, &format!("@bot {question}")).await;
        chat.discord.nothing_more(&silent).await;
    }
    chat.discord
        .fail_next(Route::InteractionCallback, Fault::Forbidden);
    let refused = chat.mia.slash("ask", &[("question", off_topic())]);
    refused.in_channel(&chat.help).fails().await;
    chat.asks(COVER_LETTER).await;
    until("one answer is counted", async || {
        let sums = store.stats(None, 1).await.expect("it can be read").all();
        sums.answered == 1
    })
    .await;
    let sums = store.stats(None, 1).await.expect("it can be read").all();
    assert_eq!((sums.answered, sums.missed), (1, 0));
    let gaps = store.gaps(None, 1).await.expect("it can be read");
    assert!(gaps.is_empty(), "{gaps:?}");
    chat.finish().await;
}

#[tokio::test]
async fn a_post_whose_first_message_arrives_late_is_answered() {
    let (chat, forum) = Setup::new().unasked_chat().await;
    chat.discord
        .fail_times(Route::CreateMessage, Fault::PostNotThere, 4);
    let title = phrasing("resume", "format-and-length");
    let post = forum.post(title, "hi", &chat.mia).await;
    assert_shows(
        &chat.discord.next_message(&post.thread).await,
        "resume",
        "format-and-length",
    );
    chat.finish().await;
}

#[tokio::test]
async fn a_word_chooses_or_declines_candidates() {
    let chat = Chat::start().await;
    let candidates = chat.asks(vague()).await;
    let names: Vec<String> = candidates
        .labels()
        .iter()
        .map(|&name| name.to_owned())
        .collect();

    chat.mia.replies(&candidates, "the second one").await;
    let chosen = chat.discord.next_message(&chat.help).await;
    assert!(
        names[1].ends_with(&chosen.page().title),
        "{} of {names:?}",
        chosen.page().title
    );
    chat.mia.replies(&candidates, "yes").await;
    let which = chat.discord.next_message(&chat.help).await;
    assert!(which.text().starts_with("Which one?"), "{which}");
    chat.mia.replies(&candidates, "the sixth one").await;
    let few = chat.discord.next_message(&chat.help).await;
    assert!(few.text().starts_with("I offered"), "{few}");
    for no in ["no", "none of those"] {
        chat.mia.replies(&candidates, no).await;
        let reply = chat.discord.next_message(&chat.help).await;
        assert_eq!(reply.page().title, "Not in the guide", "{no}");
        assert!(reply.candidates().is_empty(), "{no}");
    }

    // In direct messages the last answer is meant.
    let dm = chat.mia.dm();
    chat.mia.dms(vague()).await;
    let offered = chat.discord.next_message(&dm).await;
    chat.mia.dms("1").await;
    let chosen = chat.discord.next_message(&dm).await;
    assert!(offered.labels()[0].ends_with(&chosen.page().title));
    chat.finish().await;
}

#[tokio::test]
async fn a_word_chooses_a_candidate_below_a_command_and_after_a_restart() {
    let mut chat = Chat::start().await;
    let max = chat.guild.member("max");
    let by_command = chat
        .mia
        .slash("ask", &[("question", vague())])
        .in_channel(&chat.help)
        .await;
    let asked = chat.asks(vague()).await;
    let offered = [by_command.message(), &asked];
    assert!(offered.iter().all(|offer| offer.candidates().len() > 1));
    for restarts in [false, true] {
        if restarts {
            chat.bot.stop();
            chat.goes_on_with(Setup::new().bot(&chat.discord)).await;
        }
        for offer in offered {
            // A reply to an answer of a command has its text only if it mentions the bot.
            chat.mia.replies(offer, "@bot the second one").await;
            let chosen = chat.discord.next_message(&chat.help).await;
            let title = &chosen.page().title;
            assert!(offer.labels()[1].ends_with(title), "{title} of {offer}");
            max.replies(offer, "@bot the second one").await;
            let other = chat.discord.next_message(&chat.help).await;
            assert!(other.text().starts_with("What would you like"), "{other}");
        }
    }
    chat.mia.replies(by_command.message(), "@bot no").await;
    let none = chat.discord.next_message(&chat.help).await;
    assert_eq!(none.page().title, "Not in the guide");
    chat.finish().await;
}

#[tokio::test]
async fn thanks_and_half_sentences_get_a_reply_and_are_not_gaps() {
    let folder = tempfile::tempdir().expect("a folder");
    let chat = Setup::new().store_in(folder.path()).await.chat().await;
    let store = store_in(folder.path()).await;
    let answer = chat.asks(RESUME).await;
    for (thanks, welcome) in [
        ("thanks!", "Any time"),
        ("ok cool", "Any time"),
        ("👍", "You're welcome"),
        ("yes", "You're welcome"),
    ] {
        chat.mia.replies(&answer, thanks).await;
        let reply = chat.discord.next_message(&chat.help).await;
        assert!(reply.text().contains(welcome), "{thanks}: {reply}");
    }
    chat.mia.replies(&answer, "no").await;
    let others = chat.discord.next_message(&chat.help).await;
    assert_eq!(others.page().title, "Maybe one of these?");
    assert!(!others.candidates().is_empty());

    let max = chat.guild.member("max");
    for begun in [
        "how do i",
        "what",
        "internship?",
        "c",
        "the second one",
        "no",
    ] {
        max.says(&chat.help, &format!("@bot {begun}")).await;
        let reply = chat.discord.next_message(&chat.help).await;
        assert!(
            reply.text().starts_with("What would you like"),
            "{begun}: {reply}"
        );
        let private = max.slash("ask", &[("question", begun)]).await;
        assert!(private.ephemeral, "{begun}");
    }
    for about in ["what can you do", "who made you", "are you an ai"] {
        max.says(&chat.help, &format!("@bot {about}")).await;
        let reply = chat.discord.next_message(&chat.help).await;
        assert_ne!(reply.page().title, "Not in the guide", "{about}: {reply}");
        assert!(reply.candidates().is_empty(), "{about}: {reply}");
    }
    chat.asks(COVER_LETTER).await;
    until("two answers are counted", async || {
        let sums = store.stats(None, 1).await.expect("it can be read").all();
        sums.answered == 2
    })
    .await;
    // The "no" after an answer is the only gap.
    let gaps = store.gaps(None, 1).await.expect("it can be read");
    let texts: Vec<&str> = gaps.iter().map(|gap| gap.text.as_str()).collect();
    assert_eq!(texts, [RESUME]);
    chat.finish().await;
}

#[tokio::test]
async fn a_question_edited_to_a_remark_gets_the_reply_to_that() {
    let chat = Chat::start().await;
    let question = chat.mia.says(&chat.help, &format!("@bot {RESUME}")).await;
    let answer = chat.discord.next_message(&chat.help).await;
    chat.mia.edits(&question, "@bot how do i").await;
    let edited = chat.discord.next_edit(&answer).await;
    assert!(edited.text().starts_with("What would you like"), "{edited}");

    let offer = chat.asks(vague()).await;
    let misspelt = chat.mia.replies(&offer, "teh secnod oen").await;
    let answer = chat.discord.next_message(&chat.help).await;
    chat.mia.edits(&misspelt, "the second one").await;
    let chosen = chat.discord.next_edit(&answer).await;
    let title = &chosen.page().title;
    assert!(offer.labels()[1].ends_with(title), "{title} of {offer}");
    chat.finish().await;
}

#[tokio::test]
async fn a_question_without_words_gets_help_and_below_a_command_privately() {
    let chat = Chat::start().await;
    let mention = format!("<@{}>", chat.mia.id);
    let help = "Ask me about internships";
    for blank in ["   ", "\u{200b}", "**", "> ", "??", ".", "🎓", &mention] {
        let answer = chat.mia.slash("ask", &[("question", blank)]).await;
        assert!(answer.ephemeral, "{blank:?}");
        assert_eq!(answer.message().page().title, help, "{blank:?}");
    }
    for blank in ["??", "🎓"] {
        chat.mia.dms(blank).await;
        let answer = chat.discord.next_message(&chat.mia.dm()).await;
        assert_eq!(answer.page().title, help, "{blank:?}");
        assert_eq!(chat.asks(blank).await.page().title, help, "{blank:?}");
    }
    let thanked = chat.mia.slash("ask", &[("question", "👍")]).await;
    assert!(thanked.message().text().contains("You're welcome"));

    // Someone who reacts to an answer needs no help.
    let answer = chat.asks(RESUME).await;
    chat.mia.replies(&answer, "🎓").await;
    chat.discord.nothing_more(&chat.help).await;
    chat.mia.replies(&answer, "??").await;
    let reply = chat.discord.next_message(&chat.help).await;
    assert!(reply.text().starts_with("What would you like"), "{reply}");
    chat.finish().await;
}

#[tokio::test]
async fn an_edited_question_that_got_a_link_gets_its_full_answer() {
    let chat = Chat::start_linking().await;
    chat.asks(RESUME).await;
    let question = chat.mia.says(&chat.help, &format!("@bot {RESUME}")).await;
    let pointer = chat.discord.next_message(&chat.help).await;
    assert!(pointer.text().contains("I answered this here"), "{pointer}");
    chat.mia
        .edits_after(
            &question,
            &format!("@bot {COVER_LETTER}"),
            Duration::from_secs(5),
        )
        .await;
    let edited = chat.discord.next_edit(&pointer).await;
    let page = edited.page();
    assert!(page.path.ends_with(&topic("cover-letter").title));
    assert!(!page.links.is_empty());
    chat.finish().await;
}

#[tokio::test]
async fn whatever_is_typed_gets_matching_suggestions() {
    let chat = Chat::start().await;
    let popular = chat.mia.autocompletes("ask", "question", "").await;
    for typed in [
        "   ",
        "🎓",
        "简历",
        "asdkjh qwoeiu",
        "rsum",
        "\u{200b}\u{ad}",
        &"x".repeat(300),
        &"x".repeat(6_000),
    ] {
        let offered = chat.mia.autocompletes("ask", "question", typed).await;
        assert_eq!(
            offered,
            popular,
            "{}",
            &typed.chars().take(9).collect::<String>()
        );
        chat.mia.autocompletes("resources", "topic", typed).await;
    }
    for (typed, begun) in [
        ("h", "h"),
        ("how do i wri", "how do i wri"),
        ("How do I wri", "how do i wri"),
        ("how  do i wri", "how do i wri"),
        ("how do i write a ré", "how do i write a re"),
        ("\u{200b}how do i wri", "how do i wri"),
        ("cover let", "cover let"),
        ("cover-let", "cover let"),
        ("whats", "what's "),
        ("what’s", "what's "),
        ("what's", "what's "),
    ] {
        let offered = chat.mia.autocompletes("ask", "question", typed).await;
        let first = offered[0].name.to_lowercase();
        assert!(first.starts_with(begun), "{typed}: {offered:?}");
    }
    for typed in ["Cover-Let", "còver  let", "\u{200b}cover_let"] {
        let offered = chat.mia.autocompletes("resources", "topic", typed).await;
        assert_eq!(offered[0].name, topic("cover-letter").title, "{typed}");
    }
    chat.finish().await;
}

#[tokio::test]
async fn a_private_answer_can_be_shown_to_everybody() {
    let chat = Chat::start().await;
    let options = [("question", RESUME), ("private", "true")];
    let private = chat.mia.slash("ask", &options).in_channel(&chat.help).await;
    assert!(private.ephemeral);
    let shown = chat.mia.clicks(private.message(), "Show everyone").await;
    assert_eq!(
        (shown.kind, shown.ephemeral),
        (ResponseKind::Message, false)
    );
    assert_eq!(shown.message().page(), private.message().page());
    assert!(shown.message().labels().contains(&"Remove"));
    // With the bot alone there is nobody to show it to.
    let alone = chat.mia.slash("ask", &options).in_dm().await;
    assert!(!alone.message().labels().contains(&"Show everyone"));
    chat.finish().await;
}

#[tokio::test]
async fn a_command_named_in_a_reply_is_clickable() {
    let chat = Chat::start().await;
    let id = |name: &'static str| {
        let command = chat.discord.commands();
        let command = command.iter().find(|command| command["name"] == name);
        command.expect("it is registered")["id"]
            .as_str()
            .expect("an id")
            .to_owned()
    };
    let help = chat.mia.slash("help", &[]).await;
    let text = help.message().text();
    for name in ["ask", "topics", "privacy"] {
        assert!(
            text.contains(&format!("</{name}:{}>", id(name))),
            "{name}: {text}"
        );
    }
    assert!(
        text.contains(&format!("</guide status:{}>", id("guide"))),
        "{text}"
    );
    let about = chat.asks("what can you do").await.text();
    let mention = format!("</privacy:{}>", id("privacy"));
    assert!(about.contains(&mention), "{about}");
    chat.finish().await;
}

#[tokio::test]
async fn a_list_of_resources_has_its_filter_below_it() {
    let chat = Chat::start().await;
    let list = chat
        .mia
        .slash("resources", &[("topic", "resume")])
        .in_channel(&chat.help)
        .await;
    let books = chat
        .mia
        .selects(list.message(), "Filter", "Cost: free")
        .await;
    assert_eq!(books.kind, ResponseKind::Update);
    let page = books.message().page();
    assert!(page.body.contains("Only: free"), "{page:?}");
    assert!(
        page.links.iter().all(|link| link.contains("free")),
        "{page:?}"
    );
    let all = chat
        .mia
        .selects(books.message(), "Filter", "Cost: free")
        .await;
    assert_eq!(all.message().page(), list.message().page());
    let everything = chat
        .mia
        .selects(all.message(), "Filter", "Topic: all")
        .await;
    assert_eq!(everything.message().page().title, "Resources");
    chat.finish().await;
}

#[tokio::test]
async fn the_bot_introduces_itself_once_in_each_server() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = store_in(folder.path()).await;
    let mut chat = Setup::new().store(store.clone()).chat().await;
    // An answer that cannot be sent introduces nobody.
    let silent = chat.guild.channel("announcements");
    silent.bot_may_not(Permission::SendMessages);
    chat.mia.says(&silent, &format!("@bot {RESUME}")).await;
    chat.discord.nothing_more(&silent).await;
    let first = chat.asks(RESUME).await;
    let told = |message: &Message| message.text().contains("New here: I'm a bot");
    assert!(told(&first), "{first}");
    assert!(!told(&chat.asks(COVER_LETTER).await));
    let guild = Some(chat.guild.id);
    until("the store knows it", async || {
        store.settings(guild).introduced
    })
    .await;
    chat.bot.stop();
    let bot = Setup::new()
        .store_in(folder.path())
        .await
        .bot(&chat.discord);
    chat.goes_on_with(bot).await;
    assert!(!told(&chat.asks(RESUME).await));
    chat.finish().await;
}

#[tokio::test]
async fn two_processes_with_one_token_answer_once_and_both_log_it() {
    let chat = Chat::start().await;
    let other = Setup::new().bot(&chat.discord);
    chat.discord.identified(2).await;
    let lines = || {
        let log = logged();
        log.matches("another process is using the same token")
            .count()
    };
    let before = lines();
    // The process that answers first learns nothing from it, so each has to be second once.
    for _ in 0..20 {
        chat.asks(RESUME).await;
        if lines() >= before + 2 {
            break;
        }
    }
    assert!(lines() >= before + 2, "{} lines", lines() - before);
    other.stops().await;
    chat.finish().await;
}

#[tokio::test]
async fn buttons_of_older_messages_work_and_convert_them_to_components() {
    let chat = Chat::start().await;
    let owner = internbot_base36(chat.mia.id);
    let button =
        |label: &str, id: String| json!({"type": 2, "style": 1, "label": label, "custom_id": id});
    let row = json!({"type": 1, "components": [
        button("Resume (CV)", format!("1h{owner}:s:resume:what-to-put")),
        button("Whole topic", format!("1a{owner}:p:resume:0")),
        button("Gone", format!("1h{owner}:s:resume:no-such-section")),
    ]});
    let earlier = chat.help.bot_said_earlier(&json!({
        "content": "> an older question", "embeds": [{"title": "Is it one of these?"}], "components": [row],
    }));
    let page = chat.mia.clicks(&earlier, "Whole topic").await;
    assert!(page.ephemeral);
    let note = chat.mia.clicks(&earlier, "Gone").await;
    assert!(note.ephemeral && note.message().text().contains("no longer in the guide"));
    let chosen = chat.mia.clicks(&earlier, "Resume (CV)").await;
    assert_eq!(chosen.message().id, earlier.id);
    assert_shows(chosen.message(), "resume", "what-to-put");
    assert!(chosen.message().content.is_empty() && chosen.message().embeds.is_empty());
    chat.finish().await;
}

/// A number as the bot writes it into buttons.
fn internbot_base36(mut number: u64) -> String {
    let mut digits = Vec::new();
    while number > 0 {
        digits.push(char::from_digit((number % 36) as u32, 36).expect("a digit"));
        number /= 36;
    }
    digits.iter().rev().collect()
}
