//! The weekly digest, if moderators want it: unanswered questions, and sections marked "Not it".
//!
//! Several processes may share a store, and each sees what is due. The one that moves the day in the settings sends the digest, and a
//! day can only be moved once, so no digest is sent twice. One that cannot be sent is skipped: `/guide gaps` and `/guide stats` show
//! the same at any time.

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use jiff::ToSpan;
use jiff::civil::Date;
use serenity::all::{ChannelId, GuildId, UserId};
use tokio::task::spawn_blocking;
use tracing::{debug, error, info};

use super::context::BotContext;
use super::render::Destination;
use super::send::send;
use crate::gaps;
use crate::reply::{self, Reply};
use crate::settings::{Digest, Settings};

/// Sends digests when they are due. Never completes.
pub(super) async fn send_when_due(bot: &BotContext, interval: Duration) -> Infallible {
    loop {
        tokio::time::sleep(interval).await;
        let Some(me) = bot.user.get().copied() else {
            continue;
        };
        for (guild, digest) in bot.store.digests() {
            if let Some(days) = digest.due(bot.store.now()) {
                send_digest(bot, me, guild, digest, days).await;
            }
        }
    }
}

async fn send_digest(bot: &BotContext, me: UserId, guild: u64, digest: Digest, days: (Date, Date)) {
    let Some(written) = write(bot, guild, days).await else {
        return;
    };
    let today = days.1.saturating_add(1.day());
    if !take(bot, guild, digest, today).await {
        return;
    }
    if let Some(reply) = written {
        let to = Destination {
            channel: ChannelId::new(digest.channel),
            reply_to: None,
            // Unlike the day, the sum differs in every server.
            nonce: guild.wrapping_add(number(today)),
            ping: false,
        };
        let sent = send(bot, &reply, me, to).await;
        info!(is_sent = sent.is_some(), "a weekly digest was due");
    }
}

/// A day as a number, such as 20261130, which identifies that day's digest to Discord.
fn number(day: Date) -> u64 {
    let [month, day_of_month] = [day.month(), day.day()].map(|part| u64::from(part.unsigned_abs()));
    u64::from(day.year().unsigned_abs()) * 10_000 + month * 100 + day_of_month
}

/// The digest of some days; `Some(None)` if there is nothing to say, and `None` if that is unknown for now.
async fn write(bot: &BotContext, guild: u64, days: (Date, Date)) -> Option<Option<Reply>> {
    let found = bot.store.digest(guild, days).await;
    let (gaps, stats) = found
        .inspect_err(|error| debug!(%error, "a digest waits for the store"))
        .ok()?;
    let guide = bot.live.guide();
    let knowledge = Arc::clone(&guide.knowledge);
    let server = Some(GuildId::new(guild));
    let overlay = bot.overlay(server, &guide);
    // This searches for each question, which would hold up everyone else.
    let open = move || gaps::group(&guide, gaps::open(&guide, |_| Some(&*overlay), gaps));
    let groups = spawn_blocking(open).await;
    let groups = groups
        .inspect_err(
            |panic| error!(%panic, "grouping unanswered questions failed; please report this"),
        )
        .ok()?;
    Some(reply::digest(
        &knowledge,
        &bot.store.additions(Some(guild)),
        &groups,
        &stats,
    ))
}

/// Moves the day of the last digest to today. Returns whether this process did so, rather than another one or moderators.
async fn take(bot: &BotContext, guild: u64, digest: Digest, today: Date) -> bool {
    let is_ours = Arc::new(AtomicBool::new(false));
    let taken = Arc::clone(&is_ours);
    let change = move |settings: &Settings| {
        let is_as_seen = settings.digest == Some(digest);
        taken.store(is_as_seen, Ordering::Relaxed);
        let moved = Digest {
            sent: today,
            ..digest
        };
        Settings {
            digest: if is_as_seen {
                Some(moved)
            } else {
                settings.digest
            },
            ..settings.clone()
        }
    };
    let changed = bot.store.change_settings(guild, change).await;
    changed.is_ok() && is_ours.load(Ordering::Relaxed)
}
