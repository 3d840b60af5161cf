//! FNV-1a of 64 bits (Fowler, Noll and Vo, <https://datatracker.ietf.org/doc/html/rfc9923>): a short name of some bytes, the same on
//! every machine and in every version. It does not protect against tampering.

/// The hash of bytes.
pub(crate) fn fnv1a(bytes: impl IntoIterator<Item = u8>) -> u64 {
    bytes.into_iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}
