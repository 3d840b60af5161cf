//! What the store keeps and for how long; the same with every database.

use std::collections::BTreeMap;

use internbot::additions::{Lesson, LessonReply, Teaching};
use internbot::settings::{Digest, ForumTag, Settings};
use internbot::stats::{RecordedOutcome, Way};
use internbot::store::{self, Event, StoreError};
use jiff::civil::date;

use crate::place::*;

pub async fn settings_last_and_another_process_sees_them(place: Place) {
    let store = place.open().await;
    assert_eq!(*store.settings(Some(GUILD)), Settings::default());
    let solved = ForumTag {
        id: u64::MAX,
        name: "Solved ✅".to_owned(),
    };
    let settings = Settings {
        unasked_channels: vec![1, 2],
        unasked_forums: vec![3],
        private: true,
        cooldown_seconds: Some(9),
        digest: Some(Digest {
            channel: 4,
            sent: date(2026, 11, 23),
        }),
        helped_tags: BTreeMap::from([(u64::MAX - 1, solved)]),
        introduced: true,
        absent_since: Some(date(2026, 11, 24)),
        unasked_additions: true,
    };
    let other = place.open().await;
    set(&store, GUILD, settings.clone())
        .await
        .expect("it is kept");
    assert_eq!(*store.settings(Some(GUILD)), settings, "at once");
    assert!(store.hears_channels());
    assert_eq!(
        *store.settings(None),
        Settings::default(),
        "direct messages have none"
    );
    until("the other process sees them", async || {
        *other.settings(Some(GUILD)) == settings
    })
    .await;
    store.close().await;
    assert_eq!(
        *place.open().await.settings(Some(GUILD)),
        settings,
        "after a restart"
    );
    let long = Settings {
        cooldown_seconds: Some(1_000_000),
        ..Settings::default()
    };
    assert!(
        set(&other, GUILD, long)
            .await
            .expect_err("too long")
            .to_string()
            .contains("3600 seconds")
    );
}

pub async fn one_vote_a_person_and_answer_and_the_second_changes_the_first(place: Place) {
    let store = place.open().await;
    store.record(vote(MIA, true));
    store.record(vote(MAX, true));
    assert_eq!(votes(&store).await, (2, 0));
    place.days_pass(1);
    store.record(vote(MIA, false));
    store.record(vote(MIA, false));
    assert_eq!(votes(&store).await, (1, 1));
    store.close().await;
    let bytes = place.dump().await;
    for id in [MIA, MAX] {
        assert!(
            !contains(&bytes, id.to_string().as_bytes()) && !contains(&bytes, &id.to_be_bytes()),
            "{id} is in the store"
        );
    }
}

pub async fn somebody_who_wants_to_be_forgotten_is(place: Place) {
    let store = place.open().await;
    store.record(vote(MIA, true));
    store.record(vote(MAX, false));
    assert_eq!(votes(&store).await, (1, 1));
    place.days_pass(3);
    assert_eq!(store.forget(MIA).await, Ok(1));
    assert_eq!(votes(&store).await, (0, 1));
    assert_eq!(store.forget(MIA).await, Ok(0));
    // Including what has not been written yet.
    store.record(vote(MIA, true));
    assert_eq!(store.forget(MIA).await, Ok(0));
    assert_eq!(votes(&store).await, (0, 1));
}

pub async fn after_some_days_no_vote_leads_to_a_person(place: Place) {
    let store = place.open().await;
    store.record(vote(MIA, true));
    store.flush().await.expect("it is written");
    place.days_pass(6);
    store.flush().await.expect("it is written");
    assert_eq!(
        keys_and_voters(&place).await,
        (1, 1),
        "for the time that the configuration says"
    );
    place.days_pass(1);
    until("the key is gone", async || {
        keys_and_voters(&place).await == (0, 0)
    })
    .await;
    assert_eq!(votes(&store).await, (1, 0), "the number stays");
    assert_eq!(store.forget(MIA).await, Ok(0));
}

async fn keys_and_voters(place: &Place) -> (i64, i64) {
    (
        place.number("SELECT COUNT(*) FROM vote_keys").await,
        place.number("SELECT COUNT(voter) FROM votes").await,
    )
}

