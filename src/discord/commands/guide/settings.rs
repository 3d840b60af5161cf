//! `/guide settings`: what moderators set for their guild.
//!
//! Discord resolves a channel only if it is in the guild where the command is used, and a guild's settings only
//! apply to messages in that guild: the id of a channel elsewhere would have no effect.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde_json::Value;
use serenity::all::{ChannelId, ChannelType, CommandOptionType, CreateCommandOption, GuildId};
use tracing::debug;

use super::part::{GuidePart, keeping, private};
use crate::discord::commands::definition::{flag_option, text_option};
use crate::discord::context::{BotContext, EventContext};
use crate::discord::events::Interaction;
use crate::discord::permissions;
use crate::reply::{self, BlockedChannel, Lacking, Reply, SettingsView};
use crate::settings::{Digest, ForumTag, LONGEST_COOLDOWN, Settings};

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

/// Why a choice is invalid.
enum ChoiceError {
    /// The channel is not in the guild, or of another kind.
    NoSuchChannel,
    /// A tag was named, but not its forum.
    TagWithoutForum,
    /// Discord does not say which tags this forum has.
    UnreadableTags(u64),
    /// This forum does not have the tag that was named, if one was. Holds the tags that it has.
    NoSuchTag(u64, Vec<String>),
}

impl ChoiceError {
    fn reply(&self) -> Reply {
        match self {
            Self::NoSuchChannel => reply::no_such_channel(),
            Self::TagWithoutForum => reply::tag_without_forum(),
            Self::UnreadableTags(forum) => reply::cannot_read_tags(*forum),
            Self::NoSuchTag(forum, tags) => reply::choose_tag(*forum, tags),
        }
    }
}

fn define(part: CreateCommandOption) -> CreateCommandOption {
    let channel = |name: &str, description: &str, kinds: &[ChannelType]| {
        CreateCommandOption::new(CommandOptionType::Channel, name, description)
            .channel_types(kinds.to_vec())
    };
    let cooldown = CreateCommandOption::new(
        CommandOptionType::Integer,
        "cooldown",
        "How many seconds a person has to wait between two questions",
    );
    part.add_sub_option(channel(
        "add-channel",
        "Answer in this channel without being asked, if I'm sure",
        &CHANNELS,
    ))
    .add_sub_option(channel(
        "remove-channel",
        "Answer in this channel only when asked",
        &CHANNELS,
    ))
    .add_sub_option(channel(
        "add-forum",
        "Answer new posts in this forum by their title, if I'm sure",
        &FORUMS,
    ))
    .add_sub_option(channel(
        "remove-forum",
        "Answer in this forum only when asked",
        &FORUMS,
    ))
    .add_sub_option(flag_option(
        "unasked-added",
        "Also give answers added on this server without being asked",
    ))
    .add_sub_option(flag_option(
        "private",
        "Make /ask answer privately unless the person chooses otherwise",
    ))
    .add_sub_option(cooldown.min_int_value(0).max_int_value(LONGEST_COOLDOWN))
    .add_sub_option(channel(
        "digest-channel",
        "Post the questions that I couldn't answer here once a week",
        &CHANNELS,
    ))
    .add_sub_option(flag_option(
        "no-digest",
        "True: switch the weekly digest off",
    ))
    .add_sub_option(flag_option(
        "usual-cooldown",
        "True: go back to the cooldown that my operator set",
    ))
    .add_sub_option(channel(
        "tag-forum",
        "Tag a post in this forum when its author presses That helped",
        &FORUMS,
    ))
    .add_sub_option(text_option(
        "tag",
        "The tag's name; leave it out and I'll list the forum's tags",
    ))
    .add_sub_option(channel(
        "untag-forum",
        "Stop tagging posts in this forum",
        &FORUMS,
    ))
}

/// Changes what was chosen, and shows what is set.
async fn run(context: &EventContext, interaction: &Interaction, guild: GuildId) -> Reply {
    let bot = &context.bot;
    let before = bot.settings(Some(guild));
    let change = match chosen(bot, interaction).await {
        Ok(change) => change,
        Err(error) => return error.reply(),
    };
    let is_question = interaction
        .subcommand()
        .is_none_or(|part| part.options.is_empty());
    if is_question {
        return show(context, guild, &before, false, &change, &[]);
    }
    let (applied, today) = (
        change.clone(),
        bot.store.now().to_zoned(TimeZone::UTC).date(),
    );
    let changed = bot
        .store
        .change_settings(guild.get(), move |settings| {
            applied.applied_to(settings, today)
        })
        .await;
    match changed {
        Ok(after) => {
            let blocked = blocked(interaction, &change);
            show(context, guild, &after, after != before, &change, &blocked)
        }
        Err(error) => bot.store_trouble(&error),
    }
}

/// The added channels where the bot lacks a permission that it needs, as resolved by Discord.
fn blocked(interaction: &Interaction, change: &SettingsChange) -> Vec<BlockedChannel> {
    let tag_forum = change.add_tag.as_ref().map(|(forum, _)| *forum);
    let added = [
        (change.add_channel, permissions::IN_CHANNEL, Lacking::Answer),
        (change.add_forum, permissions::IN_FORUM, Lacking::Answer),
        (
            change.digest.flatten(),
            permissions::TO_POST,
            Lacking::Digest,
        ),
        (tag_forum, permissions::TO_TAG, Lacking::Tag),
    ];
    let blocked = |(id, needed, what): (Option<u64>, _, _)| {
        let id = id?;
        let granted = interaction.resolved_channel(id)?.app_permissions?;
        let missing = permissions::missing(needed, granted);
        (!missing.is_empty()).then_some(BlockedChannel { id, what, missing })
    };
    added.into_iter().filter_map(blocked).collect()
}

