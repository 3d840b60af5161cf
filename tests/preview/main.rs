//! The preview: what is asked of its server, what a browser shows of it, and the pages that it writes.
//!
//! | Module | Proves |
//! | --- | --- |
//! | `serving` | who may send which requests, and that no request does harm |
//! | `looking` | the page in a real browser; skipped where there is none |
//! | `writing` | the static pages, which are written completely or not at all |

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stderr,
    unreachable_pub,
    reason = "a test may stop and say what it skips, and its modules share what they need"
)]

#[cfg(unix)]
#[allow(dead_code, reason = "the pictures need the rest")]
mod browser;
#[cfg(unix)]
mod looking;
mod served;
mod serving;
#[allow(dead_code, reason = "the tests of the bot need the rest")]
#[path = "../discord/small_guide.rs"]
mod small_guide;
mod writing;

use std::path::Path;
use std::sync::{Arc, LazyLock};

use internbot::config;
use internbot::guide::Guide;
use internbot::knowledge;
use internbot::live::Live;
use internbot::store::{Clock, StoreHandle, Timing};
use served::{preview_of, preview_with};
use sqlx::{Connection, Executor, SqliteConnection};

/// The guide of this repository, learned once for all tests.
static GUIDE: LazyLock<Arc<Guide>> = LazyLock::new(|| {
    let knowledge = knowledge::load(Path::new("knowledge"), jiff::civil::date(2026, 11, 23))
        .expect("the guide of this repository has no error");
    Arc::new(Guide::new(knowledge))
});

/// The guide of this repository, live.
fn this_guide() -> Arc<Live> {
    Arc::new(Live::new(Path::new("knowledge"), Arc::clone(&GUIDE)))
}

/// A store in a folder that another version of internbot wrote.
async fn store_of_another_version(folder: &Path, change: &str) -> config::Store {
    let file = folder.join("internbot.db");
    let config = config::Store {
        url: file.as_path().into(),
        ..config::Store::default()
    };
    let store = StoreHandle::open(&config, Clock::system(), Timing::default()).await;
    store.close().await;
    let url = format!("sqlite:{}", file.display());
    let mut database = SqliteConnection::connect(&url).await.expect("a store");
    database.execute(change).await.expect("it can be changed");
    database.close().await.expect("it is written");
    config
}

/// Makes a store look as if a newer internbot had written it.
const NEWER: &str = "INSERT INTO schema_version VALUES (99)";
/// Makes a store look as if an older internbot had written it.
const OLDER: &str = "DELETE FROM schema_version WHERE version > 2";
