//! Interactions: what a person does, the payload that the bot gets, and what it answered.

mod build;

use std::future::IntoFuture;
use std::pin::Pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::Value;

use super::message::{Message, list, text};
use super::people::Channel;
use super::rest::PROBE;
use super::world::{Deed, State, World};
use super::{ANSWER_LIMIT, CONNECT_LIMIT, MARGIN};

/// What kind of answer the bot gave to an interaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ResponseKind {
    /// A new message.
    Message,
    /// "… is thinking", a message to come.
    DeferredMessage,
    /// Nothing visible; the message may be edited later.
    DeferredUpdate,
    /// The clicked message, changed.
    Update,
    /// Choices of an autocomplete.
    Choices,
    /// A form to fill in.
    Modal,
}

/// The bot's first response.
#[derive(Clone, Debug)]
pub(super) struct Answered {
    pub kind: ResponseKind,
    pub data: Value,
    pub original: Option<u64>,
}

#[derive(Clone, Debug)]
pub(super) struct StoredInteraction {
    pub id: u64,
    /// 2 command, 3 component, 4 autocomplete, 5 modal.
    pub kind: u64,
    pub user: u64,
    pub channel: u64,
    /// The message whose button or menu was used.
    pub message: Option<u64>,
    /// The type of the option that is being completed.
    pub focused_type: u64,
    pub only_user_installed: bool,
    pub created: Instant,
    pub first_response: Duration,
    pub token_life: Duration,
    /// Its time is over whatever the clock says.
    pub dead: bool,
    pub answered: Option<Answered>,
    pub followups: Vec<u64>,
    /// Whether the bot has tried to respond, with success or not.
    pub tried: bool,
}

impl StoredInteraction {
    pub fn is_over(&self, now: Instant) -> bool {
        let late = self.answered.is_none() && now > self.created + self.first_response;
        late || self.token_is_over(now)
    }

    pub fn token_is_over(&self, now: Instant) -> bool {
        self.dead || now > self.created + self.token_life
    }

    /// What a callback of this type means here; `None` if it does not fit.
    pub fn response_kind(&self, callback: &Value) -> Option<ResponseKind> {
        let has_message = self.message.is_some();
        match (self.kind, callback.as_u64()?) {
            (4, 8) => Some(ResponseKind::Choices),
            (4, _) => None,
            (_, 4) => Some(ResponseKind::Message),
            (_, 5) => Some(ResponseKind::DeferredMessage),
            (3 | 5, 6) if has_message => Some(ResponseKind::DeferredUpdate),
            (3 | 5, 7) if has_message => Some(ResponseKind::Update),
            (2 | 3, 9) => Some(ResponseKind::Modal),
            _ => None,
        }
    }
}

/// An action of a person that creates an interaction.
#[derive(Clone, Debug)]
pub(super) enum Act {
    Slash {
        name: String,
        options: Vec<(String, String)>,
        focused: Option<(String, String)>,
    },
    OnMessage {
        name: String,
        message: u64,
    },
    Component {
        message: u64,
        custom_id: String,
        value: Option<String>,
    },
    Submit {
        custom_id: String,
        fields: Vec<(String, String)>,
        message: Option<u64>,
    },
}

/// Something that a person does; awaiting it gives the bot's first response.
#[derive(Debug)]
#[must_use = "nothing happens until it is awaited"]
pub struct Interaction {
    pub(super) world: Arc<World>,
    pub(super) user: u64,
    pub(super) channel: u64,
    pub(super) act: Act,
}

impl Interaction {
    /// Chooses the channel; otherwise it is the first of the person's guild.
    pub fn in_channel(mut self, channel: &Channel) -> Self {
        self.channel = channel.id;
        self
    }

    /// Does it in the direct messages with the bot.
    pub fn in_dm(mut self) -> Self {
        let user = self.user;
        self.channel = self.world.change(|state| state.dm_channel(user, state.bot));
        self
    }

    /// Does it, and expects the bot not to respond in time, so that the person sees "interaction failed".
    pub async fn fails(self) {
        let (world, id, limit) = self.start(false).await;
        let limit = limit + MARGIN;
        let response = world
            .wait_at_most(limit, |state| response_to(state, id).map(|_| ()))
            .await;
        assert!(
            response.is_none(),
            "the bot responded where a failure was expected"
        );
    }

