//! Starting and stopping.

#[cfg(unix)]
use std::ffi::OsStr;
use std::time::Duration;

use internbot::config::Discord;
use internbot::discord::RunError;

use crate::bot::*;
#[cfg(unix)]
use crate::keeping::until;
#[cfg(unix)]
use crate::program::{Launch, Program, SOON};
#[cfg(unix)]
use crate::proxy::Proxy;
#[cfg(unix)]
use crate::small_guide::SmallGuide;
use stand_in::*;

const RESUME: &str = "how do i write a resume";

#[tokio::test]
async fn no_privileged_intent_is_asked_for() {
    let chat = Chat::start().await;
    let (guilds, guild_messages, direct_messages) = (1, 1 << 9, 1 << 12);
    assert_eq!(
        chat.discord.intents(),
        guilds | guild_messages | direct_messages
    );
    chat.finish().await;
}

#[tokio::test]
async fn a_wrong_token_ends_the_bot_at_once_and_says_what_to_do() {
    let discord = StandIn::start().await;
    let ended = Setup::new().token("wrong").bot(&discord).ended().await;
    let Err(RunError::Token) = ended else {
        panic!("{ended:?}")
    };
    assert!(RunError::Token.to_string().contains("Reset Token"));
    assert_eq!(discord.identifies(), 0, "not even one IDENTIFY");
    assert_eq!(discord.next_refusal().await.status, 401);
    discord.finish().await;
}

#[tokio::test]
async fn a_refused_intent_ends_the_bot_after_one_try() {
    let discord = StandIn::start().await;
    let ended = Setup::new()
        .config(Discord {
            unasked_channels: vec![1],
            ..eager()
        })
        .bot(&discord)
        .ended()
        .await;
    let Err(RunError::Intent) = ended else {
        panic!("{ended:?}")
    };
    assert!(
        RunError::Intent
            .to_string()
            .contains("Message Content Intent")
    );
    assert_eq!(discord.identifies(), 1);
    discord.finish().await;
}

#[tokio::test]
async fn a_bot_told_to_stop_finishes_what_is_in_progress() {
    let mut chat = Chat::start().await;
    let slow = Duration::from_millis(700);
    chat.discord
        .fail_next(Route::CreateMessage, Fault::Slow(slow));
    chat.mia.says(&chat.help, &format!("@bot {RESUME}")).await;
    let reply = chat.discord.next_message(&chat.help).await;
    chat.bot.stop();
    chat.bot
        .ended()
        .await
        .expect("the bot stops without an error");
    // Discord gets the message at once and confirms it late: a bot that aborted its request would be gone before that.
    assert!(
        reply.at.elapsed() >= slow,
        "the bot waited for the end of its request"
    );
    assert!(reply.page().path.ends_with(&topic("resume").title));
    chat.discord.disconnected().await;
    assert_eq!(
        chat.discord.requests(),
        [(Route::CreateMessage, 1)],
        "and did not send it twice"
    );
    chat.discord.finish().await;
}

