//! Two processes of the program on one PostgreSQL server, as an operator starts them.
//!
//! 1. With half of the shards each, both answer; the gaps of both are in one list, and each guild's moderators see their own.
//! 2. When one is killed while both answer, the other goes on, and no setting and no committed gap is lost.
//! 3. A process in its place follows the killed one's settings from its first answer on.
//! 4. Settings made through one process are followed by another. Discord shows a guild to one process only, so this takes two
//!    stand-ins that are two sides of one guild.

use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use tokio::task::JoinHandle;

use crate::place::{Place, until};
use crate::program::{Launch, Program};
use crate::small_guide::SmallGuide;
use stand_in::*;

/// Lines for `[discord]` of each process.
const SHARDS: [&str; 2] = ["shards = \"0..=0 of 2\"", "shards = \"1..=1 of 2\""];
/// Before the id of a guild with two sides: any that a guild can have.
const BEFORE: u64 = 900_000_000_000 << 22;
/// How many more gaps must be committed to prove that a process is answering.
const SOME: u64 = 10;

/// A process with a guide and a configuration of its own.
struct Process {
    program: Program,
    guide: SmallGuide,
}

impl Process {
    fn start(discord: &StandIn, place: &Place, shards: &str) -> Self {
        let guide = SmallGuide::new("Alpha");
        let (url, folder, token) = (discord.url(), guide.folder(), discord.token());
        let variables = [("DISCORD_TOKEN", token.as_ref())];
        let launch = Launch::new(&url, &folder, guide.home());
        let program = Program::launch(&Launch {
            discord: shards,
            store: &place.url,
            variables: &variables,
            ..launch
        });
        Self { program, guide }
    }

    /// What `internbot gaps` prints with this configuration.
    fn list(&self, options: &[&str]) -> String {
        let config = self.guide.beside("config.toml");
        let mut command = Command::new(env!("CARGO_BIN_EXE_internbot"));
        let output = command
            .arg("gaps")
            .args(options)
            .arg("--config")
            .arg(config)
            .output()
            .expect("it starts");
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        String::from_utf8(output.stdout).expect("it prints text")
    }

    /// How many of a guild's unanswered questions are committed.
    fn gaps(&self, students: &Students) -> u64 {
        let text = self.list(&["--guild", &students.guild.id.to_string()]);
        let number = text
            .split_once(" days: ")
            .and_then(|(_, rest)| rest.split_once(','))
            .map(|(number, _)| number.parse());
        number.expect("it says how many").expect("a number")
    }

    async fn stops(mut self) {
        self.program.signal("TERM");
        assert_eq!(self.program.ended().await.code(), Some(0));
    }
}

/// A guild with Mia, who asks, and Olga, who moderates.
struct Students {
    guild: Guild,
    help: Channel,
    mia: Member,
    olga: Member,
}

impl Students {
    fn of(discord: &StandIn, name: &str) -> Self {
        let guild = discord.guild(name);
        let (help, mia) = (guild.channel("help"), guild.member("mia"));
        let olga = guild.member_who_may("olga", &[Permission::ManageGuild]);
        Self {
            guild,
            help,
            mia,
            olga,
        }
    }

    /// Mia asks; whether her answer is private.
    async fn get_private_answers(&self, question: &str) -> bool {
        self.mia
            .slash("ask", &[("question", question)])
            .in_channel(&self.help)
            .await
            .ephemeral
    }

    /// What Olga is told.
    async fn moderate(&self, part: &str, options: &[(&str, &str)]) -> String {
        let message = self
            .olga
            .slash(part, options)
            .in_channel(&self.help)
            .await
            .outcome()
            .await;
        message.text()
    }

