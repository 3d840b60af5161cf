//! Waiting work: who waits for whom, and what happens to it meanwhile and at the end.

use std::time::Duration;

use futures_util::future::join_all;

use crate::bot::*;
use stand_in::*;

const RESUME: &str = "how do i write a resume";
/// How many completions are answered at a time.
const COMPLETIONS: usize = 64;
/// How long a request takes: longer than a test's questions take to arrive, but not so long that the bot shows that it is typing.
const SLOW: Duration = Duration::from_millis(1_400);

impl Chat {
    /// Waits until the bot has received everything so far: commands have their own queue.
    async fn heard(&self) {
        self.mia.slash("help", &[]).await;
    }
}

/// A chat in which an answer is in progress in #help, and others are waiting for it.
async fn busy(setup: Setup) -> Chat {
    let chat = setup.chat().await;
    chat.discord.slow_down(SLOW);
    chat.asks(RESUME).await;
    chat
}

#[tokio::test]
async fn a_crowded_channel_delays_nobody_elsewhere() {
    let chat = busy(Setup::new()).await;
    let other = chat.guild.channel("other");
    chat.mia.says(&chat.help, &format!("@bot {RESUME}")).await;
    chat.mia.says(&other, &format!("@bot {RESUME}")).await;
    chat.mia.dms(RESUME).await;
    let elsewhere = [
        chat.discord.next_message(&other).await,
        chat.discord.next_message(&chat.mia.dm()).await,
    ];
    let waited = chat.discord.next_message(&chat.help).await;
    assert!(elsewhere.iter().all(|reply| reply.at < waited.at));
    chat.finish().await;
}

#[tokio::test]
async fn a_question_edited_while_waiting_is_answered_as_edited() {
    let chat = busy(Setup::new()).await;
    let question = chat.mia.says(&chat.help, &format!("@bot {RESUME}")).await;
    chat.heard().await;
    chat.mia
        .edits_after(
            &question,
            "@bot how do i negotiate an offer",
            Duration::from_secs(5),
        )
        .await;
    let reply = chat.discord.next_message(&chat.help).await;
    assert!(
        reply
            .page()
            .path
            .ends_with(&topic("offer-negotiation").title),
        "{reply}"
    );
    chat.discord.nothing_more(&chat.help).await;
    assert_eq!(
        chat.discord.requests(),
        [(Route::CreateMessage, 2), (Route::InteractionCallback, 1)]
    );
    chat.finish().await;
}

#[tokio::test]
async fn a_question_deleted_while_waiting_is_not_answered() {
    let chat = busy(Setup::new()).await;
    let question = chat.mia.says(&chat.help, &format!("@bot {RESUME}")).await;
    chat.heard().await;
    chat.mia.deletes(&question).await;
    let next = chat
        .mia
        .says(&chat.help, "@bot how do i negotiate an offer")
        .await;
    assert_eq!(
        chat.discord.next_message(&chat.help).await.reply_to,
        Some(next.id)
    );
    chat.discord.nothing_more(&chat.help).await;
    assert_eq!(
        chat.discord.requests(),
        [(Route::CreateMessage, 2), (Route::InteractionCallback, 1)]
    );
    chat.finish().await;
}

#[tokio::test]
async fn two_edits_while_the_answer_is_changed_end_with_the_last() {
    let chat = Chat::start().await;
    let question = chat.mia.says(&chat.help, &format!("@bot {RESUME}")).await;
    let reply = chat.discord.next_message(&chat.help).await;
    chat.discord.slow_down(SLOW);
    chat.mia
        .edits_after(
            &question,
            "@bot how do i negotiate an offer",
            Duration::from_secs(5),
        )
        .await;
    chat.discord.next_edit(&reply).await;
    chat.mia
        .edits_after(
            &question,
            "@bot how do i write a cover letter",
            Duration::from_secs(6),
        )
        .await;
    chat.mia
        .edits_after(
            &question,
            "@bot what should i ask my mentor",
            Duration::from_secs(7),
        )
        .await;
    let edited = chat.discord.next_edit(&reply).await;
    assert!(
        edited.page().path.ends_with(&topic("mentors").title),
        "{edited}"
    );
    chat.discord.nothing_more(&chat.help).await;
    chat.finish().await;
}

#[tokio::test]
async fn someone_who_types_on_gets_suggestions_for_the_newest_text() {
    // However slow the machine, slow requests are not repeated.
    let patient = Setup::new().timeouts(|timeouts| timeouts.request = ANSWER_LIMIT);
    let chat = patient.chat().await;
    let people: Vec<_> = (0..COMPLETIONS)
        .map(|number| chat.guild.member(&format!("person {number}")))
        .collect();
    chat.discord.slow_down(SLOW);
    join_all(people.iter().map(|person| {
        person
            .autocompletes("ask", "question", "how long")
            .into_future()
    }))
    .await;
    let typing = |text: &str| chat.mia.autocompletes("ask", "question", text);
    let ((), choices) = tokio::join!(
        typing("how long should").fails(),
        typing("how long should my resu")
    );
    assert!(choices[0].name.contains("resume"), "{choices:?}");
    assert_eq!(
        chat.discord.requests(),
        [(Route::InteractionCallback, COMPLETIONS + 1)]
    );
    chat.finish().await;
}

#[tokio::test]
async fn a_bot_told_to_stop_answers_what_is_waiting() {
    let mut chat = busy(Setup::new()).await;
    for _ in 0..3 {
        chat.mia.says(&chat.help, &format!("@bot {RESUME}")).await;
    }
    chat.discord.requests();
    chat.heard().await;
    chat.bot.stop();
    chat.bot
        .ended()
        .await
        .expect("the bot stops without an error");
    for _ in 0..3 {
        chat.discord.next_message(&chat.help).await;
    }
    chat.discord.disconnected().await;
    chat.discord.finish().await;
}

#[tokio::test]
async fn what_is_lost_at_the_end_is_counted() {
    let mut chat = busy(Setup::new().timeouts(|timeouts| timeouts.stop = Duration::ZERO)).await;
    for _ in 0..5 {
        chat.mia.says(&chat.help, &format!("@bot {RESUME}")).await;
    }
    chat.heard().await;
    chat.bot.stop();
    chat.bot
        .ended()
        .await
        .expect("the bot stops without an error");
    let told = "stopped before all replies were sent replies.lost=7 replies.not_begun=5";
    assert!(
        logged().contains(told),
        "one was under way in the channel, and the answer to the command"
    );
    chat.discord.finish().await;
}
