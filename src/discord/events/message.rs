//! Messages.

use std::borrow::Cow;

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::Value;
use serde_json::value::RawValue;
use serenity::all::{ChannelId, GuildId, InteractionId, MessageId, RoleId, UserId};

use super::field::{Identified, lenient};
use crate::reply::{HEADLINE, INSIDE, SMALL_PRINT, unescape};

/// Messages of people: written as such, or as a reply.
const WRITTEN: [u8; 2] = [0, 19];
/// The kind of an embed that a bot or a webhook wrote; others are previews of links.
const RICH: &str = "rich";
/// A message that one person alone sees.
const EPHEMERAL: u64 = 1 << 6;

/// A person, a bot or a webhook.
#[derive(Debug, Deserialize)]
pub(in crate::discord) struct User {
    pub id: UserId,
    #[serde(default)]
    pub bot: bool,
}

/// A message.
#[derive(Debug, Deserialize)]
pub(in crate::discord) struct DiscordMessage {
    pub id: MessageId,
    pub channel_id: ChannelId,
    #[serde(default)]
    pub guild_id: Option<GuildId>,
    pub author: User,
    #[serde(default)]
    pub content: String,
    #[serde(default, rename = "type")]
    kind: u8,
    #[serde(default, deserialize_with = "lenient")]
    flags: u64,
    #[serde(default, deserialize_with = "lenient")]
    webhook_id: Option<IgnoredAny>,
    #[serde(default, deserialize_with = "lenient")]
    pub mentions: Vec<Identified<UserId>>,
    #[serde(default, deserialize_with = "lenient")]
    pub mention_roles: Vec<RoleId>,
    #[serde(default, deserialize_with = "lenient")]
    mention_everyone: bool,
    #[serde(default, deserialize_with = "lenient")]
    embeds: Vec<Embed>,
    /// Components of version 2 hold the text of a message.
    #[serde(default)]
    components: RawComponents,
    #[serde(default, deserialize_with = "lenient")]
    poll: Poll,
    /// What a forwarded message shows.
    #[serde(default, deserialize_with = "lenient")]
    message_snapshots: Vec<Snapshot>,
    #[serde(default, deserialize_with = "lenient")]
    pub message_reference: Option<IgnoredAny>,
    #[serde(default, deserialize_with = "lenient")]
    pub referenced_message: Option<Box<DiscordMessage>>,
    #[serde(default, deserialize_with = "lenient")]
    pub interaction_metadata: Option<InteractionMetadata>,
}

/// An embed.
#[derive(Debug, Deserialize)]
struct Embed {
    #[serde(default, rename = "type", deserialize_with = "lenient")]
    kind: String,
    #[serde(default, deserialize_with = "lenient")]
    title: String,
    #[serde(default, deserialize_with = "lenient")]
    description: String,
    #[serde(default, deserialize_with = "lenient")]
    fields: Vec<EmbedField>,
}

/// A part of an embed.
#[derive(Debug, Default, Deserialize)]
struct EmbedField {
    #[serde(default, deserialize_with = "lenient")]
    name: String,
    #[serde(default, deserialize_with = "lenient")]
    value: String,
}

/// A poll; the question is empty if there is none.
#[derive(Debug, Default, Deserialize)]
struct Poll {
    #[serde(default, deserialize_with = "lenient")]
    question: PollText,
}

#[derive(Debug, Default, Deserialize)]
struct PollText {
    #[serde(default, deserialize_with = "lenient")]
    text: String,
}

/// A message as it was when someone forwarded it.
#[derive(Debug, Deserialize)]
struct Snapshot {
    #[serde(default, deserialize_with = "lenient")]
    message: SnapshotMessage,
}

#[derive(Debug, Default, Deserialize)]
struct SnapshotMessage {
    #[serde(default, deserialize_with = "lenient")]
    content: String,
    #[serde(default, deserialize_with = "lenient")]
    embeds: Vec<Embed>,
    #[serde(default)]
    components: RawComponents,
    #[serde(default, deserialize_with = "lenient")]
    poll: Poll,
}

/// Components, read once somebody wants to know what they say: those of most messages, which are the bot's own, nobody does.
#[derive(Debug, Default, Deserialize)]
#[serde(transparent)]
struct RawComponents(Option<Box<RawValue>>);

impl RawComponents {
    fn read(&self) -> Vec<Value> {
        let raw = self.0.as_ref();
        let components = raw.and_then(|raw| serde_json::from_str(raw.get()).ok());
        components.unwrap_or_default()
    }

    /// The texts in them, however they are nested.
    fn texts(&self) -> Vec<String> {
        let mut found = Vec::new();
        add_texts(&self.read(), &mut found);
        found
    }
}

/// What a message of the bot answers, if that was an interaction.
#[derive(Debug, Clone, Copy, Deserialize)]
pub(in crate::discord) struct InteractionMetadata {
    pub id: InteractionId,
    #[serde(rename = "type")]
    kind: u8,
}

impl InteractionMetadata {
    pub(in crate::discord) fn is_command(self) -> bool {
        self.kind == 2
    }

    pub(in crate::discord) fn is_component(self) -> bool {
        self.kind == 3
    }
}

impl DiscordMessage {
    /// Whether a person wrote it, rather than a bot, a webhook or Discord.
    pub(in crate::discord) fn is_by_a_person(&self) -> bool {
        !self.author.bot && self.webhook_id.is_none() && WRITTEN.contains(&self.kind)
    }

    /// Whether a webhook sent it, other than the bot's own.
    pub(in crate::discord) fn is_by_a_webhook(&self) -> bool {
        self.webhook_id.is_some() && self.interaction_metadata.is_none()
    }

