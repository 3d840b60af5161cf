//! The tables of the store, as numbered steps: the first step makes version 1. A step that was released never changes;
//! a new one is added. Plain SQL that SQLite and PostgreSQL both take.
//!
//! No table has an id of a channel or a message. `guild` is 0 for direct messages.

/// Every step, the statements of each in order.
pub(super) const STEPS: &[&[&str]] = &[
    &[
        // What moderators set, as JSON.
        "CREATE TABLE settings (guild BIGINT PRIMARY KEY, settings TEXT NOT NULL)",
        // What became of questions, by day.
        "CREATE TABLE counts (day TEXT NOT NULL, guild BIGINT NOT NULL, way TEXT NOT NULL, outcome TEXT NOT NULL, topic TEXT NOT NULL, \
     count BIGINT NOT NULL, PRIMARY KEY (day, guild, way, outcome, topic))",
        // Scrubbed questions that had no answer; `wording` is the text without case and marks.
        "CREATE TABLE gaps (guild BIGINT NOT NULL, wording TEXT NOT NULL, day TEXT NOT NULL, text TEXT NOT NULL, topic TEXT NOT NULL, \
     count BIGINT NOT NULL, PRIMARY KEY (guild, wording, day))",
        "CREATE INDEX gaps_by_day ON gaps (day)",
        // The key of each day, in hexadecimal, for as long as its votes can be changed.
        "CREATE TABLE vote_keys (day TEXT PRIMARY KEY, secret TEXT NOT NULL)",
        // Whether a section helped. `voter` is a keyed hash, and null once its key is gone.
        "CREATE TABLE votes (voter TEXT UNIQUE, key_day TEXT NOT NULL, guild BIGINT NOT NULL, topic TEXT NOT NULL, section TEXT NOT NULL, \
     helped SMALLINT NOT NULL, day TEXT NOT NULL)",
        "CREATE INDEX votes_by_day ON votes (day)",
    ],
    // The number of the last batch of each process, by a random name, so that one whose end was not known is not added twice.
    &["CREATE TABLE writers (writer TEXT PRIMARY KEY, batch BIGINT NOT NULL, day TEXT NOT NULL)"],
    &[
        // What moderators added, as JSON. `version` grows with each change of any of them, so that a process sees what others
        // have changed. Of what was removed stays a row without guild, author and text, until a later one is there.
        "CREATE TABLE additions (id BIGINT PRIMARY KEY, guild BIGINT NOT NULL, author BIGINT, day TEXT NOT NULL, lesson TEXT NOT NULL, \
     version BIGINT NOT NULL)",
        "CREATE INDEX additions_by_version ON additions (version)",
        "CREATE INDEX additions_by_guild ON additions (guild)",
    ],
];

/// The version that this program writes.
pub(super) fn version() -> i64 {
    i64::try_from(STEPS.len()).unwrap_or(i64::MAX)
}
