//! Connection problems, at startup or later: the bot comes back by itself, or ends and says what to do.

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use internbot::config::{Discord, Shards};
use internbot::discord::RunError;

use crate::bot::*;
use stand_in::*;

const RESUME: &str = "how do i write a resume";

/// A bot that gives up an attempt to connect soon.
fn impatient() -> Setup {
    Setup::new().timeouts(|timeouts| timeouts.connect = Duration::from_secs(1))
}

impl Chat {
    /// The bot connects again if it must, and answers a question, once.
    async fn answers_again(self) {
        self.discord.ready().await;
        let reply = self.asks(RESUME).await;
        assert!(
            reply.page().path.ends_with(&topic("resume").title),
            "{reply}"
        );
        self.discord.nothing_more(&self.help).await;
        self.finish().await;
    }
}

#[tokio::test]
async fn the_bot_comes_back_whatever_code_the_connection_is_closed_with() {
    let codes = [
        None,
        Some(1000),
        Some(1001),
        Some(1011),
        Some(4000),
        Some(4001),
        Some(4002),
        Some(4003),
        Some(4005),
        Some(4006),
    ];
    let codes = codes
        .into_iter()
        .chain([Some(4007), Some(4008), Some(4009), Some(4321)]);
    join_all(codes.map(async |code| {
        let chat = Chat::start().await;
        match code {
            Some(code) => chat.discord.close(code),
            None => chat.discord.close_without_code(),
        }
        chat.answers_again().await;
    }))
    .await;
}

#[tokio::test]
async fn problems_that_only_a_person_can_fix_end_the_bot_and_say_how_to_fix_them() {
    for (code, part) in [
        (4004, "Reset Token"),
        (4010, "discord.shards"),
        (4011, "discord.shards"),
        (4012, "update internbot"),
        (4013, "update internbot"),
        (4014, "Message Content Intent"),
    ] {
        let chat = Setup::new()
            .config(Discord {
                shards: Shards::Some {
                    first: 0,
                    last: 0,
                    total: 1,
                },
                ..eager()
            })
            .chat()
            .await;
        chat.discord.close(code);
        let ended = chat.bot.ended().await.expect_err("it cannot go on");
        assert!(ended.to_string().contains(part), "{code}: {ended}");
        assert_eq!(chat.discord.identifies(), 1, "{code}");
        chat.discord.finish().await;
    }
}

#[tokio::test]
async fn a_gateway_that_refuses_the_bot_at_first_is_retried_until_it_accepts() {
    let troubles: [fn(&StandIn); 4] = [
        |discord| discord.refuse_connections(2),
        |discord| discord.stall_connections(1),
        |discord| discord.withhold_hello(1),
        |discord| discord.fail_times(Route::GatewayBot, Fault::ServerError, 6),
    ];
    join_all(troubles.map(async |trouble| {
        let discord = StandIn::start().await;
        trouble(&discord);
        let chat = impatient().chat_in(discord).await;
        assert_eq!(chat.discord.identifies(), 1);
        chat.answers_again().await;
    }))
    .await;
}

#[tokio::test]
async fn refused_connections_later_on_keep_the_session() {
    let troubles: [fn(&StandIn); 3] = [
        |discord| discord.refuse_connections(3),
        |discord| discord.stall_connections(1),
        |discord| discord.withhold_hello(1),
    ];
    join_all(troubles.map(async |trouble| {
        let chat = impatient().chat().await;
        trouble(&chat.discord);
        chat.discord.drop_connection();
        chat.discord.resumed().await;
        assert_eq!(chat.discord.identifies(), 1);
        chat.answers_again().await;
    }))
    .await;
}

#[tokio::test]
async fn a_dead_connection_is_noticed_and_questions_asked_meanwhile_are_answered() {
    let discord = StandIn::builder()
        .heartbeat_interval(Duration::from_millis(300))
        .start()
        .await;
    let chat = Setup::new().chat_in(discord).await;
    chat.discord.go_deaf();
    chat.mia.says(&chat.help, &format!("@bot {RESUME}")).await;
    chat.discord.resumed().await;
    chat.discord.next_message(&chat.help).await;
    assert_eq!(chat.discord.identifies(), 1);
    chat.answers_again().await;
}

