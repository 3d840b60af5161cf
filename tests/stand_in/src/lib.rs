//! A stand-in Discord server: gateway and REST on a real socket, for tests that run the real bot against it.
//!
//! A test reads like a conversation: people speak, click and type, and the bot's actions are read one by one. If the bot
//! did something that the test did not read, the test fails in [`StandIn::finish`]; so do an unknown route, a refused form (400) that was
//! not read with [`StandIn::next_refusal`], and a fault that no request met.
//!
//! | Module | Models |
//! | --- | --- |
//! | `world` | the shared state, and waiting for it to change |
//! | `model`, `events` | users, guilds, channels, threads, forums, messages, their JSON, and the events of their changes |
//! | `permissions` | roles of members; what the bot may do in a channel |
//! | `mentions` | who is mentioned and notified, given `allowed_mentions` |
//! | `gateway` | HELLO, IDENTIFY (token, intents, shard), READY, RESUME with replay, heartbeats, closes, lost connections |
//! | `rest` | the routes, [`Refusal`]s, counts; messages, interactions and webhooks, commands |
//! | `limits` | what Discord refuses with 400 |
//! | `rates` | the rate limits of channels and of all requests, with their headers |
//! | `faults` | [`Fault`]s of requests on demand |
//! | `trouble` | what goes wrong with connections on demand; how many shards and sessions there may be |
//! | `ledger`, `pulse` | what became of each of many questions; heartbeats, and what a session has heard |
//! | `interactions` | what people do with commands, buttons, menus and modals, with its times |
//! | `people`, `message` | the handles and values that a test uses |
//!
//! **Silence** is proved by a round trip, not by a sleep: the stand-in asks for a heartbeat (the bot answers once it
//! has handed every earlier event to its handlers), then for choices of an autocomplete that the bot has registered
//! (handlers are tasks; this one starts after all others), several times, and waits until no request is under way.
//! This misses a bot that acts on a timer, and a handler that waits for something other than Discord.
//!
//! **Not modelled**: files, stickers, polls but for their question, reactions, pins, voice, media in components, webhooks other than
//! those of interactions, compression, the budget of IDENTIFY (only the
//! limits that a test asks for), the budget of gateway sends, member and presence events, overwrites of channels for anyone but the bot,
//! private threads, archiving apart from locking, moderation, audit logs, links unfurling by themselves.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::string_slice,
    unreachable_pub,
    reason = "a stand-in of tests fails by panicking, and is `pub` for them alone"
)]

mod events;
mod faults;
mod gateway;
mod interactions;
mod ledger;
mod limits;
mod mentions;
mod message;
mod model;
mod people;
mod permissions;
mod pulse;
mod rates;
mod rest;
mod trouble;
mod world;

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::State as Shared;
use axum::extract::ws::WebSocketUpgrade;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::serve::ListenerExt;
use jiff::SignedDuration;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

pub use faults::Fault;
pub use interactions::{Autocomplete, Choice, Interaction, InteractionResponse, ResponseKind};
pub use ledger::{Entry, Way};
pub use message::{Button, Component, Embed, Field, Menu, MenuOption, Message, Page};
pub use people::{Channel, Guild, Member, Post};
pub use permissions::Permission;
pub use rest::{Refusal, Requests, Route};

use gateway::{Outgoing, intent};
use trouble::Opening;
use world::{Deed, Settings, State, World};

/// How long a test waits for something that the bot should do: longer than a channel can be rate limited.
pub const ANSWER_LIMIT: Duration = Duration::from_secs(12);
/// How long a test waits for the bot to connect; it waits up to 10 s before it begins the second session.
pub const CONNECT_LIMIT: Duration = Duration::from_secs(30);
/// How long Discord allows for the first response to an interaction.
pub const FIRST_RESPONSE: Duration = Duration::from_secs(3);
/// How long Discord allows for everything after the first response.
pub const TOKEN_LIFE: Duration = Duration::from_secs(15 * 60);
/// Discord's usual time between two heartbeats.
pub const HEARTBEAT_INTERVAL: Duration = Duration::from_millis(41_250);
/// What is added to one of Discord's time limits before a test considers it over.
const MARGIN: Duration = Duration::from_millis(250);
/// How long the bot may take to show that it is idle.
const SETTLE_LIMIT: Duration = Duration::from_secs(15);
/// How often the bot is asked whether it is idle before it is believed.
const SETTLE_ROUNDS: usize = 3;