    /// Does it so late that it has expired when the bot receives it; waits until the bot has been refused.
    pub async fn too_late(self) {
        let (world, id, _) = self.start(true).await;
        let refused = |state: &mut State| {
            state
                .interactions
                .values()
                .any(|known| known.id == id && known.tried)
                .then_some(())
        };
        world
            .wait(ANSWER_LIMIT, "the bot to respond too late", refused)
            .await;
    }

    async fn start(self, dead: bool) -> (Arc<World>, u64, Duration) {
        wait_for_bot(&self.world).await;
        let started = self.world.change(|state| {
            let token = format!("interaction-{}", state.next_id());
            state.interact(self.user, self.channel, &self.act, &token, dead)
        });
        match started {
            Ok(id) => {
                let limit = self.world.look().settings.first_response;
                (self.world, id, limit)
            }
            Err(why) => panic!("Discord does not let a person do this: {why}"),
        }
    }

    async fn respond(self) -> InteractionResponse {
        let (world, id, limit) = self.start(false).await;
        let found = world.wait(
            limit + MARGIN,
            "the bot's response to an interaction",
            |state| response_to(state, id),
        );
        let (token, answered, message) = found.await;
        let ephemeral = message.as_ref().is_some_and(|message| message.ephemeral);
        InteractionResponse {
            world,
            id,
            token,
            kind: answered.kind,
            ephemeral,
            message,
            answered,
        }
    }
}

/// The first response of the bot, read.
fn response_to(state: &mut State, id: u64) -> Option<(String, Answered, Option<Message>)> {
    let read =
        state.read(|unread| unread.deed == Deed::Response && unread.interaction == Some(id))?;
    let (token, interaction) = state
        .interactions
        .iter()
        .find(|(_, known)| known.id == id)?;
    Some((token.clone(), interaction.answered.clone()?, read.snapshot))
}

/// Nobody speaks before the bot has identified once; events during a lost connection are kept for its resume.
pub(super) async fn wait_for_bot(world: &World) {
    world
        .wait(CONNECT_LIMIT, "the bot to connect", |state| {
            state.gateway.has_session().then_some(())
        })
        .await;
}

impl IntoFuture for Interaction {
    type Output = InteractionResponse;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.respond())
    }
}

/// A person typing into an option; awaiting it gives the choices that the bot offers.
#[derive(Debug)]
#[must_use = "nothing happens until it is awaited"]
pub struct Autocomplete(pub(super) Interaction);

/// A choice that the bot offered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// What the person reads.
    pub name: String,
    /// What the bot gets.
    pub value: String,
}

impl Autocomplete {
    /// Another option that the person has filled in already.
    pub fn with(mut self, option: &str, value: &str) -> Self {
        if let Act::Slash { options, .. } = &mut self.0.act {
            options.push((option.to_owned(), value.to_owned()));
        }
        self
    }

    /// Chooses the channel.
    pub fn in_channel(self, channel: &Channel) -> Self {
        Self(self.0.in_channel(channel))
    }

    /// Does it in the direct messages with the bot.
    pub fn in_dm(self) -> Self {
        Self(self.0.in_dm())
    }

    /// Types and expects to be offered nothing in time.
    pub async fn fails(self) {
        self.0.fails().await;
    }
}

impl IntoFuture for Autocomplete {
    type Output = Vec<Choice>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async {
            let response = self.0.respond().await;
            let value = |value: &Value| {
                value
                    .as_str()
                    .map_or_else(|| value.to_string(), str::to_owned)
            };
            let choice = |choice: &Value| Choice {
                name: text(&choice["name"]),
                value: value(&choice["value"]),
            };
            list(&response.answered.data["choices"])
                .iter()
                .map(choice)
                .collect()
        })
    }
}

/// The bot's first response to an interaction, and the way to what comes after.
#[derive(Debug)]
pub struct InteractionResponse {
    world: Arc<World>,
    id: u64,
    token: String,
    /// What kind of response it is.
    pub kind: ResponseKind,
    /// Whether only the person sees it.
    pub ephemeral: bool,
    message: Option<Message>,
    answered: Answered,
}

impl InteractionResponse {
    /// The message of the response: the new one, or the changed one.
    #[track_caller]
    pub fn message(&self) -> &Message {
        match (&self.message, self.kind) {
            (Some(message), ResponseKind::Message | ResponseKind::Update) => message,
            (_, kind) => panic!("this response has no message yet: {kind:?}"),
        }
    }

