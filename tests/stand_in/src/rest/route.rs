//! The routes that this Discord has.

use std::fmt;

use axum::http::Method;

/// A route of the REST interface; those of commands are the same for all guilds and for one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs, reason = "the names are Discord's")]
pub enum Route {
    Gateway,
    GatewayBot,
    GetCurrentUser,
    GetApplication,
    GetChannel,
    EditChannel,
    GetGuild,
    GetGuildChannels,
    GetMember,
    GetRoles,
    OpenDm,
    CreateMessage,
    GetMessage,
    GetMessages,
    EditMessage,
    DeleteMessage,
    Typing,
    InteractionCallback,
    CreateFollowup,
    GetOriginal,
    EditOriginal,
    DeleteOriginal,
    GetFollowup,
    EditFollowup,
    DeleteFollowup,
    ListCommands,
    SetCommands,
    CreateCommand,
    GetCommand,
    EditCommand,
    DeleteCommand,
    Unknown,
}

impl Route {
    /// Discord's global rate limit spares the routes of interactions.
    pub(in super::super) fn is_of_an_interaction(self) -> bool {
        (Self::InteractionCallback..=Self::DeleteFollowup).contains(&self)
    }

    pub(super) fn needs_no_token(self) -> bool {
        self.is_of_an_interaction() || matches!(self, Self::Gateway | Self::Unknown)
    }
}

impl fmt::Display for Route {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self:?}")
    }
}

/// A request taken apart.
#[derive(Debug)]
pub(in super::super) struct Call {
    pub route: Route,
    /// The ids in the path, in order; 0 if there is none, and for `@original` and `@me`.
    pub ids: [u64; 2],
    pub guild: Option<u64>,
    pub token: String,
}

impl Call {
    pub fn unknown() -> Self {
        Self {
            route: Route::Unknown,
            ids: [0; 2],
            guild: None,
            token: String::new(),
        }
    }

    /// What a path, after the API's prefix, asks for.
    pub fn parse(method: &Method, path: &str) -> Self {
        let parts: Vec<_> = path.split('/').collect();
        Self::find(method.as_str(), &parts).unwrap_or_else(Self::unknown)
    }

    #[rustfmt::skip]
    fn find(method: &str, parts: &[&str]) -> Option<Self> {
        use Route::*;
        let mut call = Self::unknown();
        let (route, ids, guild, token) = match (method, parts) {
            ("GET", ["gateway"]) => (Gateway, ["0", "0"], None, ""),
            ("GET", ["gateway", "bot"]) => (GatewayBot, ["0", "0"], None, ""),
            ("GET", ["users", "@me"]) => (GetCurrentUser, ["0", "0"], None, ""),
            ("POST", ["users", "@me", "channels"]) => (OpenDm, ["0", "0"], None, ""),
            ("GET", ["applications", "@me"] | ["oauth2", "applications", "@me"]) => (GetApplication, ["0", "0"], None, ""),
            ("GET", ["guilds", g]) => (GetGuild, [*g, "0"], None, ""),
            ("GET", ["guilds", g, "channels"]) => (GetGuildChannels, [*g, "0"], None, ""),
            ("GET", ["guilds", g, "roles"]) => (GetRoles, [*g, "0"], None, ""),
            ("GET", ["guilds", g, "members", m]) => (GetMember, [*g, *m], None, ""),
            ("GET", ["channels", c]) => (GetChannel, [*c, "0"], None, ""),
            ("PATCH", ["channels", c]) => (EditChannel, [*c, "0"], None, ""),
            ("POST", ["channels", c, "typing"]) => (Typing, [*c, "0"], None, ""),
            ("GET", ["channels", c, "messages"]) => (GetMessages, [*c, "0"], None, ""),
            ("POST", ["channels", c, "messages"]) => (CreateMessage, [*c, "0"], None, ""),
            ("GET", ["channels", c, "messages", m]) => (GetMessage, [*c, *m], None, ""),
            ("PATCH", ["channels", c, "messages", m]) => (EditMessage, [*c, *m], None, ""),
            ("DELETE", ["channels", c, "messages", m]) => (DeleteMessage, [*c, *m], None, ""),
            ("POST", ["interactions", i, t, "callback"]) => (InteractionCallback, [*i, "0"], None, *t),
            ("POST", ["webhooks", a, t]) => (CreateFollowup, [*a, "0"], None, *t),
            ("GET", ["webhooks", a, t, "messages", "@original"]) => (GetOriginal, [*a, "0"], None, *t),
            ("PATCH", ["webhooks", a, t, "messages", "@original"]) => (EditOriginal, [*a, "0"], None, *t),
            ("DELETE", ["webhooks", a, t, "messages", "@original"]) => (DeleteOriginal, [*a, "0"], None, *t),
            ("GET", ["webhooks", a, t, "messages", m]) => (GetFollowup, [*a, *m], None, *t),
            ("PATCH", ["webhooks", a, t, "messages", m]) => (EditFollowup, [*a, *m], None, *t),
            ("DELETE", ["webhooks", a, t, "messages", m]) => (DeleteFollowup, [*a, *m], None, *t),
            (_, ["applications", a, "guilds", g, "commands"]) => (commands(method)?, [*a, "0"], Some(g), ""),
            (_, ["applications", a, "commands"]) => (commands(method)?, [*a, "0"], None, ""),
            (_, ["applications", a, "guilds", g, "commands", c]) => (command(method)?, [*a, *c], Some(g), ""),
            (_, ["applications", a, "commands", c]) => (command(method)?, [*a, *c], None, ""),
            _ => return None,
        };
        let number = |text: &str| text.parse().ok();
        call.route = route;
        call.ids = [number(ids[0])?, number(ids[1])?];
        call.guild = guild.map(|guild| number(guild).ok_or(())).transpose().ok()?;
        call.token = token.to_owned();
        Some(call)
    }
}

fn commands(method: &str) -> Option<Route> {
    match method {
        "GET" => Some(Route::ListCommands),
        "PUT" => Some(Route::SetCommands),
        "POST" => Some(Route::CreateCommand),
        _ => None,
    }
}

fn command(method: &str) -> Option<Route> {
    match method {
        "GET" => Some(Route::GetCommand),
        "PATCH" => Some(Route::EditCommand),
        "DELETE" => Some(Route::DeleteCommand),
        _ => None,
    }
}
