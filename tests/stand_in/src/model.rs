//! Users, guilds, channels and messages, and their JSON.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Instant;

use serde_json::{Value, json};

use super::message::{Message, embeds_of, rows_of, texts_of};
use super::world::{State, iso, ms_of};

/// Flag of a message that only one person sees.
pub(super) const EPHEMERAL: u64 = 1 << 6;
/// Flag of a message whose text is in components.
pub(super) const COMPONENTS_V2: u64 = 1 << 15;
/// Flag of a deferred response that still shows "thinking".
pub(super) const LOADING: u64 = 1 << 7;

#[derive(Clone, Debug)]
pub(super) struct User {
    pub id: u64,
    pub name: String,
    pub bot: bool,
    pub accepts_dms: bool,
}

#[derive(Clone, Debug)]
pub(super) struct Role {
    pub id: u64,
    pub name: String,
    pub permissions: u64,
    /// The bot to which Discord gave it.
    pub of_bot: Option<u64>,
}

#[derive(Clone, Debug, Default)]
pub(super) struct GuildMember {
    pub roles: Vec<u64>,
}

#[derive(Clone, Debug)]
pub(super) struct Guild {
    pub id: u64,
    pub name: String,
    pub owner: u64,
    /// The role of everybody has the id of the guild.
    pub roles: BTreeMap<u64, Role>,
    pub members: BTreeMap<u64, GuildMember>,
    /// Names of commands that an administrator has opened to all members.
    pub open_commands: BTreeSet<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ChannelKind {
    Text = 0,
    Dm = 1,
    Thread = 11,
    Forum = 15,
}

#[derive(Clone, Debug)]
pub(super) struct Channel {
    pub id: u64,
    pub kind: ChannelKind,
    pub name: String,
    pub guild: Option<u64>,
    pub parent: Option<u64>,
    pub owner: Option<u64>,
    /// The two people of a direct conversation.
    pub recipients: Vec<u64>,
    pub bot_denied: u64,
    pub bot_allowed: u64,
    pub locked: bool,
    /// The tags that posts of this forum can have: their ids and names.
    pub available_tags: Vec<(u64, String)>,
    /// The tags of this post.
    pub applied_tags: Vec<u64>,
}

impl Channel {
    pub fn new(id: u64, kind: ChannelKind, name: &str) -> Self {
        Self {
            id,
            kind,
            name: name.to_owned(),
            guild: None,
            parent: None,
            owner: None,
            recipients: Vec::new(),
            bot_denied: 0,
            bot_allowed: 0,
            locked: false,
            available_tags: Vec::new(),
            applied_tags: Vec::new(),
        }
    }

    pub fn is_thread(&self) -> bool {
        self.kind == ChannelKind::Thread
    }
}

#[derive(Clone, Debug)]
pub(super) struct StoredMessage {
    pub id: u64,
    pub channel: u64,
    pub author: u64,
    pub content: String,
    pub embeds: Vec<Value>,
    pub components: Vec<Value>,
    pub mentions: Vec<u64>,
    pub mention_roles: Vec<u64>,
    pub mention_everyone: bool,
    pub reply_to: Option<u64>,
    /// What it forwards.
    pub forwarded: Option<Value>,
    /// The question of its poll.
    pub poll: Option<String>,
    pub flags: u64,
    pub nonce: Option<Value>,
    pub webhook: Option<u64>,
    /// The interaction that this message answers: id, kind and user.
    pub interaction: Option<(u64, u64, u64)>,
    /// Whether the bot may read it without the message-content intent.
    pub addressed: bool,
    pub edited_ms: Option<u64>,
    /// Names of those who were notified, `@everyone` among them.
    pub pings: Vec<String>,
    pub at: Instant,
}

impl StoredMessage {
    pub fn new(id: u64, channel: u64, author: u64) -> Self {
        Self {
            id,
            channel,
            author,
            content: String::new(),
            embeds: Vec::new(),
            components: Vec::new(),
            mentions: Vec::new(),
            mention_roles: Vec::new(),
            mention_everyone: false,
            reply_to: None,
            forwarded: None,
            poll: None,
            flags: 0,
            nonce: None,
            webhook: None,
            interaction: None,
            addressed: false,
            edited_ms: None,
            pings: Vec::new(),
            at: Instant::now(),
        }
    }
}

impl StoredMessage {
    /// Everything that can contain a mention.
    pub fn text(&self) -> String {
        let texts = texts_of(&self.components);
        std::iter::once(self.content.clone())
            .chain(texts)
            .collect::<Vec<_>>()
            .join("\n")
    }
}

impl User {
    pub fn json(&self) -> Value {
        json!({
            "id": self.id.to_string(), "username": self.name, "discriminator": "0", "global_name": self.name,
            "avatar": null, "bot": self.bot, "public_flags": 0,
        })
    }
}

impl Role {
    pub fn json(&self, position: usize) -> Value {
        let mut json = json!({
            "id": self.id.to_string(), "name": self.name, "permissions": self.permissions.to_string(),
            "position": position, "color": 0, "hoist": false, "managed": self.of_bot.is_some(), "mentionable": false,
            "flags": 0, "colors": {"primary_color": 0, "secondary_color": null, "tertiary_color": null},
        });
        if let Some(bot) = self.of_bot {
            json["tags"] = json!({"bot_id": bot.to_string()});
        }
        json
    }
}

impl Guild {
    pub fn roles_json(&self) -> Vec<Value> {
        self.roles
            .values()
            .enumerate()
            .map(|(position, role)| role.json(position))
            .collect()
    }

