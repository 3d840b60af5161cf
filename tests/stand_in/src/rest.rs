//! The REST side: which route a request is for, faults, refusals, replies.

mod channels;
mod commands;
mod interactions;
mod messages;
mod route;

use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::sync::Arc;

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Request, State as Shared};
use axum::http::HeaderMap;
use axum::response::Response;
use futures_util::stream;
use jiff::Timestamp;
use jiff::fmt::rfc2822::DateTimePrinter;
use serde_json::{Value, json};

use super::faults::Fault;
use super::gateway::intent;
use super::world::{State, World};

pub(super) use route::Call;
pub use route::Route;

/// The version of the API that the stand-in speaks.
const PREFIX: &str = "/api/v10/";
/// The maximum size of a request.
const MAX_BODY: usize = 1 << 20;
/// Starts the token of an interaction by which the stand-in itself asks whether the bot is idle.
pub(super) const PROBE: &str = "probe-";

/// A reply of the server.
#[derive(Debug)]
pub(super) struct Reply {
    status: u16,
    body: String,
    is_page: bool,
    headers: Vec<(&'static str, String)>,
}

impl Reply {
    pub fn json(status: u16, body: Value) -> Self {
        Self {
            status,
            body: body.to_string(),
            is_page: false,
            headers: Vec::new(),
        }
    }

    pub fn ok(body: Value) -> Self {
        Self::json(200, body)
    }

    pub fn nothing() -> Self {
        Self {
            status: 204,
            body: String::new(),
            is_page: true,
            headers: Vec::new(),
        }
    }

    pub fn page(status: u16, title: &str) -> Self {
        let body = format!("<html><title>{title}</title><body>{status} {title}</body></html>");
        Self {
            status,
            body,
            is_page: true,
            headers: Vec::new(),
        }
    }

    pub fn with(mut self, name: &'static str, value: String) -> Self {
        self.headers.push((name, value));
        self
    }
}

/// A request that this Discord refused.
#[derive(Clone, Debug, PartialEq)]
pub struct Refusal {
    /// The route of the request.
    pub route: Route,
    /// The status of HTTP.
    pub status: u16,
    /// Discord's own code.
    pub code: u64,
    /// Discord's words.
    pub message: String,
    /// Which parts of the form are wrong and how, as Discord nests it.
    pub errors: Value,
}

impl Refusal {
    pub(super) fn new(status: u16, code: u64, message: &str) -> Self {
        Self {
            route: Route::Unknown,
            status,
            code,
            message: message.to_owned(),
            errors: Value::Null,
        }
    }

    fn reply(&self) -> Reply {
        let mut body = json!({"code": self.code, "message": self.message});
        if !self.errors.is_null() {
            body["errors"] = self.errors.clone();
        }
        Reply::json(self.status, body)
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}: {} {} {}",
            self.route, self.status, self.code, self.message
        )?;
        if self.errors.is_null() {
            Ok(())
        } else {
            write!(f, " {}", self.errors)
        }
    }
}

/// What the model answers to a request.
pub(super) type Answer = Result<Reply, Refusal>;

/// How many requests were made on each route.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Requests(pub(super) BTreeMap<Route, usize>);

impl Requests {
    /// How many on this route.
    pub fn on(&self, route: Route) -> usize {
        self.0.get(&route).copied().unwrap_or_default()
    }

    /// How many in all.
    pub fn total(&self) -> usize {
        self.0.values().sum()
    }
}

impl<const N: usize> PartialEq<[(Route, usize); N]> for Requests {
    fn eq(&self, other: &[(Route, usize); N]) -> bool {
        self.0 == BTreeMap::from(*other)
    }
}

/// Counts a request until it is answered or given up.
struct InFlight(Arc<World>);

impl InFlight {
    fn new(world: Arc<World>) -> Self {
        world.change(|state| state.in_flight += 1);
        Self(world)
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        self.0.change(|state| state.in_flight -= 1);
    }
}

/// Answers one request, at the time shown by this Discord's clock.
pub(super) async fn handle(Shared(world): Shared<Arc<World>>, request: Request) -> Response {
    let clock_offset = world.change(|state| state.settings.clock_offset);
    let mut response = answer(world, request).await;
    let date =
        DateTimePrinter::new().timestamp_to_rfc9110_string(&(Timestamp::now() + clock_offset));
    let date = date.expect("it is in this millennium").parse();
    let date = date.expect("a date is a header");
    response.headers_mut().insert("date", date);
    response
}

