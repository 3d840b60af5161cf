//! Faults that a test arms: the next requests on a route go wrong.

use std::time::{Duration, Instant};

use serde_json::json;

use super::rest::{Call, Reply, Route};

/// What goes wrong with a request.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Fault {
    /// 403 with Discord's code 50013.
    Forbidden,
    /// 404 with Discord's code 10003 (unknown channel).
    NotFound,
    /// 429 on this route until this time has passed.
    RateLimited(Duration),
    /// 429 on this route of this channel alone until this time has passed, because others used it up.
    SharedRateLimited(Duration),
    /// 429 on every route but those of interactions until this time has passed.
    GloballyRateLimited(Duration),
    /// 400 with Discord's code 200000: a rule of AutoMod refuses the text.
    AutoMod,
    /// 400 with Discord's code 40058: the first message of a forum post is not there yet.
    PostNotThere,
    /// 500 with a page of HTML; nothing is done.
    ServerError,
    /// 502 with a page of HTML; nothing is done.
    BadGateway,
    /// The request is carried out and the reply takes this long.
    Slow(Duration),
    /// The request is carried out and the connection is cut in the middle of the reply. Where the reply is empty
    /// (callbacks, deletions, typing) serenity reads no body and so does not notice.
    CutReply,
}

#[derive(Debug)]
struct Armed {
    route: Route,
    fault: Fault,
    left: usize,
}

/// For which requests a rate limit holds.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Scope {
    All,
    Route(Route),
    Channel(Route, u64),
}

/// The faults still to come, and the rate limits in force.
#[derive(Debug, Default)]
pub(super) struct Faults {
    armed: Vec<Armed>,
    /// What happens to every request without another fault.
    pub usual: Option<Fault>,
    limited: Vec<(Fault, Scope, Instant)>,
}

impl Faults {
    pub fn arm(&mut self, route: Route, fault: Fault, times: usize) {
        self.armed.push(Armed {
            route,
            fault,
            left: times,
        });
    }

    /// The fault that strikes this request, if any; one may be planned for it.
    pub fn strike(&mut self, call: &Call, planned: Option<Fault>) -> Option<Fault> {
        let (route, now) = (call.route, Instant::now());
        self.limited.retain(|(.., until)| *until > now);
        let limit = self.limited.iter().find(|(_, scope, _)| match scope {
            Scope::All => !route.is_of_an_interaction(),
            Scope::Route(limited) => *limited == route,
            Scope::Channel(limited, id) => (*limited, *id) == (route, call.ids[0]),
        });
        if let Some((fault, _, until)) = limit {
            let left = *until - now;
            return Some(match fault {
                Fault::GloballyRateLimited(_) => Fault::GloballyRateLimited(left),
                Fault::SharedRateLimited(_) => Fault::SharedRateLimited(left),
                _ => Fault::RateLimited(left),
            });
        }
        let fault = self.next_armed(route).or(planned).or(self.usual)?;
        let (scope, wait) = match fault {
            Fault::RateLimited(wait) => (Scope::Route(route), wait),
            Fault::SharedRateLimited(wait) => (Scope::Channel(route, call.ids[0]), wait),
            Fault::GloballyRateLimited(wait) => (Scope::All, wait),
            _ => return Some(fault),
        };
        self.limited.push((fault, scope, now + wait));
        Some(fault)
    }

    fn next_armed(&mut self, route: Route) -> Option<Fault> {
        let place = self.armed.iter().position(|armed| armed.route == route)?;
        let armed = &mut self.armed[place];
        let fault = armed.fault;
        armed.left -= 1;
        if armed.left == 0 {
            self.armed.remove(place);
        }
        Some(fault)
    }

    /// Faults that no request has run into.
    pub fn unused(&self) -> impl Iterator<Item = String> {
        self.armed.iter().map(|armed| {
            format!(
                "{:?} on {} was never met ({} left)",
                armed.fault, armed.route, armed.left
            )
        })
    }
}

impl Fault {
    /// The reply in place of the real one; `None` if the request is carried out.
    pub(super) fn reply(self, route: Route) -> Option<Reply> {
        let (status, body) = match self {
            Self::Forbidden => (
                403,
                json!({"message": "Missing Permissions", "code": 50013}),
            ),
            Self::NotFound => (404, json!({"message": "Unknown Channel", "code": 10003})),
            Self::AutoMod => (
                400,
                json!({"message": "Message was blocked by AutoMod", "code": 200_000}),
            ),
            Self::PostNotThere => (
                400,
                json!({"message": "Cannot message this thread until after the post author has sent an initial message.", "code": 40058}),
            ),
            Self::RateLimited(wait) => return Some(rate_limited(route, wait, "user")),
            Self::SharedRateLimited(wait) => return Some(rate_limited(route, wait, "shared")),
            Self::GloballyRateLimited(wait) => return Some(rate_limited(route, wait, "global")),
            Self::ServerError => return Some(Reply::page(500, "Internal Server Error")),
            Self::BadGateway => return Some(Reply::page(502, "Bad Gateway")),
            Self::Slow(_) | Self::CutReply => return None,
        };
        Some(Reply::json(status, body))
    }
}

pub(super) fn rate_limited(route: Route, wait: Duration, scope: &str) -> Reply {
    let (seconds, global) = (wait.as_secs_f64(), scope == "global");
    let body =
        json!({"message": "You are being rate limited.", "retry_after": seconds, "global": global});
    let reply = Reply::json(429, body)
        .with("retry-after", wait.as_secs_f64().ceil().to_string())
        .with("x-ratelimit-scope", scope.to_owned());
    if global {
        return reply.with("x-ratelimit-global", "true".to_owned());
    }
    reply
        .with("x-ratelimit-limit", "5".to_owned())
        .with("x-ratelimit-remaining", "0".to_owned())
        .with("x-ratelimit-reset-after", format!("{seconds:.3}"))
        .with("x-ratelimit-bucket", format!("{route:?}").to_lowercase())
}
