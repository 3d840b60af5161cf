//! Interactions: commands, buttons, menus, and typing into options.

use std::collections::HashMap;

use serde::Deserialize;
use serde_json::Value;
use serenity::all::{ApplicationId, ChannelId, GuildId, InteractionId, Permissions, UserId};

use super::field::{Identified, lenient};
use super::message::DiscordMessage;

/// The direct messages with the bot.
const WITH_BOT: u8 = 1;
/// Discord's kind of such a channel.
const PUBLIC_THREAD: u8 = 11;

/// A command, a button, a menu, or someone who types into an option.
#[derive(Debug, Deserialize)]
pub(in crate::discord) struct Interaction {
    pub id: InteractionId,
    pub application_id: ApplicationId,
    pub token: String,
    #[serde(rename = "type")]
    kind: u8,
    #[serde(default)]
    pub data: InteractionData,
    #[serde(default)]
    pub guild_id: Option<GuildId>,
    #[serde(default)]
    pub channel_id: Option<ChannelId>,
    #[serde(default, deserialize_with = "lenient")]
    channel: Option<InteractionChannel>,
    /// In guilds.
    #[serde(default)]
    member: Option<InvokingMember>,
    /// In direct messages.
    #[serde(default)]
    user: Option<Identified<UserId>>,
    /// In what kind of place it was used.
    #[serde(default, deserialize_with = "lenient")]
    context: Option<u8>,
    /// The message whose button or menu was used.
    #[serde(default)]
    pub message: Option<Box<DiscordMessage>>,
    /// Whose installation the interaction came through: the guild's (`"0"`) or the person's (`"1"`).
    #[serde(default, deserialize_with = "lenient")]
    authorizing_integration_owners: serde_json::Map<String, Value>,
}

/// What kind of interaction it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::discord) enum InteractionKind {
    Command,
    Component,
    Autocomplete,
    Form,
}

/// Where it was used.
#[derive(Debug, Clone, Copy, Deserialize)]
struct InteractionChannel {
    #[serde(rename = "type")]
    kind: u8,
}

#[derive(Debug, Deserialize)]
struct InvokingMember {
    user: Identified<UserId>,
    #[serde(default, deserialize_with = "lenient")]
    permissions: Option<Permissions>,
}

/// What was chosen or typed.
#[derive(Debug, Default, Deserialize)]
pub(in crate::discord) struct InteractionData {
    /// The name of the command.
    #[serde(default)]
    pub name: String,
    /// The kind of the command.
    #[serde(default, rename = "type", deserialize_with = "lenient")]
    pub kind: u8,
    #[serde(default)]
    pub options: Vec<CommandOption>,
    #[serde(default, deserialize_with = "lenient")]
    pub resolved: Resolved,
    /// The message on which a command was used.
    #[serde(default, deserialize_with = "lenient")]
    target_id: Option<String>,
    #[serde(default)]
    pub custom_id: String,
    /// What was chosen from a menu.
    #[serde(default)]
    pub values: Vec<String>,
    /// What was filled into a form.
    #[serde(default, deserialize_with = "lenient")]
    components: Vec<Labelled>,
}

/// An option of a command, or a part of it with options of its own.
#[derive(Debug, Clone, Deserialize)]
pub(in crate::discord) struct CommandOption {
    pub name: String,
    #[serde(default)]
    pub value: Value,
    #[serde(default)]
    pub options: Vec<CommandOption>,
    #[serde(default)]
    pub focused: bool,
}

/// A field of a form with its label.
#[derive(Debug, Default, Deserialize)]
struct Labelled {
    #[serde(default, deserialize_with = "lenient")]
    component: FilledIn,
}

/// What was filled into a field of a form.
#[derive(Debug, Default, Deserialize)]
struct FilledIn {
    #[serde(default)]
    custom_id: String,
    #[serde(default)]
    value: String,
}

