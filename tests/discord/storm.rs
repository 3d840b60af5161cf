//! Many reloads a second while many people ask: no reply mixes two versions of the guide, no reply shows a broken one, and
//! nothing is left unanswered. A test runs it for some seconds, `examples/load.rs` for as long as one likes.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use internbot::config::{Discord, Token};
use internbot::discord::{self, Options};
use internbot::knowledge::LoadError;
use internbot::live::{Live, Reload};
use internbot::monitor::MonitorHandle;
use internbot::reloading;
use internbot::store::StoreHandle;
use tokio::sync::oneshot;

use super::small_guide::{self, SmallGuide, TOPICS, question};
use stand_in::*;

/// How often the guide is replaced.
const PAUSE: Duration = Duration::from_millis(100);
/// The versions, in turn. The last one has its own mark too, but one of its files is broken.
const MARKS: [&str; 3] = ["Alpha", "Beta", "Gamma"];
const BROKEN: &str = "Gamma";
/// People who ask, each one thing after another.
const PEOPLE: usize = 6;

/// What a storm brought.
#[derive(Debug, Default)]
pub struct Report {
    /// How long it took.
    pub took: Duration,
    /// How often another guide went live.
    pub swapped: usize,
    /// How often a broken one was refused.
    pub refused: usize,
    /// Replies that were read, by the version that they show; those without a text of the guide have none.
    pub replies: BTreeMap<String, usize>,
    /// The longest wait for a reply.
    pub slowest: Duration,
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            took,
            swapped,
            refused,
            slowest,
            replies,
        } = self;
        writeln!(
            f,
            "{:.1} s, {swapped} guides went live, {refused} broken ones were refused",
            took.as_secs_f64()
        )?;
        for (mark, count) in replies {
            writeln!(
                f,
                "  {count:>6} replies of {}",
                if mark.is_empty() { "no version" } else { mark }
            )?;
        }
        write!(
            f,
            "  none mixed two versions, none was missing; the slowest took {} ms",
            slowest.as_millis()
        )
    }
}

/// The one version of which a reply shows texts.
#[track_caller]
fn version(reply: &str) -> String {
    let found: Vec<&str> = MARKS
        .into_iter()
        .filter(|mark| reply.to_lowercase().contains(&mark.to_lowercase()))
        .collect();
    assert!(found.len() <= 1, "{found:?} in one reply: {reply}");
    assert!(!found.contains(&BROKEN), "a broken guide shows: {reply}");
    found
        .first()
        .map(|mark| (*mark).to_owned())
        .unwrap_or_default()
}

/// Replaces the guide this many times, ten times a second, while people keep asking.
pub async fn storm(reloads: usize) -> Report {
    let guide = SmallGuide::new("Alpha");
    // The bot reads through a symbolic link, which is switched to another folder atomically.
    let link = guide.beside("link");
    std::os::unix::fs::symlink(guide.folder(), &link).expect("a link");
    let live = Arc::new(Live::load(&link).expect("the small guide has no error"));
    let discord = StandIn::builder().without_rate_limits().start().await;
    let students = discord.guild("students");
    let olga = students.member_who_may("olga", &[Permission::ManageGuild]);
    let people: Vec<_> = (0..PEOPLE)
        .map(|number| {
            (
                students.member(&format!("person {number}")),
                students.channel(&format!("channel-{number}")),
            )
        })
        .collect();
    let (stop, stopped) = oneshot::channel::<()>();
    let bot = tokio::spawn({
        let config = Discord {
            api_url: discord.url(),
            cooldown_seconds: 0,
            repeat_minutes: 0,
            ..Discord::default()
        };
        let (token, live) = (
            Token::parse(&discord.token()).expect("a token"),
            Arc::clone(&live),
        );
        async move {
            discord::run(
                &config,
                &token,
                live,
                StoreHandle::off(),
                MonitorHandle::off(),
                Options::default(),
                Box::pin(async { drop(stopped.await) }),
            )
            .await
        }
    });
    discord.registered("guide").await;

    let report = RefCell::new(Report::default());
    let over = Cell::new(false);
    let begin = Instant::now();
    let talk = futures_util::future::join_all(
        people
            .iter()
            .map(|(person, channel)| talk(&discord, person, channel, &report, &over)),
    );
    let edit = async {
        edit(&live, &guide, &link, reloads, &report).await;
        over.set(true);
    };
    tokio::join!(edit, talk, moderate(&olga, &report, &over));
    report.borrow_mut().took = begin.elapsed();

    discord.settle().await;
    drop(stop);
    bot.await
        .expect("the bot does not panic")
        .expect("the bot stops without an error");
    discord.disconnected().await;
    discord.finish().await;
    report.into_inner()
}

