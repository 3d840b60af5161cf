//! The guide is edited while the bot runs: valid changes soon go live, invalid ones change nothing.

use std::fs;
#[cfg(unix)]
use std::io::Write;
#[cfg(unix)]
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use internbot::live::Live;

use crate::bot::*;
use crate::keeping::until_within;
#[cfg(unix)]
use crate::program::Program;
use crate::small_guide::{self, SmallGuide, question};
use stand_in::*;

/// How long a saved change may take to go live. The bot needs less than two seconds; a machine that runs all tests at once
/// may be slower.
const SOON: Duration = Duration::from_secs(6);

/// A bot that answers from a small guide, and someone who may manage the server.
struct Editing {
    chat: Chat,
    guide: SmallGuide,
    olga: Member,
}

impl Editing {
    async fn start() -> Self {
        Self::start_as(true).await
    }

    async fn start_as(watch: bool) -> Self {
        let guide = SmallGuide::new("Alpha");
        let live = Live::load(&guide.folder()).expect("the small guide has no error");
        let chat = Setup::new()
            .options(|options| options.watch = watch)
            .live(Arc::new(live))
            .chat()
            .await;
        let olga = chat
            .guild
            .member_who_may("olga", &[Permission::ManageGuild]);
        Self { chat, guide, olga }
    }

    /// The title of the section with which a question for a topic is answered.
    async fn title(&self, topic: &str) -> String {
        let answer = self
            .chat
            .mia
            .slash("ask", &[("question", &question(topic))])
            .await;
        answer.message().page().title
    }

    /// Waits until a topic is answered in another version; returns how long that took.
    async fn until(&self, topic: &str, mark: &str) -> Duration {
        let what = format!("{topic} is {mark}");
        until_within(SOON, &what, async || {
            self.title(topic).await.starts_with(mark)
        })
        .await
    }

    async fn status(&self) -> String {
        let status = self.olga.slash("guide status", &[]).await;
        assert!(status.ephemeral);
        status.message().page().body.clone()
    }

    /// Waits until the status contains this; returns all of it.
    async fn until_status(&self, part: &str) -> String {
        let what = format!("the status says {part:?}");
        until_within(SOON, &what, async || self.status().await.contains(part)).await;
        self.status().await
    }

    async fn reload(&self) -> String {
        let reload = self.olga.slash("guide reload", &[]).await;
        assert!(reload.ephemeral);
        reload.outcome().await.text()
    }
}

#[tokio::test]
async fn a_saved_change_is_live_soon() {
    let editing = Editing::start().await;
    assert_eq!(editing.title("bread").await, "Alpha way of baking bread");
    editing.guide.save("bread", "Beta");
    editing.until("bread", "Beta").await;
    assert_eq!(editing.title("tents").await, "Alpha way of pitching tents");
    editing.chat.finish().await;
}

#[tokio::test]
async fn suggestions_while_typing_follow_the_files_too() {
    let editing = Editing::start().await;
    editing.guide.save("bread", "Beta");
    editing.until("bread", "Beta").await;
    let choices = editing
        .chat
        .mia
        .autocompletes("ask", "question", "why baking br")
        .await;
    assert_eq!(choices[0].name, "Beta why baking bread at all");
    let topics = editing
        .chat
        .mia
        .autocompletes("resources", "topic", "baking")
        .await;
    assert_eq!(topics[0].name, "Beta baking bread");
    editing.chat.finish().await;
}

