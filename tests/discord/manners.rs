//! Manners: nobody is notified, nothing is said twice, edits are followed, and where the bot may not write it
//! stays calm.

use std::time::Duration;

use internbot::config::Discord;

use crate::bot::*;
use stand_in::*;

const RESUME: &str = "how do i write a resume";

#[tokio::test]
async fn bots_and_webhooks_are_ignored() {
    let chat = Chat::start().await;
    let other = chat.guild.other_bot("otherbot");
    other.says(&chat.help, &format!("@bot {RESUME}")).await;
    chat.help.webhook_says(&format!("@bot {RESUME}")).await;
    chat.discord.nothing_more(&chat.help).await;
    chat.finish().await;
}

#[tokio::test]
async fn a_message_that_is_not_for_the_bot_is_left_alone() {
    let chat = Chat::start().await;
    chat.mia.says(&chat.help, RESUME).await;
    chat.discord.nothing_more(&chat.help).await;
    assert_eq!(chat.discord.requests(), []);
    chat.finish().await;
}

#[tokio::test]
async fn no_reply_notifies_anybody() {
    let chat = Chat::start().await;
    for question in [
        RESUME,
        vague(),
        off_topic(),
        "@everyone @here how do i write a resume",
    ] {
        assert!(chat.asks(question).await.pings.is_empty(), "{question}");
    }
    chat.finish().await;
}

#[tokio::test]
async fn the_same_answer_is_linked_to_instead_of_posted_again() {
    let chat = Chat::start_linking().await;
    let first = chat.asks(RESUME).await;
    let second = chat.asks(RESUME).await;
    let link = format!(
        "https://discord.com/channels/{}/{}/{}",
        chat.guild.id, chat.help.id, first.id
    );
    assert!(second.text().contains(&link), "{second}");
    assert_eq!(second.labels(), ["Show it to me", "Remove"]);
    let shown = chat.mia.clicks(&second, "Show it to me").await;
    assert!(shown.ephemeral);
    assert_eq!(shown.message().page(), first.page());

    let asked = chat
        .mia
        .slash("ask", &[("question", RESUME)])
        .in_channel(&chat.help)
        .await;
    assert!(asked.ephemeral);
    assert!(asked.message().text().contains(&link));

    // In another channel, and once the first message is gone, it is posted again.
    let other = chat.guild.channel("other");
    chat.mia.says(&other, &format!("@bot {RESUME}")).await;
    assert_eq!(chat.discord.next_message(&other).await.page(), first.page());
    chat.mia.clicks(&first, "Remove").await.deleted().await;
    assert_eq!(chat.asks(RESUME).await.page(), first.page());
    chat.finish().await;
}

#[tokio::test]
async fn an_answer_that_someone_chose_is_linked_to_until_it_is_gone() {
    let chat = Chat::start_linking().await;
    let max = chat.guild.member("max");
    let question = max.says(&chat.help, RESUME).await;
    let preview = chat
        .mia
        .uses_on_message("Answer from the guide", &question)
        .await;
    chat.mia.clicks(preview.message(), "Post as a reply").await;
    let posted = chat.discord.next_message(&chat.help).await;

    let link = chat.asks(RESUME).await;
    assert!(link.text().contains(&posted.id.to_string()), "{link}");

    max.clicks(&posted, "Remove").await.deleted().await;
    assert_eq!(chat.asks(RESUME).await.page(), posted.page());
    chat.finish().await;
}

#[tokio::test]
async fn someone_who_asks_too_fast_is_told_once_and_privately_below_a_command() {
    let chat = Setup::new()
        .config(Discord {
            cooldown_seconds: 3_600,
            ..eager()
        })
        .chat()
        .await;
    chat.asks(RESUME).await;
    let note = chat.asks(RESUME).await;
    assert!(note.text().starts_with("One moment, please"), "{note}");
    chat.mia.says(&chat.help, &format!("@bot {RESUME}")).await;
    chat.discord.nothing_more(&chat.help).await;
    let note = chat
        .mia
        .slash("ask", &[("question", RESUME)])
        .in_channel(&chat.help)
        .await;
    assert!(note.ephemeral);
    assert!(note.message().text().starts_with("One moment, please"));

    let max = chat.guild.member("max");
    max.says(&chat.help, &format!("@bot {RESUME}")).await;
    chat.discord.next_message(&chat.help).await;
    chat.finish().await;
}

