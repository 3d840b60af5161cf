//! What closes a gap that moderators see, and what opens it again.

use std::fs;

use tempfile::TempDir;

use crate::improving::internbot;
use crate::keeping::{KAYAK, until};
use crate::teaching::{ANSWER, TEXT, adds, gaps, kept};

/// A question as people tell it, longer than a phrasing of the guide may be.
const LONG: &str = "hello everyone, i have got a zebrafish tank with six kayaks painted on its side and i would like to know in which \
     room of the harbour building the zebrafish club keeps the spare kayak paddles";

#[tokio::test]
async fn a_question_longer_than_a_phrasing_is_closed_by_the_form_as_it_opens() {
    let (_folder, chat, olga) = kept().await;
    assert!(LONG.len() > internbot::knowledge::MAX_PHRASING);
    assert_eq!(chat.asks(LONG).await.page().title, "Not in the guide");
    until("it is a gap", async || {
        gaps(&olga).await.text().contains("**1 ×**")
    })
    .await;
    let form = olga.clicks(&gaps(&olga).await, "Write an answer").await;
    assert_eq!(form.modal().1[0].1, LONG, "all of it is filled in");
    let saved = olga.submits(&form, &[(TEXT, ANSWER)]).await.outcome().await;
    assert!(saved.page().footer.starts_with("Saved."), "{saved}");
    assert_eq!(chat.asks(LONG).await.page().body, ANSWER);
    assert!(gaps(&olga).await.text().contains("No gaps"), "it is closed");
    chat.finish().await;
}

#[tokio::test]
async fn votes_on_an_answer_of_the_servers_own_name_its_question() {
    let (folder, chat, olga) = kept().await;
    adds(&olga, "where is the boat house", ANSWER).await;
    let reply = chat.asks("where is the boat house").await;
    chat.mia.clicks(&reply, "Not it").await;
    let stats = async || olga.slash("guide stats", &[]).await.outcome().await.text();
    let named = "› where is the boat house (this server's own answer): not it 1";
    until(named, async || {
        stats().await.replace('\\', "").contains(named)
    })
    .await;
    let (table, _) = command(&folder, "stats");
    assert!(
        table.contains("\nnumber 1: where is the boat house "),
        "{table}"
    );

    let list = olga.slash("guide added", &[]).await.outcome().await;
    let menu = "Show, change or delete one";
    let one = olga.selects(&list, menu, "where is the boat house").await;
    olga.clicks(one.message(), "Delete").await;
    let shown = stats().await;
    assert!(
        shown.contains("› an answer of this server that was deleted: not it 1"),
        "{shown}"
    );
    let (table, _) = command(&folder, "stats");
    assert!(table.contains("\nnumber 1, deleted "), "{table}");
    chat.finish().await;
}

#[tokio::test]
async fn what_was_taught_closes_a_gap_everywhere_until_someone_says_not_it() {
    let (folder, chat, olga) = kept().await;
    chat.asks(KAYAK[0]).await;
    let is_listed = async || gaps(&olga).await.text().contains("**1 ×** kayak storage");
    until("it is a gap", is_listed).await;
    assert!(command(&folder, "gaps").0.contains("1 ×  kayak storage"));
    let saved = adds(&olga, KAYAK[0], ANSWER).await;
    assert!(gaps(&olga).await.text().contains("No gaps"));
    let (table, _) = command(&folder, "gaps");
    assert!(
        table.starts_with("Not answered in the last 90 days: 0,"),
        "{table}"
    );

    let reply = chat.asks(KAYAK[0]).await;
    chat.mia.clicks(&reply, "Not it").await;
    until("it is a gap again", async || {
        gaps(&olga).await.text().contains("**2 ×** kayak storage")
    })
    .await;
    assert!(command(&folder, "gaps").0.contains("2 ×  kayak storage"));
    // A new answer closes it again.
    olga.clicks(&saved, "Delete").await;
    adds(&olga, KAYAK[0], "At the boat house.").await;
    assert!(gaps(&olga).await.text().contains("No gaps"));
    chat.finish().await;
}

/// What a command at the keyboard prints about the store in a folder.
fn command(folder: &TempDir, name: &str) -> (String, bool) {
    let config = folder.path().join("internbot.toml");
    let url = folder.path().join("internbot.db").display().to_string();
    fs::write(&config, format!("[store]\nurl = \"sqlite:{url}\"\n")).expect("a file");
    internbot(&[name], &config)
}
