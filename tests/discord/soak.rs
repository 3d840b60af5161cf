//! A soak: for minutes, someone asks every twentieth of a second while connections and requests fail by a seeded plan.
//! Every question that the bot received is answered once, or was refused by the stand-in in such a way that the bot rightly
//! gives up. A test runs it for a minute, `examples/load.rs` for as long as one likes.
//!
//! It starts the program itself and knows of it only what Discord would see.

use std::collections::BTreeMap;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::path::Path;
use std::time::{Duration, Instant};

use tokio::time::MissedTickBehavior;

use super::program::{Launch, Program};
use stand_in::*;

/// Between two questions.
const PAUSE: Duration = Duration::from_millis(50);
/// Who asks, and where.
const PEOPLE: usize = 200;
const GUILDS: usize = 4;
const CHANNELS: usize = 5;
/// The stand-in's heartbeat: short, so that it is soon known what was received, and a connection without acknowledgements is
/// noticed soon.
const HEARTBEAT: Duration = Duration::from_secs(1);
/// Connections are troubled this often, in milliseconds.
const TROUBLE_EVERY: std::ops::Range<u64> = 1_500..5_000;
/// How many in a hundred requests with answers fail.
const FAULTY_REQUESTS: u64 = 12;
/// How many requests for one question may fail; the bot retries a message more often than that.
const ATTEMPTS: usize = 4;
/// When memory is compared with later.
const WARM: Duration = Duration::from_secs(60);
/// How long the bot may take for what is left at the end; a message has a minute.
const PATIENCE: Duration = Duration::from_secs(65);

const TEXTS: [&str; 8] = [
    "how long should my resume be",
    "how do i negotiate an offer",
    "how do i write a cover letter",
    "when should i apply for internships",
    "hw do i prepare for a technical intervew",
    "interview",
    "what is the weather tomorrow",
    "is an unpaid internship worth it",
];

/// What happens to the connection.
#[derive(Clone, Copy, Debug, Hash)]
enum Trouble {
    Drop,
    Reconnect,
    Invalidate(bool),
    Close(u16),
    WithholdAcks,
    RefuseOnce,
    Malformed,
}

/// How often each happens among the others.
const TROUBLES: [(u64, Trouble); 10] = [
    (4, Trouble::Drop),
    (3, Trouble::Reconnect),
    (3, Trouble::Invalidate(true)),
    (2, Trouble::Close(4000)),
    (2, Trouble::Close(1001)),
    (4, Trouble::Malformed),
    (2, Trouble::WithholdAcks),
    (1, Trouble::RefuseOnce),
    (1, Trouble::Invalidate(false)),
    (1, Trouble::Close(4009)),
];

#[derive(Debug)]
struct Planned {
    person: usize,
    channel: usize,
    way: Way,
    text: &'static str,
    /// What happens to the first, second, … request with its answer.
    faults: Vec<Option<Fault>>,
}

/// What is going to happen: the same for the same seed and time.
#[derive(Debug)]
pub struct Plan {
    seed: u64,
    questions: Vec<Planned>,
    troubles: Vec<(Duration, Trouble)>,
}

/// SplitMix64 (Steele, Lea and Flood, 2014): the same numbers for the same seed, everywhere.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % sides
    }

    fn pick(&mut self, sides: usize) -> usize {
        usize::try_from(self.roll(sides as u64)).expect("it is less than a usize")
    }

    fn milliseconds(&mut self, range: std::ops::Range<u64>) -> Duration {
        Duration::from_millis(range.start + self.roll(range.end - range.start))
    }

    fn way(&mut self) -> Way {
        [
            Way::Mention,
            Way::Mention,
            Way::Reply,
            Way::Direct,
            Way::Command,
            Way::Command,
            Way::Button,
        ][self.pick(7)]
    }

    fn fault(&mut self) -> Option<Fault> {
        if self.roll(100) >= FAULTY_REQUESTS {
            return None;
        }
        Some(match self.roll(12) {
            0..=2 => Fault::ServerError,
            3 | 4 => Fault::BadGateway,
            5 | 6 => Fault::RateLimited(self.milliseconds(200..800)),
            7 => Fault::GloballyRateLimited(self.milliseconds(200..600)),
            8 | 9 => Fault::Slow(self.milliseconds(100..1_500)),
            10 => Fault::Slow(Duration::from_secs(3)),
            _ => Fault::CutReply,
        })
    }

    fn trouble(&mut self) -> Trouble {
        let mut left = self.roll(TROUBLES.iter().map(|(weight, _)| weight).sum());
        for (weight, trouble) in TROUBLES {
            if left < weight {
                return trouble;
            }
            left -= weight;
        }
        Trouble::Drop
    }
}

