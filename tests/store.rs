//! The store through its public door: what it keeps and for how long, and what happens when it cannot be used.

#![allow(clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "a test that fails may panic")]

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant};

use internbot::config;
use internbot::reply::Dates;
use internbot::scrub::scrub;
use internbot::settings::Settings;
use internbot::stats::{Outcome, Way};
use internbot::store::{self, Clock, Event, State, Store, StoreError, Timing};
use jiff::Timestamp;
use jiff::civil::date;
use sqlx::{Connection, Executor, SqliteConnection};
use tempfile::TempDir;

const GUILD: u64 = 111_222_333_444_555_666;
const MIA: u64 = 987_654_321_987_654_321;
const MAX: u64 = 987_654_321_987_654_322;
/// How long a test waits for what the store does by itself.
const LIMIT: Duration = Duration::from_secs(10);

/// A folder for a store, and a clock that a test turns.
struct Place {
    folder: TempDir,
    /// Seconds since 1970.
    now: Arc<AtomicI64>,
}

impl Place {
    fn new() -> Self {
        let noon: Timestamp = "2026-11-23T12:00:00Z".parse().expect("a time");
        Self { folder: tempfile::tempdir().expect("a folder"), now: Arc::new(AtomicI64::new(noon.as_second())) }
    }

    fn file(&self) -> PathBuf {
        self.folder.path().join("internbot.db")
    }

    fn config(&self) -> config::Store {
        config::Store { url: self.file().as_path().into(), ..config::Store::default() }
    }

    async fn open(&self) -> Store {
        self.open_with(&self.config()).await
    }

    async fn open_with(&self, config: &config::Store) -> Store {
        let now = Arc::clone(&self.now);
        let clock = Clock::new(move || Timestamp::from_second(now.load(Ordering::Relaxed)).expect("a time"));
        Store::open(config, clock, quick()).await
    }

    fn days_pass(&self, days: i64) {
        self.now.fetch_add(days * 86_400, Ordering::Relaxed);
    }

    /// Another process that looks into the file.
    async fn other(&self) -> SqliteConnection {
        SqliteConnection::connect(&format!("sqlite:{}", self.file().display())).await.expect("the file opens")
    }

    fn bytes(&self) -> Vec<u8> {
        let files = std::fs::read_dir(self.folder.path()).expect("the folder is there");
        files.flat_map(|file| std::fs::read(file.expect("a file").path()).expect("it can be read")).collect()
    }
}

/// A store that tries again soon.
fn quick() -> Timing {
    let soon = Duration::from_millis(20);
    Timing { gather: soon, refresh: soon, retry: soon, retry_most: soon, ..Timing::default() }
}

