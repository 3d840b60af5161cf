//! What the handles and the task share: what is waiting, what is known, and pending requests.

use std::collections::HashMap;
use std::sync::Arc;

use parking_lot::Mutex;
use tokio::sync::{Notify, mpsc, oneshot};

use super::additions::KnownAdditions;
use super::batch::Batch;
use super::clock::Clock;
use super::health::{Health, StoreError};
use crate::additions::{Additions, Teaching};
use crate::config;
use crate::settings::Settings;

/// What handles and the task share.
#[derive(Debug)]
pub(super) struct Shared {
    pub config: config::Store,
    pub clock: Clock,
    pub pending: Mutex<Batch>,
    pub wake: Notify,
    pub requests: mpsc::Sender<StoreRequest>,
    pub settings: Mutex<HashMap<u64, Arc<Settings>>>,
    pub additions: Mutex<KnownAdditions>,
    pub health: Mutex<Health>,
}

/// A request to the task.
pub(super) enum StoreRequest {
    /// Write what waits.
    Flush(ReplyTo<()>),
    /// Change the settings of a guild.
    Change {
        guild: u64,
        change: Change,
        reply: ReplyTo<Arc<Settings>>,
    },
    /// Change what a guild has added.
    Teach {
        guild: u64,
        author: u64,
        teaching: Teaching,
        reply: ReplyTo<(Arc<Additions>, u64)>,
    },
    /// Forget a person, who is among those who wait to be forgotten.
    Forget { person: u64, reply: ReplyTo<u64> },
    /// Write what waits, and end.
    Close(ReplyTo<()>),
}

/// Where the answer to a request goes; closed once nobody is waiting for it.
pub(super) type ReplyTo<T> = oneshot::Sender<Result<T, StoreError>>;

/// What becomes of the settings of a guild.
pub(super) type Change = Box<dyn FnOnce(&Settings) -> Settings + Send>;