impl Plan {
    /// This many seconds of questions and faults.
    pub fn new(seed: u64, seconds: u64) -> Self {
        let mut dice = Dice(seed);
        let time = Duration::from_secs(seconds);
        let count = time.as_millis() / PAUSE.as_millis();
        let questions = (0..count).map(|_| Planned {
            person: dice.pick(PEOPLE),
            channel: dice.pick(CHANNELS),
            way: dice.way(),
            text: TEXTS[dice.pick(TEXTS.len())],
            faults: (0..ATTEMPTS).map(|_| dice.fault()).collect(),
        });
        let questions = questions.collect();
        let mut troubles = Vec::new();
        let mut at = dice.milliseconds(TROUBLE_EVERY);
        while at < time {
            troubles.push((at, dice.trouble()));
            at += dice.milliseconds(TROUBLE_EVERY);
        }
        Self {
            seed,
            questions,
            troubles,
        }
    }

    /// The same for the same plan.
    pub fn fingerprint(&self) -> u64 {
        let mut hasher = rustc_hash::FxHasher::default();
        format!("{self:?}").hash(&mut hasher);
        hasher.finish()
    }
}

/// Questions of one way, by what became of them.
#[derive(Clone, Copy, Debug, Default)]
struct Row {
    asked: usize,
    /// The bot may not have received them, and did not answer.
    unheard: usize,
    answered: usize,
    /// The answer to an interaction came too late.
    too_late: usize,
    lost: usize,
    twice: usize,
}

/// What a soak brought.
#[derive(Debug)]
pub struct Report {
    seed: u64,
    fingerprint: u64,
    took: Duration,
    rows: BTreeMap<Way, Row>,
    troubles: usize,
    faults: usize,
    identifies: usize,
    resumes: usize,
    /// From the question to its answer, sorted.
    waits: Vec<Duration>,
    /// Resident memory, second by second, in MiB.
    memory: Vec<f64>,
    /// What the program logged as warnings or errors, by their words.
    pub complaints: BTreeMap<String, usize>,
}

impl Report {
    fn sum(&self, of: impl Fn(&Row) -> usize) -> usize {
        self.rows.values().map(of).sum()
    }

    /// Questions that the bot received but that were neither answered nor refused.
    pub fn lost(&self) -> usize {
        self.sum(|row| row.lost)
    }

    /// Questions that were answered more than once.
    pub fn twice(&self) -> usize {
        self.sum(|row| row.twice)
    }

    /// Questions that were answered.
    pub fn answered(&self) -> usize {
        self.sum(|row| row.answered)
    }

    /// Questions that were asked.
    pub fn asked(&self) -> usize {
        self.sum(|row| row.asked)
    }

    /// Resident memory in MiB: the most of the first minute, the most of all, and the last.
    pub fn memory(&self) -> (f64, f64, f64) {
        let most = |memory: &[f64]| memory.iter().copied().fold(0.0, f64::max);
        let first = usize::try_from(WARM.as_secs())
            .unwrap_or_default()
            .min(self.memory.len());
        (
            most(&self.memory[..first]),
            most(&self.memory),
            self.memory.last().copied().unwrap_or_default(),
        )
    }

    fn add(&mut self, entry: &Entry) {
        self.faults += entry.faults.len();
        let row = self.rows.entry(entry.way).or_default();
        row.asked += 1;
        row.twice += usize::from(entry.answers > 1);
        if let Some(answered) = entry.answered_at {
            row.answered += 1;
            self.waits.push(answered - entry.at);
        } else if entry.too_late || is_late_by_faults(entry) {
            row.too_late += 1;
        } else if entry.heard {
            row.lost += 1;
        } else {
            row.unheard += 1;
        }
    }
}

/// Whether faults took the time that an interaction has: the bot does not begin an attempt that would end too late.
fn is_late_by_faults(entry: &Entry) -> bool {
    matches!(entry.way, Way::Command | Way::Button) && !entry.faults.is_empty()
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (took, questions) = (self.took.as_secs_f64(), self.asked());
        writeln!(
            f,
            "seed {}, plan {:016x}: {took:.0} s, {questions} questions of {PEOPLE} people",
            self.seed, self.fingerprint
        )?;
        let Self {
            troubles,
            faults,
            identifies,
            resumes,
            ..
        } = self;
        writeln!(
            f,
            "{troubles} troubles of the connection, {identifies} identifies, {resumes} resumes; {faults} requests met a fault\n"
        )?;
        writeln!(
            f,
            "| Way | Asked | Not heard of | Answered | Too late | Lost | Twice |"
        )?;
        writeln!(f, "| --- | --: | --: | --: | --: | --: | --: |")?;
        for (way, row) in &self.rows {
            let Row {
                asked,
                unheard,
                answered,
                too_late,
                lost,
                twice,
            } = row;
            writeln!(
                f,
                "| {way:?} | {asked} | {unheard} | {answered} | {too_late} | {lost} | {twice} |"
            )?;
        }
        let wait = |percent: usize| {
            self.waits
                .get((self.waits.len() * percent / 100).min(self.waits.len().saturating_sub(1)))
        };
        let wait = |percent| wait(percent).map_or(0, Duration::as_millis);
        writeln!(
            f,
            "\nquestion to answer: median {} ms, 99th percentile {} ms, longest {} ms",
            wait(50),
            wait(99),
            wait(100)
        )?;
        let (first, most, last) = self.memory();
        write!(
            f,
            "resident memory: {first:.1} MiB in the first minute, {most:.1} at the most, {last:.1} at the end"
        )?;
        self.complaints
            .iter()
            .try_for_each(|(complaint, times)| write!(f, "\nlogged {times} times: {complaint}"))
    }
}

