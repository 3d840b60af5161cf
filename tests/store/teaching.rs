//! What moderators added: how long it is kept, who sees it when, and what happens if a change fails; with every database.

use std::time::{Duration, Instant};

use internbot::additions::{
    AdditionError, Lesson, LessonReply, MAX_ANSWERS, MAX_PHRASINGS, MAX_QUESTIONS, Teaching,
};
use internbot::store::{self, Clock, Event, StoreError, StoreHandle, Timing};

use sqlx::{AnyConnection, Connection, Executor};

use crate::place::*;

/// How soon every process finds what was taught through another.
const SOON: Duration = Duration::from_secs(1);
const OTHER_GUILD: u64 = 222_333_444_555_666_777;

fn phrasing(question: &str) -> Lesson {
    Lesson {
        questions: vec![question.to_owned()],
        topic: "resume".to_owned(),
        reply: LessonReply::Section("general".to_owned()),
    }
}

fn answer(question: &str, text: &str) -> Lesson {
    Lesson {
        reply: LessonReply::Own {
            text: text.to_owned(),
            link: None,
        },
        ..phrasing(question)
    }
}

async fn add(store: &StoreHandle, lesson: Lesson) -> u64 {
    let added = store.teach(GUILD, MIA, Teaching::Add(lesson)).await;
    added.expect("it is kept").1
}

fn questions(store: &StoreHandle) -> Vec<String> {
    let additions = store.additions(Some(GUILD));
    let questions = additions
        .iter()
        .map(|addition| addition.lesson.question().to_owned());
    questions.collect()
}

/// Waits until a process sees this; returns how long that took.
async fn sees(store: &StoreHandle, expected: &[&str]) -> Duration {
    let begin = Instant::now();
    until(&format!("it sees {expected:?}"), async || {
        questions(store) == expected
    })
    .await;
    begin.elapsed()
}

pub async fn what_is_taught_is_found_at_once_here_and_within_a_second_by_another_process(
    place: Place,
) {
    // As the program opens it.
    let config = place.config();
    let usual = || StoreHandle::open(&config, Clock::system(), Timing::default());
    let (store, other) = (usual().await, usual().await);
    let id = add(&store, phrasing("where do i park my kayak")).await;
    assert_eq!(questions(&store), ["where do i park my kayak"], "at once");
    let took = sees(&other, &["where do i park my kayak"]).await;
    assert!(took < SOON, "{took:?}");
    let edited = answer("where do kayaks go", "Into the boat house.");
    other
        .teach(GUILD, MAX, Teaching::Edit(id, edited.clone()))
        .await
        .expect("it is kept");
    let took = sees(&store, &["where do kayaks go"]).await;
    assert!(took < SOON, "{took:?}");
    let known = store.additions(Some(GUILD));
    let addition = known.get(id).expect("it has the same id");
    assert_eq!((addition.author, &addition.lesson), (Some(MAX), &edited));
    assert!(store.additions(None).is_empty() && store.additions(Some(OTHER_GUILD)).is_empty());
    store
        .teach(GUILD, MIA, Teaching::Remove(id))
        .await
        .expect("it is removed");
    let took = sees(&other, &[]).await;
    assert!(took < SOON, "{took:?}");
    let again = other.teach(GUILD, MAX, Teaching::Remove(id)).await;
    assert_eq!(again, Err(StoreError::Addition(AdditionError::Gone)));
}

pub async fn what_was_taught_lasts_and_no_number_is_given_twice(place: Place) {
    let store = place.open().await;
    let first = add(&store, phrasing("one")).await;
    let second = add(&store, phrasing("two")).await;
    store
        .teach(GUILD, MIA, Teaching::Remove(second))
        .await
        .expect("it is removed");
    store.close().await;
    let store = place.open().await;
    assert_eq!(questions(&store), ["one"]);
    place.days_pass(1);
    store.flush().await.expect("what has expired is deleted");
    let third = add(&store, phrasing("three")).await;
    assert!(first < second && second < third, "{first} {second} {third}");
    assert_eq!(
        place.number("SELECT COUNT(*) FROM additions").await,
        3,
        "of what was removed last something stays, so that its number is not given again"
    );
    place.days_pass(1);
    store.flush().await.expect("what has expired is deleted");
    assert_eq!(place.number("SELECT COUNT(*) FROM additions").await, 2);
    let bytes = place.dump().await;
    assert!(contains(&bytes, b"three") && !contains(&bytes, b"\"two\""));
}

