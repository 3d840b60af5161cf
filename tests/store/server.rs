//! What happens to a PostgreSQL server, and to the connection.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use internbot::config;
use internbot::settings::Settings;
use internbot::stats::RecordedOutcome;
use internbot::store::{State, StoreError, StoreHandle};
use sqlx::{Connection, Executor, PgConnection, Row};
use url::Url;

use crate::place::*;
use crate::proxy::Proxy;

/// Where the server listens.
fn address(place: &Place) -> SocketAddr {
    let server = &place.database().server;
    let host = server
        .host_str()
        .expect("it has a host")
        .replace("localhost", "127.0.0.1");
    format!("{host}:{}", server.port().unwrap_or(5432))
        .parse()
        .expect("the address of the server for tests is one of IP")
}

/// A store behind a network that can fail.
async fn behind_a_proxy() -> Option<(Place, Proxy, StoreHandle)> {
    let place = Place::on_a_server().await?;
    let proxy = Proxy::start(0, address(&place)).await;
    let store = place
        .open_with(&place.config_at(&place.database().url_at(proxy.port)))
        .await;
    well(&store).await;
    Some((place, proxy, store))
}

/// Records one of each kind.
fn record(store: &StoreHandle) {
    for event in [
        asked(GUILD, RecordedOutcome::Answer),
        gap(GUILD, "a zebrafish"),
        vote(MIA, true),
    ] {
        store.record(event);
    }
}

/// What has been stored: questions, gaps, votes.
async fn kept(place: &Place) -> (u64, u64, u64) {
    let day = jiff::civil::date(2026, 11, 23);
    let stats = internbot::store::read_stats(&place.config(), None, day, day)
        .await
        .expect("stats")
        .all();
    let gaps = internbot::store::read_gaps(&place.config(), None, day)
        .await
        .expect("gaps")
        .iter()
        .map(|gap| gap.count)
        .sum();
    (stats.answered, gaps, stats.helped)
}