/// The server. Handles of guilds, channels and people stay valid as long as it runs.
#[derive(Debug)]
pub struct StandIn {
    world: Arc<World>,
    address: String,
    server: JoinHandle<()>,
    finished: bool,
}

/// What Discord refuses in a message that is to be sent to a channel, as it nests that; `None` if it takes the message.
pub fn refused_in_message(message: &Value) -> Option<Value> {
    let refused = limits::message(message, limits::Place::Channel).err();
    refused.map(|refusal| refusal.errors)
}

/// The same for a form.
pub fn refused_in_form(form: &Value) -> Option<Value> {
    limits::modal(form).err().map(|refusal| refusal.errors)
}

/// Configures what differs from a normal Discord and a normal application.
#[derive(Clone, Debug)]
#[must_use]
pub struct Builder(Settings);

impl Builder {
    /// The token of the bot.
    pub fn token(mut self, token: &str) -> Self {
        self.0.token = token.to_owned();
        self
    }

    /// The name of the bot.
    pub fn bot_name(mut self, name: &str) -> Self {
        self.0.bot_name = name.to_owned();
        self
    }

    /// The application has the message-content intent; without this an IDENTIFY that asks for it is closed with 4014.
    pub fn message_content(mut self) -> Self {
        self.0.privileged_intents |= intent::MESSAGE_CONTENT;
        self
    }

    /// The application has the members intent.
    pub fn members(mut self) -> Self {
        self.0.privileged_intents |= intent::GUILD_MEMBERS;
        self
    }

    /// The time between heartbeats that HELLO asks for.
    pub fn heartbeat_interval(mut self, interval: Duration) -> Self {
        self.0.heartbeat_interval = interval;
        self
    }

    /// The times of interactions, shortened: for the first response, and for the token.
    pub fn interaction_times(mut self, first_response: Duration, token_life: Duration) -> Self {
        (self.0.first_response, self.0.token_life) = (first_response, token_life);
        self
    }

    /// The number of shards that `GET /gateway/bot` recommends.
    pub fn shards(mut self, shards: u64) -> Self {
        self.0.recommended_shards = shards;
        self
    }

    /// Gives its first guild the id that comes after this one, so that two stand-ins can be two sides of one Discord.
    pub fn guilds_after(mut self, id: u64) -> Self {
        self.0.guilds_after = Some(id);
        self
    }

    /// Discord's clock is ahead of this machine's by so much; negative for behind.
    pub fn clock_ahead(mut self, offset: SignedDuration) -> Self {
        self.0.clock_offset = offset;
        self
    }

    /// A fixed port.
    pub fn port(mut self, port: u16) -> Self {
        self.0.port = port;
        self
    }

    /// Starts the server.
    ///
    /// # Panics
    /// Where the port is taken.
    pub async fn start(self) -> StandIn {
        let listener = TcpListener::bind(("127.0.0.1", self.0.port))
            .await
            .expect("the port is free to bind");
        let address = listener
            .local_addr()
            .expect("a bound socket has an address")
            .to_string();
        // Small frames one after another must not wait for acknowledgements of TCP.
        let listener = listener.tap_io(|stream| drop(stream.set_nodelay(true)));
        let world = Arc::new(World::new(State::new(self.0, address.clone())));
        let app = Router::new()
            .route("/", get(connect))
            .fallback(rest::handle)
            .with_state(Arc::clone(&world));
        let server = tokio::spawn(async move {
            axum::serve(listener, app)
                .await
                .expect("axum serves until it is aborted");
        });
        StandIn {
            world,
            address,
            server,
            finished: false,
        }
    }
}

async fn connect(Shared(world): Shared<Arc<World>>, upgrade: WebSocketUpgrade) -> Response {
    let opening = world.change(|state| state.gateway.trouble.opening());
    match opening {
        Opening::Refused => StatusCode::BAD_GATEWAY.into_response(),
        Opening::Stalled => std::future::pending().await,
        Opening::Usual | Opening::Mute => {
            upgrade.on_upgrade(move |socket| gateway::serve(socket, world, opening))
        }
    }
}