    /// The mark of the process of the bot that sent it to a channel.
    pub(in crate::discord) fn mark(&self) -> Option<i64> {
        if self.interaction_metadata.is_some() {
            return None;
        }
        let components: Vec<Identified<Option<i64>>> =
            serde_json::from_str(self.components.0.as_ref()?.get()).ok()?;
        components.first()?.id
    }

    /// Whether it mentions a role.
    pub(in crate::discord) fn mentions_role(&self, role: RoleId) -> bool {
        self.mention_roles.contains(&role)
    }

    /// Whether it mentions everyone, whether or not its author is allowed to notify them.
    pub(in crate::discord) fn is_to_everyone(&self) -> bool {
        self.mention_everyone
            || ["@everyone", "@here"]
                .iter()
                .any(|name| self.content.contains(name))
    }

    /// What a person wrote or forwarded.
    pub(in crate::discord) fn written(&self) -> Cow<'_, str> {
        match self.forwarded() {
            Some(forwarded) => Cow::Owned(forwarded),
            None => Cow::Borrowed(&self.content),
        }
    }

    /// What a reader sees of the message that it forwards.
    fn forwarded(&self) -> Option<String> {
        let forwarded = &self.message_snapshots.first()?.message;
        self.content.is_empty().then(|| {
            visible_text(
                &forwarded.content,
                &forwarded.embeds,
                &forwarded.components,
                &forwarded.poll,
            )
        })
    }

    /// What a reader of the message sees, no matter who wrote it.
    pub(in crate::discord) fn visible(&self) -> String {
        let own = || visible_text(&self.content, &self.embeds, &self.components, &self.poll);
        self.forwarded().unwrap_or_else(own)
    }

    /// The id under which the conversation is remembered that led to this message of the bot: a command does not learn the id of
    /// its answer.
    pub(in crate::discord) fn conversation_id(&self) -> MessageId {
        let command = self
            .interaction_metadata
            .filter(|metadata| metadata.is_command());
        command.map_or(self.id, |command| MessageId::new(command.id.get()))
    }

    /// The question that the bot's answer to a command quotes.
    pub(in crate::discord) fn quoted_question(&self) -> Option<String> {
        self.interaction_metadata
            .filter(|metadata| metadata.is_command())?;
        let texts = self.components.texts();
        let line = texts.first().unwrap_or(&self.content).lines().next()?;
        line.strip_prefix("> ").map(unescape)
    }

    /// The ids of the buttons and menus of one of the bot's messages, from top to bottom.
    pub(in crate::discord) fn custom_ids(&self) -> Vec<String> {
        let mut found = Vec::new();
        add_custom_ids(&self.components.read(), &mut found);
        found
    }

    /// What one of the bot's messages quotes at its beginning, unescaped, one item per line.
    pub(in crate::discord) fn quotes(&self) -> Vec<String> {
        let texts = self.components.texts();
        let lines = texts.first().map(|text| text.lines()).into_iter().flatten();
        let quoted = lines.map_while(|line| line.strip_prefix("> "));
        quoted.map(unescape).collect()
    }

    /// The headlines of one of the bot's messages, each after the name of its topic.
    pub(in crate::discord) fn headlines(&self) -> Vec<String> {
        let titles = self.embeds.iter().map(|embed| embed.title.as_str());
        let titles = titles.filter(|title| !title.is_empty());
        let texts = self.components.texts();
        let headlines = texts.iter().flat_map(|text| headlines_in(text));
        titles.map(str::to_owned).chain(headlines).collect()
    }

    /// Whether one person alone sees it.
    pub(in crate::discord) fn is_ephemeral(&self) -> bool {
        self.flags & EPHEMERAL != 0
    }
}

/// The headlines in a text. Small print above one may say where in the guide it is; that ends with its topic.
fn headlines_in(text: &str) -> impl Iterator<Item = String> {
    let above = std::iter::once("").chain(text.lines());
    above.zip(text.lines()).filter_map(|(above, line)| {
        let headline = line.strip_prefix(HEADLINE)?;
        let path = above.strip_prefix(SMALL_PRINT).unwrap_or_default();
        Some(match path.rsplit_once(INSIDE) {
            Some((_, topic)) => format!("{topic}: {headline}"),
            None => headline.to_owned(),
        })
    })
}

/// The text of a message, with what it shows in embeds, components and a poll, but without previews of links in a text.
fn visible_text(
    content: &str,
    embeds: &[Embed],
    components: &RawComponents,
    poll: &Poll,
) -> String {
    let texts = components.texts();
    let embeds = embeds
        .iter()
        .filter(|embed| content.is_empty() || embed.kind == RICH)
        .flat_map(|embed| {
            let fields = embed.fields.iter();
            let fields = fields.flat_map(|field| [field.name.as_str(), &field.value]);
            [embed.title.as_str(), &embed.description]
                .into_iter()
                .chain(fields)
        });
    let parts = std::iter::once(content)
        .chain(embeds)
        .chain(texts.iter().map(String::as_str))
        .chain([poll.question.text.as_str()]);
    let parts: Vec<&str> = parts.filter(|part| !part.is_empty()).collect();
    parts.join("\n")
}

fn add_texts(components: &[Value], found: &mut Vec<String>) {
    for component in components {
        found.extend(component["content"].as_str().map(str::to_owned));
        if let Some(inner) = component["components"].as_array() {
            add_texts(inner, found);
        }
    }
}

fn add_custom_ids(components: &[Value], found: &mut Vec<String>) {
    for component in components {
        let accessory = component.get("accessory").map(std::slice::from_ref);
        found.extend(component["custom_id"].as_str().map(str::to_owned));
        add_custom_ids(accessory.unwrap_or_default(), found);
        if let Some(inner) = component["components"].as_array() {
            add_custom_ids(inner, found);
        }
    }
}
