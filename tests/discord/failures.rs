//! Problems with requests and connections; afterwards the bot answers the next question.

use std::time::{Duration, Instant};

use serde_json::json;

use crate::bot::*;
use stand_in::*;

const RESUME: &str = "how do i write a resume";

impl Chat {
    /// The bot answers a question, once.
    async fn still_answers(&self) {
        let reply = self.asks(RESUME).await;
        assert!(
            reply.page().path.ends_with(&topic("resume").title),
            "{reply}"
        );
        self.discord.nothing_more(&self.help).await;
    }
}

#[tokio::test]
async fn a_refused_message_is_not_repeated() {
    let chat = Chat::start().await;
    chat.discord
        .fail_next(Route::CreateMessage, Fault::Forbidden);
    chat.mia.says(&chat.help, &format!("@bot {RESUME}")).await;
    chat.discord.nothing_more(&chat.help).await;
    chat.discord
        .fail_next(Route::CreateMessage, Fault::NotFound);
    chat.mia.says(&chat.help, &format!("@bot {RESUME}")).await;
    chat.discord.nothing_more(&chat.help).await;
    assert_eq!(chat.discord.requests(), [(Route::CreateMessage, 2)]);
    chat.still_answers().await;
    chat.finish().await;
}

#[tokio::test]
async fn a_failing_server_is_retried_a_few_times_and_the_answer_appears_once() {
    let chat = Chat::start().await;
    for fault in [Fault::ServerError, Fault::BadGateway] {
        chat.discord.fail_next(Route::CreateMessage, fault);
        chat.still_answers().await;
        assert_eq!(
            chat.discord.requests(),
            [(Route::CreateMessage, 2)],
            "{fault:?}"
        );
    }
    // The message exists although the response to its request was lost: it is sent again but appears once.
    chat.discord
        .fail_next(Route::CreateMessage, Fault::CutReply);
    chat.asks(RESUME).await;
    // The bot waits a little before it sends it again.
    chat.discord.requests_reach(Route::CreateMessage, 2).await;
    chat.discord.nothing_more(&chat.help).await;

    chat.discord
        .fail_next(Route::InteractionCallback, Fault::ServerError);
    chat.mia.slash("ask", &[("question", RESUME)]).await;
    chat.discord
        .fail_next(Route::InteractionCallback, Fault::CutReply);
    chat.mia.slash("ask", &[("question", RESUME)]).await;
    assert_eq!(
        chat.discord.next_refusal().await.code,
        40_060,
        "the answer had arrived"
    );
    chat.still_answers().await;
    chat.finish().await;
}

#[tokio::test]
async fn a_limit_is_waited_out() {
    let chat = Chat::start().await;
    let wait = Duration::from_millis(400);
    for fault in [Fault::RateLimited(wait), Fault::GloballyRateLimited(wait)] {
        chat.discord.fail_next(Route::CreateMessage, fault);
        let begin = Instant::now();
        chat.still_answers().await;
        assert!(begin.elapsed() >= wait, "{fault:?}");
        assert_eq!(
            chat.discord.requests(),
            [(Route::CreateMessage, 2)],
            "{fault:?}: nothing is sent before its time"
        );
    }
    chat.finish().await;
}

#[tokio::test]
async fn commands_are_answered_while_everything_else_is_rate_limited() {
    let chat = Chat::start().await;
    chat.discord.fail_next(
        Route::CreateMessage,
        Fault::GloballyRateLimited(Duration::from_secs(2)),
    );
    chat.mia.says(&chat.help, &format!("@bot {RESUME}")).await;
    let begin = Instant::now();
    chat.mia.slash("ask", &[("question", RESUME)]).await;
    assert!(begin.elapsed() < Duration::from_secs(1));
    chat.discord.next_message(&chat.help).await;
    chat.finish().await;
}

#[tokio::test]
async fn a_request_that_takes_long_shows_typing_and_is_answered_once() {
    let chat = Setup::new()
        .timeouts(|timeouts| timeouts.request = Duration::from_secs(15))
        .chat()
        .await;
    chat.discord
        .fail_next(Route::CreateMessage, Fault::Slow(Duration::from_secs(10)));
    chat.mia.says(&chat.help, &format!("@bot {RESUME}")).await;
    // Others do not wait for it.
    let max = chat.guild.member("max");
    max.slash("ask", &[("question", RESUME)]).await;
    chat.discord.next_message(&chat.help).await;
    chat.discord.settle().await;
    assert_eq!(
        chat.discord.requests(),
        [
            (Route::CreateMessage, 1),
            (Route::Typing, 1),
            (Route::InteractionCallback, 1)
        ]
    );
    chat.still_answers().await;
    chat.finish().await;
}

#[tokio::test]
async fn a_hanging_request_is_abandoned_and_repeated_without_doubling_the_answer() {
    let chat = Setup::new()
        .timeouts(|timeouts| timeouts.request = Duration::from_secs(1))
        .chat()
        .await;
    chat.discord
        .fail_next(Route::CreateMessage, Fault::Slow(Duration::from_secs(3)));
    chat.still_answers().await;
    chat.finish().await;
}

