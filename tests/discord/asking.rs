//! Every way to ask, and what it costs.

use internbot::knowledge::Section;

use crate::bot::*;
use stand_in::*;

#[tokio::test]
async fn a_mention_is_answered_with_the_section_its_sources_and_what_to_do_next() {
    let chat = Chat::start().await;

    let question = chat
        .mia
        .says(&chat.help, "@bot how do i write a resume")
        .await;
    let reply = chat.discord.next_message(&chat.help).await;

    assert_eq!(reply.reply_to, Some(question.id));
    let resume = topic("resume");
    let best = resume
        .sections
        .iter()
        .find(|section| section.heading == reply.page().title)
        .expect("a section on resumes");
    assert_eq!(reply.page().body, best.text.trim_end());
    assert_eq!(
        reply.page().path,
        format!("Internship guide › Applying › {}", resume.title)
    );
    assert_eq!(reply.page().footer, format!("Reviewed {}", resume.reviewed));
    let sources = reply.page().links;
    assert!(sources[0].contains(&best.resources[0].url), "{sources:?}");
    assert_eq!(
        reply.labels(),
        [
            "That helped",
            "Not it",
            "Whole topic",
            "More resources",
            "Remove"
        ]
    );
    assert!(!reply.menu("Read on").options.is_empty());
    chat.finish().await;
}

#[tokio::test]
async fn a_question_costs_one_request() {
    let chat = Chat::start().await;
    chat.asks("how do i write a resume").await;
    assert_eq!(chat.discord.requests(), [(Route::CreateMessage, 1)]);
    chat.mia.dms("how do i write a resume").await;
    chat.discord.next_message(&chat.mia.dm()).await;
    assert_eq!(chat.discord.requests(), [(Route::CreateMessage, 1)]);
    chat.mia
        .slash("ask", &[("question", "how do i write a resume")])
        .await;
    assert_eq!(chat.discord.requests(), [(Route::InteractionCallback, 1)]);
    chat.finish().await;
}

#[tokio::test]
async fn a_mention_can_be_anywhere_in_a_message_and_in_a_thread() {
    let chat = Chat::start().await;
    let thread = chat.help.thread("applications", &chat.mia).await;
    chat.mia
        .says(
            &thread,
            &format!("{}, @bot?", phrasing("resume", "format-and-length")),
        )
        .await;
    assert_shows(
        &chat.discord.next_message(&thread).await,
        "resume",
        "format-and-length",
    );
    chat.finish().await;
}

#[tokio::test]
async fn a_bare_mention_gets_help() {
    let chat = Chat::start().await;
    let reply = chat.asks("").await;
    assert_eq!(reply.page().title, "Ask me about internships");
    assert!(reply.page().body.contains("/ask"));
    chat.finish().await;
}

#[tokio::test]
async fn a_direct_message_is_a_question_and_a_short_one_follows_up_the_one_before() {
    let chat = Chat::start().await;
    let dm = chat.mia.dm();
    chat.mia.dms("how do i write a cover letter").await;
    chat.discord.next_message(&dm).await;
    chat.mia.dms("and how long?").await;
    let reply = chat.discord.next_message(&dm).await;
    assert_mentions_topic(&reply, "cover-letter");
    chat.finish().await;
}

#[tokio::test]
async fn a_reply_to_an_answer_is_a_follow_up() {
    let chat = Chat::start().await;
    let first = chat.asks("how do i write a cover letter").await;
    chat.mia.replies(&first, "and how long?").await;
    let second = chat.discord.next_message(&chat.help).await;
    assert_mentions_topic(&second, "cover-letter");
    chat.finish().await;
}

#[tokio::test]
async fn a_reply_to_an_answer_from_before_a_restart_is_a_follow_up() {
    let chat = Chat::start().await;
    let heading = &section("cover-letter", "length-and-format").heading;
    let title = format!("Cover letter: {heading}");
    let earlier = chat
        .help
        .bot_said_earlier(&serde_json::json!({"embeds": [{"title": title}]}));
    chat.mia
        .replies(&earlier, follow_up("cover-letter", &title))
        .await;
    assert_mentions_topic(&chat.discord.next_message(&chat.help).await, "cover-letter");
    chat.finish().await;
}