#[tokio::test]
async fn an_invalid_session_is_replaced_but_not_at_once() {
    let discord = StandIn::start().await;
    discord.refuse_sessions(1);
    let begin = Instant::now();
    let chat = Setup::new().chat_in(discord).await;
    assert_eq!(chat.discord.identifies(), 2);
    assert!(
        begin.elapsed() >= Duration::from_millis(2_500),
        "the budget of sessions is spent with care"
    );
    chat.answers_again().await;
}

#[tokio::test]
async fn a_gateway_that_closes_at_every_identify_is_not_hammered() {
    let discord = StandIn::start().await;
    discord.close_sessions(1);
    let begin = Instant::now();
    let chat = Setup::new().chat_in(discord).await;
    assert_eq!(
        (chat.discord.identifies(), chat.discord.connections()),
        (2, 2)
    );
    assert!(begin.elapsed() >= Duration::from_millis(2_500));
    chat.answers_again().await;
}

#[tokio::test]
async fn a_gateway_that_closes_after_every_resume_is_retried_with_growing_delays() {
    let chat = Chat::start().await;
    chat.discord.close_resumes(5);
    let begin = Instant::now();
    chat.discord.drop_connection();
    for _ in 0..6 {
        chat.discord.resumed().await;
    }
    // 0, 250, 500, 1,000 and 2,000 ms, each at most halved.
    assert!(
        begin.elapsed() >= Duration::from_millis(3_750 / 2),
        "{:?}",
        begin.elapsed()
    );
    assert_eq!(
        (chat.discord.identifies(), chat.discord.connections()),
        (1, 7)
    );
    chat.answers_again().await;
}

#[tokio::test]
async fn a_proxy_sees_resumed_sessions_too() {
    let discord = StandIn::start().await;
    // Nobody listens there.
    discord.resume_at("ws://127.0.0.1:9");
    let chat = Setup::new().chat_in(discord).await;
    chat.discord.drop_connection();
    chat.discord.resumed().await;
    assert_eq!(chat.discord.connections(), 2);
    chat.answers_again().await;
}

#[tokio::test]
async fn the_last_sessions_of_a_day_are_kept_in_reserve() {
    let discord = StandIn::start().await;
    let reset = Duration::from_millis(1_500);
    discord.sessions_left(3, reset);
    let begin = Instant::now();
    let chat = Setup::new().chat_in(discord).await;
    assert!(
        begin.elapsed() >= reset,
        "no session was begun before the budget was full again"
    );
    assert!(logged().contains("nearly all the sessions that Discord allows in a day"));
    assert_eq!(chat.discord.identifies(), 1);
    chat.answers_again().await;
}

#[tokio::test]
async fn a_bot_waiting_for_discord_stops_when_told_to() {
    let discord = StandIn::start().await;
    discord.fail_next(Route::GatewayBot, Fault::Slow(Duration::from_secs(8)));
    let mut bot = Setup::new().bot(&discord);
    discord.requested(Route::GatewayBot).await;
    bot.stop();
    let ended = tokio::time::timeout(Duration::from_secs(2), bot.ended()).await;
    ended.expect("at once").expect("without an error");
    assert_eq!(discord.identifies(), 0);

    // The same while it waits for HELLO, and while it waits to try again.
    discord.withhold_hello(1);
    let mut bot = Setup::new().bot(&discord);
    discord.connections_reach(1).await;
    bot.stop();
    tokio::time::timeout(Duration::from_secs(2), bot.ended())
        .await
        .expect("at once")
        .expect("without an error");
    discord.refuse_sessions(1);
    let mut bot = Setup::new().bot(&discord);
    discord.identified(1).await;
    bot.stop();
    tokio::time::timeout(Duration::from_secs(2), bot.ended())
        .await
        .expect("at once")
        .expect("without an error");
    discord.finish().await;
}

#[tokio::test]
async fn a_wrong_address_ends_the_bot_with_one_sentence() {
    let discord = StandIn::start().await;
    discord.fail_next(Route::GatewayBot, Fault::NotFound);
    let ended = Setup::new().bot(&discord).ended().await;
    let Err(RunError::Address(_)) = ended else {
        panic!("{ended:?}")
    };
    discord.finish().await;
    for wrong in ["discord.com", "ftp://discord.com", "https://"] {
        let ended = Setup::new()
            .bot_at(wrong)
            .ended()
            .await
            .expect_err("it cannot go on");
        assert!(ended.to_string().contains("discord.api_url"), "{ended}");
    }
}