#[tokio::test]
async fn a_reply_that_never_finishes_does_not_stop_the_bot_from_ending() {
    let mut chat = Setup::new()
        .timeouts(|timeouts| {
            timeouts.stop = Duration::ZERO;
            timeouts.request = Duration::from_secs(60);
        })
        .chat()
        .await;
    chat.discord
        .fail_next(Route::CreateMessage, Fault::Slow(Duration::from_secs(3)));
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
        let length = heard
            .expect("it is told something")
            .expect("the socket works");
        String::from_utf8_lossy(&message[..length])
            .trim_end()
            .to_owned()
    }

    /// What it is told next, apart from that the bot is alive.
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
async fn a_service_reports_that_it_is_ready_alive_and_stopping() {
    let discord = StandIn::start().await;
    discord.guild("students");
    let guide = SmallGuide::new("Alpha");
    let socket = guide.beside("notify");
    let supervisor = Supervisor(tokio::net::UnixDatagram::bind(&socket).expect("a socket"));
    let mut program = Program::start(
        &discord,
        &guide,
        &[
            ("NOTIFY_SOCKET", socket.as_os_str()),
            ("WATCHDOG_USEC", "400000".as_ref()),
        ],
    );

    assert_eq!(supervisor.hears_news().await, "READY=1");
    assert_eq!(discord.identifies(), 1, "ready is who has a session");
    discord.registered("ask").await;
    for _ in 0..3 {
        assert_eq!(supervisor.hears().await, "WATCHDOG=1");
    }
    // A reload neither ends the service nor reports it as ready again.
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

#[cfg(unix)]
#[tokio::test]
async fn a_service_is_ready_once_all_its_shards_are_connected() {
    let discord = StandIn::builder().shards(2).start().await;
    // The second begins its session five seconds after the first.
    discord.identify_at_once(1);
    let guide = SmallGuide::new("Alpha");
    let socket = guide.beside("notify");
    let supervisor = Supervisor(tokio::net::UnixDatagram::bind(&socket).expect("a socket"));
    let mut program = Program::start(
        &discord,
        &guide,
        &[
            ("NOTIFY_SOCKET", socket.as_os_str()),
            ("WATCHDOG_USEC", "400000".as_ref()),
        ],
    );
    assert_eq!(supervisor.hears_news().await, "READY=1");
    assert_eq!(discord.identifies(), 2);
    program.signal("TERM");
    assert_eq!(program.ended().await.code(), Some(0));
    discord.finish().await;
}

#[cfg(unix)]
#[tokio::test]
async fn a_signal_before_the_guide_is_read_does_not_end_the_program() {
    let discord = StandIn::start().await;
    discord.guild("students");
    let guide = SmallGuide::new("Alpha");
    let pipe = guide.beside("token");
    assert!(
        std::process::Command::new("mkfifo")
            .arg(&pipe)
            .status()
            .expect("there is mkfifo")
            .success()
    );
    let (url, folder, token_file) = (
        discord.url(),
        guide.folder(),
        format!("token_file = {pipe:?}"),
    );
    let mut program = Program::launch(&Launch {
        discord: &token_file,
        ..Launch::new(&url, &folder, guide.home())
    });
    // A pipe opens once its other end does: now the program is waiting for its token, and has not read the guide.
    let opened =
        tokio::task::spawn_blocking(move || std::fs::OpenOptions::new().write(true).open(pipe));
    let mut pipe = opened.await.expect("no panic").expect("a pipe");
    program.signal("HUP");
    std::io::Write::write_all(&mut pipe, discord.token().as_bytes()).expect("the program reads");
    drop(pipe);
    discord.registered("ask").await;
    program.logged("SIGHUP", 1).await;
    program.signal("TERM");
    assert_eq!(program.ended().await.code(), Some(0));
    discord.finish().await;
}

#[cfg(unix)]
#[tokio::test]
async fn an_outage_is_one_line_when_it_begins_and_one_when_it_is_over() {
    let discord = StandIn::start().await;
    let guide = SmallGuide::new("Alpha");
    let port = discord
        .url()
        .rsplit(':')
        .next()
        .and_then(|port| port.parse().ok())
        .expect("a port");
    let mut program = Program::start(&discord, &guide, &[]);
    discord.registered("ask").await;
    discord.finish().await;
    program.logged("no connection to Discord", 1).await;

    let discord = StandIn::builder().port(port).start().await;
    discord.ready().await;
    program.logged(" connected ", 2).await;
    program.signal("TERM");
    assert_eq!(program.ended().await.code(), Some(0));
    let log = program.logged("stopped", 1).await;
    assert_eq!(
        (log.matches("WARN").count(), log.matches("ERROR").count()),
        (1, 0),
        "{log}"
    );
    discord.finish().await;
}

#[cfg(unix)]
#[tokio::test]
async fn a_name_that_does_not_resolve_is_retried_and_logged_once() {
    let guide = SmallGuide::new("Alpha");
    let token = [("DISCORD_TOKEN", "a-token".as_ref())];
    let folder = guide.folder();
    let launch = Launch::new("http://discord.invalid", &folder, guide.home());
    let mut program = Program::launch(&Launch {
        variables: &token,
        ..launch
    });
    // A resolver may take its time before it gives up.
    let limit = Duration::from_secs(20);
    program
        .logged_within("cannot reach Discord", 1, limit)
        .await;
    program.signal("TERM");
    assert_eq!(program.ended().await.code(), Some(0));
    let log = program.logged("stopped", 1).await;
    assert_eq!(log.matches("WARN").count(), 1, "{log}");
}

#[cfg(unix)]
#[tokio::test]
async fn an_invalid_log_level_is_reported_and_the_default_is_used() {
    let discord = StandIn::start().await;
    let guide = SmallGuide::new("Alpha");
    let mut program = Program::start(
        &discord,
        &guide,
        &[("INTERNBOT_LOG", "internbot=loud".as_ref())],
    );
    discord.registered("ask").await;
    program.logged("INTERNBOT_LOG", 1).await;
    program.signal("TERM");
    assert_eq!(program.ended().await.code(), Some(0));
    let log = program.logged("stopped", 1).await;
    assert!(log.contains("write it as internbot=debug"), "{log}");
    discord.finish().await;
}

#[cfg(unix)]
#[tokio::test]
async fn problems_that_only_a_person_can_fix_end_the_program_with_status_1() {
    let discord = StandIn::start().await;
    let guide = SmallGuide::new("Alpha");
    let mut program = Program::start(&discord, &guide, &[]);
    discord.registered("ask").await;
    discord.close(4004);
    assert_eq!(program.ended().await.code(), Some(1));
    program.logged("click Reset Token", 1).await;
    discord.finish().await;
}

#[cfg(unix)]
#[tokio::test]
async fn the_systems_proxy_is_not_used_for_an_address_on_this_machine() {
    let discord = StandIn::start().await;
    let guide = SmallGuide::new("Small");
    // Port 9 discards everything, if anything listens there at all.
    let nowhere: &OsStr = "http://127.0.0.1:9".as_ref();
    let variables = ["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "ALL_PROXY"];
    let mut program = Program::start(&discord, &guide, &variables.map(|name| (name, nowhere)));
    let log = program.logged("Discord has accepted the commands", 1).await;
    assert!(!log.contains("proxy"), "{log}");
    program.signal("TERM");
    assert!(program.ended().await.success());
    discord.finish().await;
}

/// The names of Discord and its gateway, reserved for tests (RFC 2606), so that only a proxy can find them.
#[cfg(unix)]
const BEHIND_A_PROXY: &str = "http://discord.invalid";
#[cfg(unix)]
const GATEWAY_BEHIND_A_PROXY: &str = "ws://gateway.discord.invalid";

/// Starts the program with an address in place of Discord's, behind these environment variables.
#[cfg(unix)]
fn start_at(
    url: &str,
    discord: &StandIn,
    guide: &SmallGuide,
    variables: &[(&str, &str)],
) -> Program {
    let token = discord.token();
    let own = [("DISCORD_TOKEN", token.as_str())];
    let all = own.iter().chain(variables);
    let variables: Vec<(&str, &OsStr)> = all.map(|(name, value)| (*name, value.as_ref())).collect();
    Program::launch(&Launch {
        variables: &variables,
        ..Launch::new(url, &guide.folder(), guide.home())
    })
}

#[cfg(unix)]
#[tokio::test]
async fn requests_and_the_gateway_use_the_proxy_also_after_a_reconnect() {
    let discord = StandIn::start().await;
    discord.gateway_at(GATEWAY_BEHIND_A_PROXY);
    let (proxy, guide) = (Proxy::start(&discord).await, SmallGuide::new("Small"));
    let variables = [("HTTP_PROXY", proxy.url())];
    let mut program = start_at(BEHIND_A_PROXY, &discord, &guide, &variables);
    discord.registered("ask").await;
    discord.drop_connection();
    discord.resumed().await;
    let log = program.log();
    for part in [
        "requests to Discord go through the proxy that HTTP_PROXY names",
        "the connection to the gateway goes through the proxy that HTTP_PROXY names",
    ] {
        assert!(log.contains(part), "{part:?} is not in\n{log}");
    }
    let asked = proxy.asked();
    let of_gateway = "GET http://gateway.discord.invalid/?v=10&encoding=json HTTP/1.1";
    let connections = asked.iter().filter(|line| *line == of_gateway);
    assert_eq!(connections.count(), 2, "{asked:?}");
    program.signal("TERM");
    assert!(program.ended().await.success());
    discord.finish().await;
}

#[cfg(unix)]
#[tokio::test]
async fn the_gateway_is_reached_through_a_tunnel_and_this_machine_directly() {
    let discord = StandIn::start().await;
    discord.gateway_at("wss://gateway.discord.invalid");
    let (proxy, guide) = (Proxy::start(&discord).await, SmallGuide::new("Small"));
    let variables = [("HTTPS_PROXY", proxy.url()), ("HTTP_PROXY", proxy.url())];
    let program = start_at(&discord.url(), &discord, &guide, &variables);
    until("the proxy is asked for a tunnel", async || {
        !proxy.asked().is_empty()
    })
    .await;
    assert_eq!(
        proxy.asked()[0],
        "CONNECT gateway.discord.invalid:443 HTTP/1.1"
    );
    let log = program.logged("no connection to Discord", 1).await;
    assert!(
        log.contains("the gateway goes through the proxy that HTTPS_PROXY names"),
        "{log}"
    );
    assert!(!log.contains("requests to Discord go"), "{log}");
    assert!(log.contains("unsuccessful"), "{log}");
    drop(program);
    discord.finish().await;
}

#[cfg(unix)]
#[tokio::test]
async fn hosts_in_no_proxy_are_reached_directly_and_no_proxy_is_logged() {
    let discord = StandIn::start().await;
    discord.gateway_at("wss://gateway.discord.invalid");
    let (proxy, guide) = (Proxy::start(&discord).await, SmallGuide::new("Small"));
    let variables = [
        ("ALL_PROXY", proxy.url()),
        ("NO_PROXY", "localhost,.discord.invalid"),
    ];
    let program = start_at(&discord.url(), &discord, &guide, &variables);
    let log = program.logged("no connection to Discord", 1).await;
    assert!(!log.contains("proxy"), "{log}");
    assert!(proxy.asked().is_empty(), "{:?}", proxy.asked());
    drop(program);
    discord.finish().await;
}

#[cfg(unix)]
#[tokio::test]
async fn a_variable_that_names_no_proxy_is_logged_but_not_shown() {
    let discord = StandIn::start().await;
    let guide = SmallGuide::new("Small");
    for unusable in ["garbage://bot:hunter2@proxy", "hunter2 with spaces"] {
        let variables = [("HTTPS_PROXY", unusable)];
        let mut program = start_at(&discord.url(), &discord, &guide, &variables);
        let log = program.logged("Discord has accepted the commands", 1).await;
        assert!(
            log.contains("HTTPS_PROXY is not the address of a proxy, so it is ignored: write http://HOST:PORT"),
            "{log}"
        );
        assert!(!log.contains("hunter2"), "{log}");
        program.signal("TERM");
        assert!(program.ended().await.success());
    }
    discord.finish().await;
}
