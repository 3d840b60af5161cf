//! Messages of channels: sending, reading, editing, deleting; and what every message has in common.

use serde_json::Value;

use super::super::gateway::intent;
use super::super::limits::{self, Form, Place};
use super::super::message::list;
use super::super::model::{COMPONENTS_V2, Channel, ChannelKind, EPHEMERAL, LOADING, StoredMessage};
use super::super::permissions::Permission;
use super::super::world::{Deed, State, now_ms};
use super::{Answer, Refusal, Reply, missing_access, missing_permissions};

impl State {
    /// A channel that the bot can see.
    pub(super) fn visible(&self, id: u64) -> Result<&Channel, Refusal> {
        let channel = self
            .channels
            .get(&id)
            .ok_or_else(|| Refusal::new(404, 10003, "Unknown Channel"))?;
        if self.bot_sees(channel) {
            Ok(channel)
        } else {
            Err(missing_access())
        }
    }

    /// A channel that the bot can write to.
    pub(super) fn writable(&self, id: u64) -> Result<&Channel, Refusal> {
        let channel = self.visible(id)?;
        match channel.kind {
            ChannelKind::Forum => {
                return Err(Refusal::new(
                    400,
                    50008,
                    "Cannot send messages in a non-text channel",
                ));
            }
            ChannelKind::Dm => {
                let mut others = channel
                    .recipients
                    .iter()
                    .filter_map(|id| self.users.get(id));
                if !others.all(|user| user.accepts_dms) {
                    return Err(Refusal::new(
                        403,
                        50007,
                        "Cannot send messages to this user",
                    ));
                }
            }
            ChannelKind::Thread | ChannelKind::Text => {}
        }
        let needed = if channel.is_thread() {
            Permission::SendMessagesInThreads
        } else {
            Permission::SendMessages
        };
        if !self.bot_may(needed, channel) {
            return Err(missing_permissions());
        }
        if channel.locked {
            return Err(Refusal::new(400, 50083, "Thread is archived"));
        }
        Ok(channel)
    }

    fn known(&self, channel: u64, message: u64) -> Result<&StoredMessage, Refusal> {
        self.visible(channel)?;
        let message = self
            .messages
            .get(&message)
            .filter(|message| message.channel == channel);
        message.ok_or_else(unknown_message)
    }

    fn reads_all(&self) -> bool {
        self.settings.privileged_intents & intent::MESSAGE_CONTENT != 0
    }

    pub(super) fn get_message(&self, channel: u64, message: u64) -> Answer {
        let message = self.known(channel, message)?;
        Ok(Reply::ok(self.message_for_bot(message, self.reads_all())))
    }

    pub(super) fn get_messages(&self, channel: u64, query: &str) -> Answer {
        self.visible(channel)?;
        let wanted = |name: &str| {
            let values = query.split('&').filter_map(|pair| pair.split_once('='));
            values
                .into_iter()
                .find(|(key, _)| *key == name)
                .and_then(|(_, value)| value.parse::<u64>().ok())
        };
        let limit = wanted("limit").unwrap_or(50);
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        if !(1..=100).contains(&limit) {
            let mut form = Form::default();
            form.wrong(
                "limit",
                "NUMBER_TYPE_MAX",
                "int value should be between 1 and 100.",
            );
            return Err(form.refusal());
        }
        let after = wanted("after");
        let range = after.map_or(0, |id| id + 1)..wanted("before").unwrap_or(u64::MAX);
        let mut found: Vec<_> = self
            .messages
            .range(range)
            .map(|(_, message)| message)
            .collect();
        found.retain(|message| message.channel == channel && message.flags & EPHEMERAL == 0);
        if after.is_none() {
            found.reverse();
        }
        found.truncate(limit);
        found.sort_by_key(|message| std::cmp::Reverse(message.id));
        let shown = found
            .into_iter()
            .map(|message| self.message_for_bot(message, self.reads_all()));
        Ok(Reply::ok(shown.collect()))
    }

    pub(super) fn open_dm(&mut self, body: &Value) -> Answer {
        let user = body["recipient_id"]
            .as_str()
            .and_then(|id| id.parse().ok())
            .or(body["recipient_id"].as_u64());
        match user.filter(|id| self.users.contains_key(id) && *id != self.bot) {
            Some(user) => {
                let channel = self.dm_channel(user, self.bot);
                Ok(Reply::ok(self.channel_json(&self.channels[&channel])))
            }
            None => Err(Refusal::new(400, 50033, "Invalid Recipient(s)")),
        }
    }

    pub(super) fn create_message(&mut self, channel: u64, body: &Value) -> Answer {
        let place = self.writable(channel)?.clone();
        limits::message(body, Place::Channel)?;
        let mut message = StoredMessage::new(self.next_id(), channel, self.bot);
        if let Some(nonce) = body.get("nonce").filter(|nonce| !nonce.is_null()) {
            let earlier = self
                .nonces
                .get(&nonce.to_string())
                .and_then(|earlier| self.messages.get(earlier));
            if let Some(earlier) = earlier.filter(|_| body["enforce_nonce"] == true) {
                return Ok(Reply::ok(self.message_json(earlier)));
            }
            message.nonce = Some(nonce.clone());
        }
        self.refer(&mut message, &place, &body["message_reference"])?;
        self.fill(&mut message, body, &place)?;
        message.set_mentions(self, &body["allowed_mentions"], false);
        message.pings = self.pings(&message, &body["allowed_mentions"], false);
        let id = message.id;
        if let Some(nonce) = &message.nonce {
            self.nonces.insert(nonce.to_string(), id);
        }
        self.publish(message);
        self.note(Deed::Message, id, None);
        Ok(Reply::ok(self.message_for_bot(&self.messages[&id], true)))
    }

