//! Reports the bot's state to systemd, if it is a service of `Type=notify` with a watchdog. Does nothing elsewhere.

#[cfg(unix)]
pub(super) use notify::{feed_watchdog, ready, stopping};

#[cfg(unix)]
mod notify {
    use std::sync::Once;
    use std::time::Duration;

    use sd_notify::NotifyState;
    use tokio::time::MissedTickBehavior;
    use tracing::warn;

    /// Reports that the bot is connected.
    pub(in crate::discord) fn ready() {
        notify(NotifyState::Ready);
    }

    /// Reports that the bot is about to end.
    pub(in crate::discord) fn stopping() {
        notify(NotifyState::Stopping);
    }

    /// Reports twice in each watchdog interval that the bot works. Runs as a task alongside those that handle events, so
    /// that it falls silent if these stall.
    pub(in crate::discord) async fn feed_watchdog() {
        let mut microseconds = 0;
        if !sd_notify::watchdog_enabled(false, &mut microseconds)
            && std::env::var_os("WATCHDOG_PID").is_none()
        {
            // If the supervisor does not say which process it watches, it watches this one.
            let interval = std::env::var("WATCHDOG_USEC").ok();
            microseconds = interval.and_then(|text| text.parse().ok()).unwrap_or(0);
        }
        // The time between two reports is half the interval, and it must not be zero.
        if microseconds < 2 {
            return;
        }
        let mut notices = tokio::time::interval(Duration::from_micros(microseconds) / 2);
        notices.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            notices.tick().await;
            notify(NotifyState::Watchdog);
        }
    }

    /// Logs once if systemd cannot be reached.
    fn notify(state: NotifyState<'_>) {
        static WARNED: Once = Once::new();
        if let Err(error) = sd_notify::notify(false, &[state]) {
            WARNED.call_once(|| {
                warn!(%error, "cannot report to systemd, which may therefore end the bot; check NOTIFY_SOCKET");
            });
        }
    }
}

#[cfg(not(unix))]
pub(super) fn ready() {}

#[cfg(not(unix))]
pub(super) fn stopping() {}

#[cfg(not(unix))]
pub(super) async fn feed_watchdog() {}
