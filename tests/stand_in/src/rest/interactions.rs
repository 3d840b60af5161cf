//! Answers to interactions: the callback, the original response and the followups.

use std::time::Instant;

use serde_json::Value;

use super::super::interactions::{Answered, ResponseKind, StoredInteraction};
use super::super::limits::{self, Form, Place};
use super::super::model::{EPHEMERAL, LOADING, StoredMessage};
use super::super::world::{Deed, State};
use super::messages::unknown_message;
use super::{Answer, Refusal, Reply};

/// Followups that a bot may send to an interaction where only the person installed it.
const MAX_FOLLOWUPS_OF_USER_INSTALL: usize = 5;

impl State {
    pub(super) fn callback(&mut self, id: u64, token: &str, body: &Value) -> Answer {
        let now = Instant::now();
        let interaction = self
            .interactions
            .get_mut(token)
            .filter(|known| known.id == id);
        let interaction = interaction.ok_or_else(unknown_interaction)?;
        interaction.tried = true;
        if interaction.is_over(now) {
            return Err(unknown_interaction());
        }
        if interaction.answered.is_some() {
            return Err(Refusal::new(
                400,
                40060,
                "Interaction has already been acknowledged.",
            ));
        }
        let interaction = interaction.clone();
        let kind = interaction.response_kind(&body["type"]).ok_or_else(|| {
            let mut form = Form::default();
            form.wrong(
                "type",
                "BASE_TYPE_CHOICES",
                "This response does not fit this kind of interaction.",
            );
            form.refusal()
        })?;
        let data = &body["data"];
        let message = match kind {
            ResponseKind::Message => {
                limits::message(data, Place::Interaction)?;
                Some(self.respond_with(&interaction, data)?)
            }
            ResponseKind::DeferredMessage => Some(self.think(&interaction, data)),
            ResponseKind::DeferredUpdate => interaction.message,
            ResponseKind::Update => {
                limits::message(data, Place::Edit)?;
                let clicked = interaction.message.ok_or_else(unknown_message)?;
                self.edit(clicked, data, true)?;
                Some(clicked)
            }
            ResponseKind::Choices => {
                limits::choices(data, interaction.focused_type)?;
                None
            }
            ResponseKind::Modal => {
                limits::modal(data)?;
                None
            }
        };
        let answered = Answered {
            kind,
            data: data.clone(),
            original: message,
        };
        if let Some(interaction) = self.interactions.get_mut(token) {
            interaction.answered = Some(answered);
        }
        if !token.starts_with(super::PROBE) {
            self.note(Deed::Response, message.unwrap_or_default(), Some(id));
        }
        Ok(Reply::nothing())
    }

    /// A new message that answers an interaction.
    fn respond_with(
        &mut self,
        interaction: &StoredInteraction,
        data: &Value,
    ) -> Result<u64, Refusal> {
        let mut message = self.new_response(interaction);
        let place = self.channels[&interaction.channel].clone();
        self.fill(&mut message, data, &place)?;
        message.set_mentions(self, &data["allowed_mentions"], true);
        message.pings = self.pings(&message, &data["allowed_mentions"], true);
        let id = message.id;
        self.publish(message);
        Ok(id)
    }

    /// "… is thinking"
    fn think(&mut self, interaction: &StoredInteraction, data: &Value) -> u64 {
        let mut message = self.new_response(interaction);
        message.flags = LOADING | (data["flags"].as_u64().unwrap_or_default() & EPHEMERAL);
        let id = message.id;
        self.publish(message);
        id
    }

    fn new_response(&mut self, interaction: &StoredInteraction) -> StoredMessage {
        let mut message = StoredMessage::new(self.next_id(), interaction.channel, self.bot);
        message.interaction = Some((interaction.id, interaction.kind, interaction.user));
        message.reply_to = interaction.message.filter(|_| interaction.kind == 3);
        message
    }

    /// The interaction of a webhook's token that was answered and whose time is not over.
    fn answered(&self, token: &str) -> Result<(&StoredInteraction, &Answered), Refusal> {
        let interaction = self.interactions.get(token).ok_or_else(unknown_webhook)?;
        if interaction.token_is_over(Instant::now()) {
            return Err(Refusal::new(401, 50027, "Invalid Webhook Token"));
        }
        let answered = interaction.answered.as_ref().ok_or_else(unknown_webhook)?;
        Ok((interaction, answered))
    }

    /// The message that a path names: 0 is the original response.
    fn webhook_message(&self, token: &str, id: u64) -> Result<(u64, u64), Refusal> {
        let (interaction, answered) = self.answered(token)?;
        let id = if id == 0 {
            answered.original.ok_or_else(unknown_message)?
        } else {
            id
        };
        let belongs = answered.original == Some(id) || interaction.followups.contains(&id);
        if belongs && self.messages.contains_key(&id) {
            Ok((interaction.id, id))
        } else {
            Err(unknown_message())
        }
    }

    pub(super) fn create_followup(&mut self, token: &str, body: &Value) -> Answer {
        let (interaction, answered) = self.answered(token)?;
        limits::message(body, Place::Interaction)?;
        let interaction = interaction.clone();
        let original = answered.original.and_then(|id| self.messages.get(&id));
        if let Some(thinking) = original
            .filter(|message| message.flags & LOADING != 0)
            .map(|message| message.id)
        {
            // The first followup of a deferred response takes its place.
            self.edit(thinking, body, true)?;
            self.note(Deed::Edit, thinking, Some(interaction.id));
            return Ok(Reply::ok(
                self.message_for_bot(&self.messages[&thinking], true),
            ));
        }
        if interaction.only_user_installed
            && interaction.followups.len() >= MAX_FOLLOWUPS_OF_USER_INSTALL
        {
            return Err(Refusal::new(
                400,
                40094,
                "The maximum number of follow up messages has been reached",
            ));
        }
        let id = self.respond_with(&interaction, body)?;
        if let Some(interaction) = self.interactions.get_mut(token) {
            interaction.followups.push(id);
        }
        self.note(Deed::Followup, id, Some(interaction.id));
        Ok(Reply::ok(self.message_for_bot(&self.messages[&id], true)))
    }

    pub(super) fn get_webhook_message(&self, token: &str, id: u64) -> Answer {
        let (_, id) = self.webhook_message(token, id)?;
        Ok(Reply::ok(self.message_for_bot(&self.messages[&id], true)))
    }

    pub(super) fn edit_webhook_message(&mut self, token: &str, id: u64, body: &Value) -> Answer {
        let (interaction, id) = self.webhook_message(token, id)?;
        limits::message(body, Place::Edit)?;
        self.edit(id, body, true)?;
        self.note(Deed::Edit, id, Some(interaction));
        Ok(Reply::ok(self.message_for_bot(&self.messages[&id], true)))
    }

    pub(super) fn delete_webhook_message(&mut self, token: &str, id: u64) -> Answer {
        let (interaction, id) = self.webhook_message(token, id)?;
        self.note(Deed::Deletion, id, Some(interaction));
        self.remove_message(id);
        Ok(Reply::nothing())
    }
}

fn unknown_interaction() -> Refusal {
    Refusal::new(404, 10062, "Unknown interaction")
}

fn unknown_webhook() -> Refusal {
    Refusal::new(404, 10015, "Unknown Webhook")
}
