//! From a [`Reply`] to what Discord shows: the only place that builds messages, in components of version 2
//! (<https://docs.discord.com/developers/components/reference>).
//!
//! Components need no permission to embed links, so a reply looks the same wherever the bot may write.

use serde::Serialize;
use serenity::all::{
    ChannelId, CreateAllowedMentions, CreateAutocompleteResponse, CreateInteractionResponse,
    CreateInteractionResponseMessage, MessageId, MessageReference, UserId,
};
use twilight_model::channel::message::MessageFlags;
use twilight_model::channel::message::component::{
    ActionRow, Button, ButtonStyle, Component, Label, Section, SelectMenu, SelectMenuOption,
    SelectMenuType, Separator, TextDisplay, TextInput, TextInputStyle,
};

use crate::reply::{Action, Choice, Field, Form, Passage, Reply, Shape, View, escape, limit};
use crate::text::cut;

use super::commands::mentions::CommandMentions;
use super::custom_id;
use super::events::Interaction;

/// How much of a question is quoted above its answer, in characters.
const MAX_QUOTE: usize = 300;
/// What the button beside a candidate says.
const CHOOSE: &str = "This one";
/// What is in a menu that narrows or widens a list.
const FILTER: &str = "Filter this list";
/// Discord's kinds of responses to an interaction.
const NEW_MESSAGE: u8 = 4;
const UPDATE_MESSAGE: u8 = 7;
const MODAL: u8 = 9;

/// For whom a reply is.
#[derive(Debug, Clone, Copy)]
pub(super) struct RenderOptions<'a> {
    /// The person for whom its buttons are.
    pub owner: UserId,
    pub audience: Audience,
    pub commands: &'a CommandMentions,
}

/// Who sees a reply.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Audience {
    /// Everybody in the channel.
    Channel,
    /// One person, among others to whom it can be shown.
    OnePerson,
    /// One person, with nobody else around.
    Alone,
}

impl<'a> RenderOptions<'a> {
    /// For everybody in a channel to see.
    pub(super) fn public(owner: UserId, commands: &'a CommandMentions) -> Self {
        Self {
            owner,
            audience: Audience::Channel,
            commands,
        }
    }