async fn answer(world: Arc<World>, request: Request) -> Response {
    let _in_flight = InFlight::new(Arc::clone(&world));
    let (head, body) = request.into_parts();
    let body = to_bytes(body, MAX_BODY).await.unwrap_or_default();
    let path = head.uri.path();
    let call = path
        .strip_prefix(PREFIX)
        .map_or_else(Call::unknown, |path| Call::parse(&head.method, path));
    let route = call.route;
    let is_probe = call.token.starts_with(PROBE);
    let counted = world.change(|state| {
        if is_probe {
            return Ok((None, None));
        }
        *state.requests.entry(route).or_default() += 1;
        if route == Route::Unknown {
            state
                .violations
                .push(format!("unknown route: {} {}", head.method, head.uri));
        }
        let fault = state.strike(&call, &body);
        let is_carried_out = fault.is_none_or(|fault| fault.reply(route).is_none());
        let headers = (state.settings.rate_limits && is_carried_out)
            .then(|| state.rates.count(&call))
            .transpose()?;
        Ok((fault, headers))
    });
    let (fault, headers) = match counted {
        Ok(counted) => counted,
        Err(reply) => return respond(reply),
    };
    if let Some(reply) = fault.and_then(|fault| fault.reply(route)) {
        return respond(reply);
    }
    let query = head.uri.query().unwrap_or_default();
    let reply = world.change(|state| {
        let answer = match state.check(route, &head.headers) {
            Ok(()) => match parse(&head.headers, &body) {
                Ok(body) => state.answer(&call, query, &body),
                Err(refusal) => Err(refusal),
            },
            Err(refusal) => Err(refusal),
        };
        answer.unwrap_or_else(|refusal| {
            let reply = refusal.reply();
            if !state.book_refusal(&call, &refusal) {
                state.refusals.push(Refusal { route, ..refusal });
            }
            reply
        })
    });
    let reply = match headers {
        Some(headers) => headers.add_to(reply),
        None => reply,
    };
    match fault {
        Some(Fault::Slow(time)) => {
            tokio::time::sleep(time).await;
            respond(reply)
        }
        Some(Fault::CutReply) => cut(reply),
        _ => respond(reply),
    }
}

fn parse(headers: &HeaderMap, body: &Bytes) -> Result<Value, Refusal> {
    if body.is_empty() {
        return Ok(Value::Null);
    }
    let is_json = headers
        .get("content-type")
        .is_some_and(|kind| kind == "application/json");
    serde_json::from_slice(body)
        .ok()
        .filter(|_| is_json)
        .ok_or_else(|| {
            Refusal::new(
                400,
                50109,
                "The request body contains invalid JSON (or files, which are not modelled).",
            )
        })
}

fn build(reply: &Reply, body: Body) -> Response {
    let kind = if reply.is_page {
        "text/html"
    } else {
        "application/json"
    };
    let mut response = Response::builder()
        .status(reply.status)
        .header("content-type", kind);
    for (name, value) in &reply.headers {
        response = response.header(*name, value);
    }
    response
        .body(body)
        .expect("status and headers are all written in this module and valid")
}

fn respond(mut reply: Reply) -> Response {
    let body = std::mem::take(&mut reply.body);
    build(&reply, Body::from(body))
}

/// The first half of a reply, and then the connection ends.
fn cut(mut reply: Reply) -> Response {
    // An empty reply (204) has no middle: it becomes the beginning of another.
    reply.status = if reply.status == 204 {
        200
    } else {
        reply.status
    };
    let length = reply.body.len().max(2);
    let half = reply.body.as_bytes()[..reply.body.len() / 2].to_vec();
    reply = reply.with("content-length", length.to_string());
    let parts = [
        Ok(Bytes::from(half)),
        Err(io::Error::from(io::ErrorKind::ConnectionReset)),
    ];
    build(&reply, Body::from_stream(stream::iter(parts)))
}

impl State {
    fn check(&self, route: Route, headers: &HeaderMap) -> Result<(), Refusal> {
        if route.needs_no_token() {
            return Ok(());
        }
        let token = headers
            .get("authorization")
            .and_then(|value| value.to_str().ok());
        if token.and_then(|token| token.strip_prefix("Bot ")) == Some(&self.settings.token) {
            return Ok(());
        }
        Err(Refusal::new(401, 0, "401: Unauthorized"))
    }