    fn refer(
        &self,
        message: &mut StoredMessage,
        place: &Channel,
        reference: &Value,
    ) -> Result<(), Refusal> {
        if reference.is_null() {
            return Ok(());
        }
        if !self.bot_may(Permission::ReadMessageHistory, place) {
            let words = "Cannot reply without permission to read message history";
            return Err(Refusal::new(400, 160_002, words));
        }
        let target = &reference["message_id"];
        let target = target
            .as_str()
            .and_then(|id| id.parse().ok())
            .or(target.as_u64());
        let target = target.filter(|id| {
            self.messages
                .get(id)
                .is_some_and(|target| target.channel == place.id)
        });
        if target.is_none() && reference["fail_if_not_exists"] != false {
            let mut form = Form::default();
            form.wrong(
                "message_reference",
                "MESSAGE_REFERENCE_UNKNOWN_MESSAGE",
                "Unknown message",
            );
            return Err(form.refusal());
        }
        message.reply_to = target;
        Ok(())
    }

    pub(super) fn edit_message(&mut self, channel: u64, id: u64, body: &Value) -> Answer {
        let message = self.known(channel, id)?;
        if message.author != self.bot {
            return Err(Refusal::new(
                403,
                50005,
                "Cannot edit a message authored by another user",
            ));
        }
        limits::message(body, Place::Edit)?;
        self.edit(id, body, false)?;
        self.note(Deed::Edit, id, None);
        Ok(Reply::ok(self.message_for_bot(&self.messages[&id], true)))
    }

    pub(super) fn delete_message(&mut self, channel: u64, id: u64) -> Answer {
        let message = self.known(channel, id)?;
        if message.author != self.bot
            && !self.bot_may(Permission::ManageMessages, self.visible(channel)?)
        {
            return Err(missing_permissions());
        }
        self.note(Deed::Deletion, id, None);
        self.remove_message(id);
        Ok(Reply::nothing())
    }

    /// Applies a form to a message, and refuses one that would have nothing to show.
    pub fn fill(
        &self,
        message: &mut StoredMessage,
        body: &Value,
        place: &Channel,
    ) -> Result<(), Refusal> {
        let is_new = !self.messages.contains_key(&message.id);
        message.keeps_components(body)?;
        if let Some(content) = body.get("content") {
            message.content = content.as_str().unwrap_or_default().trim().to_owned();
        }
        if let Some(components) = body.get("components") {
            message.components = list(components).to_vec();
        }
        if let Some(flags) = body["flags"].as_u64() {
            message.flags = flags;
        }
        let mut dropped = false;
        if let Some(embeds) = body.get("embeds") {
            message.embeds = list(embeds).to_vec();
            // An answer to an interaction needs no permission of the bot in the channel.
            if message.interaction.is_none() && !self.bot_may(Permission::EmbedLinks, place) {
                dropped = !message.embeds.is_empty();
                message.embeds.clear();
            }
        }
        for embed in &mut message.embeds {
            embed["type"] = "rich".into();
        }
        if !message.content.is_empty()
            || !message.embeds.is_empty()
            || !message.components.is_empty()
        {
            return Ok(());
        }
        // Discord drops the embeds of a bot that may not embed; where nothing else is left it refuses a new message
        // for want of the permission, and an edit as empty (discord-api-docs, issues 2601 and 5648).
        if dropped && is_new {
            return Err(missing_permissions());
        }
        Err(Refusal::new(400, 50006, "Cannot send an empty message"))
    }

    /// Changes a message of the bot and tells the gateway.
    pub(super) fn edit(
        &mut self,
        id: u64,
        body: &Value,
        of_interaction: bool,
    ) -> Result<(), Refusal> {
        let mut message = self
            .messages
            .get(&id)
            .cloned()
            .ok_or_else(unknown_message)?;
        let place = self.channels[&message.channel].clone();
        let ephemeral = message.flags & EPHEMERAL;
        self.fill(&mut message, body, &place)?;
        message.flags = (message.flags & !LOADING) | ephemeral;
        message.set_mentions(self, &body["allowed_mentions"], of_interaction);
        message.edited_ms = Some(now_ms());
        self.republish(message);
        Ok(())
    }
}

impl StoredMessage {
    /// Refuses a form that would take the flag of version 2 from this message, use what the flag excludes, or give the flag
    /// to a message that would keep its content or its embeds.
    fn keeps_components(&self, body: &Value) -> Result<(), Refusal> {
        let mut form = Form::default();
        let (before, asked) = (self.flags & COMPONENTS_V2 != 0, body["flags"].as_u64());
        let after = asked.map_or(before, |flags| flags & COMPONENTS_V2 != 0);
        if before && !after {
            form.wrong(
                "flags",
                "MESSAGE_FLAGS_INVALID",
                "IS_COMPONENTS_V2 cannot be removed.",
            );
        }
        let left = [
            ("content", !self.content.is_empty()),
            ("embeds", !self.embeds.is_empty()),
        ];
        for (name, is_there) in left {
            let stays = body.get(name).map_or(is_there, |value| {
                !(value.is_null() || value == "" || list(value).is_empty() && value.is_array())
            });
            if after && stays {
                let words = "This cannot be used with MessageFlags.IS_COMPONENTS_V2.";
                form.wrong(
                    name,
                    "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2",
                    words,
                );
            }
        }
        form.finish()
    }
}

pub(super) fn unknown_message() -> Refusal {
    Refusal::new(404, 10008, "Unknown Message")
}
