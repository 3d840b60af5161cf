//! What is chosen on the command line, and by tests.

use std::path::PathBuf;
use std::time::Duration;

/// What is chosen on the command line, and by tests.
#[derive(Debug, Clone)]
pub struct Options {
    /// Register the commands to this guild alone, where they appear at once.
    pub guild: Option<u64>,
    /// Whether a change that is saved in the guide's folder goes live by itself.
    pub watch: bool,
    /// The folder of the encoder, if one may be asked; whether one is installed there is seen at the start.
    pub encoder: Option<PathBuf>,
    /// How often the bot looks whether a weekly digest is due.
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
    /// A message, from the first attempt at sending it to the last. Nobody looks for the answer later.
    pub message: Duration,
    /// An attempt to connect to the gateway.
    pub connect: Duration,
    /// Finishing the replies in progress before the bot stops. The service manager waits longer than this.
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