#[tokio::test]
async fn a_follow_up_keeps_its_topic_after_a_restart() {
    let mut chat = Chat::start().await;
    let first = chat.asks("how long should a cover letter be").await;
    assert_shows(&first, "cover-letter", "length-and-format");
    chat.bot.stop();
    chat.goes_on_with(Setup::new().bot(&chat.discord)).await;
    chat.mia.replies(&first, "and how long?").await;
    let second = chat.discord.next_message(&chat.help).await;
    assert_mentions_topic(&second, "cover-letter");
    chat.finish().await;
}

#[tokio::test]
async fn a_reply_that_discord_hides_gets_a_hint() {
    let chat = Chat::start().await;
    let answer = chat
        .mia
        .slash("ask", &[("question", "how do i write a cover letter")])
        .in_channel(&chat.help)
        .await;
    chat.mia.replies(answer.message(), "and how long?").await;
    let hint = chat.discord.next_message(&chat.help).await;
    assert!(hint.text().contains("doesn't show me the text"), "{hint}");
    chat.finish().await;
}

#[tokio::test]
async fn a_vague_question_gets_candidates_and_an_unknown_one_an_honest_no() {
    let chat = Chat::start().await;

    let reply = chat.asks(vague()).await;
    assert_eq!(reply.page().title, "One of these may help");
    let labels = reply.labels();
    assert!((4..=6).contains(&labels.len()), "{labels:?}");
    assert_eq!(labels[labels.len() - 2..], ["None of these", "Remove"]);

    let reply = chat.asks(off_topic()).await;
    assert_eq!(reply.page().title, "Not in the guide");
    assert!(reply.labels().contains(&"List of topics"));
    chat.finish().await;
}

#[tokio::test]
async fn a_likely_candidate_is_shown_in_full_with_the_others_below() {
    let mut chat = Chat::start().await;
    let reply = chat.asks(likely()).await;
    let text = reply.text();
    assert!(text.contains("This may be what you need."), "{text}");
    assert!(text.contains("**Or one of these**"), "{text}");
    let labels = reply.labels();
    assert!(labels.contains(&"Not it"), "{labels:?}");
    let second = reply.candidates()[0].to_owned();

    for restarts in [false, true] {
        if restarts {
            chat.bot.stop();
            chat.goes_on_with(Setup::new().bot(&chat.discord)).await;
        }
        chat.mia.replies(&reply, "the second one").await;
        let chosen = chat.discord.next_message(&chat.help).await;
        let title = chosen.page().title;
        assert!(second.contains(&title), "{title} of {second}");
        chat.mia.replies(&reply, "the first one").await;
        let first = chat.discord.next_message(&chat.help).await;
        assert_eq!(first.page().title, reply.page().title);
        assert!(!first.text().contains("closest"), "{first}");
        chat.mia.replies(&reply, "yes").await;
        let welcome = chat.discord.next_message(&chat.help).await;
        assert!(welcome.text().starts_with("You're welcome"), "{welcome}");
        chat.mia.replies(&reply, "no").await;
        let others = chat.discord.next_message(&chat.help).await;
        assert_eq!(others.page().title, "Maybe one of these?");
    }

    // Asked again, it is not linked to as if it had been the answer.
    let again = chat.asks(likely()).await;
    assert!(
        again.text().contains("This may be what you need."),
        "{again}"
    );
    // Another candidate takes its place.
    let chosen = chat.mia.clicks(&reply, "This one").await;
    assert_eq!(chosen.kind, ResponseKind::Update);
    assert!(!chosen.message().text().contains("closest"));
    chat.finish().await;
}

#[tokio::test]
async fn a_topic_with_high_stakes_shows_its_official_source_and_a_notice() {
    let chat = Chat::start().await;
    let reply = chat.asks("do i need a visa for an internship").await;
    let page = reply.page();
    assert!(page.notice.contains("not legal advice"));
    let first_link = &page.links[0];
    assert!(first_link.contains("official"), "{first_link}");
    chat.finish().await;
}

