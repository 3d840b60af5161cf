//! Ten thousand messages in one moment while every request takes 300 ms, with the stand-in server on real sockets, first of
//! all kinds and then all of them mentions: memory of the bot, what was answered, what was dropped, and whether its heartbeats
//! were on time.
//!
//! ```text
//! cargo build --release && cargo run --release --example burst -- target/release/internbot [MILLISECONDS]
//! ```
//!
//! Ends with 1 where a direct question was not answered once.

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
    #[cfg(unix)]
    pub mod burst;
    #[cfg(unix)]
    pub mod program;
    pub mod small_guide;
    pub mod stand_in;
}

#[cfg(unix)]
#[tokio::main]
async fn main() -> std::process::ExitCode {
    use std::time::Duration;

    use discord::burst::{Size, Times, burst};

    let mut arguments = std::env::args().skip(1);
    let program = arguments
        .next()
        .unwrap_or_else(|| "target/release/internbot".to_owned());
    let request = arguments.next().map_or(300, |text: String| {
        text.parse().expect("MILLISECONDS is a number")
    });
    let mixed = Size {
        overheard: 5_500,
        chatter: 2_500,
        mentions: 1_200,
        direct: 300,
        commands: 500,
    };
    let mentions = Size {
        overheard: 0,
        chatter: 0,
        mentions: 10_000,
        direct: 0,
        commands: 0,
    };
    let times = Times {
        request: Duration::from_millis(request),
        heartbeat: Duration::from_secs(15),
    };
    let mut wrong = 0;
    for size in [mixed, mentions] {
        let report = burst(program.as_ref(), size, times).await;
        println!("{report}");
        let [_, never, twice] = report.direct;
        wrong += never + twice + report.wrong;
    }
    std::process::ExitCode::from(u8::from(wrong > 0))
}

#[cfg(not(unix))]
fn main() {
    println!("The burst ends the bot by a signal, as only Unix can.");
}
