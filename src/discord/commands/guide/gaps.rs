//! `/guide gaps`: what people asked and the guide could not answer.

use std::sync::Arc;

use serde_json::Value;
use serenity::all::{CommandOptionType, CreateCommandOption, GuildId};
use tokio::task::spawn_blocking;
use tracing::error;

use super::part::{GuidePart, private};
use crate::discord::context::EventContext;
use crate::discord::events::Interaction;
use crate::gaps;
use crate::reply::{self, Reply};

/// How many days to look back by default, and at most.
const DEFAULT_DAYS: u32 = 30;
const MAX_DAYS: u32 = 365;
/// The last page that can be requested.
const MAX_PAGE: u32 = 1_000;

pub(super) const PART: GuidePart = GuidePart {
    name: "gaps",
    description: "See what people asked here that the guide couldn't answer",
    define,
    run: |context, interaction, guild| private(run(context, interaction, guild)),
};

fn define(part: CreateCommandOption) -> CreateCommandOption {
    let number = |name: &str, description: &str, max: u32| {
        CreateCommandOption::new(CommandOptionType::Integer, name, description)
            .min_int_value(1)
            .max_int_value(u64::from(max))
    };
    part.add_sub_option(number(
        "days",
        "How many days to look back (default: 30)",
        MAX_DAYS,
    ))
    .add_sub_option(number("page", "Which page to show", MAX_PAGE))
}

async fn run(context: &EventContext, interaction: &Interaction, guild: GuildId) -> Reply {
    let bot = &context.bot;
    let number = |name: &str| {
        let value = interaction.suboption(name).and_then(Value::as_u64);
        value.and_then(|number| u32::try_from(number).ok())
    };
    let (days, page) = (
        number("days").unwrap_or(DEFAULT_DAYS),
        number("page").unwrap_or(1),
    );
    let gaps = match bot.store.gaps(Some(guild.get()), days).await {
        Ok(gaps) => gaps,
        Err(error) => return bot.store_trouble(&error),
    };
    // This searches for each question, which would hold up everyone else.
    let guide = Arc::clone(&context.guide);
    let overlay = context.overlay(Some(guild));
    let open = move || {
        let open = gaps::open(&guide, |_| Some(&*overlay), gaps);
        gaps::group(&guide, open)
    };
    match spawn_blocking(open).await {
        Ok(groups) => {
            let page = usize::try_from(page).unwrap_or(1);
            let may_teach = bot.config.additions;
            reply::gaps(&context.guide.knowledge, &groups, days, page, may_teach)
        }
        Err(panic) => {
            error!(%panic, "grouping unanswered questions failed; please report this");
            reply::cannot_group()
        }
    }
}
