//! Tells whoever supervises the process how it is: systemd, for a service of `Type=notify` with a watchdog.
//!
//! The protocol is that of `sd_notify(3)`: a datagram of text to the socket that `NOTIFY_SOCKET` names. Without the variable,
//! and on systems that have no such sockets, nothing is said.

use std::io;
use std::path::Path;
use std::sync::Once;
use std::time::Duration;

use tokio::time::MissedTickBehavior;
use tracing::warn;

/// The environment variable with the path of the supervisor's socket.
const SOCKET_VARIABLE: &str = "NOTIFY_SOCKET";
/// The environment variable with the time, in microseconds, after which a silent process is taken for stalled.
const WATCHDOG_VARIABLE: &str = "WATCHDOG_USEC";
/// The environment variable with the process whose life is watched; without it, this one.
const WATCHED_VARIABLE: &str = "WATCHDOG_PID";

/// How long a supervisor that does not read may hold up the bot.
#[cfg(unix)]
const WAIT: Duration = Duration::from_secs(1);

/// What a supervisor can be told.
#[derive(Debug, Clone, Copy)]
pub(super) enum State {
    /// The bot is connected.
    Ready,
    /// The bot lives.
    Alive,
    /// The bot takes no new event, and will end.
    Stopping,
}

impl State {
    fn text(self) -> &'static str {
        match self {
            Self::Ready => "READY=1",
            Self::Alive => "WATCHDOG=1",
            Self::Stopping => "STOPPING=1",
        }
    }
}

/// Tells the supervisor, if there is one. That it cannot be told is logged once: it hears of each state in the same way.
pub(super) fn tell(state: State) {
    static FAULT: Once = Once::new();
    let Some(socket) = std::env::var_os(SOCKET_VARIABLE).filter(|path| !path.is_empty()) else {
        return;
    };
    if let Err(error) = send(Path::new(&socket), state.text()) {
        let state = state.text();
        FAULT.call_once(|| warn!(%error, state, "cannot tell the supervisor how the bot is, so it may end it; check {SOCKET_VARIABLE}"));
    }
}

/// Tells the supervisor twice in each of its intervals that the bot lives; ends at once where it does not want to know.
/// To be run as a task beside those that handle events, so that it falls silent where these stall.
pub(super) async fn stay_alive() {
    let variable = |name| std::env::var(name).ok();
    let Some(patience) = patience(
        variable(WATCHDOG_VARIABLE).as_deref(),
        variable(WATCHED_VARIABLE).as_deref(),
    ) else {
        return;
    };
    let mut beats = tokio::time::interval(patience / 2);
    beats.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        beats.tick().await;
        tell(State::Alive);
    }
}

/// After what silence the supervisor ends this process, by what the two variables say; nothing where it does not.
fn patience(microseconds: Option<&str>, watched: Option<&str>) -> Option<Duration> {
    let another = watched.is_some_and(|id| id.parse() != Ok(std::process::id()));
    let microseconds = microseconds?.parse().ok()?;
    // Half of it is the time between two beats, and that may not be nothing.
    (microseconds > 1 && !another).then(|| Duration::from_micros(microseconds))
}

/// Sends one datagram. The socket is opened anew each time: a supervisor that was itself replaced has another one there.
#[cfg(unix)]
fn send(path: &Path, text: &str) -> io::Result<()> {
    let socket = std::os::unix::net::UnixDatagram::unbound()?;
    socket.set_write_timeout(Some(WAIT))?;
    socket.send_to(text.as_bytes(), path).map(drop)
}

#[cfg(not(unix))]
fn send(_path: &Path, _text: &str) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_watchdog_is_fed_only_by_the_process_that_it_watches() {
        let this = std::process::id().to_string();
        let half_a_minute = Some(Duration::from_secs(30));
        assert_eq!(patience(Some("30000000"), None), half_a_minute);
        assert_eq!(patience(Some("30000000"), Some(&this)), half_a_minute);
        assert_eq!(patience(Some("30000000"), Some("1")), None);
        assert_eq!(patience(Some("30000000"), Some("")), None);
        for none in [
            None,
            Some(""),
            Some("0"),
            Some("1"),
            Some("-5"),
            Some("soon"),
        ] {
            assert_eq!(patience(none, None), None, "{none:?}");
        }
    }
}