#[tokio::test]
async fn a_broken_save_changes_nothing_but_the_status_until_it_is_fixed() {
    let editing = Editing::start().await;
    let version = editing.status().await;
    assert!(version.contains("No problem"), "{version}");
    editing
        .guide
        .edit("bread", "title = \"Alpha", "title = Gamma\"");
    let status = editing.until_status("topics/bread.toml:2:").await;
    assert!(
        !status.contains(&*editing.guide.folder().to_string_lossy()),
        "the place of the folder is nobody's business: {status}"
    );
    assert_eq!(editing.title("bread").await, "Alpha way of baking bread");

    // Another problem, another place, and how to fix it.
    editing.guide.save("bread", "Beta");
    editing
        .guide
        .edit("bread", "category = \"outside\"", "category = \"outsde\"");
    let status = editing.until_status("topics/bread.toml:3:12").await;
    assert!(
        status.contains("Did you mean") && status.contains("outside"),
        "{status}"
    );
    assert_eq!(editing.title("bread").await, "Alpha way of baking bread");
    let said = editing.reload().await;
    assert!(
        said.contains("topics/bread.toml:3:12") && said.contains("from the previous guide"),
        "{said}"
    );

    editing.guide.save("bread", "Beta");
    editing.until("bread", "Beta").await;
    assert!(editing.status().await.contains("No problem"));
    editing.chat.finish().await;
}

#[tokio::test]
async fn an_editor_may_save_by_renaming() {
    let editing = Editing::start().await;
    let draft = editing.guide.folder().join("topics/.bread.toml.swp");
    fs::write(&draft, small_guide::topic_text("bread", "Beta")).expect("a file can be written");
    fs::rename(&draft, editing.guide.topic("bread")).expect("a file can be renamed");
    editing.until("bread", "Beta").await;

    // The same length and time, but a different file.
    let old = fs::metadata(editing.guide.topic("bread"))
        .and_then(|file| file.modified())
        .expect("a time");
    fs::write(&draft, small_guide::topic_text("bread", "Zeta")).expect("a file can be written");
    fs::File::options()
        .append(true)
        .open(&draft)
        .and_then(|file| file.set_modified(old))
        .expect("a time can be set");
    fs::rename(&draft, editing.guide.topic("bread")).expect("a file can be renamed");
    #[cfg(unix)]
    editing.until("bread", "Zeta").await;
    editing.chat.finish().await;
}

#[tokio::test]
async fn a_folder_may_vanish_and_return() {
    let editing = Editing::start().await;
    let away = editing.guide.beside("away");
    fs::rename(editing.guide.folder(), &away).expect("a folder can be renamed");
    editing
        .until_status("The guide's folder can't be read")
        .await;
    assert_eq!(editing.title("bread").await, "Alpha way of baking bread");

    fs::rename(&away, editing.guide.folder()).expect("a folder can be renamed");
    editing.until_status("No problem").await;
    editing.guide.save("bread", "Beta");
    editing.until("bread", "Beta").await;
    editing.chat.finish().await;
}

#[tokio::test]
async fn another_branch_may_be_checked_out() {
    let editing = Editing::start().await;
    // As Git does: each file is removed and written again, one after another.
    for file in ["bread", "cheese", "tents", "rivers"] {
        fs::remove_file(editing.guide.topic(file)).expect("the file is there");
        tokio::time::sleep(Duration::from_millis(30)).await;
    }
    small_guide::write(&editing.guide.folder(), "Beta");
    fs::remove_file(editing.guide.topic("rivers")).expect("the file is there");
    let resources =
        fs::read_to_string(editing.guide.folder().join("resources.toml")).expect("it is there");
    fs::write(
        editing.guide.folder().join("resources.toml"),
        resources.replace("topics = [\"rivers\"]", "topics = []"),
    )
    .expect("it can be");
    for topic in ["bread", "cheese", "tents"] {
        editing.guide.edit(topic, ", \"rivers\"]", "]");
    }
    for topic in ["bread", "cheese", "tents"] {
        editing.until(topic, "Beta").await;
    }
    let status = editing.status().await;
    assert!(
        status.contains("3 topics") && status.contains("No problem"),
        "{status}"
    );
    editing.chat.finish().await;
}