    /// For the person alone to see who used a command, a button or a menu.
    pub(super) fn ephemeral(
        owner: UserId,
        interaction: &Interaction,
        commands: &'a CommandMentions,
    ) -> Self {
        let audience = if interaction.is_in_direct_messages() {
            Audience::Alone
        } else {
            Audience::OnePerson
        };
        Self {
            owner,
            audience,
            commands,
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

/// A message, or what is changed of one.
#[derive(Debug, Clone, Serialize)]
pub(super) struct MessageForm {
    flags: MessageFlags,
    components: Vec<Component>,
    allowed_mentions: CreateAllowedMentions,
    #[serde(skip_serializing_if = "Option::is_none")]
    message_reference: Option<MessageReference>,
    /// With `enforce_nonce` Discord creates one message, however often this is sent and by whom.
    #[serde(skip_serializing_if = "Option::is_none")]
    nonce: Option<String>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    enforce_nonce: bool,
    #[serde(flatten)]
    cleared: Option<Cleared>,
}

/// What a message must lose to become one of components, if an older version of the bot sent it.
#[derive(Debug, Clone, Default, Serialize)]
struct Cleared {
    content: Option<String>,
    embeds: [(); 0],
}

/// What answers an interaction with a message.
#[derive(Debug, Clone, Serialize)]
pub(super) struct ResponseForm {
    #[serde(rename = "type")]
    kind: u8,
    data: MessageForm,
}

/// What answers an interaction with a form.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Modal {
    #[serde(rename = "type")]
    kind: u8,
    data: ModalForm,
}

#[derive(Debug, Clone, Serialize)]
struct ModalForm {
    custom_id: String,
    title: String,
    components: Vec<Component>,
}

/// A reply, ready to be sent in one way or another.
#[derive(Debug, Clone)]
pub(super) struct Rendered {
    components: Vec<Component>,
    audience: Audience,
}

/// Draws a reply.
pub(super) fn render(reply: &Reply, options: RenderOptions<'_>) -> Rendered {
    let owner = options.owner.get();
    let mut is_first = reply.shape == Shape::Candidates;
    let texts = reply
        .passages()
        .into_iter()
        .flat_map(|passage| match passage {
            Passage::Text(content) => vec![text(options.commands.put_into(&content))],
            Passage::Divider => vec![divider()],
            Passage::Entry(entry) => {
                let choices: Vec<&Choice> = entry.choices.iter().collect();
                let buttons = row(&choices, owner);
                std::iter::once(text(entry.text.clone()))
                    .chain(buttons)
                    .collect()
            }
            // One button of a message is the primary one: the best candidate's.
            Passage::Candidate(content, choice) => vec![Component::from(Section {
                components: vec![text(content)],
                accessory: Box::new(button(
                    choice,
                    owner,
                    CHOOSE,
                    if std::mem::take(&mut is_first) {
                        ButtonStyle::Primary
                    } else {
                        ButtonStyle::Secondary
                    },
                )),
                id: None,
            })],
        });
    let mut components: Vec<Component> = texts.collect();
    components.extend(rows(reply, options));
    Rendered {
        components,
        audience: options.audience,
    }
}

impl Rendered {
    /// Puts the question above the answer.
    pub(super) fn quoting(self, question: &str) -> Self {
        self.below(format!("> {}", cut(&escape(question), MAX_QUOTE)))
    }

    /// Puts a line above the reply.
    fn below(mut self, line: String) -> Self {
        self.components.insert(0, text(line));
        self
    }

    /// As a new message in a channel, with the mark of the process that sends it.
    pub(super) fn message(mut self, to: &Destination, mark: i32) -> Outgoing<MessageForm> {
        if let Some(Component::TextDisplay(first)) = self.components.first_mut() {
            first.id = Some(mark);
        }
        let reference = to
            .reply_to
            .map(|id| MessageReference::from((to.channel, id)));
        Outgoing(MessageForm {
            allowed_mentions: no_mentions().replied_user(to.ping),
            message_reference: reference,
            nonce: Some(to.nonce.to_string()),
            enforce_nonce: true,
            cleared: None,
            ..self.form()
        })
    }

    /// As the message that answers an interaction.
    pub(super) fn response(self) -> Outgoing<ResponseForm> {
        self.response_that_notifies(no_mentions())
    }

    /// The same, which mentions and notifies a person.
    pub(super) fn response_to(self, person: UserId) -> Outgoing<ResponseForm> {
        self.below(format!("<@{person}>"))
            .response_that_notifies(no_mentions().users([person]))
    }

    fn response_that_notifies(self, notified: CreateAllowedMentions) -> Outgoing<ResponseForm> {
        let is_public = self.audience == Audience::Channel;
        let form = self.form();
        let seen_by = if is_public {
            MessageFlags::empty()
        } else {
            MessageFlags::EPHEMERAL
        };
        Outgoing(ResponseForm {
            kind: NEW_MESSAGE,
            data: MessageForm {
                flags: form.flags | seen_by,
                allowed_mentions: notified,
                cleared: None,
                ..form
            },
        })
    }

    /// In place of the message whose button or menu was used.
    pub(super) fn update(self) -> Outgoing<ResponseForm> {
        Outgoing(ResponseForm {
            kind: UPDATE_MESSAGE,
            data: self.form(),
        })
    }

    /// In place of a message of the bot, or of the one that answered an interaction.
    pub(super) fn edit(self) -> Outgoing<MessageForm> {
        Outgoing(self.form())
    }

    /// In place of a message, whatever it was.
    fn form(self) -> MessageForm {
        MessageForm {
            // Links stand in a list of their own; previews of them would push the buttons off the screen.
            flags: MessageFlags::IS_COMPONENTS_V2 | MessageFlags::SUPPRESS_EMBEDS,
            components: self.components,
            allowed_mentions: no_mentions(),
            message_reference: None,
            nonce: None,
            enforce_nonce: false,
            cleared: Some(Cleared::default()),
        }
    }
}

/// Draws a form, in the place of a message.
pub(super) fn form(form: &Form) -> Outgoing<Modal> {
    Outgoing(Modal {
        kind: MODAL,
        data: ModalForm {
            custom_id: custom_id::form(form.action),
            title: form.title.clone(),
            components: form.fields.iter().map(input).collect(),
        },
    })
}

/// A field with its label.
#[expect(
    deprecated,
    reason = "the label that an input had before there was a component for it must be left out by name"
)]
fn input(field: &Field) -> Component {
    let input = TextInput {
        custom_id: field.name.name().to_owned(),
        id: None,
        label: None,
        max_length: u16::try_from(field.most).ok(),
        min_length: None,
        placeholder: Some(field.hint.clone()),
        required: Some(field.is_required),
        style: if field.is_long {
            TextInputStyle::Paragraph
        } else {
            TextInputStyle::Short
        },
        value: Some(field.value.clone()).filter(|value| !value.is_empty()),
    };
    Component::from(Label {
        component: Box::new(Component::from(input)),
        description: None,
        id: None,
        label: field.label.clone(),
    })
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

fn text(content: String) -> Component {
    Component::from(TextDisplay { content, id: None })
}

fn divider() -> Component {
    Component::from(Separator {
        divider: None,
        id: None,
        spacing: None,
    })
}

/// The buttons of the reply itself, then what leads on from it, then what changes a list.
fn rows(reply: &Reply, options: RenderOptions<'_>) -> Vec<Component> {
    let owner = options.owner.get();
    let buttons: Vec<&Choice> = reply
        .buttons
        .iter()
        .filter(|choice| match choice.action {
            // Who alone sees a message can dismiss it.
            Action::Remove => options.audience == Audience::Channel,
            Action::Share(_) => options.audience == Audience::OnePerson,
            _ => true,
        })
        .collect();
    let is_list = reply.shape == Shape::Candidates;
    // A terminal has only choices, so a list of resources may be both; here its button is enough.
    let is_shown = |choice: &&Choice| match &choice.action {
        Action::Show(View::Section(_)) => is_list,
        Action::Show(View::Resources { .. }) => {
            buttons.iter().any(|button| button.action == choice.action)
        }
        _ => false,
    };
    let others: Vec<&Choice> = reply
        .choices
        .iter()
        .filter(|choice| !is_shown(choice))
        .collect();
    let (more, in_menu) = if is_list {
        (others, Vec::new())
    } else {
        (Vec::new(), others)
    };
    let is_own = |choice: &&&Choice| !matches!(choice.action, Action::Remove);
    let row_of: Vec<&Choice> = buttons
        .iter()
        .filter(is_own)
        .chain(&more)
        .chain(buttons.iter().filter(|choice| !is_own(choice)))
        .copied()
        .collect();
    let menus = [
        menu(&reply.prompt, &in_menu, owner, ""),
        menu(
            FILTER,
            &reply.filters.iter().collect::<Vec<_>>(),
            owner,
            "f",
        ),
    ];
    row(&row_of, owner)
        .into_iter()
        .chain(menus.into_iter().flatten())
        .collect()
}

fn row(choices: &[&Choice], owner: u64) -> Option<Component> {
    let buttons: Vec<Component> = choices
        .iter()
        .take(limit::BUTTONS)
        .map(|choice| button(choice, owner, &choice.label, style(&choice.action)))
        .collect();
    (!buttons.is_empty()).then(|| in_row(buttons))
}

fn style(action: &Action) -> ButtonStyle {
    match action {
        Action::Helped(_) => ButtonStyle::Success,
        Action::Remove => ButtonStyle::Danger,
        Action::Post(..) | Action::Show(View::Section(_)) => ButtonStyle::Primary,
        _ => ButtonStyle::Secondary,
    }
}

fn button(choice: &Choice, owner: u64, label: &str, style: ButtonStyle) -> Component {
    Component::from(Button {
        custom_id: Some(custom_id::button(choice, owner)),
        disabled: false,
        emoji: None,
        id: None,
        label: Some(label.to_owned()),
        sku_id: None,
        style,
        url: None,
    })
}

/// A menu; `which` tells it apart from the others of the message.
fn menu(prompt: &str, choices: &[&Choice], owner: u64, which: &str) -> Option<Component> {
    let option = |choice: &&Choice| SelectMenuOption {
        default: false,
        description: Some(choice.detail.clone()).filter(|detail| !detail.is_empty()),
        emoji: None,
        label: choice.label.clone(),
        value: custom_id::option(choice),
    };
    let options: Vec<SelectMenuOption> = choices.iter().take(limit::OPTIONS).map(option).collect();
    if options.is_empty() {
        return None;
    }
    let menu = SelectMenu {
        channel_types: None,
        custom_id: custom_id::menu(owner, which),
        default_values: None,
        disabled: false,
        id: None,
        kind: SelectMenuType::Text,
        max_values: None,
        min_values: None,
        options: Some(options),
        placeholder: Some(prompt.to_owned()),
        required: None,
    };
    Some(in_row(vec![Component::from(menu)]))
}

fn in_row(components: Vec<Component>) -> Component {
    Component::from(ActionRow {
        components,
        id: None,
    })
}

#[cfg(test)]
mod tests;