#[tokio::test]
async fn an_expired_interaction_is_dropped() {
    let chat = Chat::start().await;
    chat.mia
        .slash("ask", &[("question", RESUME)])
        .too_late()
        .await;
    assert_eq!(chat.discord.next_refusal().await.code, 10_062);
    chat.still_answers().await;
    chat.finish().await;
}

#[tokio::test]
async fn a_lost_connection_is_resumed_and_what_was_missed_is_answered_once() {
    let chat = Chat::start().await;
    let ends: [fn(&StandIn); 5] = [
        StandIn::drop_connection,
        StandIn::reconnect,
        |discord| discord.invalidate_session(true),
        |discord| discord.close(4000),
        |discord| discord.close(1001),
    ];
    for end in ends {
        end(&chat.discord);
        chat.mia.says(&chat.help, &format!("@bot {RESUME}")).await;
        chat.discord.next_message(&chat.help).await;
        chat.discord.resumed().await;
        chat.still_answers().await;
    }
    assert_eq!(chat.discord.identifies(), 1);
    chat.finish().await;
}

#[tokio::test]
async fn a_message_that_discord_sends_twice_is_answered_once() {
    let chat = Chat::start().await;
    let question = chat.mia.says(&chat.help, &format!("@bot {RESUME}")).await;
    chat.discord.next_message(&chat.help).await;
    let user = json!({"id": chat.mia.id.to_string(), "username": "mia", "discriminator": "0", "avatar": null});
    let me = json!({"id": chat.discord.bot_id().to_string(), "username": "internbot", "discriminator": "0", "avatar": null, "bot": true});
    let again = json!({
        "id": question.id.to_string(), "channel_id": chat.help.id.to_string(), "guild_id": chat.guild.id.to_string(), "author": user,
        "content": question.content, "timestamp": "2026-01-01T00:00:00Z", "edited_timestamp": null, "tts": false, "type": 0,
        "mention_everyone": false, "mentions": [me], "mention_roles": [], "attachments": [], "embeds": [], "pinned": false,
    });
    chat.discord.send_event("MESSAGE_CREATE", &again);
    chat.discord.nothing_more(&chat.help).await;
    chat.finish().await;
}

#[tokio::test]
async fn an_invalid_session_is_replaced_without_registering_the_commands_again() {
    let chat = Chat::start().await;
    chat.discord.invalidate_session(false);
    chat.discord.identified(2).await;
    chat.still_answers().await;
    assert_eq!(chat.discord.requests(), [(Route::CreateMessage, 1)]);
    chat.finish().await;
}

#[tokio::test]
async fn a_connection_without_heartbeat_acknowledgements_is_replaced() {
    let discord = StandIn::builder()
        .heartbeat_interval(Duration::from_millis(200))
        .start()
        .await;
    let chat = Setup::new().chat_in(discord).await;
    chat.discord.withhold_heartbeat_acks();
    chat.discord.resumed().await;
    assert_eq!(chat.discord.identifies(), 1);
    chat.still_answers().await;
    chat.finish().await;
}

#[tokio::test]
async fn nonsense_on_the_connection_is_survived() {
    let chat = Chat::start().await;
    chat.discord.send_malformed_json();
    chat.discord.send_unknown_opcode();
    chat.discord.send_unknown_event();
    chat.discord
        .send_event("MESSAGE_CREATE", &json!({"id": "1"}));
    chat.discord
        .send_event("INTERACTION_CREATE", &json!({"id": "1", "type": 99}));
    chat.discord.send_event(
        "MESSAGE_CREATE",
        &json!({"id": "1", "content": {"what": "somebody wrote that nobody can read"}}),
    );
    chat.still_answers().await;
    assert_eq!(chat.discord.identifies(), 1);
    let log = logged();
    assert!(
        log.contains("an event that I cannot read") && !log.contains("somebody wrote that"),
        "{log}"
    );
    chat.finish().await;
}

#[tokio::test]
async fn failing_registration_does_not_stop_the_bot() {
    let discord = StandIn::start().await;
    let guild = discord.guild("students");
    let (help, mia) = (guild.channel("help"), guild.member("mia"));
    discord.fail_next(Route::SetCommands, Fault::Forbidden);
    let bot = Setup::new().bot(&discord);
    discord.ready().await;
    let chat = Chat {
        discord,
        guild,
        help,
        mia,
        bot,
    };
    chat.asks(RESUME).await;
    chat.finish().await;
}

#[tokio::test]
async fn a_burst_of_questions_in_one_channel_is_answered_in_order_within_the_limits() {
    let chat = Chat::start().await;
    let mut questions = Vec::new();
    for _ in 0..40 {
        questions.push(
            chat.mia
                .says(&chat.help, &format!("@bot {RESUME}"))
                .await
                .id,
        );
    }
    for question in questions {
        let reply = chat.discord.next_message(&chat.help).await;
        assert_eq!(reply.reply_to, Some(question));
    }
    assert_eq!(chat.discord.rate_limits_exceeded(), 0);
    chat.finish().await;
}

