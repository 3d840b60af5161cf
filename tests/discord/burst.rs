//! A burst: thousands of messages arrive at the same moment while every request is slow. A test runs a small one,
//! `examples/load.rs` one of 10,000.

use std::fmt;
use std::path::Path;
use std::time::Duration;

use super::program::{Launch, Program};
use stand_in::*;

/// Where people ask.
const GUILDS: usize = 10;
const CHANNELS: usize = 4;
const PEOPLE: usize = 100;
/// After this, nobody is waiting for the answer to a command.
const COMMAND_PATIENCE: Duration = Duration::from_secs(4);
/// How often memory is looked at.
const LOOK: Duration = Duration::from_millis(50);
/// How long it stays quiet once the overheard messages have been processed.
const AFTERWARDS: Duration = Duration::from_secs(5);
/// How long everything may take.
const PATIENCE: Duration = Duration::from_secs(300);
/// A question with a sure answer, which is given even if it was only overheard.
const SURE: &str = "how long should my resume be";
const CHATTER: &str = "lol nice";

/// What arrives at once.
#[derive(Clone, Copy, Debug)]
pub struct Size {
    /// Sure questions in channels that are answered unasked.
    pub overheard: usize,
    /// What people say to each other elsewhere.
    pub chatter: usize,
    /// Mentions.
    pub mentions: usize,
    /// Direct messages.
    pub direct: usize,
    /// Commands.
    pub commands: usize,
}

/// How it arrives.
#[derive(Clone, Copy, Debug)]
pub struct Times {
    /// What a request takes.
    pub request: Duration,
    /// Between two heartbeats. An acknowledgement comes after all that was sent before it: a bot that takes longer than this
    /// for the whole burst must believe that its connection is dead.
    pub heartbeat: Duration,
}

impl Size {
    fn all(&self) -> usize {
        self.overheard + self.chatter + self.mentions + self.direct + self.commands
    }
}

/// What a burst brought.
#[derive(Debug)]
pub struct Report {
    size: Size,
    times: Times,
    /// Resident memory in MiB: before, at its peak, and some seconds after.
    memory: [f64; 3],
    /// Requests that answer.
    requests: usize,
    /// Direct questions that were answered once, not at all, and more than once.
    pub direct: [usize; 3],
    /// Commands for whose answer nobody waited any more, as Discord says.
    pub too_late: usize,
    /// Overheard questions that were answered.
    pub overheard: usize,
    /// Messages, among them such that are no question, that were answered twice or without being asked.
    pub wrong: usize,
    /// What the log says was left out: unasked answers, and interactions that were too late.
    pub left_out: [usize; 2],
    /// The last direct answer.
    last: Duration,
    /// Between two heartbeats.
    pub longest_gap: Duration,
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Size {
            overheard,
            chatter,
            mentions,
            direct,
            commands,
        } = self.size;
        let [before, most, after] = self.memory;
        let [once, never, twice] = self.direct;
        let [dropped, too_late] = self.left_out;
        writeln!(
            f,
            "{} messages at once, {} ms a request",
            self.size.all(),
            self.times.request.as_millis()
        )?;
        writeln!(
            f,
            "  {overheard} overheard, {chatter} of no concern, {mentions} mentions, {direct} direct, {commands} commands"
        )?;
        writeln!(
            f,
            "  resident memory before, at the most, after  {before:>6.1} {most:>6.1} {after:>6.1} MiB"
        )?;
        writeln!(
            f,
            "  requests that answer                        {:>6}",
            self.requests
        )?;
        writeln!(f, "  direct questions answered once              {once:>6}")?;
        writeln!(
            f,
            "                   not at all, twice          {never:>6} {twice:>6}"
        )?;
        writeln!(
            f,
            "  overheard: answered, dropped                {:>6} {dropped:>6}",
            self.overheard
        )?;
        writeln!(
            f,
            "  commands too late: begun, never begun       {:>6} {too_late:>6}",
            self.too_late
        )?;
        writeln!(
            f,
            "  last direct answer after                    {:>6.1} s",
            self.last.as_secs_f64()
        )?;
        let (gap, interval) = (
            self.longest_gap.as_millis(),
            self.times.heartbeat.as_millis(),
        );
        write!(
            f,
            "  longest time between two heartbeats         {gap:>6} ms, where {interval} ms were asked for"
        )
    }
}