pub async fn gaps_are_kept_scrubbed_and_deleted_on_time(place: Place) {
    let store = place.open().await;
    store.record(gap(
        GUILD,
        "who is ada.lovelace@example.org, zebrafish breeder",
    ));
    store.record(gap(
        GUILD,
        "Who is ada.lovelace@example.org: ZEBRAFISH breeder?",
    ));
    store.record(gap(2, "another guild"));
    let gaps = store.gaps(Some(GUILD), 90).await.expect("gaps");
    assert_eq!(gaps.len(), 1, "{gaps:?}");
    assert_eq!(
        (gaps[0].text.as_str(), gaps[0].count, gaps[0].day),
        ("who is … zebrafish breeder", 2, date(2026, 11, 23))
    );
    assert_eq!(store.gaps(None, 90).await.expect("gaps").len(), 2);
    place.days_pass(89);
    store.flush().await.expect("written");
    assert_eq!(store.gaps(None, 90).await.expect("gaps").len(), 2);
    assert!(contains(&place.dump().await, b"zebrafish"));
    place.days_pass(1);
    until("the store has no word of them", async || {
        !contains(&place.dump().await, b"zebrafish")
    })
    .await;
    assert_eq!(store.gaps(None, 365).await.expect("gaps"), []);
}

pub async fn what_happened_is_counted_by_day_topic_and_way(place: Place) {
    let store = place.open().await;
    store.record(asked(GUILD, RecordedOutcome::Answer));
    store.record(asked(GUILD, RecordedOutcome::Suggest));
    store.record(asked(GUILD, RecordedOutcome::NoneOfThese));
    place.days_pass(2);
    store.record(asked(GUILD, RecordedOutcome::Answer));
    store.record(asked(2, RecordedOutcome::None));
    store.record(Event::Asked {
        guild: None,
        way: Way::Overheard,
        outcome: RecordedOutcome::Answer,
        topic: None,
    });
    let stats = store.stats(Some(GUILD), 7).await.expect("stats");
    assert_eq!(stats.days.len(), 7);
    assert_eq!(
        (stats.days[0].0, stats.days[6].0),
        (date(2026, 11, 19), date(2026, 11, 25))
    );
    let all = stats.all();
    assert_eq!(
        (
            all.asked(),
            all.answered,
            all.asked_back,
            all.none_of_these,
            all.missed
        ),
        (3, 2, 1, 1, 0)
    );
    assert_eq!(stats.last(1).asked(), 1);
    assert_eq!(stats.topics["resume"].answered, 2);
    assert_eq!(stats.ways[&Way::Mention].asked(), 3);
    let all = store.stats(None, 7).await.expect("stats").all();
    assert_eq!((all.missed, all.unasked), (1, 1));
}

pub async fn a_guild_that_removed_the_bot_while_it_was_off_leaves_nothing(place: Place) {
    // Two guilds of the first of two shards, and one of the second.
    let [stays, leaves, elsewhere] = [2 << 22, 4 << 22, 3 << 22];
    let store = place.open().await;
    for guild in [stays, leaves, elsewhere] {
        set(&store, guild, Settings::default()).await.expect("kept");
        store.record(asked(guild, RecordedOutcome::Answer));
        store.record(gap(guild, "a zebrafish"));
        let lesson = Lesson {
            questions: vec!["where is the boat".to_owned()],
            topic: "resume".to_owned(),
            reply: LessonReply::Section("general".to_owned()),
        };
        let taught = store.teach(guild, MIA, Teaching::Add(lesson)).await;
        taught.expect("it is kept");
    }
    store.record(gap(0, "a direct quokka"));
    store.close().await;
    let store = place.open().await;
    let began = |guilds: &[u64]| {
        store.record(Event::SessionBegan {
            shard: (0, 2),
            guilds: guilds.iter().copied().collect(),
        });
    };
    // A day with another bot, to which all are strange, does no harm.
    began(&[]);
    store.flush().await.expect("written");
    place.days_pass(1);
    began(&[stays, leaves]);
    store.flush().await.expect("written");
    place.days_pass(30);
    began(&[stays]);
    store.flush().await.expect("written");
    place.days_pass(6);
    began(&[stays]);
    store.flush().await.expect("written");
    assert_eq!(store.additions(Some(leaves)).iter().count(), 1);
    place.days_pass(1);
    began(&[stays]);
    // It comes back at once.
    store.record(gap(leaves, "a wombat"));
    store.flush().await.expect("written");
    for (guild, tables) in [(stays, 4), (leaves, 1), (elsewhere, 4)] {
        let mut found = 0;
        for table in ["settings", "counts", "gaps", "additions"] {
            let rows = format!("SELECT COUNT(DISTINCT guild) FROM {table} WHERE guild = {guild}");
            found += place.number(&rows).await;
        }
        assert_eq!(found, tables, "{guild}");
    }
    let texts: Vec<String> = store
        .gaps(Some(leaves), 90)
        .await
        .expect("gaps")
        .into_iter()
        .map(|gap| gap.text)
        .collect();
    assert_eq!(texts, ["a wombat"]);
    assert_eq!(store.gaps(Some(0), 90).await.expect("gaps").len(), 1);
    until("nothing is known any more", async || {
        store.additions(Some(leaves)).is_empty()
    })
    .await;
}

