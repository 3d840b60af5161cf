//! What the bot would send, without Discord: the decisions, the custom ids and the JSON are those of the handlers, and
//! nothing is sent, counted or kept. The preview draws it.
//!
//! A dry run has no memory: the caller passes in the conversation that came with the previous answer.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use serenity::all::{ChannelId, MessageId, UserId};

use super::answers::shortened;
use super::commands::mentions::CommandMentions;
use super::context::answered_place;
use super::conversations::{Conversation, Shown};
use super::custom_id;
use super::handlers::component::{self, ClickReply};
use super::handlers::message::says_nothing;
use super::handlers::remark;
use super::render::{Audience, Destination, RenderOptions, Rendered, render};
use crate::additions::Additions;
use crate::answer::{Answer, ProbableMatch};
use crate::guide::Guide;
use crate::knowledge::KnowledgeBase;
use crate::reply::{self, Action, Filter, Place, Privacy, Reply, View};
use crate::search::{Encode, Question};

/// The person who asks, and whom the buttons are for: an id that nobody on Discord has.
const ASKER: UserId = UserId::new(1);
/// The answered message and its channel; they are never displayed.
const DESTINATION: Destination = Destination {
    channel: ChannelId::new(1),
    reply_to: Some(MessageId::new(1)),
    nonce: 1,
    ping: false,
};
/// The id of a message's first text.
const MARK: i32 = 1;
/// The longest message that is read, in characters: Discord allows no more.
const MAX_MESSAGE: usize = 4_000;

/// A message to the bot.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct IncomingText {
    text: String,
    /// The conversation up to the answer that this replies to.
    #[serde(default)]
    conversation: Option<Conversation>,
}

/// A button or an option of a menu that is chosen.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Pressed {
    custom_id: String,
    /// The option, if it is a menu.
    #[serde(default)]
    value: Option<String>,
    /// Whether only the person sees the message with the button.
    #[serde(default)]
    ephemeral: bool,
    /// The conversation up to that message.
    #[serde(default)]
    conversation: Option<Conversation>,
}

/// What Discord would then show.
#[derive(Debug)]
pub(crate) struct DryRunReply {
    pub effect: Effect,
    /// Whether only the person who asked sees it.
    pub ephemeral: bool,
    /// The message as sent to Discord; null if a message is removed.
    pub message: Value,
    /// To be passed in with the next message or click; null if the message does not continue a conversation.
    pub conversation: Value,
    /// Why it was answered that way, as another message in the form of `/guide explain`.
    pub why: Option<Value>,
}

/// What becomes of the message with the button, or of the chat.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Effect {
    /// There is a new message.
    New,
    /// There is another in place of it.
    Update,
    /// It is gone.
    Remove,
}

impl DryRunReply {
    /// A reply in a channel.
    fn in_channel(reply: &Reply) -> Self {
        let message = as_json(&drawn(reply, Audience::Channel).message(&DESTINATION, MARK));
        Self {
            effect: Effect::New,
            ephemeral: false,
            message,
            conversation: Value::Null,
            why: None,
        }
    }

    /// What answers a command or a click.
    fn in_response(effect: Effect, reply: &Reply, audience: Audience) -> Self {
        let rendered = drawn(reply, audience);
        let response = match effect {
            Effect::Update => rendered.update(),
            Effect::New | Effect::Remove => rendered.response(),
        };
        let mut response = as_json(&response);
        Self {
            effect,
            ephemeral: audience != Audience::Channel,
            message: response
                .get_mut("data")
                .map(Value::take)
                .unwrap_or_default(),
            conversation: Value::Null,
            why: None,
        }
    }
}

/// The bot's reply to someone who mentions it, replies to it or types one of the commands that need nothing else.
pub(crate) fn reply_to(
    guide: &Guide,
    encode: &Encode<'_>,
    privacy: &Privacy,
    said: &IncomingText,
) -> DryRunReply {
    let knowledge = &guide.knowledge;
    let text: String = said.text.trim().chars().take(MAX_MESSAGE).collect();
    if let Some(reply) = command(knowledge, privacy, &text) {
        return reply;
    }
    if says_nothing(&text) {
        return DryRunReply::in_channel(&reply::help(knowledge));
    }
    let before = said.conversation.as_ref();
    let question = Question {
        previous: before
            .map(|known| known.questions.clone())
            .unwrap_or_default(),
        ..Question::new(text.as_str()).encoded(&guide.index, encode)
    };
    let answer = guide.answer(&question);
    let why = Some(why(guide, &question, &answer));
    if let Some(remark) = remark::remark_of(knowledge, &text, &answer) {
        let asked = before.and_then(|known| remark::turned_down(remark, known));
        let found = asked.map_or_else(Vec::new, |asked| found(guide, encode, asked));
        let said = remark::reply_to(knowledge, remark, before, &found);
        let goes_on = said.continues;
        return DryRunReply {
            conversation: as_json(
                &goes_on.map(|(question, shown)| Conversation::new(ASKER, &question, shown)),
            ),
            ..DryRunReply::in_channel(&said.reply)
        };
    }
    let reply = reply::to_answer(knowledge, &answer);
    let place = answered_place(knowledge, &answer);
    let shown = Shown::by(&reply, place.as_ref());
    DryRunReply {
        conversation: as_json(&Conversation::new(ASKER, &question, shown)),
        why,
        ..DryRunReply::in_channel(&reply)
    }
}

