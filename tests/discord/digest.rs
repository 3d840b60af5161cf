//! The weekly digest, which moderators switch on: unanswered questions, and sections marked "Not it".

use std::time::Duration;

use internbot::config::{Discord, Shards};
use internbot::settings::{Digest, Settings};
use internbot::store::StoreHandle;
use jiff::civil::{Date, date};
use jiff::tz::TimeZone;

use crate::bot::*;
use crate::keeping::{KAYAK, RESUME, until};
use crate::place::Place;
use crate::teaching::{ANSWER, adds};
use stand_in::*;

/// The day on which each test begins, at noon.
const MONDAY: Date = date(2026, 11, 23);

/// A guild with a channel for moderators, and a bot that constantly checks for due digests.
struct Team {
    place: Place,
    store: StoreHandle,
    chat: Chat,
    room: Channel,
    olga: Member,
}

impl Team {
    async fn start() -> Self {
        let place = Place::in_a_file();
        let store = place.open().await;
        let chat = eager_for_digests(store.clone())
            .chat_in(StandIn::start().await)
            .await;
        let room = chat.guild.channel("moderators");
        let olga = chat
            .guild
            .member_who_may("olga", &[Permission::ManageGuild]);
        Self {
            place,
            store,
            chat,
            room,
            olga,
        }
    }

    async fn sets(&self, options: &[(&str, &str)]) -> String {
        let lobby = self.chat.guild.channel("lobby");
        let told = self.olga.slash("guide settings", options);
        told.in_channel(&lobby).await.outcome().await.text()
    }

    /// Waits until this many unanswered questions of the last days are kept, each with its day.
    async fn has_kept(&self, gaps: u64, days: u32) {
        until("unanswered questions are kept", async || {
            kept(&self.store, &self.chat.guild, days).await == gaps
        })
        .await;
    }

    fn digest(&self) -> Option<Digest> {
        self.store.settings(Some(self.chat.guild.id)).digest
    }

    /// Waits until a digest was sent on a day, or had nothing to say.
    async fn done_on(&self, day: Date) {
        until("the day has moved", async || {
            self.digest().is_some_and(|digest| digest.sent == day)
        })
        .await;
    }
}

/// How many unanswered questions of the last days are kept for a guild.
async fn kept(store: &StoreHandle, guild: &Guild, days: u32) -> u64 {
    let gaps = store.gaps(Some(guild.id), days).await.expect("gaps");
    gaps.iter().map(|gap| gap.count).sum()
}

fn eager_for_digests(store: StoreHandle) -> Setup {
    Setup::new()
        .store(store)
        .options(|options| options.digest = Duration::from_millis(20))
}

#[tokio::test]
async fn a_weekly_digest_lists_what_was_missing_and_notifies_nobody() {
    let team = Team::start().await;
    let (chat, room) = (&team.chat, &team.room);
    let shown = team.sets(&[]).await;
    assert!(shown.contains("what I couldn't answer: no"), "{shown}");
    let shown = team.sets(&[("digest-channel", "moderators")]).await;
    let monday_after = date(2026, 11, 30);
    let noon = monday_after.at(12, 0, 0, 0).to_zoned(TimeZone::UTC);
    for part in [
        format!(
            "what I couldn't answer: in <#{}>, next on <t:{}:D>",
            room.id,
            noon.expect("a time").timestamp().as_second()
        ),
        "Everyone who can read that channel will see these questions".to_owned(),
    ] {
        assert!(shown.contains(&part), "{part:?} in {shown}");
    }
    assert!(!shown.contains("That's saved, but"), "{shown}");

    for question in KAYAK {
        chat.asks(question).await;
    }
    chat.asks("the @everyone quokka jumps").await;
    // What was taught since is no longer missing.
    let taught = off_topic();
    chat.asks(taught).await;
    adds(&team.olga, taught, ANSWER).await;
    let reply = chat.asks(RESUME).await;
    chat.mia.clicks(&reply, "Not it").await;
    team.has_kept(6, 1).await;

    // On the last day of the week nothing is due, and at noon of the next day it is still too early.
    team.place.days_pass(6);
    chat.asks(RESUME).await;
    team.place.days_pass(1);
    chat.asks(RESUME).await;
    assert_eq!(team.digest().expect("it is on").sent, MONDAY);
    team.place.hours_pass(4);
    let digest = chat.discord.next_message(room).await;
    let text = digest.text();
    for part in [
        "What I couldn't answer",
        "**Not in the guide**, 5 in total",
        "**3 ×** kayak storage?",
        "**Most often “Not it”**",
        &format!(
            "{} › {}: not it 1",
            internbot::reply::escape(&topic("resume").title),
            internbot::reply::escape(&reply.page().title)
        ),
    ] {
        assert!(text.contains(part), "{part:?} in {text}");
    }
    assert!(digest.pings.is_empty(), "{digest}");
    assert!(
        !text.contains("@everyone") && !text.contains(taught),
        "{text}"
    );
    assert_eq!(team.digest().expect("it is on").sent, monday_after);

    // A week in which every question had an answer is skipped silently; the one after is not.
    team.place.days_pass(7);
    team.done_on(date(2026, 12, 7)).await;
    chat.asks(KAYAK[0]).await;
    team.has_kept(1, 1).await;
    team.place.days_pass(7);
    let text = chat.discord.next_message(room).await.text();
    assert!(text.contains("**Not in the guide**, 1 in total"), "{text}");

    let shown = team.sets(&[("no-digest", "true")]).await;
    assert!(shown.contains("what I couldn't answer: no"), "{shown}");
    chat.asks(KAYAK[0]).await;
    team.has_kept(1, 1).await;
    team.place.days_pass(14);
    chat.asks(RESUME).await;
    team.chat.finish().await;
}