pub async fn a_guild_that_removes_the_bot_leaves_nothing(place: Place) {
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
    for event in [
        asked(GUILD, RecordedOutcome::None),
        gap(GUILD, "a zebrafish"),
        vote(MIA, true),
        gap(2, "a quokka"),
    ] {
        store.record(event);
    }
    store.flush().await.expect("written");
    store.record(asked(GUILD, RecordedOutcome::None));
    store.record(Event::GuildGone { guild: GUILD });
    // The bot comes back.
    store.record(gap(GUILD, "a wombat"));
    let texts: Vec<String> = store
        .gaps(None, 90)
        .await
        .expect("gaps")
        .into_iter()
        .map(|gap| gap.text)
        .collect();
    assert_eq!(texts, ["a quokka", "a wombat"]);
    let all = store.stats(None, 90).await.expect("stats").all();
    assert_eq!((all.missed, all.helped), (0, 0));
    assert_eq!(*store.settings(Some(GUILD)), Settings::default());
    store.close().await;
    assert_eq!(
        *place.open().await.settings(Some(GUILD)),
        Settings::default()
    );
}

pub async fn reading_at_the_keyboard_creates_nothing(place: Place) {
    let read = store::read_gaps(&place.config(), None, date(2026, 1, 1)).await;
    assert!(matches!(read, Err(StoreError::Missing(_))), "{read:?}");
    assert!(!place.exists().await);
}

pub async fn two_processes_can_start_at_once_and_write_to_one_store(place: Place) {
    let (one, two) = tokio::join!(place.open(), place.open());
    for _ in 0..50 {
        one.record(asked(1, RecordedOutcome::Answer));
        two.record(asked(1, RecordedOutcome::Answer));
    }
    well(&one).await;
    well(&two).await;
    until("all are counted", async || {
        one.stats(None, 1)
            .await
            .is_ok_and(|stats| stats.all().answered == 100)
    })
    .await;
}

