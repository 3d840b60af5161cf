//! Discord's rate limits, which every response reports in its headers: five messages, edits and so on in five seconds per
//! channel, and fifty requests a second in all.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use super::rest::{Call, Reply, Route};
use super::{Builder, StandIn};

/// How many requests a bot may send within [`GLOBAL_WINDOW`], not counting interactions.
const GLOBAL: u32 = 50;
const GLOBAL_WINDOW: Duration = Duration::from_secs(1);

/// How many requests a route takes of one channel, and within what time.
fn limit_of(route: Route) -> Option<(u32, Duration)> {
    match route {
        Route::CreateMessage | Route::EditMessage | Route::DeleteMessage | Route::Typing => {
            Some((5, Duration::from_secs(5)))
        }
        _ => None,
    }
}

#[derive(Debug)]
struct Window {
    used: u32,
    ends: Instant,
}

impl Window {
    fn new(length: Duration) -> Self {
        Self {
            used: 0,
            ends: Instant::now() + length,
        }
    }

    fn left(&self) -> Duration {
        self.ends.saturating_duration_since(Instant::now())
    }

    /// Begins again if the time is over.
    fn roll(&mut self, length: Duration) {
        if self.left().is_zero() {
            *self = Self::new(length);
        }
    }
}

/// The windows that are open.
#[derive(Debug, Default)]
pub(super) struct Rates {
    routes: HashMap<(Route, u64), Window>,
    all: Option<Window>,
    /// Requests that were refused because there were too many.
    pub exceeded: usize,
}

/// What a response says about a limit.
pub(super) struct Headers(Vec<(&'static str, String)>);

impl Headers {
    pub fn add_to(self, reply: Reply) -> Reply {
        self.0
            .into_iter()
            .fold(reply, |reply, (name, value)| reply.with(name, value))
    }
}

impl Rates {
    /// Counts a request: the headers of its response, or the reply in place of one.
    pub fn count(&mut self, call: &Call) -> Result<Headers, Reply> {
        if call.route.is_of_an_interaction() {
            return Ok(Headers(Vec::new()));
        }
        let all = self.all.get_or_insert_with(|| Window::new(GLOBAL_WINDOW));
        all.roll(GLOBAL_WINDOW);
        if all.used >= GLOBAL {
            self.exceeded += 1;
            return Err(super::faults::rate_limited(
                call.route,
                all.left(),
                "global",
            ));
        }
        let Some((limit, length)) = limit_of(call.route) else {
            all.used += 1;
            return Ok(Headers(Vec::new()));
        };
        let key = (call.route, call.ids[0]);
        let window = self
            .routes
            .entry(key)
            .or_insert_with(|| Window::new(length));
        window.roll(length);
        if window.used >= limit {
            self.exceeded += 1;
            return Err(super::faults::rate_limited(
                call.route,
                window.left(),
                "user",
            ));
        }
        all.used += 1;
        window.used += 1;
        Ok(Headers(vec![
            ("x-ratelimit-limit", limit.to_string()),
            ("x-ratelimit-remaining", (limit - window.used).to_string()),
            (
                "x-ratelimit-reset-after",
                format!("{:.3}", window.left().as_secs_f64()),
            ),
            (
                "x-ratelimit-bucket",
                format!("{:?}", call.route).to_lowercase(),
            ),
        ]))
    }
}

impl Builder {
    /// Takes as many requests as come.
    pub fn without_rate_limits(mut self) -> Self {
        self.0.rate_limits = false;
        self
    }
}

impl StandIn {
    /// How many requests so far were refused because there were too many.
    pub fn rate_limits_exceeded(&self) -> usize {
        self.world.look().rates.exceeded
    }
}

#[cfg(test)]
mod tests {
    use axum::http::Method;

    use super::*;

    fn post(channel: u64) -> Call {
        Call::parse(&Method::POST, &format!("channels/{channel}/messages"))
    }

    #[test]
    fn each_channel_accepts_five_messages() {
        let mut rates = Rates::default();
        for channel in [1, 2] {
            for left in (0..5).rev() {
                let Ok(Headers(headers)) = rates.count(&post(channel)) else {
                    panic!("within the limit");
                };
                assert!(headers.contains(&("x-ratelimit-remaining", left.to_string())));
            }
            assert!(rates.count(&post(channel)).is_err());
        }
        assert_eq!(rates.exceeded, 2);
    }

    #[test]
    fn fifty_requests_a_second_are_accepted_and_interactions_do_not_count() {
        let mut rates = Rates::default();
        let callback = Call::parse(&Method::POST, "interactions/1/token/callback");
        for channel in 0..50 {
            assert!(rates.count(&post(channel)).is_ok());
            assert!(rates.count(&callback).is_ok());
        }
        assert!(rates.count(&post(99)).is_err());
        assert!(rates.count(&callback).is_ok());
    }
}
