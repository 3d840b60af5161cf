//! The static pages: what is in them, and that they appear whole or not at all.

use std::fs;
use std::path::{Path, PathBuf};

use internbot::preview::{SiteError, write_site};
use tempfile::TempDir;

use crate::GUIDE;

/// Every file below a folder, by its path.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

#[test]
fn every_section_has_an_anchor_and_every_link_leads_to_one() {
    let home = TempDir::new().expect("a temporary folder");
    let folder = home.path().join("deep").join("site");
    let written = write_site(&GUIDE.knowledge, &folder).expect("it can be written");
    assert_eq!(written.pages, GUIDE.knowledge.topics().len() + 1);
    for topic in GUIDE.knowledge.topics() {
        let file = folder.join("topics").join(format!("{}.html", topic.id));
        let page = fs::read_to_string(&file).expect("a page");
        for section in &topic.sections {
            let place = format!("<article class=\"message\" id=\"{}\">", section.id);
            assert!(page.contains(&place), "{} in {}", section.id, topic.id);
        }
        assert!(
            !page.contains("data-custom-id"),
            "{}: dead buttons",
            topic.id
        );
        for link in page.split("href=\"").skip(1) {
            let link = link.split('"').next().expect("an end");
            if link.starts_with("https://") || link.starts_with("http://") || link == "data:," {
                continue;
            }
            let (path, place) = link.split_once('#').unwrap_or((link, ""));
            let target = folder.join("topics").join(path);
            let target = fs::read_to_string(&target)
                .unwrap_or_else(|_| panic!("{link} in {}", file.display()));
            assert!(
                place.is_empty() || target.contains(&format!("id=\"{place}\"")),
                "{link} in {}",
                topic.id
            );
        }
    }
    let size: u64 = files(&folder)
        .iter()
        .map(|file| fs::metadata(file).expect("a file").len())
        .sum();
    assert!(size < 6_000_000, "{size} bytes");
}

#[test]
fn writing_again_replaces_only_what_was_written_before() {
    let home = TempDir::new().expect("a temporary folder");
    let folder = home.path().join("site");
    fs::create_dir(&folder).expect("an empty folder is fine");
    write_site(&GUIDE.knowledge, &folder).expect("it can be written");
    let first = files(&folder);
    write_site(&GUIDE.knowledge, &folder).expect("it can be written again");
    assert_eq!(files(&folder), first);

    let own = folder.join("topics").join("notes.txt");
    fs::write(&own, "mine").expect("a file can be written");
    fs::write(folder.join("index.html"), "changed").expect("a file can be written");
    let refused = write_site(&GUIDE.knowledge, &folder).expect_err("a file of somebody else");
    assert!(matches!(refused, SiteError::Foreign { .. }), "{refused}");
    let why = refused.to_string();
    assert!(
        why.contains("notes.txt") && why.contains("name a new or empty folder"),
        "{why}"
    );
    assert_eq!(fs::read_to_string(&own).expect("it is there"), "mine");
    assert_eq!(
        fs::read_to_string(folder.join("index.html")).expect("it is there"),
        "changed"
    );
    let beside: Vec<_> = fs::read_dir(home.path()).expect("a folder").collect();
    assert_eq!(beside.len(), 1, "nothing is left beside it: {beside:?}");
}

#[test]
fn a_folder_that_is_not_ours_or_not_writable_stays_as_it_is() {
    let home = TempDir::new().expect("a temporary folder");
    let folder = home.path().join("thesis");
    fs::create_dir(&folder).expect("a folder");
    fs::write(folder.join("chapter-1.txt"), "two years").expect("a file can be written");
    let why = write_site(&GUIDE.knowledge, &folder)
        .expect_err("it is not empty")
        .to_string();
    assert!(why.contains("chapter-1.txt"), "{why}");
    assert_eq!(files(&folder).len(), 1);

    let file = home.path().join("a-file");
    fs::write(&file, "text").expect("a file can be written");
    for place in [file.clone(), file.join("site")] {
        let why = write_site(&GUIDE.knowledge, &place)
            .expect_err("a file is no folder")
            .to_string();
        assert!(
            why.starts_with("cannot write the pages into") && why.contains("a-file"),
            "{why}"
        );
    }
    assert_eq!(fs::read_to_string(&file).expect("it is there"), "text");
    let beside: Vec<_> = fs::read_dir(home.path()).expect("a folder").collect();
    assert_eq!(beside.len(), 2, "nothing is left beside it: {beside:?}");
}