    /// Mia keeps asking, one question after each answer; returns how often she got one.
    fn keep_asking(&self, stop: &Arc<AtomicBool>) -> (JoinHandle<()>, Arc<AtomicU64>) {
        let (mia, help, stop, answers) = (
            self.mia.clone(),
            self.help.clone(),
            Arc::clone(stop),
            Arc::new(AtomicU64::new(0)),
        );
        let counted = Arc::clone(&answers);
        let asking = tokio::spawn(async move {
            while !stop.load(Ordering::Relaxed) {
                mia.slash("ask", &[("question", "the quokka jumps")])
                    .in_channel(&help)
                    .await;
                answers.fetch_add(1, Ordering::Relaxed);
            }
        });
        (asking, counted)
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_processes_with_half_the_shards_each_share_a_store_and_killing_one_loses_nothing() {
    let Some(place) = Place::on_a_server().await else {
        return;
    };
    let discord = StandIn::start().await;
    let mut guilds = ["red", "blue"].map(|name| Students::of(&discord, name));
    guilds.sort_by_key(|students| (students.guild.id >> 22) % 2);
    let [red, blue] = &guilds;
    let one = Process::start(&discord, &place, SHARDS[0]);
    discord.registered("ask").await;
    let two = Process::start(&discord, &place, SHARDS[1]);
    discord.shards_are(&[(0, 2), (1, 2)]).await;

    // Moderators of each set something.
    red.moderate("guide settings", &[("private", "true")]).await;
    // No wait at all, as is configured too: mia asks as fast as she can.
    blue.moderate("guide settings", &[("cooldown", "0")]).await;
    assert!(
        red.get_private_answers("a zebrafish swims in my aquarium")
            .await
    );
    assert!(!blue.get_private_answers("my wombat sleeps").await);

    // Unanswered questions of both are in one list, and their moderators see them.
    until("gaps of both are in one list", async || {
        let list = two.list(&[]);
        list.contains("zebrafish") && list.contains("wombat")
    })
    .await;
    assert_eq!(one.list(&[]), two.list(&[]));
    let (of_red, of_blue) = (
        red.moderate("guide gaps", &[]).await,
        blue.moderate("guide gaps", &[]).await,
    );
    assert!(
        of_red.contains("zebrafish") && !of_red.contains("wombat"),
        "{of_red}"
    );
    assert!(
        of_blue.contains("wombat") && !of_blue.contains("zebrafish"),
        "{of_blue}"
    );

    // One is killed while both answer.
    let stop = Arc::new(AtomicBool::new(false));
    let ((red_asks, red_answers), (blue_asks, blue_answers)) =
        (red.keep_asking(&stop), blue.keep_asking(&stop));
    until("both answer", async || {
        two.gaps(red) > SOME && two.gaps(blue) > SOME
    })
    .await;
    let (red_committed, blue_committed) = (two.gaps(red), two.gaps(blue));
    one.program.signal("KILL");
    assert!(
        red_asks.await.is_err(),
        "the next question gets no answer any more"
    );
    discord.shards_are(&[(1, 2)]).await;
    until("the other goes on", async || {
        two.gaps(blue) > blue_committed + SOME
    })
    .await;
    stop.store(true, Ordering::Relaxed);
    blue_asks.await.expect("every question got its answer");

    // Every committed gap is there, and none is there that was not asked: one more than was answered may be on its way, and
    // one was asked before.
    let (kept, answered) = (two.gaps(red), red_answers.load(Ordering::Relaxed));
    assert!(
        red_committed <= kept && kept <= answered + 2,
        "{red_committed} {kept} {answered}"
    );
    let all_of_blue = blue_answers.load(Ordering::Relaxed) + 1;
    until("the other loses none", async || {
        two.gaps(blue) == all_of_blue
    })
    .await;

    // A process in its place knows what was set through the killed one, and the other still does what was set through it.
    let again = Process::start(&discord, &place, SHARDS[0]);
    discord.shards_are(&[(0, 2), (1, 2)]).await;
    assert!(
        red.get_private_answers("a zebrafish swims in my aquarium")
            .await
    );
    let of_blue = blue.moderate("guide settings", &[]).await;
    assert!(
        of_blue.contains("0 seconds") && !of_blue.contains("configured"),
        "{of_blue}"
    );
    let of_red = red.moderate("guide gaps", &[]).await;
    assert!(
        of_red.contains("zebrafish") && of_red.contains("quokka"),
        "{of_red}"
    );

    again.stops().await;
    two.stops().await;
    discord.disconnected().await;
    discord.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn settings_made_through_one_process_are_followed_by_another() {
    let Some(place) = Place::on_a_server().await else {
        return;
    };
    let mut sides = Vec::new();
    for _ in 0..2 {
        let discord = StandIn::builder().guilds_after(BEFORE).start().await;
        let students = Students::of(&discord, "students");
        let process = Process::start(&discord, &place, "");
        discord.registered("ask").await;
        sides.push((discord, students, process));
    }
    let [(_, here, _), (_, there, _)] = &sides[..] else {
        panic!("two sides")
    };
    assert!(
        !there
            .get_private_answers("a zebrafish swims in my aquarium")
            .await
    );
    here.moderate("guide settings", &[("private", "true")])
        .await;
    until("the other obeys", async || {
        there
            .get_private_answers("a zebrafish swims in my aquarium")
            .await
    })
    .await;
    for (discord, _, process) in sides {
        process.stops().await;
        discord.disconnected().await;
        discord.finish().await;
    }
}
