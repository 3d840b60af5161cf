//! Two processes of the program on one PostgreSQL server.
//!
//! Each has a stand-in of its own, which are two sides of one Discord: their guilds have the same id.

use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use crate::place::{Place, until};
use crate::program::{Launch, Program};
use crate::small_guide::SmallGuide;
use crate::stand_in::*;

/// Lines for `[discord]` of each process: nothing, so each has all shards of its side.
const SHARDS: [&str; 2] = ["", ""];
/// Before the id of the guild: any that a guild can have.
const BEFORE: u64 = 900_000_000_000 << 22;

/// A process, and the side of Discord that it sees.
struct Side {
    program: Program,
    guide: SmallGuide,
    discord: StandIn,
    help: Channel,
    mia: Member,
    olga: Member,
}

impl Side {
    async fn start(place: &Place, number: usize) -> Self {
        let discord = StandIn::builder().guilds_after(BEFORE).start().await;
        let guild = discord.guild("students");
        let (help, mia) = (guild.channel("help"), guild.member("mia"));
        let olga = guild.member_who_may("olga", &[Permission::ManageGuild]);
        let guide = SmallGuide::new("Alpha");
        let (url, folder, token) = (discord.url(), guide.folder(), discord.token());
        let launch = Launch::new(&url, &folder, guide.home());
        let variables = [("DISCORD_TOKEN", token.as_ref())];
        let program = Program::launch(&Launch { discord: SHARDS[number], store: &place.url, variables: &variables, ..launch });
        discord.registered("ask").await;
        Self { program, guide, discord, help, mia, olga }
    }

    /// Whether Mia gets a private answer.
    async fn answers_privately(&self, question: &str) -> bool {
        self.mia.slash("ask", &[("question", question)]).in_channel(&self.help).await.ephemeral
    }

    /// What a moderator is told.
    async fn told(&self, part: &str, options: &[(&str, &str)]) -> String {
        let message = self.olga.slash(part, options).in_channel(&self.help).await.outcome().await;
        message.embeds.iter().map(|embed| format!("{}\n{}", embed.title, embed.description)).collect::<String>() + &message.content
    }

    /// What the command prints, as another process.
    fn prints(&self, command: &str) -> String {
        let config = self.guide.beside("config.toml");
        let output = Command::new(env!("CARGO_BIN_EXE_internbot")).arg(command).arg("--config").arg(config).output().expect("it starts");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).expect("it prints text")
    }

    /// How many questions without an answer are in the list.
    fn gaps(&self) -> u64 {
        let text = self.prints("gaps");
        let number = text.split_once(" days: ").and_then(|(_, rest)| rest.split_once(',')).map(|(number, _)| number.parse());
        number.expect("it says how many").expect("a number")
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_processes_share_settings_and_gaps_and_the_death_of_one_loses_nothing() {
    let Some(place) = Place::on_a_server().await else { return };
    let (one, two) = (Side::start(&place, 0).await, Side::start(&place, 1).await);

    // What is set through one holds for the other.
    assert!(!two.answers_privately("a zebrafish in a pond").await);
    one.told("guide settings", &[("private", "true")]).await;
    until("the other obeys", async || two.answers_privately("a zebrafish in a pond").await).await;
    two.told("guide settings", &[("dates", "german")]).await;

    // What was asked in vain of either is in one list.
    one.answers_privately("my wombat sleeps").await;
    for side in [&one, &two] {
        until("gaps of both are in one list", async || {
            let list = side.told("guide gaps", &[]).await;
            list.contains("zebrafish") && list.contains("wombat")
        })
        .await;
        let list = side.prints("gaps");
        assert!(list.contains("zebrafish") && list.contains("wombat"), "{list}");
        assert!(side.prints("stats").contains("missed"));
    }

    // One is killed while both answer.
    let before = one.gaps();
    let (stop, asked) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
    let asking = [&one, &two].map(|side| {
        let (mia, help, stop, asked) = (side.mia.clone(), side.help.clone(), Arc::clone(&stop), Arc::clone(&asked));
        tokio::spawn(async move {
            while !stop.load(Ordering::Relaxed) {
                mia.slash("ask", &[("question", "the quokka jumps")]).in_channel(&help).await;
                asked.fetch_add(1, Ordering::Relaxed);
            }
        })
    });
    until("some are committed", async || two.gaps() >= before + 10).await;
    let committed = two.gaps();
    one.program.signal("KILL");
    // Its next question gets no answer any more.
    let [of_one, of_two] = asking;
    of_one.abort();
    until("the other goes on", async || two.gaps() >= committed + 10).await;
    stop.store(true, Ordering::Relaxed);
    of_two.await.expect("it has gone on answering");
    let shown = two.told("guide settings", &[]).await;
    assert!(shown.contains("unless told otherwise: yes"), "{shown}");

    // All settings and every committed gap are there, and what was asked is not there twice.
    let (all, after) = (asked.load(Ordering::Relaxed), two.gaps());
    assert!(committed <= after && after <= before + all + 2, "{committed} {after} {before} {all}");
    let again = Side::start(&place, 0).await;
    let shown = again.told("guide settings", &[]).await;
    assert!(shown.contains("unless told otherwise: yes") && shown.contains("23."), "{shown}");
    // Whether the killed one was about to answer nobody can know, so its side is not asked whether every answer was read.
    std::mem::forget(one.discord);
    for side in [two, again] {
        side.program.signal("TERM");
        let Side { mut program, discord, .. } = side;
        assert_eq!(program.ended().await.code(), Some(0));
        discord.disconnected().await;
        discord.finish().await;
    }
}
