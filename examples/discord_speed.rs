//! Measures how fast the bot answers in Discord and how much memory it takes, with the stand-in server on real sockets.
//!
//! ```text
//! cargo build --release && cargo run --release --example discord_speed -- target/release/internbot [GUILDS [SHARDS]]
//! ```
//!
//! The bot runs in its own process. The example prints the time from its start to its session, and from a message on the socket
//! to the request that answers it, one message at a time; messages a second with many at a time; the bot's processor time for
//! each of those, and for a message between other people; and its resident memory.
//!
//! A bot may send 50 requests a second, and waits when it has. So as not to measure that, questions come in volleys of fewer, a
//! second and more apart.

#![allow(
    clippy::print_stdout,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "an example talks, and may stop"
)]

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use internbot::knowledge;
use stand_in::StandIn;

/// Questions for each figure.
const QUESTIONS: usize = 1_000;
/// Questions in a second, fewer than the bot may answer.
const VOLLEY: usize = 40;
/// From one volley to the next.
const PAUSE: Duration = Duration::from_millis(1_200);
/// Questions at the start of a volley that are not counted: the processor has to wake up.
const WARM_UP: usize = 8;
/// Messages between people, which are most of what a bot hears.
const CHATTER: usize = 20_000;
/// Channels of each guild.
const CHANNELS: usize = 50;
/// Guilds and shards that are measured unless the command line says otherwise: the fewest, and the most on one shard.
const SIZES: [(usize, u64); 2] = [(1, 1), (2_500, 1)];

#[tokio::main]
async fn main() {
    let mut arguments = std::env::args().skip(1);
    let program = arguments
        .next()
        .unwrap_or_else(|| "target/release/internbot".to_owned());
    let shards = |text: String| text.parse().expect("SHARDS is a number");
    let sizes = match arguments.next() {
        Some(guilds) => vec![(
            guilds.parse().expect("GUILDS is a number"),
            arguments.next().map_or(1, shards),
        )],
        None => SIZES.to_vec(),
    };
    let questions = questions();
    for size in sizes {
        measure(&program, size, &questions).await;
    }
    std::process::exit(0);
}

/// Every phrasing of the guide, as often as it takes.
fn questions() -> Vec<String> {
    let knowledge = knowledge::load(Path::new("knowledge"), jiff::Zoned::now().date())
        .expect("the guide of this repository has no error");
    let topics = knowledge.topics().iter();
    let phrasings: Vec<String> = topics
        .flat_map(|topic| &topic.questions)
        .map(|phrasing| format!("@bot {}", phrasing.text))
        .collect();
    phrasings.into_iter().cycle().take(QUESTIONS).collect()
}

async fn measure(program: &str, (guilds, shards): (usize, u64), questions: &[String]) {
    let discord = StandIn::builder()
        .without_rate_limits()
        .shards(shards)
        .start()
        .await;
    let mut first = None;
    for number in 0..guilds {
        let guild = discord.guild(&format!("guild {number}"));
        let channels: Vec<_> = (0..CHANNELS)
            .map(|number| guild.channel(&format!("channel-{number}")))
            .collect();
        first.get_or_insert((guild.member("mia"), channels));
    }
    let (mia, channels) = first.expect("at least one guild");
    let (help, config) = (&channels[0], config(&discord));
    let begin = Instant::now();
    let mut bot = start(program, config.path());
    discord.ready().await;
    let connected = begin.elapsed();
    discord
        .shards_are(&(0..shards).map(|shard| (shard, shards)).collect::<Vec<_>>())
        .await;
    discord.registered("ask").await;
    discord.settle().await;
    println!("{guilds} guild(s) of {CHANNELS} channels, {shards} shard(s)");
    println!(
        "  from start to connected          {:>8.0} ms",
        milliseconds(connected)
    );
    println!(
        "  resident memory when ready       {:>8.1} MiB",
        resident(&bot)
    );

    let mut times: Vec<Duration> = Vec::new();
    for volley in questions.chunks(VOLLEY) {
        tokio::time::sleep(PAUSE).await;
        for (number, question) in volley.iter().enumerate() {
            let asked = mia.says(help, question).await;
            let time = discord.next_message(help).await.at - asked.at;
            times.extend((number >= WARM_UP).then_some(time));
        }
    }
    times.sort();
    println!(
        "  event to request, median         {:>8.2} ms",
        milliseconds(times[times.len() / 2])
    );
    println!(
        "  event to request, 99th percentile{:>8.2} ms",
        milliseconds(times[times.len() * 99 / 100])
    );

    let (mut taken, mut used) = (Duration::ZERO, Duration::ZERO);
    for volley in questions.chunks(VOLLEY) {
        tokio::time::sleep(PAUSE).await;
        let (begin, before) = (Instant::now(), processor_time(&bot));
        for (question, channel) in volley.iter().zip(&channels) {
            mia.says(channel, question).await;
        }
        for (_, channel) in volley.iter().zip(&channels) {
            discord.next_message(channel).await;
        }
        taken += begin.elapsed();
        used += processor_time(&bot) - before;
    }
    println!(
        "  messages a second, {VOLLEY} at a time  {:>8.0}",
        questions.len() as f64 / taken.as_secs_f64()
    );
    println!(
        "  processor time a question        {:>8.2} ms",
        milliseconds(used) / questions.len() as f64
    );
    let used = processor_time(&bot);
    for number in 0..CHATTER {
        mia.says(
            &channels[number % CHANNELS],
            "does anybody know a good place for lunch near the library?",
        )
        .await;
    }
    discord.settle().await;
    let each = milliseconds(processor_time(&bot) - used) / CHATTER as f64;
    println!("  the same, a message to others    {each:>8.3} ms");
    println!(
        "  resident memory afterwards       {:>8.1} MiB",
        resident(&bot)
    );
    bot.kill().expect("the bot runs");
    bot.wait().expect("the bot has ended");
    // Unlike in a test, it does not matter what the measurement leaves unread.
    std::mem::forget(discord);
}

fn config(discord: &StandIn) -> tempfile::NamedTempFile {
    let file = tempfile::NamedTempFile::new().expect("a temporary file");
    let text = format!(
        "[discord]\napi_url = \"{}\"\ncooldown_seconds = 0\nrepeat_minutes = 0\n\n[store]\nurl = \"\"\n",
        discord.url()
    );
    std::fs::write(file.path(), text).expect("a temporary file can be written");
    file
}

fn start(program: &str, config: &Path) -> Child {
    let mut command = Command::new(program);
    command
        .arg("run")
        .arg("--config")
        .arg(config)
        .env("DISCORD_TOKEN", "stand-in-token")
        .env("INTERNBOT_LOG", "warn");
    command
        .stdin(Stdio::null())
        .spawn()
        .unwrap_or_else(|fault| panic!("cannot start {program}: {fault}"))
}

/// Resident memory in MiB, from `/proc`; 0 where there is none.
fn resident(bot: &Child) -> f64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", bot.id())).unwrap_or_default();
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))
        .unwrap_or_default();
    line.trim()
        .trim_end_matches(" kB")
        .parse::<f64>()
        .unwrap_or_default()
        / 1_024.0
}

/// Processor time of all threads, from `/proc`; zero where there is none.
fn processor_time(bot: &Child) -> Duration {
    let threads = std::fs::read_dir(format!("/proc/{}/task", bot.id()));
    let times = threads
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|thread| {
            let times = std::fs::read_to_string(thread.path().join("schedstat")).ok()?;
            times.split_whitespace().next()?.parse::<u64>().ok()
        });
    Duration::from_nanos(times.sum())
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1_000.0
}