    /// What `GET /guilds/{id}` answers; `GUILD_CREATE` has more.
    pub fn json(&self) -> Value {
        json!({
            "id": self.id.to_string(), "name": self.name, "owner_id": self.owner.to_string(),
            "roles": self.roles_json(), "emojis": [], "stickers": [], "features": [], "icon": null, "splash": null,
            "discovery_splash": null, "afk_channel_id": null, "afk_timeout": 300, "verification_level": 0,
            "default_message_notifications": 0, "explicit_content_filter": 0, "mfa_level": 0, "nsfw_level": 0,
            "application_id": null, "system_channel_id": null, "system_channel_flags": 0, "rules_channel_id": null,
            "vanity_url_code": null, "description": null, "banner": null, "premium_tier": 0,
            "premium_subscription_count": 0, "premium_progress_bar_enabled": false, "preferred_locale": "en-US",
            "public_updates_channel_id": null, "safety_alerts_channel_id": null,
        })
    }
}

impl State {
    pub fn user_json(&self, user: u64) -> Value {
        self.users.get(&user).map_or(Value::Null, User::json)
    }

    /// A member without its user, as messages carry it.
    pub fn member_json(&self, guild: &Guild, user: u64) -> Value {
        let roles = guild.members.get(&user).map(|member| &member.roles);
        let roles: Vec<_> = roles.into_iter().flatten().map(u64::to_string).collect();
        json!({
            "nick": null, "avatar": null, "roles": roles, "joined_at": iso(ms_of(guild.id)), "deaf": false,
            "mute": false, "flags": 0, "pending": false, "premium_since": null, "communication_disabled_until": null,
        })
    }

    pub fn full_member_json(&self, guild: &Guild, user: u64) -> Value {
        let mut member = self.member_json(guild, user);
        member["user"] = self.user_json(user);
        member
    }

    pub fn channel_json(&self, channel: &Channel) -> Value {
        let mut json = json!({
            "id": channel.id.to_string(), "type": channel.kind as u8, "last_message_id": null, "flags": 0,
        });
        if channel.kind == ChannelKind::Dm {
            let others = channel.recipients.iter().filter(|id| **id != self.bot);
            json["recipients"] = others.map(|id| self.user_json(*id)).collect();
            return json;
        }
        json["name"] = channel.name.as_str().into();
        json["guild_id"] = channel.guild.map(|id| id.to_string()).into();
        json["parent_id"] = channel.parent.map(|id| id.to_string()).into();
        if channel.is_thread() {
            json["owner_id"] = channel.owner.map(|id| id.to_string()).into();
            json["message_count"] = 0.into();
            json["member_count"] = 1.into();
            json["rate_limit_per_user"] = 0.into();
            json["applied_tags"] = channel.applied_tags.iter().map(u64::to_string).collect();
            json["thread_metadata"] = json!({
                "archived": channel.locked, "locked": channel.locked, "auto_archive_duration": 1440,
                "archive_timestamp": iso(ms_of(channel.id)), "create_timestamp": iso(ms_of(channel.id)),
            });
            return json;
        }
        if channel.kind == ChannelKind::Forum {
            let tags = channel.available_tags.iter();
            json["available_tags"] = tags
                .map(|(id, name)| json!({"id": id.to_string(), "name": name, "moderated": false, "emoji_id": null, "emoji_name": null}))
                .collect();
        }
        json["position"] = 0.into();
        json["nsfw"] = false.into();
        json["topic"] = Value::Null;
        json["permission_overwrites"] = json!([]);
        if channel.bot_denied | channel.bot_allowed != 0 {
            json["permission_overwrites"] = json!([{
                "id": self.bot.to_string(), "type": 1,
                "allow": channel.bot_allowed.to_string(), "deny": channel.bot_denied.to_string(),
            }]);
        }
        json
    }

    pub fn channels_of(&self, guild: u64) -> impl Iterator<Item = &Channel> {
        self.channels
            .values()
            .filter(move |channel| channel.guild == Some(guild))
    }