pub async fn nothing_is_lost_of_what_many_record_at_once(place: Place) {
    let store = place.open().await;
    let tasks: Vec<_> = (0..8)
        .map(|_| {
            let store = store.clone();
            tokio::spawn(async move {
                for _ in 0..2_000 {
                    store.record(asked(1, RecordedOutcome::Answer));
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.expect("it ends");
    }
    store.close().await;
    assert_eq!(
        place
            .open()
            .await
            .stats(None, 1)
            .await
            .expect("stats")
            .all()
            .answered,
        16_000
    );
}

pub async fn a_store_of_a_newer_version_is_left_alone(place: Place) {
    place.open().await.close().await;
    place.runs("INSERT INTO schema_version VALUES (99)").await;
    let store = place.open().await;
    assert!(
        unwell(&store)
            .await
            .contains("by a newer internbot (version 99")
    );
}

/// A moderator of each process changes something different at the same time.
pub async fn of_changes_of_two_processes_at_once_none_is_lost(place: Place) {
    let (one, two) = (place.open().await, place.open().await);
    for round in 1..=20_u64 {
        let channel = one.change_settings(GUILD, move |known| Settings {
            unasked_channels: vec![round],
            ..known.clone()
        });
        let wait = two.change_settings(GUILD, move |known| Settings {
            cooldown_seconds: Some(round),
            ..known.clone()
        });
        let (channel, wait) = tokio::join!(channel, wait);
        channel.expect("it is kept");
        wait.expect("it is kept");
        let both = Settings {
            unasked_channels: vec![round],
            cooldown_seconds: Some(round),
            ..Settings::default()
        };
        until("both see both", async || {
            *one.settings(Some(GUILD)) == both && *two.settings(Some(GUILD)) == both
        })
        .await;
    }
}

/// As with direct messages, which any process may get.
pub async fn votes_of_two_processes_at_once_count_once_and_are_forgotten_by_either(place: Place) {
    let (one, two) = (place.open().await, place.open().await);
    for round in 0..10 {
        for person in MIA..MIA + 5 {
            one.record(vote(person, round % 2 == 0));
            two.record(vote(person, round % 2 == 0));
        }
        let (first, second) = tokio::join!(one.flush(), two.flush());
        assert_eq!((first, second), (Ok(()), Ok(())));
        let expected = if round % 2 == 0 { (5, 0) } else { (0, 5) };
        assert_eq!(votes(&one).await, expected, "in round {round}");
        assert_eq!(
            place.number("SELECT COUNT(*) FROM vote_keys").await,
            1,
            "a day has one key"
        );
    }
    let (first, second) = tokio::join!(one.forget(MIA), two.forget(MIA));
    assert_eq!(first.expect("forgotten") + second.expect("forgotten"), 1);
    assert_eq!(votes(&two).await, (0, 4));
}

/// What the first version of internbot stored is still there in this one.
pub async fn the_tables_of_an_older_version_are_brought_up_to_date(place: Place) {
    let store = place.open().await;
    store.record(gap(GUILD, "a zebrafish"));
    store.close().await;
    place
        .runs("DROP TABLE additions; DROP TABLE writers; DELETE FROM schema_version WHERE version > 1")
        .await;
    let read = store::read_gaps(&place.config(), None, date(2026, 1, 1))
        .await
        .expect_err("it is old");
    assert!(
        read.to_string()
            .contains("was written by an older internbot: `internbot run` upgrades it"),
        "{read}"
    );
    let (one, two) = tokio::join!(place.open(), place.open());
    one.record(gap(GUILD, "a zebrafish"));
    assert_eq!(one.gaps(None, 1).await.expect("gaps")[0].count, 2);
    assert_eq!(two.gaps(None, 1).await.expect("gaps")[0].count, 2);
    // The version before moderators could add anything.
    one.close().await;
    two.close().await;
    place
        .runs("DROP TABLE additions; DELETE FROM schema_version WHERE version > 2")
        .await;
    let store = place.open().await;
    assert!(store.additions(Some(GUILD)).is_empty());
    assert_eq!(store.gaps(None, 1).await.expect("gaps")[0].count, 2);
}

/// More rows than fit into one statement, with text that databases stumble over.
pub async fn many_gaps_and_unusual_characters_are_kept(place: Place) {
    let store = place.open().await;
    for number in 0..450_u32 {
        let word: String = number
            .to_string()
            .chars()
            .filter_map(|digit| char::from_u32(u32::from(digit) + 49))
            .collect();
        store.record(gap(GUILD, &format!("{word} 'quote\" \\ \0 $1 ? ü 日本 🎓")));
        store.record(Event::Asked {
            guild: Some(u64::from(number) + 1),
            way: Way::Command,
            outcome: RecordedOutcome::None,
            topic: None,
        });
    }
    let gaps = store.gaps(None, 1).await.expect("gaps");
    assert_eq!(gaps.len(), 450);
    assert!(
        gaps.iter()
            .all(|gap| gap.text.ends_with("'quote\" \\ $1 ? ü 日本 🎓") && gap.count == 1),
        "{:?}",
        gaps[0]
    );
    assert_eq!(store.stats(None, 1).await.expect("stats").all().missed, 450);
}