#[tokio::test]
async fn setting_a_channel_reports_permissions_that_the_bot_lacks_there() {
    let team = Team::start().await;
    team.room.bot_may_not(Permission::SendMessages);
    let told = team.sets(&[("digest-channel", "moderators")]).await;
    let sentence = format!(
        "That's saved, but I can't write in <#{}> yet: give me Send Messages there.",
        team.room.id
    );
    assert!(told.contains(&sentence), "{told}");
    // It is tried once, and not again that week.
    team.chat.asks(KAYAK[0]).await;
    team.has_kept(1, 1).await;
    team.place.days_pass(7);
    team.place.hours_pass(4);
    team.done_on(date(2026, 11, 30)).await;
    // Choosing another channel does not mean waiting for another week.
    team.chat.asks(KAYAK[1]).await;
    let told = team.sets(&[("digest-channel", "help")]).await;
    assert!(!told.contains("That's saved, but"), "{told}");
    assert_eq!(
        team.digest(),
        Some(Digest {
            channel: team.chat.help.id,
            sent: date(2026, 11, 30)
        })
    );
    team.chat.finish().await;
}

#[tokio::test]
async fn only_one_of_two_processes_sharing_a_store_sends_the_digest() {
    let places = [Some(Place::in_a_file()), Place::on_a_server().await];
    for place in places.into_iter().flatten() {
        let discord = StandIn::start().await;
        let guild = discord.guild("students");
        let (room, help) = (guild.channel("moderators"), guild.channel("help"));
        let stores = [place.open().await, place.open().await];
        let bots: Vec<Bot> = stores
            .iter()
            .zip(0..)
            .map(|(store, number)| {
                let shards = Shards::Some {
                    first: number,
                    last: number,
                    total: 2,
                };
                let config = Discord { shards, ..eager() };
                eager_for_digests(store.clone())
                    .config(config)
                    .bot(&discord)
            })
            .collect();
        discord.shards_are(&[(0, 2), (1, 2)]).await;
        discord.registered("ask").await;
        let mia = guild.member("mia");
        for week in 1..=5 {
            mia.says(&help, &format!("@bot {}", KAYAK[0])).await;
            discord.next_message(&help).await;
            let (channel, sent) = (room.id, MONDAY);
            if week == 1 {
                stores[0]
                    .change_settings(guild.id, move |settings| {
                        let digest = Some(Digest { channel, sent });
                        Settings {
                            digest,
                            ..settings.clone()
                        }
                    })
                    .await
                    .expect("it is kept");
            }
            until("it is kept", async || {
                kept(&stores[0], &guild, 1).await == 1
            })
            .await;
            until("both know", async || {
                stores.iter().all(|store| {
                    let digest = store.settings(Some(guild.id)).digest;
                    digest.is_some_and(|digest| digest.due(store.now()).is_none())
                })
            })
            .await;
            place.days_pass(7);
            if week == 1 {
                place.hours_pass(4);
            }
            let text = discord.next_message(&room).await.text();
            assert!(text.contains("**Not in the guide**, 1 in total"), "{text}");
        }
        for bot in bots {
            bot.stops().await;
        }
        discord.finish().await;
    }
}

#[tokio::test]
async fn digests_of_two_servers_on_one_day_are_both_sent() {
    let team = Team::start().await;
    let (chat, store) = (&team.chat, &team.store);
    let other = chat.discord.guild("others");
    let (eve, help) = (other.member("eve"), other.channel("help"));
    let other_room = other.channel("moderators");
    for (guild, channel) in [(&chat.guild, team.room.id), (&other, other_room.id)] {
        let digest = Some(Digest {
            channel,
            sent: MONDAY,
        });
        let change = move |settings: &Settings| Settings {
            digest,
            ..settings.clone()
        };
        let changed = store.change_settings(guild.id, change).await;
        changed.expect("it is kept");
    }
    chat.asks(KAYAK[0]).await;
    eve.says(&help, &format!("@bot {}", KAYAK[0])).await;
    chat.discord.next_message(&help).await;
    team.has_kept(1, 1).await;
    until("the other's question is kept too", async || {
        kept(store, &other, 1).await == 1
    })
    .await;
    team.place.days_pass(7);
    team.place.hours_pass(4);
    for room in [&team.room, &other_room] {
        let text = chat.discord.next_message(room).await.text();
        assert!(text.contains("**Not in the guide**, 1 in total"), "{text}");
    }
    team.chat.finish().await;
}