    /// The payload of `GUILD_CREATE`, given the channels of the guild.
    pub fn guild_create_json(&self, guild: &Guild, channels: &[&Channel]) -> Value {
        let seen = |threads: bool| -> Vec<Value> {
            let chosen = channels
                .iter()
                .filter(|channel| channel.is_thread() == threads);
            chosen
                .filter(|channel| self.bot_sees(channel))
                .map(|channel| self.channel_json(channel))
                .collect()
        };
        let mut json = guild.json();
        json["channels"] = seen(false).into();
        json["threads"] = seen(true).into();
        json["members"] = json!([self.full_member_json(guild, self.bot)]);
        json["member_count"] = guild.members.len().into();
        json["joined_at"] = iso(ms_of(guild.id)).into();
        for key in [
            "voice_states",
            "presences",
            "stage_instances",
            "guild_scheduled_events",
            "soundboard_sounds",
        ] {
            json[key] = json!([]);
        }
        json["large"] = false.into();
        json["unavailable"] = false.into();
        json
    }

    /// A message as REST shows it, with all that it holds.
    pub fn message_json(&self, message: &StoredMessage) -> Value {
        let mut json = json!({
            "id": message.id.to_string(), "channel_id": message.channel.to_string(),
            "author": self.user_json(message.author), "content": message.content, "timestamp": iso(ms_of(message.id)),
            "edited_timestamp": message.edited_ms.map(iso), "tts": false, "mention_everyone": message.mention_everyone,
            "mentions": message.mentions.iter().map(|id| self.user_json(*id)).collect::<Vec<_>>(),
            "mention_roles": message.mention_roles.iter().map(u64::to_string).collect::<Vec<_>>(),
            "attachments": [], "embeds": message.embeds, "components": message.components, "pinned": false,
            "flags": message.flags, "type": if message.reply_to.is_some() { 19 } else { 0 },
        });
        if let Some(nonce) = &message.nonce {
            json["nonce"] = nonce.clone();
        }
        if let Some(webhook) = message.webhook {
            json["webhook_id"] = webhook.to_string().into();
            json["author"]["id"] = webhook.to_string().into();
        }
        if let Some(target) = message.reply_to {
            let guild = self
                .channels
                .get(&message.channel)
                .and_then(|channel| channel.guild);
            json["message_reference"] = json!({
                "type": 0, "message_id": target.to_string(), "channel_id": message.channel.to_string(),
            });
            if let Some(guild) = guild {
                json["message_reference"]["guild_id"] = guild.to_string().into();
            }
        }
        if let Some(forwarded) = &message.forwarded {
            json["message_reference"] =
                json!({"type": 1, "channel_id": message.channel.to_string()});
            json["message_snapshots"] = json!([{"message": forwarded}]);
        }
        if let Some(question) = &message.poll {
            json["poll"] = json!({
                "question": {"text": question}, "answers": [], "expiry": null, "allow_multiselect": false, "layout_type": 1,
            });
        }
        if let Some((id, kind, user)) = message.interaction {
            json["type"] = if kind == 2 { 20 } else { 0 }.into();
            json["application_id"] = self.application.to_string().into();
            json["webhook_id"] = self.application.to_string().into();
            json["interaction_metadata"] = json!({
                "id": id.to_string(), "type": kind, "user": self.user_json(user),
                "authorizing_integration_owners": {}, "original_response_message_id": null,
                "interacted_message_id": message.id.to_string(),
            });
        }
        json
    }

    /// A message as the bot gets it: emptied if the bot may not read it, with the message that it replies to.
    pub fn message_for_bot(&self, message: &StoredMessage, reads_all: bool) -> Value {
        let shown = |message: &StoredMessage| {
            let mut json = self.message_json(message);
            if !(reads_all || message.addressed || message.author == self.bot) {
                json["content"] = "".into();
                json["embeds"] = json!([]);
                json["components"] = json!([]);
                json["poll"] = Value::Null;
            }
            json
        };
        let mut json = shown(message);
        if let Some(target) = message.reply_to {
            json["referenced_message"] = self.messages.get(&target).map_or(Value::Null, shown);
        }
        json
    }

    /// A message as a test reads it.
    pub fn snapshot(&self, message: &StoredMessage) -> Message {
        Message {
            id: message.id,
            channel: message.channel,
            author: self.name_of(message.author),
            content: message.content.clone(),
            embeds: embeds_of(&message.embeds),
            texts: texts_of(&message.components),
            rows: rows_of(&message.components),
            reply_to: message.reply_to,
            ephemeral: message.flags & EPHEMERAL != 0,
            pings: message.pings.clone(),
            at: message.at,
        }
    }
}