/// What the ids in options refer to.
#[derive(Debug, Default, Deserialize)]
pub(in crate::discord) struct Resolved {
    #[serde(default, deserialize_with = "lenient")]
    pub channels: HashMap<String, ResolvedChannel>,
    #[serde(default, deserialize_with = "lenient")]
    messages: HashMap<String, DiscordMessage>,
}

/// A channel that was chosen.
#[derive(Debug, Clone, Copy, Deserialize)]
pub(in crate::discord) struct ResolvedChannel {
    #[serde(rename = "type")]
    pub kind: u8,
    /// What the bot may do there.
    #[serde(default, deserialize_with = "lenient")]
    pub app_permissions: Option<Permissions>,
}

impl Interaction {
    /// `None` for kinds that the bot does not use.
    pub(in crate::discord) fn kind(&self) -> Option<InteractionKind> {
        match self.kind {
            2 => Some(InteractionKind::Command),
            3 => Some(InteractionKind::Component),
            4 => Some(InteractionKind::Autocomplete),
            5 => Some(InteractionKind::Form),
            _ => None,
        }
    }

    /// Who used it.
    pub(in crate::discord) fn user_id(&self) -> Option<UserId> {
        let member = self.member.as_ref().map(|member| member.user.id);
        member.or(self.user.map(|user| user.id))
    }

    /// What the person may do in the guild.
    pub(in crate::discord) fn permissions(&self) -> Permissions {
        let member = self.member.as_ref();
        member
            .and_then(|member| member.permissions)
            .unwrap_or_default()
    }

    /// Whether the person can manage the guild, and so moderate what the bot does there.
    pub(in crate::discord) fn is_by_moderator(&self) -> bool {
        self.permissions()
            .intersects(Permissions::MANAGE_GUILD | Permissions::ADMINISTRATOR)
    }

    /// What was filled into a field of a form.
    pub(in crate::discord) fn field(&self, name: &str) -> Option<&str> {
        let mut fields = self.data.components.iter().map(|field| &field.component);
        let field = fields.find(|field| field.custom_id == name)?;
        Some(&field.value)
    }

    /// Whether nobody but the person and the bot is there.
    pub(in crate::discord) fn is_in_direct_messages(&self) -> bool {
        self.context == Some(WITH_BOT)
    }

    /// Whether it was used in a public thread, as posts of forums are.
    pub(in crate::discord) fn is_in_public_thread(&self) -> bool {
        self.channel
            .is_some_and(|channel| channel.kind == PUBLIC_THREAD)
    }

    /// Whether the bot itself is installed here, rather than only by the person who uses it.
    pub(in crate::discord) fn is_installed_in_guild(&self) -> bool {
        self.authorizing_integration_owners.contains_key("0")
    }

    /// The message on which the command was used.
    pub(in crate::discord) fn target(&self) -> Option<&DiscordMessage> {
        let id = self.data.target_id.as_ref()?;
        self.data.resolved.messages.get(id)
    }

    /// A channel that was chosen.
    pub(in crate::discord) fn resolved_channel(&self, id: u64) -> Option<&ResolvedChannel> {
        self.data.resolved.channels.get(&id.to_string())
    }

    /// The part of the command that was chosen.
    pub(in crate::discord) fn subcommand(&self) -> Option<&CommandOption> {
        self.data.options.first()
    }

    /// An option of the command.
    pub(in crate::discord) fn option(&self, name: &str) -> Option<&Value> {
        named(&self.data.options, name)
    }

    /// An option of the part that was chosen.
    pub(in crate::discord) fn suboption(&self, name: &str) -> Option<&Value> {
        named(&self.subcommand()?.options, name)
    }

    /// The option into which someone types: its name, and what it has so far.
    pub(in crate::discord) fn focused(&self) -> Option<(&str, &str)> {
        let option = self.data.options.iter().find(|option| option.focused)?;
        Some((&option.name, option.value.as_str()?))
    }
}

fn named<'a>(options: &'a [CommandOption], name: &str) -> Option<&'a Value> {
    options
        .iter()
        .find(|option| option.name == name)
        .map(|option| &option.value)
}
