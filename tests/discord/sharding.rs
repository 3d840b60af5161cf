//! More than one connection, in one process or in several.

use std::time::{Duration, Instant};

use internbot::config::{Discord, Shards};
use internbot::discord::RunError;

use crate::bot::*;
use crate::keeping::until;
use stand_in::*;

const RESUME: &str = "how do i write a resume";

/// Asks in a channel of each guild, and directly; each gets one answer.
async fn all_are_answered(discord: &StandIn, guilds: &[Guild]) {
    let channels: Vec<Channel> = guilds.iter().map(|guild| guild.channel("help")).collect();
    for (guild, channel) in guilds.iter().zip(&channels) {
        guild
            .member("mia")
            .says(channel, &format!("@bot {RESUME}"))
            .await;
    }
    for channel in &channels {
        discord.next_message(channel).await;
    }
    let max = guilds[0].member("max");
    max.dms(RESUME).await;
    discord.next_message(&max.dm()).await;
    for channel in &channels {
        discord.nothing_more(channel).await;
    }
}

#[tokio::test]
async fn one_process_opens_as_many_connections_as_discord_recommends() {
    let discord = StandIn::builder().shards(3).start().await;
    let guilds = ["one", "two", "three", "four"].map(|name| discord.guild(name));
    let mut bot = Setup::new().bot(&discord);
    discord.shards_are(&[(0, 3), (1, 3), (2, 3)]).await;
    discord.registered("ask").await;
    all_are_answered(&discord, &guilds).await;
    assert_eq!(
        discord.requests().on(Route::SetCommands),
        1,
        "the commands are one matter, not one a shard"
    );
    bot.stop();
    bot.ended().await.expect("the bot stops without an error");
    assert_eq!(discord.disconnected().await, Some(1000));
    discord.finish().await;
}

#[tokio::test]
async fn two_processes_share_the_guilds_and_one_of_them_registers_the_commands() {
    let discord = StandIn::start().await;
    let guilds = ["one", "two", "three", "four", "five"].map(|name| discord.guild(name));
    let part = |first, last| Discord {
        shards: Shards::Some {
            first,
            last,
            total: 4,
        },
        ..eager()
    };
    let mut second = Setup::new().config(part(2, 3)).bot(&discord);
    discord.shards_are(&[(2, 4), (3, 4)]).await;
    discord.settle().await;
    assert!(
        discord.commands().is_empty(),
        "that is for the process with the first shard"
    );
    let mut first = Setup::new().config(part(0, 1)).bot(&discord);
    discord.shards_are(&[(0, 4), (1, 4), (2, 4), (3, 4)]).await;
    discord.registered("ask").await;
    all_are_answered(&discord, &guilds).await;
    for bot in [&mut first, &mut second] {
        bot.stop();
    }
    first.ended().await.expect("it stops");
    second.ended().await.expect("it stops");
    discord.finish().await;
}

#[tokio::test]
async fn commands_of_single_servers_are_removed_whatever_their_shard() {
    let discord = StandIn::builder().shards(2).start().await;
    let guilds = ["one", "two"].map(|name| discord.guild(name));
    for guild in &guilds {
        let id = guild.id.to_string();
        let alone = Setup::new()
            .options(|options| options.guild = Some(guild.id))
            .bot(&discord);
        until("the server has commands of its own", async || {
            let commands = discord.commands();
            commands.iter().any(|command| command["guild_id"] == id)
        })
        .await;
        alone.stops().await;
    }
    let bot = Setup::new().bot(&discord);
    until("only the commands of all servers are left", async || {
        let commands = discord.commands();
        commands.len() > 5 && commands.iter().all(|command| command["guild_id"].is_null())
    })
    .await;
    discord.settle().await;
    // A new session repeats the servers, and they are not looked at again.
    assert!(discord.requests().on(Route::ListCommands) >= guilds.len());
    discord.close(4009);
    discord.identified(discord.identifies() + 1).await;
    discord.settle().await;
    assert_eq!(discord.requests().on(Route::ListCommands), 0);
    bot.stops().await;
    discord.finish().await;
}

#[tokio::test]
async fn shards_start_their_sessions_no_faster_than_discord_allows() {
    let discord = StandIn::builder().shards(2).start().await;
    discord.identify_at_once(1);
    let _guild = discord.guild("students");
    let begin = Instant::now();
    let mut bot = Setup::new().bot(&discord);
    discord.shards_are(&[(0, 2), (1, 2)]).await;
    assert_eq!(discord.identifies(), 2, "none was refused");
    assert!(begin.elapsed() >= Duration::from_secs(4));
    bot.stop();
    bot.ended().await.expect("it stops");
    discord.finish().await;
}

#[tokio::test]
async fn a_lost_shard_does_not_disturb_the_others() {
    let discord = StandIn::builder().shards(2).start().await;
    let guilds = ["one", "two"].map(|name| discord.guild(name));
    let mut bot = Setup::new().bot(&discord);
    discord.shards_are(&[(0, 2), (1, 2)]).await;
    discord.registered("ask").await;
    discord.drop_connection();
    discord.resumed().await;
    discord.resumed().await;
    assert_eq!(discord.identifies(), 2);
    all_are_answered(&discord, &guilds).await;
    bot.stop();
    bot.ended().await.expect("it stops");
    discord.finish().await;
}

#[tokio::test]
async fn a_bot_that_has_outgrown_its_shards_opens_more_if_allowed() {
    let chat = Chat::start().await;
    chat.discord.needs_shards(2);
    chat.discord.close(4011);
    chat.discord.shards_are(&[(0, 2), (1, 2)]).await;
    chat.asks(RESUME).await;
    chat.finish().await;

    let discord = StandIn::start().await;
    discord.needs_shards(2);
    let fixed = Discord {
        shards: Shards::Some {
            first: 0,
            last: 0,
            total: 1,
        },
        ..eager()
    };
    let ended = Setup::new().config(fixed).bot(&discord).ended().await;
    let Err(RunError::Shards) = ended else {
        panic!("{ended:?}")
    };
    assert_eq!(discord.identifies(), 1);
    discord.finish().await;
}
