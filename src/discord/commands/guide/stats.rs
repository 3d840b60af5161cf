//! `/guide stats`: what was asked and answered.

use serenity::all::GuildId;

use super::part::{GuidePart, private};
use crate::discord::context::EventContext;
use crate::reply::{self, Reply};

/// How many days are looked back.
const DAYS: u32 = 30;

pub(super) const PART: GuidePart = GuidePart::plain(
    "stats",
    "See what was asked and answered here",
    |context, _, guild| private(run(context, guild)),
);

async fn run(context: &EventContext, guild: GuildId) -> Reply {
    match context.bot.store.stats(Some(guild.get()), DAYS).await {
        Ok(stats) => {
            let additions = context.bot.store.additions(Some(guild.get()));
            reply::stats(&context.guide.knowledge, &additions, &stats)
        }
        Err(error) => context.bot.store_trouble(&error),
    }
}
