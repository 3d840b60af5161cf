//! The moderators' loop: an unanswered question is seen, pasted into the guide, and answered.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use internbot::knowledge::PLACEHOLDER;
use internbot::live::Live;

use crate::bot::*;
use crate::keeping::{KAYAK, until, until_within};
use stand_in::*;

/// How long the whole guide may take to go live on a machine that runs all tests at once.
const SOON: Duration = Duration::from_secs(60);

/// A copy of a folder.
pub fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder");
    for entry in fs::read_dir(from).expect("a folder") {
        let (path, to) = entry
            .map(|entry| (entry.path(), to.join(entry.file_name())))
            .expect("an entry");
        if path.is_dir() {
            copy(&path, &to);
        } else {
            fs::copy(&path, &to).expect("a copy");
        }
    }
}

/// A copy of the guide that ships, and a configuration that names it and a store, in a folder.
pub fn own_guide(home: &Path) -> (PathBuf, PathBuf) {
    let (folder, config) = (home.join("guide"), home.join("internbot.toml"));
    copy(Path::new("knowledge"), &folder);
    let text = format!(
        "knowledge = {folder:?}\n[store]\nurl = \"sqlite:{}\"\n",
        home.join("internbot.db").display()
    );
    fs::write(&config, text).expect("a file can be written");
    (folder, config)
}

/// What the program itself prints.
pub fn internbot(arguments: &[&str], config: &Path) -> (String, bool) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_internbot"));
    let output = command
        .args(arguments)
        .arg("--config")
        .arg(config)
        .output()
        .expect("the program starts");
    (
        String::from_utf8(output.stdout).expect("text"),
        output.status.success(),
    )
}

/// Asks privately until an answer contains this, then publicly, each time as someone else.
async fn until_answered(chat: &Chat, question: &str, part: &str) {
    let asked = [("question", question), ("private", "true")];
    until_within(SOON, part, async || {
        let answer = chat.mia.slash("ask", &asked).await;
        answer.message().page().body.contains(part)
    })
    .await;
    chat.guild
        .member("asker")
        .says(&chat.help, &format!("@bot {question}"))
        .await;
    let reply = chat.discord.next_message(&chat.help).await;
    assert!(reply.page().body.contains(part), "{reply}");
}

#[tokio::test]
async fn an_unanswered_question_of_three_people_is_pasted_and_the_fourth_gets_the_answer() {
    let home = tempfile::tempdir().expect("a folder");
    let (folder, config) = own_guide(home.path());
    let live = Live::new(&folder, Arc::clone(&GUIDE));
    let chat = Setup::new()
        .live(Arc::new(live))
        .store(store_in(home.path()).await)
        .chat_in(StandIn::start().await)
        .await;
    let olga = chat
        .guild
        .member_who_may("olga", &[Permission::ManageGuild]);

    for (question, name) in KAYAK.iter().zip(["ann", "ben", "cem"]) {
        chat.guild
            .member(name)
            .says(&chat.help, &format!("@bot {question}"))
            .await;
        assert_eq!(
            chat.discord.next_message(&chat.help).await.page().title,
            "Not in the guide",
            "{question}"
        );
    }
    until("they are one gap of three", async || {
        let gaps = olga.slash("guide gaps", &[]).await.outcome().await;
        let text = gaps.text();
        text.contains("**3 ×** kayak storage?") && text.matches(" ×**").count() == 1
    })
    .await;

    let (printed, is_fine) = internbot(&["gaps", "--toml"], &config);
    assert!(is_fine, "{printed}");
    let (head, topic) = printed
        .strip_prefix("# File ")
        .and_then(|text| text.split_once('\n'))
        .expect("a file to paste");
    let file = Path::new(head.split_once(": ").expect("where it goes").0);
    assert!(file.starts_with(&folder) && !file.exists(), "{printed}");
    fs::write(file, topic).expect("it is pasted");
    let (checked, is_fine) = internbot(&["check"], &config);
    assert!(is_fine && checked.contains("placeholder"), "{checked}");
    until_answered(
        &chat,
        "what kayak storage does the harbour have",
        PLACEHOLDER,
    )
    .await;

    // Someone writes the missing text.
    let (before, rest) = topic.split_once("**").expect("there is a text");
    let (_, after) = rest.rsplit_once("\"\"\"").expect("the text ends");
    fs::write(
        file,
        format!("{before}The harbour has racks for kayaks.\n\"\"\"{after}"),
    )
    .expect("it is saved");
    until_answered(
        &chat,
        "what kayak storage does the harbour have",
        "racks for kayaks",
    )
    .await;
    chat.finish().await;
}
