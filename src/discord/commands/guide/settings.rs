//! `/guide settings`: what moderators set for their guild.
//!
//! Discord resolves a channel only if it is in the guild in which the command is used, and the settings of a guild only
//! matter for messages of that guild: the id of a channel elsewhere would change nothing there.

use std::sync::Arc;

use serde_json::Value;
use serenity::all::{ChannelType, CommandOptionType, CreateCommandOption, GuildId, Permissions};

use super::part::{GuidePart, keeping, private, store_trouble};
use crate::discord::commands::definition::flag_option;
use crate::discord::context::EventContext;
use crate::discord::events::Interaction;
use crate::reply::{self, BlockedChannel, Reply, SettingsView};
use crate::settings::{LONGEST_COOLDOWN, Settings};

/// Channels whose messages can be answered.
const CHANNELS: [ChannelType; 2] = [ChannelType::Text, ChannelType::News];
/// Where posts can be answered.
const FORUMS: [ChannelType; 1] = [ChannelType::Forum];

pub(super) const PART: GuidePart = GuidePart {
    name: "settings",
    description: "See or change how I answer in this server",
    define,
    run: |context, interaction, guild| private(run(context, interaction, guild)),
};

/// What was chosen is not in the guild, or of another kind.
struct NoSuchChannel;

fn define(part: CreateCommandOption) -> CreateCommandOption {
    let channel = |name: &str, description: &str, kinds: &[ChannelType]| {
        CreateCommandOption::new(CommandOptionType::Channel, name, description)
            .channel_types(kinds.to_vec())
    };
    let cooldown = CreateCommandOption::new(
        CommandOptionType::Integer,
        "cooldown",
        "Seconds that a person waits between two questions",
    );
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
    .add_sub_option(flag_option(
        "unasked-added",
        "Whether answers added on this server are given without being asked, too",
    ))
    .add_sub_option(flag_option(
        "private",
        "Whether /ask answers privately unless the person says otherwise",
    ))
    .add_sub_option(cooldown.min_int_value(0).max_int_value(LONGEST_COOLDOWN))
    .add_sub_option(flag_option(
        "usual-cooldown",
        "True: wait as long as my operator configured",
    ))
}

/// Changes what was chosen, and shows what is set.
async fn run(context: &EventContext, interaction: &Interaction, guild: GuildId) -> Reply {
    let bot = &context.bot;
    let before = bot.settings(Some(guild));
    let Ok(change) = chosen(interaction) else {
        return reply::no_such_channel();
    };
    let is_question = interaction
        .subcommand()
        .is_none_or(|part| part.options.is_empty());
    let after = if is_question {
        Arc::clone(&before)
    } else {
        let changed = bot
            .store
            .change_settings(guild.get(), move |settings| change.applied_to(settings))
            .await;
        match changed {
            Ok(after) => {
                let blocked = blocked(interaction, &change);
                return show(context, &after, after != before, &change, &blocked);
            }
            Err(error) => return store_trouble(bot, &error),
        }
    };
    show(context, &after, false, &change, &[])
}

/// The channels that were added and in which the bot lacks a permission that it needs there, as Discord resolves them.
fn blocked(interaction: &Interaction, change: &SettingsChange) -> Vec<BlockedChannel> {
    let added = [
        (change.add_channel, Permissions::SEND_MESSAGES),
        (change.add_forum, Permissions::SEND_MESSAGES_IN_THREADS),
    ];
    let needed = |write| {
        [
            (Permissions::VIEW_CHANNEL, "View Channel"),
            (
                write,
                if write == Permissions::SEND_MESSAGES {
                    "Send Messages"
                } else {
                    "Send Messages in Threads"
                },
            ),
            (Permissions::READ_MESSAGE_HISTORY, "Read Message History"),
        ]
    };
    let blocked = |(id, write): (Option<u64>, Permissions)| {
        let id = id?;
        let allowed = interaction.resolved_channel(id)?.app_permissions?;
        let has = |permission| allowed.intersects(permission | Permissions::ADMINISTRATOR);
        let missing: Vec<&'static str> = needed(write)
            .into_iter()
            .filter(|(permission, _)| !has(*permission))
            .map(|(_, name)| name)
            .collect();
        (!missing.is_empty()).then_some(BlockedChannel { id, missing })
    };
    added.into_iter().filter_map(blocked).collect()
}