    /// The message of the response, which a bot that deferred gives later.
    pub async fn outcome(&self) -> Message {
        match self.kind {
            ResponseKind::Message | ResponseKind::Update => self.message().clone(),
            _ => self.completed().await,
        }
    }

    /// Waits until the bot fills in or edits its response.
    pub async fn completed(&self) -> Message {
        self.wait_for(Deed::Edit, "the bot to edit its response")
            .await
    }

    /// Waits for the next followup.
    pub async fn followup(&self) -> Message {
        self.wait_for(Deed::Followup, "a followup of the bot").await
    }

    /// Waits until the bot deletes its response or a followup.
    pub async fn deleted(&self) -> Message {
        self.wait_for(Deed::Deletion, "the bot to delete its response")
            .await
    }

    async fn wait_for(&self, deed: Deed, what: &str) -> Message {
        let fits = |state: &mut State| {
            state
                .read(|unread| unread.deed == deed && unread.interaction == Some(self.id))?
                .snapshot
        };
        self.world.wait(ANSWER_LIMIT, what, fits).await
    }

    /// The token of the interaction, for a client that a test drives itself.
    pub fn token(&self) -> &str {
        &self.token
    }

    /// Ends the fifteen minutes of this interaction now.
    pub fn expire(&self) {
        self.world.change(|state| {
            if let Some(interaction) = state.interactions.get_mut(&self.token) {
                interaction.dead = true;
            }
        });
    }

    /// The title of a modal, and its inputs: the label of each, and what is in it.
    #[track_caller]
    pub fn modal(&self) -> (String, Vec<(String, String)>) {
        assert_eq!(self.kind, ResponseKind::Modal, "this response is no modal");
        let labels = list(&self.answered.data["components"]).iter();
        let inputs =
            labels.map(|label| (text(&label["label"]), text(&label["component"]["value"])));
        (text(&self.answered.data["title"]), inputs.collect())
    }

    /// What a modal's form needs to be submitted: its id, and what is in each input, by its label: what the person enters, or
    /// what was there before.
    #[track_caller]
    pub(super) fn form(&self, fields: &[(&str, &str)]) -> Act {
        let labels = list(&self.answered.data["components"]);
        for (named, _) in fields {
            let has = labels.iter().any(|label| label["label"] == **named);
            assert!(has, "the modal has no input {named:?}");
        }
        let filled = |label: &Value| {
            let input = &label["component"];
            let entered = fields.iter().find(|(named, _)| label["label"] == **named);
            let value =
                entered.map_or_else(|| text(&input["value"]), |(_, value)| (*value).to_owned());
            let length = value.chars().count() as u64;
            let most = input["max_length"].as_u64().unwrap_or(4000);
            assert!(
                length <= most,
                "nobody can enter more than {most} characters into {}",
                label["label"]
            );
            assert!(
                input["required"] == false || length > 0,
                "{} must be filled in",
                label["label"]
            );
            (text(&input["custom_id"]), value)
        };
        let fields = labels.iter().map(filled).collect();
        let clicked = self
            .world
            .look()
            .interactions
            .get(&self.token)
            .and_then(|known| known.message);
        Act::Submit {
            custom_id: text(&self.answered.data["custom_id"]),
            fields,
            message: clicked,
        }
    }
}

impl State {
    /// Asks for choices on behalf of nobody in particular; `None` if no command has autocomplete.
    pub(super) fn probe(&mut self) -> Option<String> {
        let (command, option) = self.commands.values().find_map(|command| {
            let options = list(&command["options"]).iter();
            let mut completed = options.filter(|option| option["autocomplete"] == true);
            Some((text(&command["name"]), text(&completed.next()?["name"])))
        })?;
        let token = format!("{PROBE}{}", self.next_id());
        let act = Act::Slash {
            name: command,
            options: Vec::new(),
            focused: Some((option, String::new())),
        };
        let places: Vec<_> = self
            .channels
            .values()
            .filter(|channel| self.bot_sees(channel))
            .collect();
        let places: Vec<_> = places.into_iter().map(|channel| channel.id).collect();
        let owner = self.guilds.values().next().map(|guild| guild.owner)?;
        places
            .into_iter()
            .find(|place| self.interact(owner, *place, &act, &token, false).is_ok())
            .map(|_| token)
    }
}