#[tokio::test]
async fn someone_elses_message_can_be_answered() {
    let chat = Chat::start().await;
    let max = chat.guild.member("max");
    let question = max
        .says(&chat.help, phrasing("resume", "format-and-length"))
        .await;

    let preview = chat
        .mia
        .uses_on_message("Answer from the guide", &question)
        .await;
    assert!(preview.ephemeral);
    assert_shows(preview.message(), "resume", "format-and-length");
    assert_eq!(preview.message().labels(), ["Post as a reply"]);

    let posted = chat.mia.clicks(preview.message(), "Post as a reply").await;
    assert_eq!(
        (posted.kind, posted.message().text().as_str()),
        (ResponseKind::Update, "Posted.")
    );
    let reply = chat.discord.next_message(&chat.help).await;
    assert_shows(&reply, "resume", "format-and-length");
    assert_eq!(
        (reply.reply_to, reply.pings.as_slice()),
        (Some(question.id), ["max".to_owned()].as_slice())
    );
    chat.finish().await;
}

#[tokio::test]
async fn a_preview_can_show_another_answer_before_it_is_posted() {
    let chat = Chat::start().await;
    let question = chat
        .guild
        .member("max")
        .says(&chat.help, phrasing("resume", "format-and-length"))
        .await;
    let preview = chat
        .mia
        .uses_on_message("Answer from the guide", &question)
        .await;
    let other = &section("resume", "what-to-put").heading;
    let changed = chat
        .mia
        .selects(preview.message(), "Another answer", other)
        .await;
    assert_eq!(changed.kind, ResponseKind::Update);
    chat.mia.clicks(changed.message(), "Post as a reply").await;
    assert_shows(
        &chat.discord.next_message(&chat.help).await,
        "resume",
        "what-to-put",
    );
    chat.finish().await;
}

#[tokio::test]
async fn a_message_without_a_question_gets_no_preview() {
    let chat = Chat::start().await;
    let max = chat.guild.member("max");
    let chatter = max.says(&chat.help, off_topic()).await;
    let note = chat
        .mia
        .uses_on_message("Answer from the guide", &chatter)
        .await;
    assert!(note.ephemeral);
    assert_eq!(
        note.message().text(),
        "The guide has nothing on this message."
    );
    let empty = max.says(&chat.help, "").await;
    let note = chat
        .mia
        .uses_on_message("Answer from the guide", &empty)
        .await;
    assert!(note.message().text().contains("no text"));
    chat.finish().await;
}

#[tokio::test]
async fn people_who_installed_the_bot_for_themselves_can_ask_anywhere() {
    let chat = Chat::start().await;
    let elsewhere = chat.discord.guild_without_bot("elsewhere");
    let (lobby, noor, max) = (
        elsewhere.channel("lobby"),
        elsewhere.member("noor"),
        elsewhere.member("max"),
    );

    let answer = noor
        .slash(
            "ask",
            &[("question", phrasing("resume", "format-and-length"))],
        )
        .in_channel(&lobby)
        .await;
    assert_shows(answer.message(), "resume", "format-and-length");

    let question = max
        .says(&lobby, phrasing("resume", "format-and-length"))
        .await;
    let preview = noor
        .uses_on_message("Answer from the guide", &question)
        .await;
    let posted = noor.clicks(preview.message(), "Post as a reply").await;
    assert_eq!(
        (posted.kind, posted.ephemeral),
        (ResponseKind::Message, false)
    );
    assert_eq!(posted.message().pings, ["max"]);
    chat.finish().await;
}

/// Checks that a message answers from a topic or offers it as a candidate.
#[track_caller]
fn assert_mentions_topic(message: &Message, id: &str) {
    let title = &topic(id).title;
    let sections = &topic(id).sections;
    let offered = message.labels().iter().any(|label| {
        let is_it = |section: &Section| label.ends_with(&section.heading);
        sections.iter().any(is_it)
    });
    let shown = message.page().path.ends_with(title.as_str());
    assert!(shown || offered, "{id} is not in {message}");
}