fn show(
    context: &EventContext,
    guild: GuildId,
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
    let configured = |ids: &[u64]| bot.configured.of(guild, ids);
    let view = SettingsView {
        usual_cooldown: bot.config.cooldown_seconds,
        changed,
        hears: bot.has_message_content(),
        keeping: keeping(&health, &why),
        configured_channels: &configured(&bot.config.unasked_channels),
        configured_forums: &configured(&bot.config.unasked_forums),
        still_configured: &still_configured,
        blocked,
    };
    reply::settings(settings, &view)
}

/// What was chosen.
#[derive(Debug, Clone)]
struct SettingsChange {
    add_channel: Option<u64>,
    remove_channel: Option<u64>,
    add_forum: Option<u64>,
    remove_forum: Option<u64>,
    unasked_additions: Option<bool>,
    private: Option<bool>,
    /// `Some(None)` for what the operator configured.
    cooldown: Option<Option<u64>>,
    /// The channel; `Some(None)` for no digest.
    digest: Option<Option<u64>>,
    /// A forum, and the tag for its posts.
    add_tag: Option<(u64, ForumTag)>,
    remove_tag: Option<u64>,
}

async fn chosen(
    bot: &BotContext,
    interaction: &Interaction,
) -> Result<SettingsChange, ChoiceError> {
    let flag = |name| interaction.suboption(name).and_then(Value::as_bool);
    let seconds = interaction.suboption("cooldown").and_then(Value::as_u64);
    let usual = flag("usual-cooldown") == Some(true);
    let digest = channel(interaction, "digest-channel", &CHANNELS)?;
    let without_digest = flag("no-digest") == Some(true);
    let name = interaction.suboption("tag").and_then(Value::as_str);
    let add_tag = match (channel(interaction, "tag-forum", &FORUMS)?, name) {
        (Some(forum), name) => Some((forum, tag(bot, forum, name).await?)),
        (None, Some(_)) => return Err(ChoiceError::TagWithoutForum),
        (None, None) => None,
    };
    Ok(SettingsChange {
        add_channel: channel(interaction, "add-channel", &CHANNELS)?,
        remove_channel: channel(interaction, "remove-channel", &CHANNELS)?,
        add_forum: channel(interaction, "add-forum", &FORUMS)?,
        remove_forum: channel(interaction, "remove-forum", &FORUMS)?,
        unasked_additions: flag("unasked-added"),
        private: flag("private"),
        cooldown: seconds.map(Some).or(usual.then_some(None)),
        digest: digest.map(Some).or(without_digest.then_some(None)),
        add_tag,
        remove_tag: channel(interaction, "untag-forum", &FORUMS)?,
    })
}

/// The tag of a forum that someone names.
async fn tag(bot: &BotContext, forum: u64, name: Option<&str>) -> Result<ForumTag, ChoiceError> {
    let asked = bot.rest.forum_channel(ChannelId::new(forum)).await;
    let tags = asked.map_err(|error| {
        debug!(%error, "could not read the tags of a forum");
        ChoiceError::UnreadableTags(forum)
    })?;
    let tags = tags.available_tags;
    let wanted = name.map(|name| name.trim().to_lowercase());
    let named = tags
        .iter()
        .find(|tag| Some(tag.name.to_lowercase()) == wanted);
    match named {
        Some(tag) => Ok(ForumTag {
            id: tag.id.get(),
            name: tag.name.clone(),
        }),
        None => {
            let names = tags.into_iter().map(|tag| tag.name).collect();
            Err(ChoiceError::NoSuchTag(forum, names))
        }
    }
}

/// The channel that was chosen, if one was.
fn channel(
    interaction: &Interaction,
    name: &str,
    kinds: &[ChannelType],
) -> Result<Option<u64>, ChoiceError> {
    let Some(id) = interaction.suboption(name).and_then(Value::as_str) else {
        return Ok(None);
    };
    let resolved = interaction.data.resolved.channels.get(id);
    let is_of_kind =
        resolved.is_some_and(|channel| kinds.iter().any(|kind| u8::from(*kind) == channel.kind));
    let id = id.parse().ok().filter(|_| is_of_kind);
    id.map(Some).ok_or(ChoiceError::NoSuchChannel)
}

impl SettingsChange {
    fn removed(&self) -> Vec<u64> {
        [self.remove_channel, self.remove_forum]
            .into_iter()
            .flatten()
            .collect()
    }

    fn applied_to(&self, settings: &Settings, today: Date) -> Settings {
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
        if let Some(forum) = self.remove_tag {
            settings.helped_tags.remove(&forum);
        }
        settings.helped_tags.extend(self.add_tag.clone());
        settings.unasked_additions = self.unasked_additions.unwrap_or(settings.unasked_additions);
        settings.private = self.private.unwrap_or(settings.private);
        settings.cooldown_seconds = self.cooldown.unwrap_or(settings.cooldown_seconds);
        if let Some(channel) = self.digest {
            let sent = settings.digest.map_or(today, |digest| digest.sent);
            settings.digest = channel.map(|channel| Digest { channel, sent });
        }
        settings
    }
}