/// What a button or an option of a menu does.
pub(crate) fn press(guide: &Guide, encode: &Encode<'_>, pressed: &Pressed) -> DryRunReply {
    let knowledge = &guide.knowledge;
    let click = custom_id::decode(&pressed.custom_id, pressed.value.as_deref(), knowledge);
    let apart = |reply: &Reply| DryRunReply::in_response(Effect::New, reply, Audience::OnePerson);
    let Some(click) = click else {
        return apart(&reply::gone());
    };
    let is_owner = click.owner == ASKER.get();
    if click.action == Action::Remove && is_owner {
        return DryRunReply {
            effect: Effect::Remove,
            message: Value::Null,
            ..apart(&Reply::default())
        };
    }
    let before = pressed.conversation.as_ref();
    let asked = before.and_then(|known| known.questions.last());
    let found = match (&click.action, asked) {
        (Action::NotIt(_), Some(asked)) => found(guide, encode, asked),
        _ => Vec::new(),
    };
    match component::shown_by(knowledge, &Additions::default(), &click, is_owner, &found) {
        ClickReply::InPlace(reply) => {
            let audience = if pressed.ephemeral {
                Audience::OnePerson
            } else {
                Audience::Channel
            };
            let conversation = before.cloned().map(|known| match click.action {
                Action::Show(View::Section(place)) => Conversation {
                    shown: Shown::Section(place),
                    ..known
                },
                _ => known,
            });
            DryRunReply {
                conversation: as_json(&conversation),
                ..DryRunReply::in_response(Effect::Update, &reply, audience)
            }
        }
        ClickReply::Apart(reply) => DryRunReply {
            conversation: as_json(&before),
            ..apart(&reply)
        },
        ClickReply::ToEveryone(reply) => {
            DryRunReply::in_response(Effect::New, &reply, Audience::Channel)
        }
    }
}

/// A section as the answer to a question; `None` if there is no such section.
pub(crate) fn section(knowledge: &KnowledgeBase, place: &Place) -> Option<DryRunReply> {
    let (topic, section) = place.find(knowledge)?;
    Some(DryRunReply::in_channel(&reply::section(
        knowledge, topic, section,
    )))
}

/// The part of the guide that a button or menu option shows, if any.
pub(crate) fn view_of(
    knowledge: &KnowledgeBase,
    custom_id: &str,
    value: Option<&str>,
) -> Option<View> {
    match custom_id::decode(custom_id, value, knowledge)?.action {
        Action::Show(view) => Some(view),
        _ => None,
    }
}

/// The reply to a command that needs neither Discord nor a store, or says that it has nothing to do.
fn command(knowledge: &KnowledgeBase, privacy: &Privacy, text: &str) -> Option<DryRunReply> {
    let to = |audience, reply: &Reply| DryRunReply::in_response(Effect::New, reply, audience);
    match text {
        "/topics" => Some(to(Audience::OnePerson, &reply::topics(knowledge))),
        "/help" => Some(to(Audience::OnePerson, &reply::help(knowledge))),
        "/resources" => reply::resources(knowledge, &Filter::default(), 0)
            .map(|reply| to(Audience::Channel, &reply)),
        "/privacy" => Some(to(Audience::OnePerson, &reply::privacy(privacy))),
        "/forget-me" => Some(to(Audience::OnePerson, &reply::nothing_to_forget())),
        _ => None,
    }
}

/// What a search finds for a question that was asked before.
fn found(guide: &Guide, encode: &Encode<'_>, asked: &str) -> Vec<ProbableMatch> {
    guide
        .answer(&Question::new(shortened(asked)).encoded(&guide.index, encode))
        .matches
}

fn why(guide: &Guide, question: &Question, answer: &Answer) -> Value {
    let explanation = guide.index.explain(question);
    let reply = reply::explain(&guide.knowledge, &question.text, &explanation, answer);
    DryRunReply::in_response(Effect::New, &reply, Audience::OnePerson).message
}

fn drawn(reply: &Reply, audience: Audience) -> Rendered {
    let options = RenderOptions {
        owner: ASKER,
        audience,
        commands: &CommandMentions::default(),
    };
    render(reply, options)
}

/// As sent to Discord. This cannot fail, because messages have only valid JSON keys.
fn as_json(message: &impl Serialize) -> Value {
    serde_json::to_value(message).unwrap_or_default()
}
