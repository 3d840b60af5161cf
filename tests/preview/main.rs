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
mod serving;
#[allow(dead_code, reason = "the tests of the bot need the rest")]
#[path = "../discord/small_guide.rs"]
mod small_guide;
mod writing;

use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::{Arc, LazyLock};

use internbot::config::{self, Config};
use internbot::guide::Guide;
use internbot::knowledge;
use internbot::live::Live;
use internbot::preview::Preview;
use internbot::store::{Clock, StoreHandle, Timing};
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

/// Serves a preview until the test ends; where it listens.
async fn preview_of(live: Arc<Live>) -> SocketAddr {
    preview_with(live, no_store()).await
}

async fn preview_with(live: Arc<Live>, store: config::Store) -> SocketAddr {
    let anywhere = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    let preview = Preview::bind(
        anywhere,
        live,
        &Config {
            store,
            ..Config::default()
        },
        Box::new(|_| None),
    )
    .await
    .expect("there is a free port");
    let address = preview.address();
    tokio::spawn(preview.serve());
    address
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

fn no_store() -> config::Store {
    config::Store {
        url: String::new().try_into().expect("an empty address is none"),
        ..config::Store::default()
    }
}