impl StandIn {
    /// Starts a server on a free port, with Discord's times and an application without privileged intents.
    pub async fn start() -> Self {
        Self::builder().start().await
    }

    /// Chooses before starting.
    pub fn builder() -> Builder {
        Builder(Settings {
            token: "stand-in-token".to_owned(),
            guilds_after: None,
            bot_name: "internbot".to_owned(),
            privileged_intents: 0,
            heartbeat_interval: HEARTBEAT_INTERVAL,
            first_response: FIRST_RESPONSE,
            token_life: TOKEN_LIFE,
            recommended_shards: 1,
            clock_offset: SignedDuration::ZERO,
            ledger: false,
            rate_limits: true,
            port: 0,
        })
    }

    /// `http://127.0.0.1:PORT`, in place of `https://discord.com`.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The token of the bot.
    pub fn token(&self) -> String {
        self.world.look().settings.token.clone()
    }

    /// The id of the bot, and of its application.
    pub fn bot_id(&self) -> u64 {
        self.world.look().bot
    }

    /// A new guild with the bot in it.
    pub fn guild(&self, name: &str) -> Guild {
        Guild::new(&self.world, name, true)
    }

    /// A new guild without the bot, where only a user-installed application can be used.
    pub fn guild_without_bot(&self, name: &str) -> Guild {
        Guild::new(&self.world, name, false)
    }

    /// A person in no guild.
    pub fn stranger(&self, name: &str) -> Member {
        Member::stranger(&self.world, name)
    }

    /// Waits until the bot is connected and ready.
    pub async fn ready(&self) {
        self.world
            .wait(CONNECT_LIMIT, "the bot to connect", |state| {
                state.gateway.is_connected().then_some(())
            })
            .await;
    }

    /// Waits for the next RESUME that has not been waited for.
    pub async fn resumed(&self) {
        let resumed = |state: &mut State| {
            let new = state.gateway.resumes > state.gateway.resumes_read;
            state.gateway.resumes_read += usize::from(new);
            new.then_some(())
        };
        self.world
            .wait(CONNECT_LIMIT, "the bot to resume", resumed)
            .await;
    }

    /// Waits until the bot has no connection; the code with which it closed the last, if it did.
    pub async fn disconnected(&self) -> Option<u16> {
        let gone = |state: &mut State| state.gateway.is_empty().then_some(state.gateway.last_close);
        self.world
            .wait(CONNECT_LIMIT, "the bot to disconnect", gone)
            .await
    }

    /// Waits until the bot has identified this many times in all.
    pub async fn identified(&self, times: usize) {
        let identified = |state: &mut State| (state.gateway.identifies >= times).then_some(());
        self.world
            .wait(CONNECT_LIMIT, "the bot to identify", identified)
            .await;
    }

    /// How often the bot has identified.
    pub fn identifies(&self) -> usize {
        self.world.look().gateway.identifies
    }

    /// The intents of the last IDENTIFY.
    pub fn intents(&self) -> u64 {
        self.world.look().gateway.last_intents
    }

    /// Waits for the next message that the bot sends to a channel, and reads it.
    pub async fn next_message(&self, channel: &Channel) -> Message {
        let what = format!("a message of the bot in channel {}", channel.id);
        self.wait_for(&what, Deed::Message, |unread| unread.channel == channel.id)
            .await
    }

    /// Waits until the bot edits a message, and reads it as it is then.
    pub async fn next_edit(&self, message: &Message) -> Message {
        self.wait_for("the bot to edit a message", Deed::Edit, |unread| {
            unread.message == message.id
        })
        .await
    }

    /// Waits until the bot deletes a message.
    pub async fn next_deletion(&self, message: &Message) {
        self.wait_for("the bot to delete a message", Deed::Deletion, |unread| {
            unread.message == message.id
        })
        .await;
    }

    async fn wait_for(
        &self,
        what: &str,
        deed: Deed,
        fits: impl Fn(&world::Unread) -> bool,
    ) -> Message {
        let found = |state: &mut State| {
            state
                .read(|unread| unread.deed == deed && fits(unread))?
                .snapshot
        };
        self.world.wait(ANSWER_LIMIT, what, found).await
    }