pub async fn of_additions_of_two_processes_at_once_none_is_lost(place: Place) {
    let (one, two) = (place.open().await, place.open().await);
    let all = (0..10).map(|number| {
        let store = if number % 2 == 0 { &one } else { &two };
        add(store, phrasing(&format!("question {number}")))
    });
    let mut ids = futures_util::future::join_all(all).await;
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), 10, "each has a number of its own");
    for store in [&one, &two] {
        until("both see all", async || questions(store).len() == 10).await;
    }
}

pub async fn there_are_at_most_so_many_and_the_rest_says_so(place: Place) {
    let store = place.open().await;
    for number in 0..MAX_ANSWERS {
        add(&store, answer(&format!("question {number}"), "An answer.")).await;
    }
    let more = |lesson| store.teach(GUILD, MIA, Teaching::Add(lesson));
    assert_eq!(
        more(answer("one more", "An answer.")).await,
        Err(StoreError::Addition(AdditionError::Answers))
    );
    let four = |number: usize| Lesson {
        questions: (0..MAX_QUESTIONS)
            .map(|way| format!("way {way} of {number}"))
            .collect(),
        ..phrasing("")
    };
    for number in 0..MAX_PHRASINGS / MAX_QUESTIONS {
        add(&store, four(number)).await;
    }
    assert_eq!(
        more(phrasing("one more")).await,
        Err(StoreError::Addition(AdditionError::Phrasings))
    );
    assert_eq!(
        questions(&store).len(),
        MAX_ANSWERS + MAX_PHRASINGS / MAX_QUESTIONS
    );
    // The same again is no more than before.
    assert!(more(four(0)).await.is_ok());
    assert!(more(answer("question 0", "An answer.")).await.is_ok());
}

pub async fn what_is_taught_twice_is_there_once_and_is_the_latest(place: Place) {
    let (store, other) = (place.open().await, place.open().await);
    let first = add(&store, phrasing("where is my boat")).await;
    let between = add(&store, answer("where is my boat", "By the river.")).await;
    let again = add(&store, phrasing("where is my boat")).await;
    assert!(
        first < between && between < again,
        "{first} {between} {again}"
    );
    for store in [&store, &other] {
        until("one of the two is gone", async || {
            let known = store.additions(Some(GUILD));
            let ids: Vec<u64> = known.iter().map(|addition| addition.id).collect();
            ids == [between, again]
        })
        .await;
    }
    let next = add(&store, phrasing("something else")).await;
    assert!(again < next, "{again} {next}");
}

pub async fn whoever_wants_to_be_forgotten_is_no_longer_named_and_the_answer_stays(place: Place) {
    let (store, other) = (place.open().await, place.open().await);
    let id = add(&store, answer("where is the boat house", "By the river.")).await;
    let by_max = store
        .teach(GUILD, MAX, Teaching::Add(phrasing("a boat")))
        .await
        .expect("it is kept")
        .1;
    store.forget(MIA).await.expect("it is done");
    let author = |store: &StoreHandle, id| {
        store
            .additions(Some(GUILD))
            .get(id)
            .map(|addition| addition.author)
    };
    for store in [&store, &other] {
        until("she is no longer named", async || {
            author(store, id) == Some(None) && author(store, by_max) == Some(Some(MAX))
        })
        .await;
    }
    let bytes = place.dump().await;
    assert!(!contains(&bytes, MIA.to_string().as_bytes()) && contains(&bytes, b"By the river."));
}

pub async fn a_guild_that_removes_the_bot_takes_its_answers_along(place: Place) {
    let (store, other) = (place.open().await, place.open().await);
    add(&store, answer("where is the boat house", "By the river.")).await;
    let elsewhere = store.teach(OTHER_GUILD, MIA, Teaching::Add(phrasing("elsewhere")));
    elsewhere.await.expect("it is kept");
    sees(&other, &["where is the boat house"]).await;
    store.record(Event::GuildGone { guild: GUILD });
    assert!(store.additions(Some(GUILD)).is_empty(), "at once");
    sees(&other, &[]).await;
    store.flush().await.expect("it is written");
    assert_eq!(store.additions(Some(OTHER_GUILD)).len(), 1);
    let bytes = place.dump().await;
    assert!(!contains(&bytes, b"By the river.") && contains(&bytes, b"elsewhere"));
    let left = format!("SELECT COUNT(*) FROM additions WHERE guild = {GUILD}");
    assert_eq!(place.number(&left).await, 0);
}