#[tokio::test]
async fn an_edited_question_edits_its_answer_and_a_deleted_one_deletes_it() {
    let chat = Chat::start().await;
    let question = chat
        .mia
        .says(&chat.help, "@bot how do i write a resume")
        .await;
    let reply = chat.discord.next_message(&chat.help).await;

    chat.discord.unfurls(&question);
    chat.mia
        .edits_after(
            &question,
            "@bot  how do i write a resume ",
            Duration::from_secs(5),
        )
        .await;
    chat.discord.nothing_more(&chat.help).await;

    chat.mia
        .edits_after(
            &question,
            "@bot how do i negotiate an offer",
            Duration::from_secs(299),
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

    chat.mia
        .edits_after(
            &question,
            "@bot how do i write a cover letter",
            Duration::from_secs(301),
        )
        .await;
    chat.discord.nothing_more(&chat.help).await;

    chat.mia.deletes(&question).await;
    chat.discord.next_deletion(&reply).await;
    chat.finish().await;
}

#[tokio::test]
async fn a_question_that_is_deleted_before_its_answer_leaves_nothing() {
    let chat = Chat::start().await;
    chat.discord.fail_next(
        Route::CreateMessage,
        Fault::Slow(Duration::from_millis(300)),
    );
    let question = chat.mia.says(&chat.help, &format!("@bot {RESUME}")).await;
    let reply = chat.discord.next_message(&chat.help).await;
    chat.mia.deletes(&question).await;
    chat.discord.next_deletion(&reply).await;
    chat.finish().await;
}

#[tokio::test]
async fn answers_look_the_same_without_permission_to_embed_links() {
    let chat = Chat::start().await;
    let elsewhere = chat.guild.channel("elsewhere");
    chat.help.bot_may_not(Permission::EmbedLinks);
    let reply = chat.asks(RESUME).await;
    assert_eq!(chat.discord.requests(), [(Route::CreateMessage, 1)]);
    chat.mia.says(&elsewhere, &format!("@bot {RESUME}")).await;
    let usual = chat.discord.next_message(&elsewhere).await;
    assert_eq!(
        (reply.page(), reply.labels()),
        (usual.page(), usual.labels())
    );
    chat.finish().await;
}

#[tokio::test]
async fn without_permission_to_write_the_bot_tries_no_more_than_it_must() {
    let chat = Chat::start().await;
    let silent = chat.guild.channel("announcements");
    silent.bot_may_not(Permission::SendMessages);
    chat.mia.says(&silent, &format!("@bot {RESUME}")).await;
    chat.discord.nothing_more(&silent).await;
    assert_eq!(chat.discord.requests(), [(Route::CreateMessage, 1)]);
    chat.asks(RESUME).await;
    chat.finish().await;
}

#[tokio::test]
async fn somebody_who_closed_their_direct_messages_is_left_alone() {
    let chat = Chat::start().await;
    chat.mia.closes_dms();
    chat.mia.dms(RESUME).await;
    assert_eq!(chat.discord.next_refusal().await.code, 50_007);
    chat.discord.nothing_more(&chat.mia.dm()).await;
    chat.asks(RESUME).await;
    chat.finish().await;
}

#[tokio::test]
async fn an_edited_answer_is_not_linked_to_for_its_old_text() {
    let chat = Chat::start_linking().await;
    let question = chat.mia.says(&chat.help, &format!("@bot {RESUME}")).await;
    let first = chat.discord.next_message(&chat.help).await;
    chat.mia
        .edits_after(
            &question,
            "@bot how do i negotiate an offer",
            Duration::from_secs(5),
        )
        .await;
    chat.discord.next_edit(&first).await;
    let again = chat.asks(RESUME).await;
    assert_eq!(again.page().title, first.page().title);
    chat.finish().await;
}