/// Writes one version after another and reloads.
async fn edit(
    live: &Arc<Live>,
    guide: &SmallGuide,
    link: &Path,
    reloads: usize,
    report: &RefCell<Report>,
) {
    let mut pause = tokio::time::interval(PAUSE);
    let mut last = guide.folder();
    for number in 1..=reloads {
        pause.tick().await;
        let mark = MARKS[number % MARKS.len()];
        let folder = guide.beside(&format!("version-{number}"));
        small_guide::write(&folder, mark);
        if mark == BROKEN {
            fs::write(folder.join("topics/tents.toml"), "title = \"Gamma")
                .expect("a file can be written");
        }
        let new = guide.beside("new-link");
        std::os::unix::fs::symlink(&folder, &new).expect("a link");
        fs::rename(&new, link).expect("a link can be renamed");
        fs::remove_dir_all(&last).expect("a folder can be removed");
        last = folder;
        let reload = reloading::reload(live)
            .await
            .expect("learning does not fail");
        let broken = matches!(&reload, Reload::Failed { error, .. } if matches!(**error, LoadError::Invalid { .. }));
        assert_eq!(broken, mark == BROKEN, "{reload:?}");
        assert!(broken || live.guide().knowledge.name().starts_with(mark));
        let mut report = report.borrow_mut();
        if broken {
            report.refused += 1
        } else {
            report.swapped += 1
        }
    }
}

/// Notes a reply, and how long it took.
fn note(report: &RefCell<Report>, reply: &impl fmt::Debug, begin: Instant) {
    let mut report = report.borrow_mut();
    *report
        .replies
        .entry(version(&format!("{reply:?}")))
        .or_default() += 1;
    report.slowest = report.slowest.max(begin.elapsed());
}

/// Asks in every way, one after another, and reads every reply.
async fn talk(
    discord: &StandIn,
    person: &Member,
    channel: &Channel,
    report: &RefCell<Report>,
    over: &Cell<bool>,
) {
    for (topic, _) in TOPICS.iter().cycle() {
        if over.get() {
            break;
        }
        let begin = Instant::now();
        person
            .says(channel, &format!("@bot {}", question(topic)))
            .await;
        let reply = discord.next_message(channel).await;
        note(report, &reply, begin);
        for button in ["Whole topic", "More resources"] {
            if reply.labels().contains(&button) {
                let begin = Instant::now();
                note(report, person.clicks(&reply, button).await.message(), begin);
            }
        }
        for (name, options) in [
            ("ask", vec![("question", question(topic))]),
            ("topics", vec![]),
            ("resources", vec![]),
        ] {
            let options: Vec<(&str, &str)> = options
                .iter()
                .map(|(name, value)| (*name, value.as_str()))
                .collect();
            let begin = Instant::now();
            note(
                report,
                person
                    .slash(name, &options)
                    .in_channel(channel)
                    .await
                    .message(),
                begin,
            );
        }
        let begin = Instant::now();
        note(
            report,
            &person
                .autocompletes("ask", "question", topic)
                .in_channel(channel)
                .await,
            begin,
        );
    }
}

/// Asks for reloads too, and how the guide stands.
async fn moderate(olga: &Member, report: &RefCell<Report>, over: &Cell<bool>) {
    while !over.get() {
        for (name, options) in [
            ("guide reload", vec![]),
            ("guide status", vec![]),
            ("guide explain", vec![("question", "tents")]),
        ] {
            let begin = Instant::now();
            let answer = olga.slash(name, &options).await;
            assert!(answer.ephemeral);
            note(report, &answer.outcome().await, begin);
        }
    }
}

#[tokio::test]
async fn ten_reloads_a_second_mix_nothing_and_lose_nothing() {
    let report = storm(60).await;
    assert_eq!((report.swapped, report.refused), (40, 20), "{report}");
    let of = |mark: &str| report.replies.get(mark).copied().unwrap_or_default();
    assert!(of("Alpha") > 20 && of("Beta") > 20, "{report}");
}
