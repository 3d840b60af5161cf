//! The commands that read the store; the same with every database.

use std::path::Path;

use internbot::scrub::scrub;
use internbot::stats::{RecordedOutcome, Way};
use internbot::store::{Clock, Event, StoreHandle};

use crate::place::*;

/// Runs the command.
fn internbot(arguments: &[&str]) -> (String, String, Option<i32>) {
    let output = assert_cmd::Command::new(env!("CARGO_BIN_EXE_internbot"))
        .args(arguments)
        .output()
        .expect("the command starts");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("it prints text");
    (
        text(output.stdout),
        text(output.stderr),
        output.status.code(),
    )
}

/// A configuration file for the store of a place, and a copy of the guide.
fn configured(place: &Place, url: &str) -> String {
    let knowledge = place.folder.path().join("knowledge");
    std::fs::create_dir_all(knowledge.join("topics")).expect("a folder");
    for folder in ["knowledge", "knowledge/topics"] {
        for file in std::fs::read_dir(folder)
            .expect("the guide is there")
            .map(|file| file.expect("a file").path())
        {
            if file.is_file() {
                std::fs::copy(&file, place.folder.path().join(&file)).expect("copied");
            }
        }
    }
    let file = place.folder.path().join("internbot.toml");
    std::fs::write(
        &file,
        format!(
            "knowledge = {:?}\n[store]\nurl = {url:?}\n",
            knowledge.display().to_string()
        ),
    )
    .expect("written");
    file.display().to_string()
}

pub async fn gaps_are_pasted_into_the_guide_and_the_next_one_gets_an_answer(place: Place) {
    let config = configured(&place, &place.url);
    let store = StoreHandle::open(&place.config(), Clock::system(), quick()).await;
    for text in [
        "canteen lunch menu vegan",
        "is there \"vegan\" lunch in the canteen of ada@example.org",
        "vegan lunch?",
        "vegan lunch?",
    ] {
        store.record(gap(GUILD, text));
    }
    let near = Event::Gap {
        guild: Some(2),
        text: scrub("how do i get my cv on one single page pls"),
        topic: Some("resume".to_owned()),
    };
    store.record(near);
    store.close().await;

    let (list, _, status) = internbot(&["gaps", "--config", &config]);
    assert_eq!(status, Some(0));
    for part in [
        "5, in 2 group(s)",
        "4 ×  vegan lunch?",
        "looks like a new topic",
        "1 ×  how do i get my cv",
        "near the topic resume",
    ] {
        assert!(list.contains(part), "{part:?} is not in\n{list}");
    }
    let (of_guild, _, _) = internbot(&["gaps", "--config", &config, "--guild", "2"]);
    assert!(of_guild.contains("1, in 1 group(s)"), "{of_guild}");

    let (toml, _, _) = internbot(&["gaps", "--toml", "--config", &config]);
    assert!(!toml.contains('…'), "{toml}");
    for block in toml.split("# File ").skip(1) {
        let (head, lines) = block.split_once('\n').expect("a block has lines");
        let file = Path::new(head.split_once(": ").expect("a file and what to do").0);
        let text = match std::fs::read_to_string(file) {
            Ok(text) => text.replacen(
                "questions = [\n",
                &format!(
                    "questions = [\n{}",
                    lines.trim_end_matches('\n').to_owned() + "\n"
                ),
                1,
            ),
            Err(_) => lines.to_owned(),
        };
        std::fs::write(file, text).expect("pasted");
    }
    let (checked, _, status) = internbot(&["check", "--config", &config]);
    assert_eq!(status, Some(0), "{checked}\n{toml}");
    assert!(
        checked.contains("0 error(s), 3 warning(s)")
            && checked.contains("the topic has only 3 phrasing(s)"),
        "{checked}"
    );
    assert!(
        checked.contains("the text is still the placeholder of `internbot gaps --toml`"),
        "{checked}"
    );
    assert!(
        checked.contains("the summary is still the placeholder of `internbot gaps --toml`"),
        "{checked}"
    );
    for (question, shown) in [
        ("vegan canteen lunch?", "This answer is not written yet"),
        ("how do i get my cv on one single page pls", "Resume (CV)"),
    ] {
        let (answer, _, _) = internbot(&["ask", question, "--config", &config]);
        assert!(answer.contains(shown), "{answer}");
    }
}

pub async fn stats_are_a_table_with_bars(place: Place) {
    let config = configured(&place, &place.url);
    let store = StoreHandle::open(&place.config(), Clock::system(), quick()).await;
    store.record(asked(GUILD, RecordedOutcome::Answer));
    // As an older version counted: by topic.
    store.record(asked(GUILD, RecordedOutcome::Suggest));
    for _ in 0..2 {
        store.record(Event::Asked {
            guild: Some(GUILD),
            way: Way::Mention,
            outcome: RecordedOutcome::Suggest,
            topic: Some("resume/general".to_owned()),
        });
    }
    store.record(vote(MIA, true));
    store.record(vote(MAX, false));
    store.close().await;
    let (table, _, status) = internbot(&["stats", "--days", "9", "--config", &config]);
    assert_eq!(status, Some(0));
    for part in [
        "asked                  4         4  ▁▁▁▁▁▁▁▁█",
        "helped                 1         1",
        "resume                                  1       1       1",
        "most often not it                                 not it  helped\nresume/general                                         1       1",
        "most often suggested, nearest section              times\nresume/general                                         2\nresume                                                 1",
    ] {
        assert!(table.contains(part), "{part:?} is not in\n{table}");
    }
}

pub async fn without_a_store_the_commands_say_so_and_create_none(place: Place) {
    for (url, said) in [
        (place.url.clone(), "there is no store at"),
        (String::new(), "switched off: set store.url"),
    ] {
        let config = configured(&place, &url);
        for command in ["gaps", "stats"] {
            let (_, error, status) = internbot(&[command, "--config", &config]);
            assert_eq!(status, Some(1));
            assert!(error.contains(said), "{error}");
        }
    }
    assert!(!place.exists().await);
}