fn show(
    context: &EventContext,
    settings: &Settings,
    changed: bool,
    change: &SettingsChange,
    blocked: &[BlockedChannel],
) -> Reply {
    let bot = &context.bot;
    let still_configured: Vec<u64> = change
        .removed()
        .into_iter()
        .filter(|id| bot.is_configured(*id))
        .collect();
    let health = bot.store.health();
    let why = bot.store.without_folder(&health.sentence);
    let view = SettingsView {
        usual_cooldown: bot.config.cooldown_seconds,
        changed,
        hears: bot.has_message_content(),
        keeping: keeping(&health, &why),
        configured_channels: &bot.config.unasked_channels,
        configured_forums: &bot.config.unasked_forums,
        still_configured: &still_configured,
        blocked,
    };
    reply::settings(settings, &view)
}

/// What was chosen.
#[derive(Debug, Clone, Copy)]
struct SettingsChange {
    add_channel: Option<u64>,
    remove_channel: Option<u64>,
    add_forum: Option<u64>,
    remove_forum: Option<u64>,
    unasked_additions: Option<bool>,
    private: Option<bool>,
    /// `Some(None)` for what the operator configured.
    cooldown: Option<Option<u64>>,
}

fn chosen(interaction: &Interaction) -> Result<SettingsChange, NoSuchChannel> {
    let flag = |name| interaction.suboption(name).and_then(Value::as_bool);
    let seconds = interaction.suboption("cooldown").and_then(Value::as_u64);
    let usual = flag("usual-cooldown") == Some(true);
    Ok(SettingsChange {
        add_channel: channel(interaction, "add-channel", &CHANNELS)?,
        remove_channel: channel(interaction, "remove-channel", &CHANNELS)?,
        add_forum: channel(interaction, "add-forum", &FORUMS)?,
        remove_forum: channel(interaction, "remove-forum", &FORUMS)?,
        unasked_additions: flag("unasked-added"),
        private: flag("private"),
        cooldown: seconds.map(Some).or(usual.then_some(None)),
    })
}

/// The channel that was chosen, if one was.
fn channel(
    interaction: &Interaction,
    name: &str,
    kinds: &[ChannelType],
) -> Result<Option<u64>, NoSuchChannel> {
    let Some(id) = interaction.suboption(name).and_then(Value::as_str) else {
        return Ok(None);
    };
    let resolved = interaction.data.resolved.channels.get(id);
    let is_of_kind =
        resolved.is_some_and(|channel| kinds.iter().any(|kind| u8::from(*kind) == channel.kind));
    let id = id.parse().ok().filter(|_| is_of_kind);
    id.map(Some).ok_or(NoSuchChannel)
}

impl SettingsChange {
    fn removed(self) -> Vec<u64> {
        [self.remove_channel, self.remove_forum]
            .into_iter()
            .flatten()
            .collect()
    }

    fn applied_to(self, settings: &Settings) -> Settings {
        let mut settings = settings.clone();
        let lists = [
            (
                self.remove_channel,
                self.add_channel,
                &mut settings.unasked_channels,
            ),
            (
                self.remove_forum,
                self.add_forum,
                &mut settings.unasked_forums,
            ),
        ];
        for (remove, add, ids) in lists {
            ids.retain(|id| Some(*id) != remove);
            ids.extend(add.filter(|id| !ids.contains(id)));
        }
        settings.unasked_additions = self.unasked_additions.unwrap_or(settings.unasked_additions);
        settings.private = self.private.unwrap_or(settings.private);
        settings.cooldown_seconds = self.cooldown.unwrap_or(settings.cooldown_seconds);
        settings
    }
}
