//! What several events have in common.

use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

/// Something of which only the id matters.
#[derive(Debug, Clone, Copy, Deserialize)]
pub(in crate::discord) struct Identified<T> {
    pub id: T,
}

/// A value, or the default if it is of another type or `null`.
pub(super) fn lenient<'de, D: Deserializer<'de>, T: Default + for<'a> Deserialize<'a>>(
    deserializer: D,
) -> Result<T, D::Error> {
    let raw = <&RawValue>::deserialize(deserializer);
    match raw {
        Ok(raw) => Ok(serde_json::from_str(raw.get()).unwrap_or_default()),
        // Inside of a value that was read before.
        Err(error) => Err(error),
    }
}
