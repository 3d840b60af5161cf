//! Options from the command line and from tests.

use std::path::PathBuf;
use std::time::Duration;

/// Options from the command line and from tests.
#[derive(Debug, Clone)]
pub struct Options {
    /// Register the commands in this guild only, where they appear at once.
    pub guild: Option<u64>,
    /// Whether changes saved in the guide's folder go live by themselves.
    pub watch: bool,
    /// The encoder's folder, if an encoder may be used; whether one is installed there is checked at startup.
    pub encoder: Option<PathBuf>,
    /// How often to check whether a weekly digest is due.
    pub digest: Duration,
    /// How long things may take.
    pub timeouts: Timeouts,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            guild: None,
            watch: true,
            encoder: None,
            digest: Duration::from_secs(600),
            timeouts: Timeouts::default(),
        }
    }
}

/// How long things may take; tests are less patient.
#[derive(Debug, Clone, Copy)]
pub struct Timeouts {
    /// One attempt at a request.
    pub request: Duration,
    /// A message, from the first attempt to send it to the last. Nobody looks for the answer after that.
    pub message: Duration,
    /// An attempt to connect to the gateway.
    pub connect: Duration,
    /// Finishing the replies in progress before the bot stops. The service manager must wait longer than this.
    pub stop: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            request: Duration::from_secs(15),
            message: Duration::from_secs(60),
            connect: Duration::from_secs(30),
            stop: Duration::from_secs(10),
        }
    }
}
