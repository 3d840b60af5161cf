//! `/guide settings`: what moderators set for their guild.
//!
//! Discord resolves a channel only where it is of the guild in which the command is used, and what a guild has set is only
//! asked about messages of that guild: the id of a channel elsewhere would change nothing there.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use serenity::all::{
    ChannelId, ChannelType, CommandDataOptionValue, CommandInteraction, CommandOptionType,
    CreateCommandOption,
};

use crate::reply::{self, Dates, SettingsView};
use crate::settings::{LONGEST_COOLDOWN, Settings};

use super::super::Bot;
use super::super::commands::Said;
use super::{guild, keeping, option, store_trouble};

/// Channels whose messages can be answered.
const CHANNELS: [ChannelType; 2] = [ChannelType::Text, ChannelType::News];
/// Where posts can be answered.
const FORUMS: [ChannelType; 1] = [ChannelType::Forum];

/// What is chosen is not in the guild, or of another kind.
struct NoSuchChannel;

pub(super) fn define(part: CreateCommandOption) -> CreateCommandOption {
    let channel = |name: &str, description: &str, kinds: &[ChannelType]| {
        CreateCommandOption::new(CommandOptionType::Channel, name, description)
            .channel_types(kinds.to_vec())
    };
    let flag = |name: &str, description: &str| {
        CreateCommandOption::new(CommandOptionType::Boolean, name, description)
    };
    let cooldown = CreateCommandOption::new(
        CommandOptionType::Integer,
        "cooldown",
        "Seconds that a person waits between two questions",
    );
    let dates = CreateCommandOption::new(CommandOptionType::String, "dates", "How I write dates");
    part.add_sub_option(channel(
        "add-channel",
        "Answer in this channel without being asked, when sure",
        &CHANNELS,
    ))
    .add_sub_option(channel(
        "remove-channel",
        "Answer in this channel only when asked",
        &CHANNELS,
    ))
    .add_sub_option(channel(
        "add-forum",
        "Answer new posts of this forum by their title, when sure",
        &FORUMS,
    ))
    .add_sub_option(channel(
        "remove-forum",
        "Answer in this forum only when asked",
        &FORUMS,
    ))
    .add_sub_option(flag(
        "private",
        "Whether /ask answers privately where the person does not say otherwise",
    ))
    .add_sub_option(cooldown.min_int_value(0).max_int_value(LONGEST_COOLDOWN))
    .add_sub_option(flag(
        "usual-cooldown",
        "True: wait as long as my operator configured",
    ))
    .add_sub_option(Dates::ALL.iter().fold(dates, |dates, (_, name, example)| {
        dates.add_string_choice(*example, *name)
    }))
}

/// Changes what was chosen, and shows what is set.
pub(super) async fn run(bot: &Bot, command: &CommandInteraction) -> Said {
    let before = bot.settings(command.guild_id);
    if changed(&before, command).is_err() {
        return Said::privately(reply::no_such_channel());
    }
    let after = if is_asked(command) {
        let chosen = command.clone();
        // What was chosen is found in the guild whatever is set.
        let change = move |settings: &Settings| {
            changed(settings, &chosen).unwrap_or_else(|NoSuchChannel| settings.clone())
        };
        match bot.store.change_settings(guild(command), change).await {
            Ok(after) => after,
            Err(error) => return Said::privately(store_trouble(bot, &error)),
        }
    } else {
        Arc::clone(&before)
    };
    let is_changed = after != before;
    let removed = ["remove-channel", "remove-forum"]
        .iter()
        .filter_map(|name| Some(option(command, name)?.as_channel_id()?.get()));
    let configured =
        |id: &u64| bot.unasked_channels.contains(id) || bot.unasked_forums.contains(id);
    let configured: Vec<u64> = removed.filter(configured).collect();
    let health = bot.store.health();
    let why = bot.store.without_folder(&health.sentence);
    let view = SettingsView {
        usual_cooldown: bot.config.cooldown_seconds,
        changed: is_changed,
        hears: bot.hears.load(Ordering::Relaxed),
        keeping: keeping(&health, &why),
        configured: &configured,
    };
    Said::privately(reply::settings(&after, &view))
}

/// Whether anything was chosen, rather than only asked what is set.
fn is_asked(command: &CommandInteraction) -> bool {
    let part = command.data.options.first().map(|part| &part.value);
    matches!(part, Some(CommandDataOptionValue::SubCommand(options)) if !options.is_empty())
}

/// The settings with what was chosen.
fn changed(before: &Settings, command: &CommandInteraction) -> Result<Settings, NoSuchChannel> {
    let mut settings = before.clone();
    let lists = [
        (
            "add-channel",
            "remove-channel",
            CHANNELS.as_slice(),
            &mut settings.unasked_channels,
        ),
        (
            "add-forum",
            "remove-forum",
            FORUMS.as_slice(),
            &mut settings.unasked_forums,
        ),
    ];
    for (add, remove, kinds, ids) in lists {
        if let Some(id) = channel(command, remove, kinds)? {
            ids.retain(|known| *known != id.get());
        }
        if let Some(id) = channel(command, add, kinds)?.filter(|id| !ids.contains(&id.get())) {
            ids.push(id.get());
        }
    }
    if let Some(private) = option(command, "private").and_then(CommandDataOptionValue::as_bool) {
        settings.private = private;
    }
    if option(command, "usual-cooldown").and_then(CommandDataOptionValue::as_bool) == Some(true) {
        settings.cooldown_seconds = None;
    }
    if let Some(seconds) = option(command, "cooldown").and_then(CommandDataOptionValue::as_i64) {
        settings.cooldown_seconds = u64::try_from(seconds).ok().or(settings.cooldown_seconds);
    }
    if let Some(chosen) = option(command, "dates").and_then(CommandDataOptionValue::as_str) {
        let known = Dates::ALL.iter().find(|(_, name, _)| *name == chosen);
        settings.dates = known.map_or(settings.dates, |(dates, ..)| *dates);
    }
    Ok(settings)
}

/// The channel that was chosen, if one was.
fn channel(
    command: &CommandInteraction,
    name: &str,
    kinds: &[ChannelType],
) -> Result<Option<ChannelId>, NoSuchChannel> {
    let Some(id) = option(command, name).and_then(CommandDataOptionValue::as_channel_id) else {
        return Ok(None);
    };
    let known = command
        .data
        .resolved
        .channels
        .get(&id)
        .filter(|channel| kinds.contains(&channel.kind));
    known.map(|_| Some(id)).ok_or(NoSuchChannel)
}