async fn until(what: &str, condition: impl AsyncFn() -> bool) {
    let begun = Instant::now();
    while !condition().await {
        assert!(begun.elapsed() < LIMIT, "it does not come true: {what}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

async fn unwell(store: &Store) -> String {
    until("the store is unwell", async || store.health().state == State::Unwell).await;
    store.health().sentence
}

async fn well(store: &Store) {
    until("the store is well and has written everything", async || {
        let health = store.health();
        health.state == State::Well && health.waiting == 0
    })
    .await;
}

fn asked(guild: u64, outcome: Outcome) -> Event {
    Event::Asked { guild: Some(guild), way: Way::Mention, outcome, topic: Some("resume".to_owned()) }
}

fn gap(guild: u64, text: &str) -> Event {
    Event::Gap { guild: Some(guild), text: scrub(text), topic: None }
}

fn vote(person: u64, helped: bool) -> Event {
    Event::Vote { guild: Some(GUILD), person, topic: "resume".to_owned(), section: "general".to_owned(), helped }
}

async fn votes(store: &Store) -> (u64, u64) {
    let sums = store.stats(None, 30).await.expect("stats").all();
    (sums.helped, sums.not_helped)
}

#[tokio::test]
async fn settings_last_and_another_process_sees_them() {
    let place = Place::new();
    let store = place.open().await;
    assert_eq!(*store.settings(Some(GUILD)), Settings::default());
    let settings =
        Settings { unasked_channels: vec![1, 2], unasked_forums: vec![3], private: true, cooldown_seconds: Some(9), dates: Dates::German };
    let other = place.open().await;
    store.change_settings(GUILD, settings.clone()).await.expect("it is kept");
    assert_eq!(*store.settings(Some(GUILD)), settings, "at once");
    assert!(store.hears_channels());
    assert_eq!(*store.settings(None), Settings::default(), "direct messages have none");
    until("the other process sees them", async || *other.settings(Some(GUILD)) == settings).await;
    store.close().await;
    assert_eq!(*place.open().await.settings(Some(GUILD)), settings, "after a restart");
    let long = Settings { cooldown_seconds: Some(1_000_000), ..Settings::default() };
    assert!(other.change_settings(GUILD, long).await.expect_err("too long").to_string().contains("3600 seconds"));
}

#[tokio::test]
async fn one_vote_a_person_and_answer_and_the_second_changes_the_first() {
    let place = Place::new();
    let store = place.open().await;
    store.record(vote(MIA, true));
    store.record(vote(MAX, true));
    assert_eq!(votes(&store).await, (2, 0));
    place.days_pass(1);
    store.record(vote(MIA, false));
    store.record(vote(MIA, false));
    assert_eq!(votes(&store).await, (1, 1));
    store.close().await;
    let bytes = place.bytes();
    for id in [MIA, MAX] {
        assert!(!contains(&bytes, id.to_string().as_bytes()) && !contains(&bytes, &id.to_be_bytes()), "{id} is in the file");
    }
}

#[tokio::test]
async fn somebody_who_wants_to_be_forgotten_is() {
    let place = Place::new();
    let store = place.open().await;
    store.record(vote(MIA, true));
    store.record(vote(MAX, false));
    assert_eq!(votes(&store).await, (1, 1));
    place.days_pass(3);
    assert_eq!(store.forget(MIA).await, Ok(1));
    assert_eq!(votes(&store).await, (0, 1));
    assert_eq!(store.forget(MIA).await, Ok(0));
    // Also what is not written yet.
    store.record(vote(MIA, true));
    assert_eq!(store.forget(MIA).await, Ok(0));
    assert_eq!(votes(&store).await, (0, 1));
}

#[tokio::test]
async fn after_some_days_no_vote_leads_to_a_person() {
    let place = Place::new();
    let store = place.open().await;
    store.record(vote(MIA, true));
    store.flush().await.expect("it is written");
    place.days_pass(6);
    store.flush().await.expect("it is written");
    assert_eq!(keys_and_voters(&place).await, (1, 1), "for the time that the configuration says");
    place.days_pass(1);
    until("the key is gone", async || keys_and_voters(&place).await == (0, 0)).await;
    assert_eq!(votes(&store).await, (1, 0), "the number stays");
    assert_eq!(store.forget(MIA).await, Ok(0));
}

async fn keys_and_voters(place: &Place) -> (i64, i64) {
    let mut other = place.other().await;
    let count =
        async |other: &mut SqliteConnection, sql: &str| sqlx::query_scalar::<_, i64>(sql).fetch_one(other).await.expect("it counts");
    (count(&mut other, "SELECT COUNT(*) FROM vote_keys").await, count(&mut other, "SELECT COUNT(voter) FROM votes").await)
}

#[tokio::test]
async fn gaps_are_kept_scrubbed_and_deleted_on_time() {
    let place = Place::new();
    let store = place.open().await;
    store.record(gap(GUILD, "who is ada.lovelace@example.org, zebrafish breeder"));
    store.record(gap(GUILD, "Who is ada.lovelace@example.org: ZEBRAFISH breeder?"));
    store.record(gap(2, "another guild"));
    let gaps = store.gaps(Some(GUILD), 90).await.expect("gaps");
    assert_eq!(gaps.len(), 1, "{gaps:?}");
    assert_eq!((gaps[0].text.as_str(), gaps[0].count, gaps[0].day), ("who is … zebrafish breeder", 2, date(2026, 11, 23)));
    assert_eq!(store.gaps(None, 90).await.expect("gaps").len(), 2);
    place.days_pass(89);
    store.flush().await.expect("written");
    assert_eq!(store.gaps(None, 90).await.expect("gaps").len(), 2);
    assert!(contains(&place.bytes(), b"zebrafish"));
    place.days_pass(1);
    until("the file has no word of them", async || !contains(&place.bytes(), b"zebrafish")).await;
    assert_eq!(store.gaps(None, 365).await.expect("gaps"), []);
}

#[tokio::test]
async fn what_happened_is_counted_by_day_topic_and_way() {
    let place = Place::new();
    let store = place.open().await;
    store.record(asked(GUILD, Outcome::Answer));
    store.record(asked(GUILD, Outcome::Suggest));
    store.record(asked(GUILD, Outcome::NoneOfThese));
    place.days_pass(2);
    store.record(asked(GUILD, Outcome::Answer));
    store.record(asked(2, Outcome::None));
    store.record(Event::Asked { guild: None, way: Way::Overheard, outcome: Outcome::Answer, topic: None });
    let stats = store.stats(Some(GUILD), 7).await.expect("stats");
    assert_eq!(stats.days.len(), 7);
    assert_eq!((stats.days[0].0, stats.days[6].0), (date(2026, 11, 19), date(2026, 11, 25)));
    let all = stats.all();
    assert_eq!((all.asked(), all.answered, all.asked_back, all.none_of_these, all.missed), (3, 2, 1, 1, 0));
    assert_eq!(stats.last(1).asked(), 1);
    assert_eq!(stats.topics["resume"].answered, 2);
    assert_eq!(stats.ways[&Way::Mention].asked(), 3);
    let all = store.stats(None, 7).await.expect("stats").all();
    assert_eq!((all.missed, all.unasked), (1, 1));
}

#[tokio::test]
async fn a_guild_that_removes_the_bot_leaves_nothing() {
    let place = Place::new();
    let store = place.open().await;
    store.change_settings(GUILD, Settings { private: true, ..Settings::default() }).await.expect("kept");
    for event in [asked(GUILD, Outcome::None), gap(GUILD, "a zebrafish"), vote(MIA, true), gap(2, "a quokka")] {
        store.record(event);
    }
    store.flush().await.expect("written");
    store.record(asked(GUILD, Outcome::None));
    store.record(Event::GuildGone { guild: GUILD });
    // The bot comes back.
    store.record(gap(GUILD, "a wombat"));
    let texts: Vec<String> = store.gaps(None, 90).await.expect("gaps").into_iter().map(|gap| gap.text).collect();
    assert_eq!(texts, ["a quokka", "a wombat"]);
    let all = store.stats(None, 90).await.expect("stats").all();
    assert_eq!((all.missed, all.helped), (0, 0));
    assert_eq!(*store.settings(Some(GUILD)), Settings::default());
    store.close().await;
    assert_eq!(*place.open().await.settings(Some(GUILD)), Settings::default());
}

#[tokio::test]
async fn a_store_that_is_off_keeps_nothing_and_says_so() {
    let folder = tempfile::tempdir().expect("a folder");
    let url = String::new().try_into().expect("off");
    let config = config::Store { url, ..config::Store::default() };
    let store = Store::open(&config, Clock::system(), quick()).await;
    store.record(vote(MIA, true));
    assert_eq!(store.health().state, State::Off);
    assert_eq!(store.stats(None, 7).await, Err(StoreError::Off));
    assert_eq!(store.change_settings(GUILD, Settings::default()).await, Err(StoreError::Off));
    assert_eq!(store.forget(MIA).await, Ok(0));
    store.close().await;
    assert_eq!(std::fs::read_dir(folder.path()).expect("a folder").count(), 0);
}

#[tokio::test]
async fn reading_at_the_keyboard_creates_nothing() {
    let place = Place::new();
    let read = store::read_gaps(&place.config(), None, date(2026, 1, 1)).await;
    assert!(matches!(read, Err(StoreError::Missing(_))), "{read:?}");
    assert!(!place.file().exists());
}

#[cfg(unix)]
#[tokio::test]
async fn nobody_else_may_read_the_file() {
    use std::os::unix::fs::PermissionsExt;
    let place = Place::new();
    place.open().await.close().await;
    assert_eq!(place.file().metadata().expect("it is there").permissions().mode() & 0o777, 0o600);
}

#[tokio::test]
async fn two_processes_can_start_at_once_and_write_to_one_store() {
    let place = Place::new();
    let (one, two) = tokio::join!(place.open(), place.open());
    for _ in 0..50 {
        one.record(asked(1, Outcome::Answer));
        two.record(asked(1, Outcome::Answer));
    }
    well(&one).await;
    well(&two).await;
    until("all are counted", async || one.stats(None, 1).await.is_ok_and(|stats| stats.all().answered == 100)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_lost_of_what_many_record_at_once() {
    let place = Place::new();
    let store = place.open().await;
    let tasks: Vec<_> = (0..8)
        .map(|_| {
            let store = store.clone();
            tokio::spawn(async move {
                for _ in 0..2_000 {
                    store.record(asked(1, Outcome::Answer));
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.expect("it ends");
    }
    store.close().await;
    assert_eq!(place.open().await.stats(None, 1).await.expect("stats").all().answered, 16_000);
}

#[tokio::test]
async fn locked_by_another_process_it_waits_and_loses_nothing() {
    let place = Place::new();
    let store = place.open().await;
    store.change_settings(GUILD, Settings { private: true, ..Settings::default() }).await.expect("kept");
    let mut other = place.other().await;
    other.execute("BEGIN EXCLUSIVE").await.expect("the other process locks it");
    store.record(asked(GUILD, Outcome::Answer));
    store.record(gap(GUILD, "a zebrafish"));
    store.record(vote(MIA, true));
    assert!(unwell(&store).await.contains("locked by another process"));
    let begun = Instant::now();
    for _ in 0..1_000 {
        store.record(asked(GUILD, Outcome::Answer));
    }
    assert!(begun.elapsed() < Duration::from_millis(100), "nobody waits");
    assert!(store.settings(Some(GUILD)).private, "settings are there");
    let refused = store.change_settings(GUILD, Settings::default()).await.expect_err("it cannot be written");
    assert!(refused.to_string().contains("locked"), "{refused}");
    assert!(store.settings(Some(GUILD)).private, "and nothing has changed");
    other.execute("ROLLBACK").await.expect("the other process is done");
    well(&store).await;
    let all = store.stats(None, 1).await.expect("stats").all();
    assert_eq!((all.answered, all.helped), (1_001, 1));
    assert_eq!(store.gaps(None, 1).await.expect("gaps").len(), 1);
}

#[tokio::test]
async fn on_a_full_disk_it_waits_and_loses_nothing() {
    let place = Place::new();
    let store = place.open_with(&config::Store { most_megabytes: 1, ..place.config() }).await;
    let mut other = place.other().await;
    other.execute("CREATE TABLE junk (bytes BLOB)").await.expect("made");
    while other.execute("PRAGMA max_page_count = 256; INSERT INTO junk VALUES (zeroblob(3000))").await.is_ok() {}
    for number in 0..26_u8 {
        store.record(gap(GUILD, &format!("{} {}", char::from(b'a' + number), "zebrafish ".repeat(20))));
    }
    store.record(asked(GUILD, Outcome::Answer));
    // While the other one was writing, the store may have found it locked.
    until("it is full", async || store.health().sentence.contains("is full: make room")).await;
    assert_eq!(store.health().state, State::Unwell);
    assert!(store.health().waiting >= 27);
    other.execute("DELETE FROM junk").await.expect("room is made");
    well(&store).await;
    assert_eq!(store.gaps(None, 1).await.expect("gaps").len(), 26);
    assert_eq!(store.stats(None, 1).await.expect("stats").all().answered, 1);
}

#[cfg(unix)]
#[tokio::test]
async fn a_file_that_is_deleted_is_begun_anew_with_the_settings() {
    let place = Place::new();
    let store = place.open().await;
    let settings = Settings { private: true, ..Settings::default() };
    store.change_settings(GUILD, settings.clone()).await.expect("kept");
    std::fs::remove_file(place.file()).expect("it is deleted");
    store.record(asked(GUILD, Outcome::Answer));
    until("there is a file again", async || place.file().exists()).await;
    well(&store).await;
    assert_eq!(store.stats(None, 1).await.expect("stats").all().answered, 1);
    assert_eq!(*store.settings(Some(GUILD)), settings);
    store.close().await;
    assert_eq!(*place.open().await.settings(Some(GUILD)), settings);
}

#[tokio::test]
async fn a_damaged_file_is_left_as_it_is_and_a_new_one_begun_once_it_is_moved() {
    for damage in [b"this is no database at all, not in the least. ".repeat(200), damaged().await] {
        let place = Place::new();
        std::fs::write(place.file(), &damage).expect("written");
        let store = place.open().await;
        store.record(asked(GUILD, Outcome::Answer));
        let sentence = unwell(&store).await;
        assert!(sentence.contains("is damaged: move it away"), "{sentence}");
        assert_eq!(std::fs::read(place.file()).expect("it is there"), damage);
        std::fs::rename(place.file(), place.folder.path().join("damaged.db")).expect("moved");
        well(&store).await;
        assert_eq!(store.stats(None, 1).await.expect("stats").all().answered, 1);
    }
}

/// A store whose pages after the first are overwritten.
async fn damaged() -> Vec<u8> {
    let place = Place::new();
    let store = place.open().await;
    store.record(asked(1, Outcome::Answer));
    store.close().await;
    let mut bytes = std::fs::read(place.file()).expect("it is there");
    bytes.iter_mut().skip(100).for_each(|byte| *byte = 0xA5);
    bytes
}

#[cfg(unix)]
#[tokio::test]
async fn in_a_folder_that_cannot_be_written_it_says_so() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o555)).expect("read only");
    // Some users may write everywhere, but nobody there.
    let may_write = std::fs::write(folder.path().join("probe"), "").is_ok();
    let folder = if may_write { Path::new("/proc/self") } else { folder.path() };
    let config = config::Store { url: folder.join("internbot.db").as_path().into(), ..config::Store::default() };
    let store = Store::open(&config, Clock::system(), quick()).await;
    store.record(asked(1, Outcome::Answer));
    assert!(unwell(&store).await.contains("cannot be written"), "{:?}", store.health());
    assert!(store.stats(None, 1).await.is_err());
}

#[tokio::test]
async fn a_store_of_a_newer_version_is_left_alone() {
    let place = Place::new();
    place.open().await.close().await;
    place.other().await.execute("INSERT INTO schema_version VALUES (99)").await.expect("made newer");
    let store = place.open().await;
    assert!(unwell(&store).await.contains("of a newer internbot (version 99"));
}

/// Runs the command.
fn internbot(arguments: &[&str]) -> (String, String, Option<i32>) {
    let output = assert_cmd::Command::new(env!("CARGO_BIN_EXE_internbot")).args(arguments).output().expect("the command starts");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("it prints text");
    (text(output.stdout), text(output.stderr), output.status.code())
}

/// A configuration file for the store of a place, and a copy of the guide.
fn configured(place: &Place, url: &str) -> String {
    let knowledge = place.folder.path().join("knowledge");
    std::fs::create_dir_all(knowledge.join("topics")).expect("a folder");
    for folder in ["knowledge", "knowledge/topics"] {
        for file in std::fs::read_dir(folder).expect("the guide is there").map(|file| file.expect("a file").path()) {
            if file.is_file() {
                std::fs::copy(&file, place.folder.path().join(&file)).expect("copied");
            }
        }
    }
    let file = place.folder.path().join("internbot.toml");
    std::fs::write(&file, format!("knowledge = {:?}\n[store]\nurl = {url:?}\n", knowledge.display().to_string())).expect("written");
    file.display().to_string()
}

#[tokio::test]
async fn gaps_are_pasted_into_the_guide_and_the_next_one_gets_an_answer() {
    let place = Place::new();
    let config = configured(&place, &format!("sqlite:{}", place.file().display()));
    let store = Store::open(&place.config(), Clock::system(), quick()).await;
    for text in ["canteen lunch menu vegan", "is there \"vegan\" lunch in the canteen of ada@example.org", "vegan lunch?", "vegan lunch?"] {
        store.record(gap(GUILD, text));
    }
    let near = Event::Gap { guild: Some(2), text: scrub("how do i get my cv on one single page pls"), topic: Some("resume".to_owned()) };
    store.record(near);
    store.close().await;

    let (list, _, status) = internbot(&["gaps", "--config", &config]);
    assert_eq!(status, Some(0));
    for part in ["5, in 2 group(s)", "4 ×  vegan lunch?", "looks like a new topic", "1 ×  how do i get my cv", "near the topic resume"] {
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
            Ok(text) => text.replacen("questions = [\n", &format!("questions = [\n{}", lines.trim_end_matches('\n').to_owned() + "\n"), 1),
            Err(_) => lines.to_owned(),
        };
        std::fs::write(file, text).expect("pasted");
    }
    let (checked, _, status) = internbot(&["check", "--config", &config]);
    assert_eq!(status, Some(0), "{checked}\n{toml}");
    assert!(checked.contains("0 error(s), 3 warning(s)") && checked.contains("the topic has 3 phrasings"), "{checked}");
    assert!(checked.contains("the text is still the placeholder of `internbot gaps --toml`"), "{checked}");
    assert!(checked.contains("the summary is still the placeholder of `internbot gaps --toml`"), "{checked}");
    for (question, shown) in
        [("vegan canteen lunch?", "This answer is not written yet"), ("how do i get my cv on one single page pls", "Resume / CV")]
    {
        let (answer, _, _) = internbot(&["ask", question, "--config", &config]);
        assert!(answer.contains(shown), "{answer}");
    }
}

#[tokio::test]
async fn stats_are_a_table_with_bars() {
    let place = Place::new();
    let config = configured(&place, &format!("sqlite:{}", place.file().display()));
    let store = Store::open(&place.config(), Clock::system(), quick()).await;
    store.record(asked(GUILD, Outcome::Answer));
    store.record(asked(GUILD, Outcome::Suggest));
    store.record(vote(MIA, true));
    store.close().await;
    let (table, _, status) = internbot(&["stats", "--days", "9", "--config", &config]);
    assert_eq!(status, Some(0));
    for part in [
        "asked                  2         2  ▁▁▁▁▁▁▁▁█",
        "helped                 1         1",
        "resume                                  1       1       0",
    ] {
        assert!(table.contains(part), "{part:?} is not in\n{table}");
    }
}

#[test]
fn without_a_store_the_commands_say_so_and_create_none() {
    let place = Place::new();
    for (url, said) in
        [(format!("sqlite:{}", place.file().display()), "there is no store at"), (String::new(), "switched off: set store.url")]
    {
        let config = configured(&place, &url);
        for command in ["gaps", "stats"] {
            let (_, error, status) = internbot(&[command, "--config", &config]);
            assert_eq!(status, Some(1));
            assert!(error.contains(said), "{error}");
        }
    }
    assert!(!place.file().exists());
}

fn contains(bytes: &[u8], needle: &[u8]) -> bool {
    bytes.windows(needle.len()).any(|window| window == needle)
}
