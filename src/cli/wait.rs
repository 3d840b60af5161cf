//! Waiting in a command without its own runtime.

use super::error::CliError;

/// Waits for the store or the network.
pub(super) fn wait_for<T>(what: impl Future<Output = T>) -> Result<T, CliError> {
    Ok(tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?
        .block_on(what))
}
