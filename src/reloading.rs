//! Watches the files of the guide while the bot runs, and logs what a reload brought.
//!
//! The files are looked at in turns rather than by notices of the system: those do not come from network mounts and from
//! folders that a container shares with its host, and a look costs less than a message.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use tokio::task::spawn_blocking;
use tokio::time::MissedTickBehavior;
use tracing::{error, info, warn};

use crate::live::{Fingerprint, Live, Reload};

/// How often the files are looked at. A change goes live after at least two looks: the second shows that saving is over.
const POLL_INTERVAL: Duration = Duration::from_millis(400);
/// After this many looks at files that still change they are read nonetheless.
const MAX_UNSETTLED: u32 = 3;

/// Replaces the guide by what its files say now, and logs what came of it; nothing if that could not be found out.
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

/// Reloads the guide whenever its files changed, unless that is switched off. Never completes.
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
        // A folder on a network may take its time: only this task waits for it.
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
        Reload::Same => info!(
            guide.version = version,
            "the guide's files are those that are live"
        ),
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
            "the guide stays as it was: {error}"
        ),
        Reload::Failed { is_new: false, .. } => {}
    }
}
