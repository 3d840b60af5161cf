//! Starting and stopping.

use std::time::Duration;

use internbot::config::Discord;
use internbot::discord::{Options, RunError};

use crate::bot::*;
#[cfg(unix)]
use crate::program::{Program, SOON};
#[cfg(unix)]
use crate::small_guide::SmallGuide;
use crate::stand_in::*;

const RESUME: &str = "how do i write a resume";

#[tokio::test]
async fn no_privileged_intent_is_asked_for() {
    let chat = Chat::start().await;
    let (guilds, guild_messages, direct_messages) = (1, 1 << 9, 1 << 12);
    assert_eq!(chat.discord.intents(), guilds | guild_messages | direct_messages);
    chat.finish().await;
}

#[tokio::test]
async fn a_wrong_token_ends_the_bot_at_once_with_what_to_do() {
    let discord = StandIn::start().await;
    let ended = Bot::start_with(&discord, eager(), Options::default(), "wrong").ended().await;
    let Err(RunError::Token) = ended else { panic!("{ended:?}") };
    assert!(RunError::Token.to_string().contains("Reset Token"));
    assert_eq!(discord.identifies(), 0, "not even one IDENTIFY");
    assert_eq!(discord.next_refusal().await.status, 401);
    discord.finish().await;
}

#[tokio::test]
async fn a_refused_intent_ends_the_bot_after_one_try() {
    let discord = StandIn::start().await;
    let ended = Bot::start(&discord, Discord { unasked_channels: vec![1], ..eager() }).ended().await;
    let Err(RunError::Intent) = ended else { panic!("{ended:?}") };
    assert!(RunError::Intent.to_string().contains("Message Content Intent"));
    assert_eq!(discord.identifies(), 1);
    discord.finish().await;
}

#[tokio::test]
async fn a_bot_that_is_told_to_stop_finishes_what_is_under_way() {
    let mut chat = Chat::start().await;
    let slow = Duration::from_millis(700);
    chat.discord.fail_next(Route::CreateMessage, Fault::Slow(slow));
    chat.mia.says(&chat.help, &format!("@bot {RESUME}")).await;
    let reply = chat.discord.next_message(&chat.help).await;
    chat.bot.stop();
    chat.bot.ended().await.expect("the bot stops without an error");
    // Discord has the message at once and confirms it late: a bot that cut its request would be gone before that.
    assert!(reply.at.elapsed() >= slow, "the bot waited for the end of its request");
    assert!(reply.embed().author.ends_with(&topic("resume").title));
    chat.discord.disconnected().await;
    assert_eq!(chat.discord.requests(), [(Route::CreateMessage, 1)], "and did not send it twice");
    chat.discord.finish().await;
}

#[tokio::test]
async fn a_reply_that_never_ends_does_not_keep_the_bot_from_stopping() {
    let mut chat = Chat::start_with(Discord { stop_seconds: 0, request_seconds: 60, ..eager() }).await;
    chat.discord.fail_next(Route::CreateMessage, Fault::Slow(Duration::from_secs(3)));
    chat.mia.says(&chat.help, &format!("@bot {RESUME}")).await;
    chat.discord.next_message(&chat.help).await;
    chat.bot.stop();
    let ended = tokio::time::timeout(Duration::from_secs(2), chat.bot.ended()).await;
    ended.expect("in time").expect("without an error");
    chat.discord.finish().await;
}

/// The socket at which systemd would listen.
#[cfg(unix)]
struct Supervisor(tokio::net::UnixDatagram);

#[cfg(unix)]
impl Supervisor {
    /// What it is told next.
    async fn hears(&self) -> String {
        let mut message = [0; 256];
        let heard = tokio::time::timeout(SOON, self.0.recv(&mut message)).await;
        let length = heard.expect("it is told something").expect("the socket works");
        String::from_utf8_lossy(&message[..length]).into_owned()
    }

    /// What it is told next but that the bot lives.
    async fn hears_news(&self) -> String {
        loop {
            let heard = self.hears().await;
            if heard != "WATCHDOG=1" {
                return heard;
            }
        }
    }
}

#[cfg(unix)]
#[tokio::test]
async fn a_service_tells_that_it_is_ready_that_it_lives_and_that_it_stops() {
    let discord = StandIn::start().await;
    discord.guild("students");
    let guide = SmallGuide::new("Alpha");
    let socket = guide.beside("notify");
    let supervisor = Supervisor(tokio::net::UnixDatagram::bind(&socket).expect("a socket"));
    let mut program = Program::start(&discord, &guide, &[("NOTIFY_SOCKET", socket.as_os_str()), ("WATCHDOG_USEC", "400000".as_ref())]);

    assert_eq!(supervisor.hears_news().await, "READY=1");
    assert_eq!(discord.identifies(), 1, "ready is who has a session");
    discord.registered("ask").await;
    for _ in 0..3 {
        assert_eq!(supervisor.hears().await, "WATCHDOG=1");
    }
    // A reload neither ends the service nor makes it ready once more.
    program.signal("HUP");
    program.logged("SIGHUP", 1).await;
    program.signal("TERM");
    assert_eq!(supervisor.hears_news().await, "STOPPING=1");
    let status = program.ended().await;
    assert_eq!(status.code(), Some(0), "{status}");
    let log = program.logged("stopped", 1).await;
    assert!(!log.contains("WARN") && !log.contains("ERROR"), "{log}");
    discord.disconnected().await;
    discord.finish().await;
}