pub async fn an_operator_reads_and_removes_by_number_while_the_bot_runs(place: Place) {
    let store = place.open().await;
    let id = add(&store, answer("where is the boat house", "By the river.")).await;
    let config = place.config();
    let read = |guild| store::read_additions(&config, guild);
    assert_eq!(read(Some(GUILD)).await.expect("it is read").len(), 1);
    assert_eq!(read(Some(OTHER_GUILD)).await.expect("it is read").len(), 0);
    let remove = |id| store::remove_addition(&config, id);
    assert!(!remove(id + 1).await.expect("it is looked for"));
    assert!(remove(id).await.expect("it is removed"));
    assert!(read(None).await.expect("it is read").is_empty());
    sees(&store, &[]).await;
    assert!(!remove(id).await.expect("it is looked for"));
}

/// Tries to teach until the store takes it.
async fn taught_in_the_end(store: &StoreHandle, question: &str) {
    until("it can be taught", async || {
        let taught = store.teach(GUILD, MIA, Teaching::Add(phrasing(question)));
        taught.await.is_ok()
    })
    .await;
}

#[tokio::test]
async fn on_a_full_disk_the_moderator_is_told_and_nothing_is_half_saved() {
    let place = Place::in_a_file();
    let config = internbot::config::Store {
        most_megabytes: 1,
        ..place.config()
    };
    let store = place.open_with(&config).await;
    add(&store, phrasing("one")).await;
    place.runs("CREATE TABLE junk (bytes BLOB)").await;
    let mut junk = AnyConnection::connect(&place.url)
        .await
        .expect("the store opens");
    let more = "PRAGMA max_page_count = 256; INSERT INTO junk VALUES (zeroblob(3000))";
    while junk.execute(more).await.is_ok() {}
    let long = answer("two", &"word ".repeat(3_000));
    until("it is full", async || {
        let taught = store.teach(GUILD, MIA, Teaching::Add(long.clone())).await;
        let error = taught.expect_err("it is full").to_string();
        error.contains("is full: make room")
    })
    .await;
    assert_eq!(questions(&store), ["one"]);
    junk.execute("DELETE FROM junk")
        .await
        .expect("room is made");
    taught_in_the_end(&store, "three").await;
    assert_eq!(questions(&store), ["one", "three"]);
    assert_eq!(place.number("SELECT COUNT(*) FROM additions").await, 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn if_a_server_refuses_the_moderator_is_told_and_nothing_is_half_saved() {
    let Some(place) = Place::on_a_server().await else {
        return;
    };
    let store = place.open().await;
    add(&store, phrasing("one")).await;
    let database = place.database();
    let full = "CREATE FUNCTION runs_full() RETURNS trigger LANGUAGE plpgsql AS \
                $$BEGIN RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = '53100'; END$$; \
                CREATE TRIGGER runs_full BEFORE INSERT ON additions EXECUTE FUNCTION runs_full()";
    database.runs_within(full).await;
    let refused = async || {
        let taught = store.teach(GUILD, MIA, Teaching::Add(phrasing("two")));
        taught.await.expect_err("it is refused").to_string()
    };
    until("it is full", async || refused().await.contains("is full")).await;
    assert_eq!(questions(&store), ["one"]);
    database
        .runs_within("DROP FUNCTION runs_full CASCADE")
        .await;
    taught_in_the_end(&store, "three").await;

    let name = &database.name;
    let end =
        format!("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'");
    let read_only = format!("ALTER ROLE {name} SET default_transaction_read_only = on");
    database.runs(&read_only).await;
    database.runs(&end).await;
    until("it can only be read", async || {
        refused().await.contains("is read-only")
    })
    .await;
    let writable = format!("ALTER ROLE {name} RESET default_transaction_read_only");
    database.runs(&writable).await;
    database.runs(&end).await;
    taught_in_the_end(&store, "four").await;
    assert_eq!(questions(&store), ["one", "three", "four"]);
    assert_eq!(place.number("SELECT COUNT(*) FROM additions").await, 3);
}
