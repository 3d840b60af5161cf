//! From a [`Reply`] to what Discord shows: the only place that builds embeds, buttons and menus.

use serde::Serialize;
use serenity::all::{
    ButtonStyle, ChannelId, CreateActionRow, CreateAllowedMentions, CreateAutocompleteResponse,
    CreateButton, CreateEmbed, CreateEmbedAuthor, CreateEmbedFooter, CreateInteractionResponse,
    CreateInteractionResponseMessage, CreateMessage, CreateSelectMenu, CreateSelectMenuKind,
    CreateSelectMenuOption, EditInteractionResponse, EditMessage, MessageId, MessageReference,
    Nonce, UserId,
};

use crate::reply::{Action, Choice, Reply, Shape, View, cut, escape, limit};

use super::custom_id;

/// The colour at the left of an embed.
const COLOUR: u32 = 0x2B_6C_B0;
/// How much of a question is quoted above its answer, in characters.
const MAX_QUOTE: usize = 300;

/// For whom a reply is, and how it may look.
#[derive(Debug, Clone, Copy)]
pub(super) struct RenderOptions {
    /// The person for whom its buttons are.
    pub owner: UserId,
    /// Whether nobody else sees it.
    pub ephemeral: bool,
    /// Whether it must do without an embed.
    pub plain: bool,
}

impl RenderOptions {
    /// For everybody in a channel to see.
    pub(super) fn public(owner: UserId, plain: bool) -> Self {
        Self {
            owner,
            ephemeral: false,
            plain,
        }
    }

    /// For one person alone to see.
    pub(super) fn ephemeral(owner: UserId, plain: bool) -> Self {
        Self {
            owner,
            ephemeral: true,
            plain,
        }
    }
}

/// Where a message goes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Destination {
    pub channel: ChannelId,
    /// The message to which it is a reply.
    pub reply_to: Option<MessageId>,
    /// Makes sending it again harmless.
    pub nonce: u64,
    /// Whether the author of that message is notified.
    pub ping: bool,
}

/// A message as Discord is sent it. Only this file makes one, and it notifies nobody but those whom its maker names.
#[derive(Debug, Clone, Serialize)]
#[serde(transparent)]
pub(super) struct Outgoing<T>(T);

/// A reply, ready to be sent in one way or another.
#[derive(Debug, Clone)]
pub(super) struct Rendered {
    content: Option<String>,
    embed: Option<CreateEmbed>,
    rows: Vec<CreateActionRow>,
    ephemeral: bool,
}

/// Draws a reply.
pub(super) fn render(reply: &Reply, options: RenderOptions) -> Rendered {
    let as_text = options.plain || reply.is_note();
    Rendered {
        content: as_text.then(|| reply.plain_text()),
        embed: (!as_text).then(|| embed(reply)),
        rows: rows(reply, options),
        ephemeral: options.ephemeral,
    }
}

impl Rendered {
    /// Puts the question above the answer.
    pub(super) fn quoting(mut self, question: &str) -> Self {
        let quote = format!("> {}", cut(&escape(question), MAX_QUOTE));
        self.content = Some(match self.content {
            Some(text) => cut(&format!("{quote}\n{text}"), limit::CONTENT),
            None => quote,
        });
        self
    }

    /// As a new message in a channel.
    pub(super) fn message(self, to: &Destination) -> Outgoing<CreateMessage> {
        let mut message = CreateMessage::new()
            .allowed_mentions(no_mentions().replied_user(to.ping))
            .nonce(Nonce::String(to.nonce.to_string()))
            .enforce_nonce(true)
            .components(self.rows);
        if let Some(id) = to.reply_to {
            message = message.reference_message(MessageReference::from((to.channel, id)));
        }
        if let Some(content) = self.content {
            message = message.content(content);
        }
        if let Some(embed) = self.embed {
            message = message.embed(embed);
        }
        Outgoing(message)
    }

    /// As the message that answers an interaction.
    pub(super) fn response(self) -> Outgoing<CreateInteractionResponse> {
        self.response_that_notifies(no_mentions())
    }

    /// The same, which mentions and notifies a person.
    pub(super) fn response_to(self, person: UserId) -> Outgoing<CreateInteractionResponse> {
        let text = self.content.as_deref().unwrap_or_default();
        let content = format!("<@{person}> {text}").trim_end().to_owned();
        let mentioning = Self {
            content: Some(content),
            ..self
        };
        mentioning.response_that_notifies(no_mentions().users([person]))
    }

    fn response_that_notifies(
        self,
        notified: CreateAllowedMentions,
    ) -> Outgoing<CreateInteractionResponse> {
        let ephemeral = self.ephemeral;
        Outgoing(CreateInteractionResponse::Message(
            self.body().allowed_mentions(notified).ephemeral(ephemeral),
        ))
    }

    /// In place of the message whose button or menu was used.
    pub(super) fn update(self) -> Outgoing<CreateInteractionResponse> {
        let embeds: Vec<CreateEmbed> = self.embed.clone().into_iter().collect();
        Outgoing(CreateInteractionResponse::UpdateMessage(
            self.body().embeds(embeds).allowed_mentions(no_mentions()),
        ))
    }

