//! Changes to the model that the gateway reports.

use serde_json::{Value, json};

use super::gateway::intent;
use super::model::{Channel, ChannelKind, EPHEMERAL, StoredMessage};
use super::world::State;

impl State {
    /// Keeps a new message and tells the bot, if it may see it.
    pub fn publish(&mut self, message: StoredMessage) {
        self.tell_of_message("MESSAGE_CREATE", &message);
        self.messages.insert(message.id, message);
    }

    /// Keeps a changed message and tells the bot.
    pub fn republish(&mut self, message: StoredMessage) {
        self.tell_of_message("MESSAGE_UPDATE", &message);
        self.messages.insert(message.id, message);
    }

    pub fn remove_message(&mut self, id: u64) {
        let Some(message) = self.messages.remove(&id) else {
            return;
        };
        let mut payload = json!({"id": id.to_string(), "channel_id": message.channel.to_string()});
        if let Some((guild, needed)) = self.audience(&message) {
            if let Some(guild) = guild {
                payload["guild_id"] = guild.to_string().into();
            }
            self.dispatch("MESSAGE_DELETE", guild, needed, &payload);
        }
    }

    /// The guild of a message and the intent that it needs; `None` if the bot does not get it.
    fn audience(&self, message: &StoredMessage) -> Option<(Option<u64>, u64)> {
        let channel = self.channels.get(&message.channel)?;
        if message.flags & EPHEMERAL != 0 || !self.bot_sees(channel) {
            return None;
        }
        let needed = if channel.guild.is_some() {
            intent::GUILD_MESSAGES
        } else {
            intent::DIRECT_MESSAGES
        };
        Some((channel.guild, needed))
    }

    fn tell_of_message(&mut self, event: &str, message: &StoredMessage) {
        let Some((guild, needed)) = self.audience(message) else {
            return;
        };
        let payload = |reads_all: bool| {
            let mut payload = self.message_for_bot(message, reads_all);
            if let Some(guild) = guild.and_then(|id| self.guilds.get(&id)) {
                payload["guild_id"] = guild.id.to_string().into();
                if message.webhook.is_none() {
                    payload["member"] = self.member_json(guild, message.author);
                }
            }
            payload
        };
        let (full, gated) = (payload(true), payload(guild.is_none()));
        self.dispatch_gated(event, guild, needed, &full, &gated);
    }

    /// Keeps a new channel or thread and tells the bot.
    pub fn add_channel(&mut self, channel: Channel) {
        let event = if channel.is_thread() {
            "THREAD_CREATE"
        } else {
            "CHANNEL_CREATE"
        };
        let mut payload = self.channel_json(&channel);
        if channel.is_thread() {
            payload["newly_created"] = true.into();
        }
        self.tell_of_channel(event, &channel, &payload);
        self.channels.insert(channel.id, channel);
    }

    pub fn tell_of_channel(&mut self, event: &str, channel: &Channel, payload: &Value) {
        if channel.guild.is_some() && self.bot_sees(channel) {
            self.dispatch(event, channel.guild, intent::GUILDS, payload);
        }
    }

    /// Changes a channel and tells the bot.
    pub fn change_channel(&mut self, id: u64, change: impl FnOnce(&mut Channel)) {
        let Some(channel) = self.channels.get_mut(&id) else {
            return;
        };
        change(channel);
        let channel = channel.clone();
        let event = if channel.is_thread() {
            "THREAD_UPDATE"
        } else {
            "CHANNEL_UPDATE"
        };
        let payload = self.channel_json(&channel);
        self.tell_of_channel(event, &channel, &payload);
    }

    /// The direct conversation of two users; of it Discord sends no event.
    pub fn dm_channel(&mut self, one: u64, other: u64) -> u64 {
        let is_it = |channel: &&Channel| {
            channel.recipients.contains(&one) && channel.recipients.contains(&other)
        };
        if let Some(channel) = self.channels.values().find(is_it) {
            return channel.id;
        }
        let id = self.next_id();
        let name = format!(
            "direct messages of {} and {}",
            self.name_of(one),
            self.name_of(other)
        );
        let channel = Channel {
            recipients: vec![one, other],
            ..Channel::new(id, ChannelKind::Dm, &name)
        };
        self.channels.insert(id, channel);
        id
    }
}
