//! Unasked answers: a sure answer or nothing, and only where that is switched on.

use std::time::Duration;

use internbot::config::Discord;

use crate::bot::*;
use stand_in::*;

const SURE: &str = "how long should my resume be";

/// A chat in which messages in #help and posts in a forum are answered unasked.
async fn chat() -> (Chat, Channel) {
    Setup::new().unasked_chat().await
}

#[tokio::test]
async fn a_sure_answer_is_given_unasked_where_that_is_switched_on() {
    let (chat, _) = chat().await;
    let question = chat.mia.says(&chat.help, SURE).await;
    let reply = chat.discord.next_message(&chat.help).await;
    assert_eq!(reply.reply_to, Some(question.id));
    assert_shows(&reply, "resume", "format-and-length");
    assert!(reply.pings.is_empty());
    chat.finish().await;
}

#[tokio::test]
async fn whatever_is_not_sure_is_left_alone() {
    let (chat, _) = chat().await;
    let max = chat.guild.member("max");
    for text in [
        vague(),
        off_topic(),
        "lol nice",
        "do i need a visa for an internship",
        "",
    ] {
        chat.mia.says(&chat.help, text).await;
    }
    // To someone else.
    let first = chat.mia.says(&chat.help, &format!("@max {SURE}")).await;
    max.replies(&first, SURE).await;
    chat.discord.nothing_more(&chat.help).await;
    assert_eq!(chat.discord.requests(), []);
    chat.finish().await;
}

#[tokio::test]
async fn elsewhere_nothing_is_answered_unasked() {
    let (chat, _) = chat().await;
    let other = chat.guild.channel("off-topic");
    chat.mia.says(&other, SURE).await;
    let thread = chat.help.thread("resume", &chat.mia).await;
    chat.mia.says(&thread, SURE).await;
    let forum = chat.guild.forum("showcase");
    let post = forum.post(SURE, "what do you think", &chat.mia).await;
    chat.discord.nothing_more(&other).await;
    chat.discord.nothing_more(&thread).await;
    chat.discord.nothing_more(&post.thread).await;
    chat.finish().await;
}

#[tokio::test]
async fn the_same_answer_is_not_given_unasked_twice() {
    let config = Discord {
        repeat_minutes: 10,
        ..eager()
    };
    let (chat, _) = Setup::new().config(config).unasked_chat().await;
    let max = chat.guild.member("max");
    chat.mia.says(&chat.help, SURE).await;
    chat.discord.next_message(&chat.help).await;
    max.says(&chat.help, SURE).await;
    chat.discord.nothing_more(&chat.help).await;
    chat.finish().await;
}

#[tokio::test]
async fn someone_who_asks_soon_after_an_unasked_answer_is_told_to_wait() {
    let config = Discord {
        cooldown_seconds: 3_600,
        ..eager()
    };
    let (chat, _) = Setup::new().config(config).unasked_chat().await;
    chat.mia.says(&chat.help, SURE).await;
    chat.discord.next_message(&chat.help).await;
    let another = phrasing("cover-letter", "length-and-format");
    chat.mia.says(&chat.help, another).await;
    chat.discord.nothing_more(&chat.help).await;
    let told = chat.asks("how do i negotiate an offer?").await.text();
    assert!(told.contains("only just asked"), "{told}");
    chat.finish().await;
}

#[tokio::test]
async fn a_new_post_is_answered_once_by_its_title() {
    let (chat, forum) = chat().await;
    let post = forum.post(SURE, "one page or two?", &chat.mia).await;
    let reply = chat.discord.next_message(&post.thread).await;
    assert_shows(&reply, "resume", "format-and-length");
    post.thread.announce_again();
    chat.mia.says(&post.thread, SURE).await;
    chat.discord.nothing_more(&post.thread).await;

    let thanked = chat.mia.clicks(&reply, "That helped").await;
    assert_eq!(
        thanked.kind,
        ResponseKind::Update,
        "the buttons are for who opened the post"
    );
    chat.finish().await;
}

#[tokio::test]
async fn a_question_to_the_bot_in_a_post_is_answered_as_well_as_its_title() {
    let (chat, forum) = chat().await;
    // Thread and message have one id: that must not make one answer of two.
    let post = forum
        .post(SURE, "@bot when do i need a cover letter", &chat.mia)
        .await;
    let answers = [
        chat.discord.next_message(&post.thread).await,
        chat.discord.next_message(&post.thread).await,
    ];
    for topic in ["resume", "cover-letter"] {
        let title = &self::topic(topic).title;
        assert!(
            answers
                .iter()
                .any(|answer| answer.page().path.ends_with(title)),
            "{topic}: {answers:?}"
        );
    }
    chat.finish().await;
}

#[tokio::test]
async fn a_post_whose_title_is_vague_is_left_alone() {
    let (chat, forum) = chat().await;
    for title in [vague(), off_topic()] {
        let post = forum.post(title, SURE, &chat.mia).await;
        chat.discord.nothing_more(&post.thread).await;
    }
    chat.finish().await;
}

#[tokio::test]
async fn an_edit_changes_an_unasked_answer_only_to_a_sure_one() {
    let (chat, _) = chat().await;
    let question = chat.mia.says(&chat.help, SURE).await;
    let reply = chat.discord.next_message(&chat.help).await;
    chat.mia
        .edits_after(&question, vague(), Duration::from_secs(60))
        .await;
    chat.discord.nothing_more(&chat.help).await;
    chat.mia
        .edits_after(
            &question,
            "how do i negotiate an offer?",
            Duration::from_secs(90),
        )
        .await;
    let edited = chat.discord.next_edit(&reply).await;
    assert!(
        edited
            .page()
            .path
            .ends_with(&topic("offer-negotiation").title),
        "{edited}"
    );
    chat.finish().await;
}

#[tokio::test]
async fn an_edit_that_mentions_the_bot_asks_it() {
    let (chat, _) = chat().await;
    let question = chat.mia.says(&chat.help, SURE).await;
    let answer = chat.discord.next_message(&chat.help).await;
    let to_the_bot = format!("@bot {}", vague());
    chat.mia.edits(&question, &to_the_bot).await;
    let edited = chat.discord.next_edit(&answer).await;
    assert_eq!(edited.page().title, "One of these may help");

    // Also while it waits.
    chat.discord.slow_down(Duration::from_millis(1_400));
    chat.mia.says(&chat.help, SURE).await;
    chat.discord.next_message(&chat.help).await;
    let waiting = chat.mia.says(&chat.help, vague()).await;
    chat.mia.edits(&waiting, &to_the_bot).await;
    let answer = chat.discord.next_message(&chat.help).await;
    assert_eq!(answer.reply_to, Some(waiting.id));
    chat.finish().await;
}