    /// Waits for the next request that Discord refuses, and reads it.
    pub async fn next_refusal(&self) -> Refusal {
        let refused =
            |state: &mut State| (!state.refusals.is_empty()).then(|| state.refusals.remove(0));
        self.world
            .wait(ANSWER_LIMIT, "Discord to refuse a request", refused)
            .await
    }

    /// Asserts that the bot has nothing more to say in a channel, once it has had time to say it (see the module).
    pub async fn nothing_more(&self, channel: &Channel) {
        self.settle().await;
        let state = self.world.look();
        let left = state
            .unread
            .iter()
            .any(|unread| unread.channel == channel.id);
        assert!(
            !left,
            "the bot should have been silent in channel {}:{}",
            channel.id,
            state.story()
        );
    }

    /// Waits until the bot has confirmed, on every connected session, that it has received every event so far.
    pub async fn heard_all(&self) {
        let beats = self.world.change(|state| state.gateway.ask_heartbeats());
        let heard = |state: &mut State| {
            let all = beats.iter().all(|beat| state.gateway.has_beaten(beat));
            all.then_some(())
        };
        self.world
            .wait(SETTLE_LIMIT, "the bot to hear everything", heard)
            .await;
    }

    /// Waits until the bot has handled every event so far (see the module for how, and what escapes it).
    pub async fn settle(&self) {
        for _ in 0..SETTLE_ROUNDS {
            let (beats, probe) = self.world.change(|state| {
                let beats = state.gateway.ask_heartbeats();
                let probe = if beats.is_empty() {
                    None
                } else {
                    state.probe()
                };
                (beats, probe)
            });
            let idle = |state: &mut State| {
                let answered = |token: &String| {
                    state
                        .interactions
                        .get(token)
                        .is_none_or(|known| known.tried)
                };
                let beaten = beats.iter().all(|beat| state.gateway.has_beaten(beat));
                let is_idle = beaten && probe.as_ref().is_none_or(answered) && state.in_flight == 0;
                is_idle.then_some(())
            };
            self.world
                .wait(SETTLE_LIMIT, "the bot to be idle", idle)
                .await;
            if let Some(token) = probe {
                self.world.change(|state| state.interactions.remove(&token));
            }
        }
    }

    /// The requests on each route since this was last asked.
    pub fn requests(&self) -> Requests {
        Requests(
            self.world
                .change(|state| std::mem::take(&mut state.requests)),
        )
    }

    /// Waits until this many requests on this route have arrived since [`StandIn::requests`] was last called.
    pub async fn requests_reach(&self, route: Route, times: usize) {
        let asked = |state: &mut State| {
            let count = state.requests.get(&route).copied().unwrap_or_default();
            (count >= times).then_some(())
        };
        let what = format!("{times} requests on {route}");
        self.world.wait(ANSWER_LIMIT, &what, asked).await;
    }

    /// The commands that the bot has registered, for all guilds and for single ones, as Discord keeps them.
    pub fn commands(&self) -> Vec<Value> {
        self.world.look().commands.values().cloned().collect()
    }

    /// Waits until a command of this name is registered.
    pub async fn registered(&self, name: &str) -> Value {
        let named = |state: &mut State| {
            state
                .commands
                .values()
                .find(|command| command["name"] == name)
                .cloned()
        };
        self.world
            .wait(CONNECT_LIMIT, "the bot to register a command", named)
            .await
    }

    /// The next request on this route goes wrong.
    pub fn fail_next(&self, route: Route, fault: Fault) {
        self.fail_times(route, fault, 1);
    }

    /// The next requests on this route go wrong.
    pub fn fail_times(&self, route: Route, fault: Fault, times: usize) {
        self.world
            .change(|state| state.faults.arm(route, fault, times));
    }

    /// Every request from now on is carried out and answered so late.
    pub fn slow_down(&self, time: Duration) {
        self.world
            .change(|state| state.faults.usual = Some(Fault::Slow(time)));
    }

    /// Waits until this many heartbeats have arrived in all, within this time.
    pub async fn heartbeats_reach(&self, times: usize, limit: Duration) {
        let come = |state: &mut State| (state.gateway.pulse.beats >= times).then_some(());
        let what = format!("{times} heartbeats");
        self.world.wait(limit, &what, come).await;
    }

