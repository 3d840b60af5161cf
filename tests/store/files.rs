//! What happens to a file of SQLite.

use std::path::Path;
use std::time::{Duration, Instant};

use internbot::config;
use internbot::settings::Settings;
use internbot::stats::RecordedOutcome;
use internbot::store::{Clock, State, StoreError, StoreHandle};
use sqlx::{Connection, Executor, SqliteConnection};

use crate::place::*;

/// Another process that has the file open.
async fn other(place: &Place) -> SqliteConnection {
    SqliteConnection::connect(&format!("sqlite:{}", place.file().display()))
        .await
        .expect("the file opens")
}

#[cfg(unix)]
#[tokio::test]
async fn nobody_else_can_read_the_file() {
    use std::os::unix::fs::PermissionsExt;
    let place = Place::in_a_file();
    place.open().await.close().await;
    assert_eq!(
        place
            .file()
            .metadata()
            .expect("it is there")
            .permissions()
            .mode()
            & 0o777,
        0o600
    );
}

#[tokio::test]
async fn a_store_locked_by_another_process_waits_and_loses_nothing() {
    let place = Place::in_a_file();
    let store = place.open().await;
    set(
        &store,
        GUILD,
        Settings {
            private: true,
            ..Settings::default()
        },
    )
    .await
    .expect("kept");
    let mut other = other(&place).await;
    other
        .execute("BEGIN EXCLUSIVE")
        .await
        .expect("the other process locks it");
    store.record(asked(GUILD, RecordedOutcome::Answer));
    store.record(gap(GUILD, "a zebrafish"));
    store.record(vote(MIA, true));
    assert!(unwell(&store).await.contains("locked by another process"));
    let begun = Instant::now();
    for _ in 0..1_000 {
        store.record(asked(GUILD, RecordedOutcome::Answer));
    }
    assert!(begun.elapsed() < Duration::from_millis(100), "nobody waits");
    assert!(store.settings(Some(GUILD)).private, "settings are there");
    let refused = set(&store, GUILD, Settings::default())
        .await
        .expect_err("it cannot be written");
    assert!(refused.to_string().contains("locked"), "{refused}");
    assert!(
        store.settings(Some(GUILD)).private,
        "and nothing has changed"
    );
    other
        .execute("ROLLBACK")
        .await
        .expect("the other process is done");
    well(&store).await;
    let all = store.stats(None, 1).await.expect("stats").all();
    assert_eq!((all.answered, all.helped), (1_001, 1));
    assert_eq!(store.gaps(None, 1).await.expect("gaps").len(), 1);
}

#[tokio::test]
async fn a_change_that_timed_out_is_not_made_later() {
    let place = Place::in_a_file();
    let store = place.open().await;
    let mut other = other(&place).await;
    other
        .execute("BEGIN EXCLUSIVE")
        .await
        .expect("the other process locks it");
    // Each is tried for a quarter of a second and waited for for two, so some have not even started by then.
    let private = Settings {
        private: true,
        ..Settings::default()
    };
    let changes = (0..20).map(|_| {
        let (store, private) = (store.clone(), private.clone());
        tokio::spawn(async move { set(&store, GUILD, private).await })
    });
    let mut late = 0;
    for change in changes.collect::<Vec<_>>() {
        late += usize::from(
            change
                .await
                .expect("it ends")
                .expect_err("it cannot be written")
                == StoreError::Late,
        );
    }
    assert!(late > 0, "each was tried");
    other
        .execute("ROLLBACK")
        .await
        .expect("the other process is done");
    well(&store).await;
    store
        .flush()
        .await
        .expect("whatever waited before this is done");
    assert!(
        !store.settings(Some(GUILD)).private,
        "they were told that nothing has changed"
    );
}

