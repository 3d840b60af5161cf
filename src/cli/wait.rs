//! Waiting in a command that has no runtime of its own.

use super::error::CliError;

/// Waits for something of the store or the network.
pub(super) fn wait_for<T>(what: impl Future<Output = T>) -> Result<T, CliError> {
    Ok(tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?
        .block_on(what))
}
