//! A stand-in Discord server to try the bot with, without an account: start this, start the bot, then type.
//!
//! ```text
//! cargo run --release --example stand_in_chat
//! DISCORD_TOKEN=stand-in-token cargo run --release -- run --config examples/stand_in.toml
//! ```
//!
//! Each line is a question from a member who mentions the bot; `> That helped` clicks a button of the last reply; the end of
//! the input (Ctrl-D) ends the conversation. `/topics`, `/resources`, `/help`, `/privacy` and `/forget-me` are commands.

#![allow(
    clippy::print_stdout,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "an example talks, and may stop"
)]

use std::io::BufRead;
use std::time::Duration;

use stand_in::{Channel, Member, Message, StandIn};

/// The port that `examples/stand_in.toml` names.
const PORT: u16 = 4300;
/// The commands that need nothing else.
const COMMANDS: [&str; 5] = ["/topics", "/resources", "/help", "/privacy", "/forget-me"];
/// How often it is looked whether the bot is there.
const LOOK_INTERVAL: Duration = Duration::from_millis(200);

#[tokio::main]
async fn main() {
    let discord = StandIn::builder().port(PORT).start().await;
    let guild = discord.guild("students");
    let (help, mia) = (guild.channel("help"), guild.member("mia"));
    println!(
        "A stand-in Discord is running at {}. In another terminal, run:\n",
        discord.url()
    );
    println!(
        "  DISCORD_TOKEN={} cargo run --release -- run --config examples/stand_in.toml\n",
        discord.token()
    );
    // However long the bot takes to be built.
    while discord.commands().is_empty() {
        tokio::time::sleep(LOOK_INTERVAL).await;
    }
    println!(
        "The bot is connected. Ask something; \"> That helped\" clicks a button; Ctrl-D quits."
    );
    talk(&discord, &help, &mia).await;
    discord.settle().await;
    println!("Goodbye.");
    std::process::exit(0);
}

async fn talk(discord: &StandIn, help: &Channel, mia: &Member) {
    let mut last: Option<Message> = None;
    for line in std::io::stdin().lock().lines().map_while(Result::ok) {
        match (line.trim(), &last) {
            ("", _) => {}
            (text, Some(message)) if text.starts_with('>') => {
                let label = text.trim_start_matches('>').trim();
                if !message.labels().contains(&label) {
                    println!(
                        "There is no button {label:?}; there is {:?}.",
                        message.labels()
                    );
                    continue;
                }
                let response = mia.clicks(message, label).await;
                println!("\nmia clicks {label:?}; {:?}:", response.kind);
                if label != "Remove" {
                    show(response.message());
                    last = Some(response.message().clone());
                }
            }
            (text, _) if COMMANDS.contains(&text) => {
                let response = mia.slash(text.trim_start_matches('/'), &[]).await;
                println!("\nmia: {text}; {:?}:", response.kind);
                show(response.message());
                last = Some(response.message().clone());
            }
            (text, _) => {
                println!("\nmia: @internbot {text}");
                let question = mia.says(help, &format!("@bot {text}")).await;
                let message = discord.next_message(help).await;
                println!(
                    "internbot, {:.1} ms later:",
                    (message.at - question.at).as_secs_f64() * 1_000.0
                );
                show(&message);
                last = Some(message);
            }
        }
    }
}

fn show(message: &Message) {
    let indented = |text: &str| text.lines().for_each(|line| println!("  │ {line}"));
    indented(&message.text());
    println!("  │ [{}]", message.labels().join("] ["));
    for menu in message.menus() {
        let options: Vec<&str> = menu
            .options
            .iter()
            .map(|option| option.label.as_str())
            .collect();
        println!("  │ {} ▾ {}", menu.placeholder, options.join(", "));
    }
    if message.ephemeral {
        println!("  │ (only mia sees this)");
    }
}
