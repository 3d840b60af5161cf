//! Minutes of questions under a seeded storm of faults, with the stand-in server on real sockets: every question that the bot
//! has heard of is answered once, or was refused in a way in which the bot rightly gives up; its memory is flat.
//!
//! ```text
//! cargo build --release && cargo run --release --example soak -- target/release/internbot [--seconds 600] [--seed 1]
//! ```
//!
//! Ends with 1 where a question was lost or answered twice. The same seed and time make the same plan, as its hash tells.

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
    pub mod program;
    pub mod small_guide;
    #[cfg(unix)]
    pub mod soak;
    pub mod stand_in;
}

#[cfg(unix)]
#[tokio::main]
async fn main() -> std::process::ExitCode {
    let mut arguments = std::env::args().skip(1);
    let program = arguments
        .next()
        .unwrap_or_else(|| "target/release/internbot".to_owned());
    let (mut seconds, mut seed) = (600, 1);
    while let Some(name) = arguments.next() {
        let value = arguments
            .next()
            .and_then(|text| text.parse().ok())
            .expect("a number comes after each option");
        match name.as_str() {
            "--seconds" => seconds = value,
            "--seed" => seed = value,
            _ => panic!("{name} is no option: there are --seconds and --seed"),
        }
    }
    let report =
        discord::soak::soak(program.as_ref(), &discord::soak::Plan::new(seed, seconds)).await;
    println!("{report}");
    std::process::ExitCode::from(u8::from(report.lost() + report.twice() > 0))
}

#[cfg(not(unix))]
fn main() {
    println!("The soak ends the bot by a signal, as only Unix can.");
}