#[tokio::test]
async fn a_moderator_can_reload_if_the_files_are_not_watched() {
    let editing = Editing::start_as(false).await;
    let said = editing.reload().await;
    assert!(
        said.starts_with("Nothing has changed: these files are already live."),
        "{said}"
    );

    editing.guide.save("bread", "Beta");
    editing.guide.save("cheese", "Beta");
    assert_eq!(editing.title("bread").await, "Alpha way of baking bread");
    let said = editing.reload().await;
    assert!(
        said.starts_with("The guide was reloaded: 2 topics changed. The live version is `"),
        "{said}"
    );
    assert_eq!(editing.title("bread").await, "Beta way of baking bread");

    // An error, and the text as it was before it.
    let path = editing.guide.topic("bread");
    let text = fs::read_to_string(&path).expect("the file is there");
    fs::write(&path, format!("{text}nonsense")).expect("it is written");
    let said = editing.reload().await;
    assert!(said.starts_with("The files have an error"), "{said}");
    fs::write(&path, text).expect("it is written");
    let said = editing.reload().await;
    assert!(
        said.starts_with("The files have no errors any more"),
        "{said}"
    );
    editing.chat.finish().await;
}

/// A named pipe in place of a file: its reader waits until someone writes.
#[cfg(unix)]
#[tokio::test]
async fn a_slow_reload_is_deferred_and_nobody_else_waits() {
    let editing = Editing::start_as(false).await;
    let path = editing.guide.topic("bread");
    fs::remove_file(&path).expect("the file is there");
    assert!(
        Command::new("mkfifo")
            .arg(&path)
            .status()
            .expect("there is mkfifo")
            .success()
    );

    let reload = editing.olga.slash("guide reload", &[]).await;
    assert_eq!(
        (reload.kind, reload.ephemeral),
        (ResponseKind::DeferredMessage, true)
    );
    assert_eq!(editing.title("bread").await, "Alpha way of baking bread");
    assert!(editing.status().await.contains("No problem"));

    // It is read again if it changes meanwhile: the reader of the pipe gets the text, and then finds a file.
    let (text, draft) = (
        small_guide::topic_text("bread", "Beta"),
        editing.guide.beside("draft"),
    );
    fs::write(&draft, &text).expect("a file can be written");
    std::thread::spawn(move || {
        let mut pipe = fs::File::options()
            .write(true)
            .open(&path)
            .expect("somebody reads");
        fs::rename(&draft, &path).expect("a file can be renamed");
        pipe.write_all(text.as_bytes())
            .expect("somebody still reads");
    });
    let said = reload.completed().await.text();
    assert!(
        said.starts_with("The guide was reloaded: 1 topic changed."),
        "{said}"
    );
    assert_eq!(editing.title("bread").await, "Beta way of baking bread");
    editing.chat.finish().await;
}

#[cfg(unix)]
#[tokio::test]
async fn a_signal_reloads_and_the_same_problem_is_logged_once() {
    let discord = StandIn::start().await;
    let guild = discord.guild("students");
    let (guide, mia) = (SmallGuide::new("Alpha"), guild.member("mia"));
    let program = Program::start(&discord, &guide, &[]);
    discord.registered("ask").await;
    guide.edit("bread", "category = \"outside\"", "category = \"outsde\"");
    program.signal("HUP");
    program.logged("topics/bread.toml:3:12", 1).await;
    program.signal("HUP");
    program.logged("SIGHUP", 2).await;
    guide.save("bread", "Beta");
    program.signal("HUP");
    let text = program.logged("the guide was reloaded", 1).await;
    assert_eq!(text.matches("topics/bread.toml:3:12").count(), 1, "{text}");
    assert_eq!(text.matches("Did you mean").count(), 1, "{text}");
    let answer = mia.slash("ask", &[("question", &question("bread"))]).await;
    assert_eq!(answer.message().page().title, "Beta way of baking bread");
    program.signal("TERM");
    discord.disconnected().await;
    discord.finish().await;
}