    /// The longest time between two heartbeats so far.
    pub fn longest_heartbeat_gap(&self) -> Duration {
        let state = self.world.look();
        state
            .gateway
            .pulse
            .longest_gap(|connection| state.gateway.is_open(connection))
    }

    /// How often the bot has resumed.
    pub fn resumes(&self) -> usize {
        self.world.look().gateway.resumes
    }

    /// Asks the bot to reconnect (opcode 7).
    pub fn reconnect(&self) {
        self.world.change(|state| {
            state
                .gateway
                .send_all(r#"{"op":7,"d":null,"s":null,"t":null}"#);
            state.gateway.detach_sessions();
        });
    }

    /// Invalidates the session (opcode 9): it can be resumed, or is forgotten.
    pub fn invalidate_session(&self, resumable: bool) {
        self.world.change(|state| {
            state
                .gateway
                .send_all(&json!({"op": 9, "d": resumable}).to_string());
            state.gateway.detach_sessions();
            if !resumable {
                state.gateway.forget_sessions();
            }
        });
    }

    /// Closes the connection with a code.
    pub fn close(&self, code: u16) {
        self.world.change(|state| {
            state.gateway.end_all(|| Outgoing::Close(code));
            if matches!(code, 4003 | 4006 | 4009..=4011) {
                state.gateway.forget_sessions();
            }
        });
    }

    /// Closes the connection without a code.
    pub fn close_without_code(&self) {
        self.world
            .change(|state| state.gateway.end_all(|| Outgoing::CloseWithoutCode));
    }

    /// Drops the connection without a word; what happens until the bot resumes is then replayed to it.
    pub fn drop_connection(&self) {
        self.world
            .change(|state| state.gateway.end_all(|| Outgoing::Drop));
    }

    /// Answers no more heartbeats on the present connection.
    pub fn withhold_heartbeat_acks(&self) {
        self.world.change(|state| state.gateway.withhold_acks());
    }

    /// Sends text that is no JSON.
    pub fn send_malformed_json(&self) {
        self.send_raw("{\"op\":0,\"t\":\"MESSAGE_CREATE\",");
    }

    /// Sends an opcode that does not exist.
    pub fn send_unknown_opcode(&self) {
        self.send_raw(r#"{"op":99,"d":{},"s":null,"t":null}"#);
    }

    /// Sends an event that does not exist.
    pub fn send_unknown_event(&self) {
        self.send_event("SOMETHING_NEW", &json!({"id": "1"}));
    }

    /// Sends any event with any payload, such as a message that lacks what it must have.
    pub fn send_event(&self, event: &str, payload: &Value) {
        self.world
            .change(|state| state.dispatch(event, None, 0, payload));
    }

    /// Sends any text.
    pub fn send_raw(&self, text: &str) {
        self.world.change(|state| state.gateway.send_all(text));
    }

    /// Sends an update of a message that nobody edited, as when Discord adds the preview of a link.
    pub fn unfurls(&self, message: &Message) {
        self.world.change(|state| {
            if let Some(stored) = state.messages.get(&message.id).cloned() {
                state.republish(stored);
            }
        });
    }

    /// Waits until the bot is idle, stops the server, and fails the test over anything that was not read.
    ///
    /// # Panics
    /// Where something was left unread, refused, unknown or unused.
    pub async fn finish(mut self) {
        self.finished = true;
        self.settle().await;
        self.server.abort();
        let mut left = Vec::new();
        self.world.change(|state| {
            left.extend(
                state
                    .unread
                    .iter()
                    .map(|unread| format!("not read: {}", unread.summary)),
            );
            let forms = state
                .refusals
                .iter()
                .filter(|refusal| matches!(refusal.status, 400 | 401));
            left.extend(forms.map(|refusal| format!("refused: {refusal}")));
            left.append(&mut state.violations);
            left.extend(state.faults.unused());
            state.gateway.end_all(|| Outgoing::Close(1001));
        });
        assert!(
            left.is_empty(),
            "the test leaves something behind:\n  - {}",
            left.join("\n  - ")
        );
    }
}

impl Drop for StandIn {
    fn drop(&mut self) {
        self.server.abort();
        assert!(
            self.finished || std::thread::panicking(),
            "a stand-in was dropped without `finish().await`, which checks that everything was read"
        );
    }
}