    /// In place of a message of the bot.
    pub(super) fn edit(self) -> Outgoing<EditMessage> {
        Outgoing(
            EditMessage::new()
                .content(self.content.unwrap_or_default())
                .components(self.rows)
                .embeds(self.embed.into_iter().collect())
                .allowed_mentions(no_mentions()),
        )
    }

    /// In place of the message that answered an interaction.
    pub(super) fn edit_response(self) -> Outgoing<EditInteractionResponse> {
        Outgoing(
            EditInteractionResponse::new()
                .content(self.content.unwrap_or_default())
                .components(self.rows)
                .embeds(self.embed.into_iter().collect())
                .allowed_mentions(no_mentions()),
        )
    }

    fn body(self) -> CreateInteractionResponseMessage {
        let body = CreateInteractionResponseMessage::new().components(self.rows);
        let body = match self.content {
            Some(content) => body.content(content),
            None => body,
        };
        match self.embed {
            Some(embed) => body.embed(embed),
            None => body,
        }
    }
}

/// That the answer to an interaction will come, for the person alone.
pub(super) fn deferred() -> Outgoing<CreateInteractionResponse> {
    let message = CreateInteractionResponseMessage::new().ephemeral(true);
    Outgoing(CreateInteractionResponse::Defer(message))
}

/// That nothing is to be shown.
pub(super) fn acknowledged() -> Outgoing<CreateInteractionResponse> {
    Outgoing(CreateInteractionResponse::Acknowledge)
}

/// What is offered while somebody types: names and values.
pub(super) fn choices(choices: Vec<(String, String)>) -> Outgoing<CreateInteractionResponse> {
    let response = choices.into_iter().fold(
        CreateAutocompleteResponse::new(),
        |response, (name, value)| response.add_string_choice(name, value),
    );
    Outgoing(CreateInteractionResponse::Autocomplete(response))
}

/// Mentions that notify nobody: Discord's own default is everybody.
fn no_mentions() -> CreateAllowedMentions {
    CreateAllowedMentions::new()
}

fn embed(reply: &Reply) -> CreateEmbed {
    let embed = CreateEmbed::new()
        .title(&reply.title)
        .description(&reply.body)
        .colour(COLOUR);
    let embed = match reply.author() {
        author if author.is_empty() => embed,
        author => embed.author(CreateEmbedAuthor::new(author)),
    };
    let embed = embed.fields(
        reply
            .fields()
            .into_iter()
            .map(|field| (field.name, field.value, false)),
    );
    if reply.footer.is_empty() {
        embed
    } else {
        embed.footer(CreateEmbedFooter::new(&reply.footer))
    }
}

/// Candidates first, then the buttons of the reply itself, then the menu.
fn rows(reply: &Reply, options: RenderOptions) -> Vec<CreateActionRow> {
    let owner = options.owner.get();
    let buttons: Vec<&Choice> = reply
        .buttons
        .iter()
        .filter(|choice| !(options.ephemeral && choice.action == Action::Remove))
        .collect();
    // A terminal has only choices, so a list of resources may be both; here its button is enough.
    let has_button = |choice: &Choice| {
        matches!(choice.action, Action::Show(View::Resources { .. }))
            && buttons.iter().any(|button| button.action == choice.action)
    };
    let choices = reply.choices.iter().filter(|choice| !has_button(choice));
    let mut rows = Vec::new();
    let mut menu = None;
    match reply.shape {
        Shape::Buttons => rows.extend(row(choices, owner)),
        Shape::Menu => menu = self::menu(&reply.prompt, choices, owner),
    }
    rows.extend(row(buttons.iter().copied(), owner));
    rows.extend(menu);
    rows.truncate(limit::ROWS);
    rows
}

fn row<'a>(choices: impl Iterator<Item = &'a Choice>, owner: u64) -> Option<CreateActionRow> {
    let buttons: Vec<CreateButton> = choices
        .take(limit::BUTTONS)
        .map(|choice| button(choice, owner))
        .collect();
    (!buttons.is_empty()).then_some(CreateActionRow::Buttons(buttons))
}

fn button(choice: &Choice, owner: u64) -> CreateButton {
    let style = match &choice.action {
        Action::Helped(_) => ButtonStyle::Success,
        Action::Remove => ButtonStyle::Danger,
        Action::Post(..) | Action::Show(View::Section(_)) => ButtonStyle::Primary,
        _ => ButtonStyle::Secondary,
    };
    CreateButton::new(custom_id::button(choice, owner))
        .label(&choice.label)
        .style(style)
}

fn menu<'a>(
    prompt: &str,
    choices: impl Iterator<Item = &'a Choice>,
    owner: u64,
) -> Option<CreateActionRow> {
    let option = |choice: &Choice| {
        let option = CreateSelectMenuOption::new(&choice.label, custom_id::option(choice));
        if choice.detail.is_empty() {
            option
        } else {
            option.description(&choice.detail)
        }
    };
    let options: Vec<CreateSelectMenuOption> = choices.take(limit::OPTIONS).map(option).collect();
    if options.is_empty() {
        return None;
    }
    let menu = CreateSelectMenu::new(
        custom_id::menu(owner),
        CreateSelectMenuKind::String { options },
    )
    .placeholder(prompt);
    Some(CreateActionRow::SelectMenu(menu))
}

#[cfg(test)]
mod tests;
