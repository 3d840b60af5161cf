//! Messages and responses as sent to Discord. Only this file creates them, so nobody is notified by accident.

use serde::Serialize;
use serenity::all::{
    ChannelId, CreateAllowedMentions, CreateAutocompleteResponse, CreateInteractionResponse,
    CreateInteractionResponseMessage, MessageId, MessageReference, UserId,
};
use twilight_model::channel::message::MessageFlags;
use twilight_model::channel::message::component::{Component, TextDisplay};

use crate::reply::escape;
use crate::text::cut;

/// How many characters of a question are quoted above its answer.
const MAX_QUOTE: usize = 300;
/// Discord's kinds of responses to an interaction.
const NEW_MESSAGE: u8 = 4;
const UPDATE_MESSAGE: u8 = 7;
const MODAL: u8 = 9;

/// Who sees a reply.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::discord) enum Audience {
    /// Everybody in the channel.
    Channel,
    /// One person, in a channel with others to whom it can be shown.
    OnePerson,
    /// One person, with nobody else around.
    Alone,
}

/// Where a message goes.
#[derive(Debug, Clone, Copy)]
pub(in crate::discord) struct Destination {
    pub channel: ChannelId,
    /// The message that it replies to.
    pub reply_to: Option<MessageId>,
    /// A nonce, which makes sending it again harmless.
    pub nonce: u64,
    /// Whether the author of that message is notified.
    pub ping: bool,
}

/// A message as sent to Discord. Only this file creates one, and it notifies nobody except the people named when it is created.
#[derive(Debug, Clone, Serialize)]
#[serde(transparent)]
pub(in crate::discord) struct Outgoing<T>(T);

/// A message, or what is changed of one.
#[derive(Debug, Clone, Serialize)]
pub(in crate::discord) struct MessageForm {
    flags: MessageFlags,
    components: Vec<Component>,
    allowed_mentions: CreateAllowedMentions,
    #[serde(skip_serializing_if = "Option::is_none")]
    message_reference: Option<MessageReference>,
    /// With `enforce_nonce`, Discord creates only one message, however often this is sent and by whichever process.
    #[serde(skip_serializing_if = "Option::is_none")]
    nonce: Option<String>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    enforce_nonce: bool,
    #[serde(flatten)]
    cleared: Option<Cleared>,
}

/// What to clear when an older version of the bot sent the message, so that it can have version 2 components.
#[derive(Debug, Clone, Default, Serialize)]
struct Cleared {
    content: Option<String>,
    embeds: [(); 0],
}

/// What answers an interaction with a message.
#[derive(Debug, Clone, Serialize)]
pub(in crate::discord) struct ResponseForm {
    #[serde(rename = "type")]
    kind: u8,
    data: MessageForm,
}

/// What answers an interaction with a form.
#[derive(Debug, Clone, Serialize)]
pub(in crate::discord) struct Modal {
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

/// A reply, ready to be sent in any way.
#[derive(Debug, Clone)]
pub(in crate::discord) struct Rendered {
    pub(super) components: Vec<Component>,
    pub(super) audience: Audience,
}

impl Rendered {
    /// Puts the question above the answer.
    pub(in crate::discord) fn quoting(self, question: &str) -> Self {
        self.below(format!("> {}", cut(&escape(question), MAX_QUOTE)))
    }

    /// Puts a line above the reply.
    fn below(mut self, line: String) -> Self {
        self.components.insert(0, text(line));
        self
    }

    /// As a new message in a channel, with the mark of the process that sends it.
    pub(in crate::discord) fn message(
        mut self,
        to: &Destination,
        mark: i32,
    ) -> Outgoing<MessageForm> {
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
    pub(in crate::discord) fn response(self) -> Outgoing<ResponseForm> {
        self.response_that_notifies(no_mentions())
    }

    /// The same, which mentions and notifies a person.
    pub(in crate::discord) fn response_to(self, person: UserId) -> Outgoing<ResponseForm> {
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
    pub(in crate::discord) fn update(self) -> Outgoing<ResponseForm> {
        Outgoing(ResponseForm {
            kind: UPDATE_MESSAGE,
            data: self.form(),
        })
    }

    /// In place of a message of the bot, or of the one that answered an interaction.
    pub(in crate::discord) fn edit(self) -> Outgoing<MessageForm> {
        Outgoing(self.form())
    }

    /// In place of a message, whatever it was.
    fn form(self) -> MessageForm {
        MessageForm {
            // Links have their own list; previews of them would push the buttons off the screen.
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

impl Outgoing<Modal> {
    /// A form, in the place of a message.
    pub(super) fn modal(custom_id: String, title: String, components: Vec<Component>) -> Self {
        let data = ModalForm {
            custom_id,
            title,
            components,
        };
        Self(Modal { kind: MODAL, data })
    }
}

/// Announces the answer to an interaction, for the person only.
pub(in crate::discord) fn deferred() -> Outgoing<CreateInteractionResponse> {
    let message = CreateInteractionResponseMessage::new().ephemeral(true);
    Outgoing(CreateInteractionResponse::Defer(message))
}

/// Shows nothing.
pub(in crate::discord) fn acknowledged() -> Outgoing<CreateInteractionResponse> {
    Outgoing(CreateInteractionResponse::Acknowledge)
}

/// What is offered while someone types: names and values.
pub(in crate::discord) fn choices(
    choices: Vec<(String, String)>,
) -> Outgoing<CreateInteractionResponse> {
    let response = choices.into_iter().fold(
        CreateAutocompleteResponse::new(),
        |response, (name, value)| response.add_string_choice(name, value),
    );
    Outgoing(CreateInteractionResponse::Autocomplete(response))
}

/// Notifies nobody: Discord's own default is everyone.
fn no_mentions() -> CreateAllowedMentions {
    CreateAllowedMentions::new()
}

/// A text.
pub(super) fn text(content: String) -> Component {
    Component::from(TextDisplay { content, id: None })
}