/// Lets so much arrive at once at a program, which uses the encoder in a folder if there is one.
#[expect(
    clippy::too_many_lines,
    reason = "a script of what happens, step by step"
)]
pub async fn burst(program: &Path, size: Size, times: Times, encoder: Option<&Path>) -> Report {
    let discord = StandIn::builder()
        .message_content()
        .heartbeat_interval(times.heartbeat)
        .ledger()
        .without_rate_limits()
        .start()
        .await;
    let guilds: Vec<_> = (0..GUILDS)
        .map(|number| discord.guild(&format!("guild {number}")))
        .collect();
    let named = |name: &str| {
        guilds
            .iter()
            .map(|guild| guild.channel(name))
            .collect::<Vec<_>>()
    };
    let (unasked, off_topic) = (named("unasked"), named("off-topic"));
    let help: Vec<_> = (0..CHANNELS)
        .map(|number| named(&format!("help-{number}")))
        .collect();
    let people: Vec<_> = (0..PEOPLE)
        .map(|number| guilds[number % GUILDS].member(&format!("person {number}")))
        .collect();

    let home = tempfile::TempDir::new().expect("a temporary folder");
    let ids: Vec<_> = unasked.iter().map(|channel| channel.id).collect();
    let (url, token, lines) = (
        discord.url(),
        discord.token(),
        format!("unasked_channels = {ids:?}"),
    );
    let variables = [("DISCORD_TOKEN", token.as_ref())];
    let encoder = encoder.map(|folder| format!("[encoder]\nfolder = {folder:?}\n"));
    let launch = Launch::of(program, &url, Path::new("knowledge"), home.path());
    let mut bot = Program::launch(&Launch {
        discord: &lines,
        variables: &variables,
        sections: encoder.as_deref().unwrap_or_default(),
        ..launch
    });
    if encoder.is_some() {
        bot.logged_within("the guide is encoded", 1, PATIENCE).await;
    }
    discord.registered("ask").await;
    discord.settle().await;
    discord.requests();
    let before = bot.resident();
    discord.slow_down(times.request);

    let question = |number: usize| {
        let (person, guild) = (&people[number % PEOPLE], number % GUILDS);
        let place = &help[number / GUILDS % CHANNELS][guild];
        match turn(number, &size) {
            Turn::Overheard => (person, &unasked[guild], Way::Overheard, SURE),
            Turn::Chatter => (person, &off_topic[guild], Way::Overheard, CHATTER),
            Turn::Mention => (person, place, Way::Mention, SURE),
            Turn::Direct => (person, place, Way::Direct, SURE),
            Turn::Command => (person, place, Way::Command, SURE),
        }
    };
    let begin = discord.ask_at_once((0..size.all()).map(question));

    let mut most = before;
    let direct = |entry: &&Entry| entry.way != Way::Overheard;
    let has_ended = |entry: &Entry| {
        entry.answers > 0
            || entry.way == Way::Command && (entry.too_late || begin.elapsed() > COMMAND_PATIENCE)
    };
    let is_over = || discord.ledger().iter().filter(direct).all(has_ended);
    while begin.elapsed() < PATIENCE && !is_over() {
        for _ in 0..5 {
            most = most.max(bot.resident());
            tokio::time::sleep(LOOK).await;
        }
    }
    // What was overheard is still worked off, and some heartbeats must come.
    let answered = || {
        let ledger = discord.ledger();
        ledger.iter().filter(|entry| entry.answers > 0).count()
    };
    let mut before_that = usize::MAX;
    while answered() != before_that {
        before_that = answered();
        tokio::time::sleep(AFTERWARDS).await;
    }
    discord.heartbeats_reach(2, times.heartbeat * 3).await;
    let (after, longest_gap) = (bot.resident(), discord.longest_heartbeat_gap());
    bot.signal("TERM");
    let status = bot.ended().await;
    assert_eq!(status.code(), Some(0), "{status}: {}", bot.log());

    let ledger = discord.ledger();
    let count = |fits: &dyn Fn(&&Entry) -> bool| ledger.iter().filter(fits).count();
    let of_direct = |fits: &dyn Fn(usize) -> bool| {
        count(&|entry| entry.way != Way::Overheard && fits(entry.answers))
    };
    let requests = discord.requests();
    let overheard = count(&|entry| entry.way == Way::Overheard && entry.answers > 0);
    let too_late = count(&|entry| entry.too_late && entry.answers == 0);
    let unasked_twice = count(&|entry| entry.way == Way::Overheard && entry.answers > 1);
    let report = Report {
        size,
        times,
        memory: [before, most, after],
        requests: requests.on(Route::CreateMessage) + requests.on(Route::InteractionCallback),
        direct: [
            of_direct(&|answers| answers == 1),
            of_direct(&|answers| answers == 0) - too_late,
            of_direct(&|answers| answers > 1),
        ],
        too_late,
        overheard,
        wrong: unasked_twice + overheard.saturating_sub(size.overheard),
        left_out: ["left_out.unasked=", "left_out.too_late="].map(|name| logged(&bot.log(), name)),
        last: ledger
            .iter()
            .filter(direct)
            .filter_map(|entry| Some(entry.answered_at? - begin))
            .max()
            .unwrap_or_default(),
        longest_gap,
    };
    discord.disconnected().await;
    discord.finish().await;
    report
}

enum Turn {
    Overheard,
    Chatter,
    Mention,
    Direct,
    Command,
}

/// What arrives at this place: all kinds are spread evenly over the burst.
fn turn(number: usize, size: &Size) -> Turn {
    // Steps of a prime through all places, so that every kind is met as often as it should.
    let place = number * 7_919 % size.all();
    let mut end = size.overheard;
    if place < end {
        return Turn::Overheard;
    }
    end += size.chatter;
    if place < end {
        return Turn::Chatter;
    }
    end += size.mentions;
    if place < end {
        return Turn::Mention;
    }
    end += size.direct;
    if place < end {
        Turn::Direct
    } else {
        Turn::Command
    }
}

/// The sum of a number in all lines of a log.
fn logged(log: &str, name: &str) -> usize {
    let number = |rest: &str| {
        rest.chars()
            .take_while(char::is_ascii_digit)
            .collect::<String>()
            .parse::<usize>()
            .unwrap_or_default()
    };
    log.split(name).skip(1).map(number).sum()
}