#[tokio::test]
async fn a_rate_limit_holds_back_every_request_to_its_channel_and_none_to_another() {
    let chat = Chat::start().await;
    let other = chat.guild.channel("other");
    // Discord's limits for the channel are known beforehand.
    chat.asks(RESUME).await;
    chat.discord.fail_next(
        Route::CreateMessage,
        Fault::SharedRateLimited(Duration::from_secs(2)),
    );
    chat.discord.requests();
    for _ in 0..3 {
        chat.mia.says(&chat.help, &format!("@bot {RESUME}")).await;
    }
    chat.discord.requested(Route::CreateMessage).await;
    chat.mia.says(&other, &format!("@bot {RESUME}")).await;
    let elsewhere = chat.discord.next_message(&other).await;
    for _ in 0..3 {
        assert!(chat.discord.next_message(&chat.help).await.at > elsewhere.at);
    }
    assert_eq!(
        chat.discord.requests().on(Route::CreateMessage),
        5,
        "one of them met the limit"
    );
    chat.finish().await;
}

#[tokio::test]
async fn a_limit_of_two_minutes_does_not_hold_a_question_beyond_its_deadline() {
    let chat = Setup::new()
        .timeouts(|timeouts| timeouts.message = Duration::from_secs(2))
        .chat()
        .await;
    let other = chat.guild.channel("other");
    chat.discord.fail_next(
        Route::CreateMessage,
        Fault::SharedRateLimited(Duration::from_secs(120)),
    );
    chat.mia.says(&chat.help, &format!("@bot {RESUME}")).await;
    chat.discord.requested(Route::CreateMessage).await;
    chat.mia.says(&other, &format!("@bot {RESUME}")).await;
    chat.discord.next_message(&other).await;
    // A bot that was still waiting could not stop.
    let mut chat = chat;
    chat.bot.stop();
    let ended = tokio::time::timeout(Duration::from_secs(4), chat.bot.ended()).await;
    ended.expect("in time").expect("without an error");
    assert_eq!(chat.discord.requests().on(Route::CreateMessage), 2);
    chat.discord.disconnected().await;
    chat.discord.finish().await;
}

#[tokio::test]
async fn a_global_limit_holds_back_every_request() {
    let chat = Chat::start().await;
    let other = chat.guild.channel("other");
    let wait = Duration::from_secs(1);
    chat.discord
        .fail_next(Route::CreateMessage, Fault::GloballyRateLimited(wait));
    let begin = Instant::now();
    chat.mia.says(&chat.help, &format!("@bot {RESUME}")).await;
    chat.discord.requested(Route::CreateMessage).await;
    chat.mia.says(&other, &format!("@bot {RESUME}")).await;
    chat.discord.next_message(&other).await;
    assert!(begin.elapsed() >= wait);
    chat.discord.next_message(&chat.help).await;
    assert_eq!(chat.discord.requests(), [(Route::CreateMessage, 3)]);
    chat.finish().await;
}

#[tokio::test]
async fn a_short_outage_of_requests_loses_no_question() {
    let chat = Chat::start().await;
    // After 250, 500, 1,000 and 2,000 ms it is sent a fifth time.
    chat.discord
        .fail_times(Route::CreateMessage, Fault::ServerError, 4);
    chat.mia.says(&chat.help, &format!("@bot {RESUME}")).await;
    chat.discord.next_message(&chat.help).await;
    chat.finish().await;
}

#[tokio::test]
async fn a_changed_field_that_the_bot_does_not_use_silences_nothing() {
    let chat = Chat::start().await;
    let question = json!({
        "id": ((u64::from(u32::MAX)) << 22).to_string(), "channel_id": chat.help.id.to_string(),
        "guild_id": chat.guild.id.to_string(), "content": RESUME, "type": 0, "timestamp": 7, "attachments": "none",
        "author": {"id": chat.mia.id.to_string(), "username": ["mia"]}, "embeds": {"first": null},
        "mentions": [{"id": chat.discord.bot_id().to_string()}], "poll": [], "flags": "none",
    });
    chat.discord.send_event("MESSAGE_CREATE", &question);
    // The stand-in does not know the message that it replies to.
    assert_eq!(chat.discord.next_refusal().await.code, 50_035);
    chat.still_answers().await;
    chat.finish().await;
}

#[tokio::test]
async fn repeated_unreadable_events_cause_one_warning() {
    let chat = Chat::start().await;
    let before = logged();
    for _ in 0..5 {
        chat.discord
            .send_event("THREAD_CREATE", &json!({"id": "1"}));
    }
    chat.discord.settle().await;
    let warnings = |log: &str| log.matches("event=\"THREAD_CREATE\"").count();
    assert_eq!(warnings(&logged()) - warnings(&before), 1);
    chat.finish().await;
}