    fn answer(&mut self, call: &Call, query: &str, body: &Value) -> Answer {
        let [first, second] = call.ids;
        match call.route {
            Route::Gateway => Ok(Reply::ok(json!({"url": self.gateway_url()}))),
            Route::GatewayBot => Ok(Reply::ok(json!({
                "url": self.gateway_url(), "shards": self.settings.recommended_shards,
                "session_start_limit": self.gateway.trouble.session_start_limit(),
            }))),
            Route::GetCurrentUser => Ok(Reply::ok(self.user_json(self.bot))),
            Route::GetApplication => Ok(Reply::ok(self.application_json())),
            Route::GetChannel => self
                .visible(first)
                .map(|channel| Reply::ok(self.channel_json(channel))),
            Route::EditChannel => self.edit_channel(first, body),
            Route::GetGuild => self.guild(first).map(|guild| Reply::ok(guild.json())),
            Route::GetGuildChannels => self.guild(first).map(|guild| {
                let channels = self
                    .channels_of(guild.id)
                    .filter(|channel| !channel.is_thread());
                Reply::ok(channels.map(|channel| self.channel_json(channel)).collect())
            }),
            Route::GetRoles => self
                .guild(first)
                .map(|guild| Reply::ok(guild.roles_json().into())),
            Route::GetMember => {
                let guild = self.guild(first)?;
                if !guild.members.contains_key(&second) {
                    return Err(Refusal::new(404, 10007, "Unknown Member"));
                }
                Ok(Reply::ok(self.full_member_json(guild, second)))
            }
            Route::OpenDm => self.open_dm(body),
            Route::CreateMessage => self.create_message(first, body),
            Route::GetMessages => self.get_messages(first, query),
            Route::GetMessage => self.get_message(first, second),
            Route::EditMessage => self.edit_message(first, second, body),
            Route::DeleteMessage => self.delete_message(first, second),
            Route::Typing => self.writable(first).map(|_| Reply::nothing()),
            Route::InteractionCallback => self.callback(first, &call.token, body),
            Route::CreateFollowup => self.create_followup(&call.token, body),
            Route::GetOriginal | Route::GetFollowup => {
                self.get_webhook_message(&call.token, second)
            }
            Route::EditOriginal | Route::EditFollowup => {
                self.edit_webhook_message(&call.token, second, body)
            }
            Route::DeleteOriginal | Route::DeleteFollowup => {
                self.delete_webhook_message(&call.token, second)
            }
            Route::ListCommands => self.list_commands(call.guild, query),
            Route::SetCommands => self.set_commands(call.guild, body),
            Route::CreateCommand => self.create_command(call.guild, body),
            Route::GetCommand => self.get_command(call.guild, second),
            Route::EditCommand => self.edit_command(call.guild, second, body),
            Route::DeleteCommand => self.delete_command(call.guild, second),
            Route::Unknown => Err(Refusal::new(404, 0, "404: Not Found")),
        }
    }

    fn gateway_url(&self) -> String {
        let elsewhere = self.gateway.trouble.gateway_elsewhere.clone();
        elsewhere.unwrap_or_else(|| format!("ws://{}", self.address))
    }

    fn guild(&self, id: u64) -> Result<&super::model::Guild, Refusal> {
        let guild = self
            .guilds
            .get(&id)
            .ok_or_else(|| Refusal::new(404, 10004, "Unknown Guild"))?;
        if guild.members.contains_key(&self.bot) {
            Ok(guild)
        } else {
            Err(missing_access())
        }
    }

    /// The privileged intents that are switched on, as an application in fewer than a hundred guilds has them.
    fn application_flags(&self) -> u64 {
        let has = |intent: u64| self.settings.privileged_intents & intent != 0;
        u64::from(has(intent::MESSAGE_CONTENT)) << 19 | u64::from(has(intent::GUILD_MEMBERS)) << 15
    }

    fn application_json(&self) -> Value {
        json!({
            "id": self.application.to_string(), "name": self.settings.bot_name, "icon": null, "description": "",
            "bot_public": true, "bot_require_code_grant": false, "verify_key": "0".repeat(64), "flags": self.application_flags(),
            "team": null, "owner": null, "bot": self.user_json(self.bot),
        })
    }
}

pub(super) fn missing_access() -> Refusal {
    Refusal::new(403, 50001, "Missing Access")
}

pub(super) fn missing_permissions() -> Refusal {
    Refusal::new(403, 50013, "Missing Permissions")
}
