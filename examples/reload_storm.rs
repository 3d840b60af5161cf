//! Ten reloads of the guide a second while people ask all the time, with the stand-in server on real sockets: every reply
//! is read and must be of one version.
//!
//! ```text
//! cargo run --release --example reload_storm -- [SECONDS]
//! ```

#![allow(
    clippy::print_stdout,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "an example talks, and may stop"
)]

#[path = "../tests/discord"]
#[allow(
    dead_code,
    unused_imports,
    unreachable_pub,
    reason = "the tests use the rest"
)]
mod discord {
    pub mod small_guide;
    pub mod stand_in;
    #[cfg(unix)]
    pub mod storm;
}

/// How many reloads a second brings.
#[cfg(unix)]
const A_SECOND: usize = 10;

#[cfg(unix)]
#[tokio::main(flavor = "current_thread")]
async fn main() {
    let seconds = std::env::args().nth(1).map_or(60, |text| {
        text.parse::<usize>().expect("SECONDS is a number")
    });
    println!("{}", discord::storm::storm(seconds * A_SECOND).await);
}

#[cfg(not(unix))]
fn main() {
    println!("The storm turns a link from one folder to another, as only Unix can.");
}