/// Keeps that a guild answers privately, however long that takes on a busy machine.
async fn keep_private(store: &StoreHandle) {
    let private = Settings {
        private: true,
        ..Settings::default()
    };
    until("it is kept", async || {
        set(store, GUILD, private.clone()).await.is_ok()
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_is_down_at_startup_gets_everything_once_it_is_up() {
    let Some(place) = Place::on_a_server().await else {
        return;
    };
    let port = Proxy::free_port().await;
    let store = place
        .open_with(&place.config_at(&place.database().url_at(port)))
        .await;
    record(&store);
    let sentence = unwell(&store).await;
    assert!(
        sentence.contains("cannot be reached (Connection refused")
            && sentence.contains("start its server"),
        "{sentence}"
    );
    assert!(set(&store, GUILD, Settings::default()).await.is_err());
    let begun = Instant::now();
    (0..1_000).for_each(|_| store.record(asked(GUILD, RecordedOutcome::Answer)));
    assert!(begun.elapsed() < Duration::from_secs(1), "nobody waits");
    let _proxy = Proxy::start(port, address(&place)).await;
    well(&store).await;
    assert_eq!(kept(&place).await, (1_001, 1, 1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_connection_that_the_server_closes_is_reopened_and_nobody_notices() {
    let Some(place) = Place::on_a_server().await else {
        return;
    };
    let store = place.open().await;
    for _ in 0..3 {
        let end = format!(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{}'",
            place.database().name
        );
        place.database().runs(&end).await;
        record(&store);
        until("it is written", async || store.flush().await == Ok(())).await;
        assert_eq!(store.health().state, State::Well);
    }
    assert_eq!(kept(&place).await, (3, 3, 1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_batch_whose_commit_reply_was_lost_is_counted_once() {
    let Some((place, proxy, store)) = behind_a_proxy().await else {
        return;
    };
    for round in 1..=5 {
        proxy.lose_next_commit();
        record(&store);
        until("an answer is lost", async || proxy.lost_commits() == round).await;
        // What comes later is counted too.
        record(&store);
        well(&store).await;
        let all = 2 * round as u64;
        assert_eq!(kept(&place).await, (all, all, 1));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_connection_that_is_dead_at_one_end_is_abandoned() {
    let Some((place, proxy, store)) = behind_a_proxy().await else {
        return;
    };
    proxy.freeze();
    record(&store);
    assert_eq!(
        store.flush().await,
        Err(StoreError::Late),
        "who asks is not left waiting"
    );
    let sentence = unwell(&store).await;
    assert!(sentence.contains("does not answer in time"), "{sentence}");
    proxy.thaw();
    well(&store).await;
    assert_eq!(kept(&place).await, (1, 1, 1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_processs_lock_is_waited_for_but_not_for_ever() {
    let Some(place) = Place::on_a_server().await else {
        return;
    };
    let store = place.open().await;
    keep_private(&store).await;
    let mut other = PgConnection::connect(&place.url).await.expect("it opens");
    other
        .execute("BEGIN; LOCK TABLE counts, settings IN EXCLUSIVE MODE")
        .await
        .expect("locked");
    record(&store);
    let sentence = unwell(&store).await;
    assert!(
        sentence.contains("does not answer in time: check the server's load and its locks"),
        "{sentence}"
    );
    assert!(store.settings(Some(GUILD)).private, "settings are there");
    other.execute("ROLLBACK").await.expect("done");
    well(&store).await;
    assert_eq!(kept(&place).await, (1, 1, 1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_process_cut_off_in_a_transaction_does_not_block_writers_for_long() {
    let Some((place, proxy, store)) = behind_a_proxy().await else {
        return;
    };
    let other = place.open().await;
    proxy.freeze_at_commit();
    record(&store);
    let waiting = format!(
        "SELECT COUNT(*) FROM pg_stat_activity WHERE datname = '{}' AND state = 'idle in transaction'",
        place.database().name
    );
    until("the server waits for its commit", async || {
        place.number(&waiting).await == 1
    })
    .await;
    record(&other);
    well(&other).await;
    assert!(unwell(&store).await.contains("does not answer in time"));
    proxy.thaw();
    well(&store).await;
    assert_eq!(kept(&place).await, (2, 2, 1));
}

/// Each row: what is wrong, how it is fixed, and what the store says meanwhile.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn server_errors_are_reported_with_how_to_fix_them_and_writing_resumes_once_fixed() {
    let full = "CREATE FUNCTION runs_full() RETURNS trigger LANGUAGE plpgsql AS \
                $$BEGIN RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = '53100'; END$$; \
                CREATE TRIGGER runs_full BEFORE INSERT ON gaps EXECUTE FUNCTION runs_full()";
    let conflict = "CREATE FUNCTION gives_way() RETURNS trigger LANGUAGE plpgsql AS \
                    $$BEGIN RAISE EXCEPTION 'could not serialize access' USING ERRCODE = '40001'; END$$; \
                    CREATE TRIGGER gives_way BEFORE INSERT ON gaps EXECUTE FUNCTION gives_way()";
    let rows = [
        (
            "ALTER ROLE {} PASSWORD 'other'",
            "ALTER ROLE {} PASSWORD 'hunter2&%'",
            "refuses the user or the password",
        ),
        (
            "ALTER ROLE {} NOLOGIN",
            "ALTER ROLE {} LOGIN",
            "does not let the bot in",
        ),
        (
            "ALTER DATABASE {} RENAME TO {}_away",
            "ALTER DATABASE {}_away RENAME TO {}",
            "has no such database: create it",
        ),
        (
            "ALTER DATABASE {} ALLOW_CONNECTIONS false",
            "ALTER DATABASE {} ALLOW_CONNECTIONS true",
            "is stopped or starting",
        ),
        (
            "ALTER DATABASE {} CONNECTION LIMIT 0",
            "ALTER DATABASE {} CONNECTION LIMIT -1",
            "has too many connections",
        ),
        (
            "ALTER DATABASE {} SET default_transaction_read_only = on",
            "ALTER DATABASE {} RESET default_transaction_read_only",
            "is read-only, as a standby is",
        ),
        (
            "WITHIN REVOKE ALL ON gaps FROM {}",
            "WITHIN GRANT ALL ON gaps TO {}",
            "make the bot's user the owner",
        ),
        (
            &format!("WITHIN {full}"),
            "WITHIN DROP FUNCTION runs_full CASCADE",
            "is full: make room on the server's disk",
        ),
        (
            &format!("WITHIN {conflict}"),
            "WITHIN DROP FUNCTION gives_way CASCADE",
            "gave way to another process",
        ),
    ];
    for (fault, mend, said) in rows {
        refuses(fault, mend, said).await;
    }
}

async fn refuses(fault: &str, mend: &str, said: &str) {
    let Some(place) = Place::on_a_server().await else {
        return;
    };
    let store = place.open().await;
    keep_private(&store).await;
    let database = place.database();
    let does = async |statement: &str| {
        let statement = statement.replace("{}", &database.name);
        match statement.strip_prefix("WITHIN ") {
            Some(statement) => database.runs_within(statement).await,
            None => {
                // The database can only be renamed, and its user locked out, while nobody is connected.
                let end = format!(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{}'",
                    database.name
                );
                database
                    .runs(&format!(
                        "ALTER DATABASE {} ALLOW_CONNECTIONS false",
                        database.name
                    ))
                    .await;
                database.runs(&end).await;
                database.runs(&statement).await;
            }
        }
    };
    let opens = async |name: &str| {
        database
            .runs(&format!("ALTER DATABASE {name} ALLOW_CONNECTIONS true"))
            .await
    };
    does(fault).await;
    if fault.contains("RENAME") {
        opens(&format!("{}_away", database.name)).await;
    } else if !fault.starts_with("WITHIN") && !fault.contains("ALLOW_CONNECTIONS") {
        opens(&database.name).await;
    }
    record(&store);
    until(said, async || store.health().sentence.contains(said)).await;
    let sentence = store.health().sentence;
    assert!(
        !sentence.contains("hunter2") && sentence.contains(&format!("/{}", database.name)),
        "{sentence}"
    );
    let to_moderators = store.without_folder(&sentence);
    assert!(
        to_moderators.contains("the store on PostgreSQL ")
            && !to_moderators.contains("internbot_test"),
        "{to_moderators}"
    );
    assert!(store.settings(Some(GUILD)).private, "settings hold: {said}");
    assert!(
        set(&store, GUILD, Settings::default()).await.is_err(),
        "{said}"
    );
    let mend = mend.replace("{}", &database.name);
    match mend.strip_prefix("WITHIN ") {
        Some(statement) => database.runs_within(statement).await,
        None => database.runs(&mend).await,
    }
    well(&store).await;
    assert_eq!(kept(&place).await, (1, 1, 1), "{said}");
    assert!(store.settings(Some(GUILD)).private, "{said}");
    store.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_recreated_database_gets_the_settings() {
    let Some(place) = Place::on_a_server().await else {
        return;
    };
    let (store, other) = (place.open().await, place.open().await);
    keep_private(&store).await;
    let settings = Settings {
        private: true,
        ..Settings::default()
    };
    until("the other knows them", async || {
        *other.settings(Some(GUILD)) == settings
    })
    .await;
    let name = &place.database().name;
    place
        .database()
        .runs(&format!("DROP DATABASE {name} WITH (FORCE)"))
        .await;
    place
        .database()
        .runs(&format!("CREATE DATABASE {name} OWNER {name}"))
        .await;
    record(&store);
    record(&other);
    well(&store).await;
    well(&other).await;
    assert_eq!(kept(&place).await, (2, 2, 1));
    assert_eq!(*place.open().await.settings(Some(GUILD)), settings);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_missing_right_to_create_tables_is_reported() {
    let Some(place) = Place::on_a_server().await else {
        return;
    };
    place
        .database()
        .runs_within(
            "REVOKE ALL ON SCHEMA public FROM PUBLIC; ALTER SCHEMA public OWNER TO CURRENT_USER",
        )
        .await;
    let store = place.open().await;
    let sentence = unwell(&store).await;
    assert!(
        sentence.contains("make the bot's user the owner of the database"),
        "{sentence}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_that_cannot_store_every_character_is_not_used() {
    let Some(place) = Place::on_a_server().await else {
        return;
    };
    let name = &place.database().name;
    place
        .database()
        .runs(&format!("DROP DATABASE {name}"))
        .await;
    place
        .database()
        .runs(&format!("CREATE DATABASE {name} OWNER {name} TEMPLATE template0 ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C'"))
        .await;
    let store = place.open().await;
    let sentence = unwell(&store).await;
    assert!(
        sentence.contains("its encoding is LATIN1") && sentence.contains("ENCODING 'UTF8'"),
        "{sentence}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_password_comes_from_a_file_that_is_read_again_at_each_connection() {
    let Some(place) = Place::on_a_server().await else {
        return;
    };
    let mut url = place.database().url();
    url.set_password(Some("not-this-one"))
        .expect("there is a host");
    let file = place.folder.path().join("password");
    let config = config::Store {
        password_file: Some(file.clone()),
        ..place.config_at(url.as_str())
    };
    let store = place.open_with(&config).await;
    record(&store);
    let sentence = unwell(&store).await;
    assert!(
        sentence.contains("the file with the password")
            && sentence.contains("correct the file, or store.password_file"),
        "{sentence}"
    );
    std::fs::write(&file, "a wrong one\n").expect("written");
    until("it is refused", async || {
        store
            .health()
            .sentence
            .contains("refuses the user or the password")
    })
    .await;
    std::fs::write(&file, format!("{PASSWORD}\n")).expect("written");
    well(&store).await;
    assert_eq!(kept(&place).await, (1, 1, 1));
    assert!(!format!("{config:?} {store:?} {sentence}").contains("hunter2"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_without_tls_gets_no_password_if_tls_is_required() {
    let Some(place) = Place::on_a_server().await else {
        return;
    };
    assert_eq!(
        says(&place.database().server, "SHOW ssl").await,
        "off",
        "the server of the tests"
    );
    let store = place
        .open_with(&place.config_at(&format!("{}?sslmode=verify-full", place.url)))
        .await;
    let sentence = unwell(&store).await;
    assert!(
        sentence.contains("cannot be reached over TLS (") && sentence.contains("?sslmode=disable"),
        "{sentence}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_socket_on_this_machine_works_too() {
    let Some(place) = Place::on_a_server().await else {
        return;
    };
    let sockets = says(&place.database().server, "SHOW unix_socket_directories").await;
    let Some(folder) = sockets
        .split(',')
        .next()
        .map(str::trim)
        .filter(|folder| !folder.is_empty())
    else {
        return;
    };
    let url = place.database().url();
    let name = &place.database().name;
    let port = url.port().unwrap_or(5432);
    let file = place.folder.path().join("password");
    std::fs::write(&file, PASSWORD).expect("written");
    let url = format!("postgres:///{name}?host={folder}&port={port}&user={name}");
    let store = place
        .open_with(&config::Store {
            password_file: Some(file),
            ..place.config_at(&url)
        })
        .await;
    record(&store);
    until("it is written", async || store.flush().await == Ok(())).await;
    assert_eq!(kept(&place).await, (1, 1, 1));
}

/// What a superuser gets.
async fn says(server: &Url, statement: &str) -> String {
    let mut connection = PgConnection::connect(server.as_str())
        .await
        .expect("it opens");
    connection
        .fetch_one(statement)
        .await
        .expect("it answers")
        .get(0)
}
