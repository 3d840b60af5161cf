//! Watches the guide's files while the bot runs, and logs the results of reloads.
//!
//! The files are polled, because the system's change notifications do not work for network mounts and
//! folders shared between a container and its host, and polling costs less than handling a message.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use tokio::task::spawn_blocking;
use tokio::time::MissedTickBehavior;
use tracing::{error, info, warn};

use crate::live::{Fingerprint, Live, Reload};

/// How often the files are polled. A change goes live after at least two polls: the second shows that saving has finished.
const POLL_INTERVAL: Duration = Duration::from_millis(400);
/// After this many polls, files that keep changing are read anyway.
const MAX_UNSETTLED: u32 = 3;

/// Reloads the guide from its files, and logs the result; `None` if learning failed.
pub async fn reload(live: &Arc<Live>) -> Option<Reload> {
    let worker = Arc::clone(live);
    match spawn_blocking(move || worker.reload()).await {
        Ok(reload) => {
            log(live, &reload);
            Some(reload)
        }
        Err(fault) => {
            error!(%fault, "learning the guide failed, the previous one stays live; please report this");
            None
        }
    }
}

/// Reloads the guide whenever its files change, unless that is switched off. Never completes.
pub(crate) async fn watch(live: &Arc<Live>, is_on: bool) -> Infallible {
    if !is_on {
        return std::future::pending().await;
    }
    let mut looks = tokio::time::interval(POLL_INTERVAL);
    looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut last = Fingerprint::default();
    let mut unsettled = 0;
    loop {
        looks.tick().await;
        // A network folder may be slow: only this task waits for it.
        let worker = Arc::clone(live);
        let look = spawn_blocking(move || {
            let files = worker.fingerprint();
            (worker.differs(&files), files)
        });
        let Ok((differs, files)) = look.await else {
            continue;
        };
        let settled = files == last;
        last = files;
        unsettled = if differs && !settled {
            unsettled + 1
        } else {
            0
        };
        if differs && (settled || unsettled > MAX_UNSETTLED) {
            unsettled = 0;
            reload(live).await;
        }
    }
}

fn log(live: &Live, reload: &Reload) {
    let version = live.guide().knowledge.version().to_owned();
    match reload {
        Reload::Same | Reload::Fixed => {
            let outcome = match reload {
                Reload::Fixed => {
                    "the guide's files have no errors any more, and are those of the live guide"
                }
                _ => "the guide's files have not changed",
            };
            info!(guide.version = version, "{outcome}");
        }
        Reload::Swapped(changes) => info!(
            guide.version = version,
            topics.added = changes.added,
            topics.changed = changes.changed,
            topics.removed = changes.removed,
            "the guide was reloaded"
        ),
        Reload::Failed {
            error,
            is_new: true,
        } => warn!(
            guide.version = version,
            "the previous guide stays live: {error}"
        ),
        Reload::Failed { is_new: false, .. } => {}
    }
}
