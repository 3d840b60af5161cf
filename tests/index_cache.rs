//! What was learned from a guide survives the process, and whatever happens to its file, the answers stay the same.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that fails may panic"
)]

use std::fs;
use std::path::{Path, PathBuf};
use std::thread;

use internbot::guide::Guide;
use internbot::index_cache::IndexCache;
use internbot::knowledge::{self, KnowledgeBase};
use internbot::search::{Found, Question};
use jiff::civil::date;

const QUESTIONS: [&str; 4] = [
    "how do i write a cover letter",
    "my offer was rescinded last week and i have no idea what to tell my parents, what now?",
    "wich colour is a cactus",
    "intervew tomorow, what shoud i prepair",
];

fn shipped() -> KnowledgeBase {
    knowledge::load(Path::new("knowledge"), date(2026, 11, 28)).unwrap()
}

fn answers(guide: &Guide) -> Vec<Found> {
    QUESTIONS
        .iter()
        .map(|question| guide.index.search(&Question::new(*question)))
        .collect()
}

/// The files of a cache, and what is in them.
fn files(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let entries = fs::read_dir(folder).unwrap();
    let paths = entries.map(|entry| entry.unwrap().path());
    paths
        .map(|path| (path.clone(), fs::read(path).unwrap()))
        .collect()
}

#[test]
fn an_index_that_is_read_back_answers_like_the_learned_one() {
    let folder = tempfile::tempdir().unwrap();
    let cache = IndexCache::in_folder(folder.path().join("made when needed"));
    let learned = answers(&cache.learn(shipped()));
    assert_eq!(learned, answers(&Guide::new(shipped())));
    assert_eq!(learned, answers(&cache.learn(shipped())));
    assert_eq!(files(&folder.path().join("made when needed")).len(), 1);
}

#[test]
fn a_damaged_file_is_learned_again_and_repaired() {
    let folder = tempfile::tempdir().unwrap();
    let cache = IndexCache::in_folder(folder.path());
    let learned = answers(&cache.learn(shipped()));
    let (path, whole) = files(folder.path()).remove(0);
    let mut flipped = whole.clone();
    *flipped.last_mut().unwrap() ^= 1;
    let half = whole[..whole.len() / 2].to_vec();
    let foreign = b"this is something else".to_vec();
    for damaged in [flipped, half, foreign, Vec::new()] {
        fs::write(&path, damaged).unwrap();
        assert_eq!(answers(&cache.learn(shipped())), learned);
        assert!(
            fs::read(&path).unwrap() == whole,
            "the file was not repaired"
        );
    }
}

#[test]
fn a_folder_that_is_not_writable_does_no_harm() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a file");
    fs::write(&file, "where the folder should be").unwrap();
    let guide = IndexCache::in_folder(&file).learn(shipped());
    assert_eq!(answers(&guide), answers(&Guide::new(shipped())));
}

#[test]
fn several_starts_at_once_do_each_other_no_harm() {
    let folder = tempfile::tempdir().unwrap();
    let cache = IndexCache::in_folder(folder.path());
    let all: Vec<Vec<Found>> = thread::scope(|scope| {
        let start = || scope.spawn(|| answers(&cache.learn(shipped())));
        let started: Vec<_> = (0..4).map(|_| start()).collect();
        started.into_iter().map(|one| one.join().unwrap()).collect()
    });
    assert!(all.windows(2).all(|two| two[0] == two[1]));
    assert_eq!(files(folder.path()).len(), 1, "an unfinished file was left");
}

#[test]
fn only_the_newest_files_are_kept() {
    let folder = tempfile::tempdir().unwrap();
    for number in 0..6 {
        fs::write(folder.path().join(format!("{number}.index")), "older").unwrap();
    }
    fs::write(folder.path().join("notes.txt"), "not ours").unwrap();
    let cache = IndexCache::in_folder(folder.path());
    let learned = answers(&cache.learn(shipped()));
    assert_eq!(files(folder.path()).len(), 5, "four of ours, and the notes");
    assert_eq!(answers(&cache.learn(shipped())), learned);
}