/// Runs a program through a plan.
pub async fn soak(program: &Path, plan: &Plan) -> Report {
    let discord = StandIn::builder()
        .heartbeat_interval(HEARTBEAT)
        .ledger()
        .start()
        .await;
    let guilds: Vec<_> = (0..GUILDS)
        .map(|number| discord.guild(&format!("guild {number}")))
        .collect();
    let channels: Vec<Vec<_>> = guilds
        .iter()
        .map(|guild| {
            (0..CHANNELS)
                .map(|number| guild.channel(&format!("channel-{number}")))
                .collect()
        })
        .collect();
    let people: Vec<_> = (0..PEOPLE)
        .map(|number| guilds[number % GUILDS].member(&format!("person {number}")))
        .collect();
    let home = tempfile::TempDir::new().expect("a temporary folder");
    let (url, token, lines) = (discord.url(), discord.token(), "");
    let variables = [("DISCORD_TOKEN", token.as_ref())];
    let launch = Launch::of(program, &url, Path::new("knowledge"), home.path());
    let mut bot = Program::launch(&Launch {
        discord: lines,
        variables: &variables,
        ..launch
    });
    discord.registered("ask").await;

    let begin = Instant::now();
    let mut pause = tokio::time::interval(PAUSE);
    pause.set_missed_tick_behavior(MissedTickBehavior::Burst);
    let mut troubles = plan.troubles.iter().peekable();
    let mut memory = Vec::new();
    for question in &plan.questions {
        pause.tick().await;
        while let Some((_, trouble)) = troubles.next_if(|(at, _)| *at <= begin.elapsed()) {
            make(*trouble, &discord);
        }
        if begin.elapsed() >= Duration::from_secs(memory.len() as u64) {
            memory.push(bot.resident());
        }
        let channel = &channels[question.person % GUILDS][question.channel];
        discord.ask(
            &people[question.person],
            channel,
            question.way,
            question.text,
            &question.faults,
        );
    }
    let took = begin.elapsed();
    let mut report = Report {
        seed: plan.seed,
        fingerprint: plan.fingerprint(),
        took,
        rows: BTreeMap::new(),
        troubles: plan.troubles.len(),
        faults: 0,
        identifies: discord.identifies(),
        resumes: discord.resumes(),
        waits: Vec::new(),
        memory,
        complaints: BTreeMap::new(),
    };
    let ledger = rest(&discord).await;
    report.memory.push(bot.resident());
    ledger.iter().for_each(|entry| report.add(entry));
    report.waits.sort();

    bot.signal("TERM");
    let status = bot.ended().await;
    assert_eq!(status.code(), Some(0), "{status}: {}", bot.log());
    for line in bot
        .log()
        .lines()
        .filter(|line| line.contains("WARN") || line.contains("ERROR"))
    {
        let words = line
            .split_once("WARN")
            .or(line.split_once("ERROR"))
            .map_or(line, |(_, words)| words.trim());
        *report.complaints.entry(words.to_owned()).or_default() += 1;
    }
    discord.disconnected().await;
    discord.finish().await;
    report
}

fn make(trouble: Trouble, discord: &StandIn) {
    match trouble {
        Trouble::Drop => discord.drop_connection(),
        Trouble::Reconnect => discord.reconnect(),
        Trouble::Invalidate(resumable) => discord.invalidate_session(resumable),
        Trouble::Close(code) => discord.close(code),
        Trouble::WithholdAcks => discord.withhold_heartbeat_acks(),
        Trouble::RefuseOnce => {
            discord.refuse_connections(1);
            discord.drop_connection();
        }
        Trouble::Malformed => {
            discord.send_malformed_json();
            discord.send_unknown_event();
            discord.send_event("MESSAGE_CREATE", &serde_json::json!({"id": "1"}));
        }
    }
}

/// Waits until every question that the bot has heard of, or may still hear of, has come to an end; the ledger then.
async fn rest(discord: &StandIn) -> Vec<Entry> {
    let limit = Instant::now() + PATIENCE;
    discord.ready().await;
    discord.heard_all().await;
    loop {
        let ledger = discord.ledger();
        let ended = |entry: &Entry| {
            !entry.heard || entry.answers > 0 || entry.too_late || is_late_by_faults(entry)
        };
        if ledger.iter().all(ended) || Instant::now() > limit {
            return ledger;
        }
        tokio::time::sleep(HEARTBEAT).await;
    }
}
