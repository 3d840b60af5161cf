//! A guide that follows its files, through the library's public interface.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    unreachable_pub,
    reason = "a test that fails may panic"
)]

#[path = "discord/small_guide.rs"]
#[allow(dead_code, reason = "the tests in Discord use the rest")]
mod small_guide;

use std::fs;
use std::path::Path;
use std::sync::Arc;

use internbot::knowledge::{Changes, LoadError};
use internbot::live::{Live, Reload};
use small_guide::SmallGuide;

fn load(guide: &SmallGuide) -> Live {
    Live::load(&guide.folder()).expect("the small guide has no error")
}

fn title(live: &Live) -> String {
    live.guide()
        .knowledge
        .topic("bread")
        .expect("it is there")
        .title
        .clone()
}

#[test]
fn a_guide_in_use_stays_the_same_while_others_get_the_next() {
    let guide = SmallGuide::new("Alpha");
    let live = load(&guide);
    let held = live.guide();
    guide.save("bread", "Beta");
    assert!(matches!(
        live.reload(),
        Reload::Swapped(Changes {
            added: 0,
            changed: 1,
            removed: 0
        })
    ));
    assert_eq!(
        held.knowledge.topic("bread").expect("it is there").title,
        "Alpha baking bread"
    );
    assert_eq!(title(&live), "Beta baking bread");
    assert_ne!(held.knowledge.version(), live.guide().knowledge.version());
}

#[test]
fn a_version_depends_on_the_content_only() {
    let (here, there) = (SmallGuide::new("Alpha"), SmallGuide::new("Alpha"));
    let live = load(&here);
    assert_eq!(
        live.guide().knowledge.version(),
        load(&there).guide().knowledge.version()
    );
    assert_eq!(live.guide().knowledge.version().len(), 8);
    here.save("bread", "Alpha");
    assert!(
        matches!(live.reload(), Reload::Same),
        "saved, and nothing changed"
    );
}

#[test]
fn a_problem_is_new_only_once_and_gone_when_it_is_fixed() {
    let guide = SmallGuide::new("Alpha");
    let live = load(&guide);
    guide.edit("bread", "category = \"outside\"", "category = \"outsde\"");
    for expected in [true, false] {
        let Reload::Failed { error, is_new } = live.reload() else {
            panic!("it is broken")
        };
        assert_eq!(is_new, expected);
        let LoadError::Invalid { problems, .. } = &*error else {
            panic!("{error}")
        };
        assert_eq!((problems[0].at.line, problems[0].at.column), (3, 12));
    }
    assert_eq!(title(&live), "Alpha baking bread");
    let since = live.present().problem.expect("it is known").since;
    live.reload();
    assert_eq!(live.present().problem.expect("it is known").since, since);
    guide.save("bread", "Alpha");
    assert!(matches!(live.reload(), Reload::Fixed));
    assert!(live.present().problem.is_none());
    assert!(matches!(live.reload(), Reload::Same), "it is said once");
}

#[test]
fn a_missing_folder_is_a_problem_like_any_other() {
    let guide = SmallGuide::new("Alpha");
    let live = load(&guide);
    fs::rename(guide.folder(), guide.beside("away")).expect("it can be moved");
    assert!(matches!(
        live.reload_if_changed(),
        Some(Reload::Failed { is_new: true, .. })
    ));
    assert!(live.reload_if_changed().is_none(), "nothing changed since");
    assert_eq!(title(&live), "Alpha baking bread");
    fs::rename(guide.beside("away"), guide.folder()).expect("it can be moved");
    assert!(matches!(live.reload_if_changed(), Some(Reload::Fixed)));
}

#[test]
fn topics_that_come_and_go_are_counted() {
    let guide = SmallGuide::new("Alpha");
    let live = load(&guide);
    let text = small_guide::topic_text("bread", "Alpha")
        .replace("Alpha", "Other")
        .replace("baking bread", "eating soup");
    fs::write(
        guide.topic("soup"),
        text.replace("id = \"bread\"", "id = \"soup\""),
    )
    .expect("it can be written");
    fs::remove_file(guide.topic("rivers")).expect("it was there");
    for topic in ["bread", "cheese", "tents", "soup"] {
        guide.edit(topic, ", \"rivers\"]", "]");
    }
    let resources = fs::read_to_string(guide.folder().join("resources.toml")).expect("it is there");
    fs::write(
        guide.folder().join("resources.toml"),
        resources.replace("topics = [\"rivers\"]", "topics = []"),
    )
    .expect("it can be written");
    let reload = live.reload();
    assert!(
        matches!(
            reload,
            Reload::Swapped(Changes {
                added: 1,
                changed: 3,
                removed: 1
            })
        ),
        "{reload:?}"
    );
}

#[test]
fn many_who_ask_at_once_all_get_the_newest_guide() {
    let guide = SmallGuide::new("Alpha");
    let live = Arc::new(load(&guide));
    for mark in ["Beta", "Alpha", "Beta"] {
        guide.save("bread", mark);
        let threads: Vec<_> = (0..16)
            .map(|_| {
                let live = Arc::clone(&live);
                std::thread::spawn(move || {
                    live.reload();
                    title(&live)
                })
            })
            .collect();
        for thread in threads {
            assert_eq!(
                thread.join().expect("no thread panics"),
                format!("{mark} baking bread")
            );
        }
    }
}

#[test]
fn a_folder_that_was_never_there_is_an_error() {
    let error = Live::load(Path::new("no/such/folder")).expect_err("it is not there");
    assert!(
        error.to_string().contains("cannot read no/such/folder"),
        "{error}"
    );
}