#[tokio::test]
async fn a_store_on_a_full_disk_waits_and_loses_nothing() {
    let place = Place::in_a_file();
    let store = place
        .open_with(&config::Store {
            most_megabytes: 1,
            ..place.config()
        })
        .await;
    let mut other = other(&place).await;
    other
        .execute("CREATE TABLE junk (bytes BLOB)")
        .await
        .expect("made");
    while other
        .execute("PRAGMA max_page_count = 256; INSERT INTO junk VALUES (zeroblob(3000))")
        .await
        .is_ok()
    {}
    for number in 0..26_u8 {
        store.record(gap(
            GUILD,
            &format!("{} {}", char::from(b'a' + number), "zebrafish ".repeat(20)),
        ));
    }
    store.record(asked(GUILD, RecordedOutcome::Answer));
    // The store may have found the file locked while the other process was writing.
    until("it is full", async || {
        store.health().sentence.contains("is full: make room")
    })
    .await;
    assert_eq!(store.health().state, State::Unwell);
    assert!(store.health().waiting >= 27);
    other
        .execute("DELETE FROM junk")
        .await
        .expect("room is made");
    well(&store).await;
    assert_eq!(store.gaps(None, 1).await.expect("gaps").len(), 26);
    assert_eq!(store.stats(None, 1).await.expect("stats").all().answered, 1);
}

#[cfg(unix)]
#[tokio::test]
async fn a_deleted_file_is_recreated_with_the_settings() {
    let place = Place::in_a_file();
    let store = place.open().await;
    let settings = Settings {
        private: true,
        ..Settings::default()
    };
    set(&store, GUILD, settings.clone()).await.expect("kept");
    std::fs::remove_file(place.file()).expect("it is deleted");
    store.record(asked(GUILD, RecordedOutcome::Answer));
    until("there is a file again", async || place.file().exists()).await;
    well(&store).await;
    assert_eq!(store.stats(None, 1).await.expect("stats").all().answered, 1);
    assert_eq!(*store.settings(Some(GUILD)), settings);
    store.close().await;
    assert_eq!(*place.open().await.settings(Some(GUILD)), settings);
}

#[tokio::test]
async fn a_damaged_file_is_left_alone_and_a_new_one_started_once_it_is_moved() {
    for damage in [
        b"this is no database at all, not in the least. ".repeat(200),
        damaged().await,
    ] {
        let place = Place::in_a_file();
        std::fs::write(place.file(), &damage).expect("written");
        let store = place.open().await;
        store.record(asked(GUILD, RecordedOutcome::Answer));
        let sentence = unwell(&store).await;
        assert!(sentence.contains("is damaged: move it away"), "{sentence}");
        assert_eq!(std::fs::read(place.file()).expect("it is there"), damage);
        std::fs::rename(place.file(), place.folder.path().join("damaged.db")).expect("moved");
        well(&store).await;
        assert_eq!(store.stats(None, 1).await.expect("stats").all().answered, 1);
    }
}

async fn damaged() -> Vec<u8> {
    let place = Place::in_a_file();
    let store = place.open().await;
    store.record(asked(1, RecordedOutcome::Answer));
    store.close().await;
    let mut bytes = std::fs::read(place.file()).expect("it is there");
    bytes.iter_mut().skip(100).for_each(|byte| *byte = 0xA5);
    bytes
}

#[cfg(unix)]
#[tokio::test]
async fn a_folder_that_is_not_writable_is_reported() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o555))
        .expect("read only");
    // Some users can write anywhere, but nobody can write there.
    let may_write = std::fs::write(folder.path().join("probe"), "").is_ok();
    let folder = if may_write {
        Path::new("/proc/self")
    } else {
        folder.path()
    };
    let config = config::Store {
        url: folder.join("internbot.db").as_path().into(),
        ..config::Store::default()
    };
    let store = StoreHandle::open(&config, Clock::system(), quick()).await;
    store.record(asked(1, RecordedOutcome::Answer));
    assert!(
        unwell(&store).await.contains("cannot be written"),
        "{:?}",
        store.health()
    );
    assert!(store.stats(None, 1).await.is_err());
}

#[tokio::test]
async fn a_store_that_is_off_keeps_nothing_and_says_so() {
    let folder = tempfile::tempdir().expect("a folder");
    let url = String::new().try_into().expect("off");
    let config = config::Store {
        url,
        ..config::Store::default()
    };
    let store = StoreHandle::open(&config, Clock::system(), quick()).await;
    store.record(vote(MIA, true));
    assert_eq!(store.health().state, State::Off);
    assert_eq!(store.stats(None, 7).await, Err(StoreError::Off));
    assert_eq!(
        set(&store, GUILD, Settings::default()).await,
        Err(StoreError::Off)
    );
    assert_eq!(store.forget(MIA).await, Ok(0));
    store.close().await;
    assert_eq!(
        std::fs::read_dir(folder.path()).expect("a folder").count(),
        0
    );
}
