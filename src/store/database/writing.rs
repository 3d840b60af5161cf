//! Every statement that changes something.
//!
//! Where several processes write to one PostgreSQL server, a row that two of them change is locked by the first until it has
//! committed; rows are written in order, so that no two wait for each other. Votes and their keys, additions,
//! and deletions of expired data are written by one process at a time.

use std::collections::HashMap;

use hmac::{Hmac, Mac};
use jiff::ToSpan;
use jiff::civil::Date;
use sha2::Sha256;
use sqlx::Row;

use super::connection::Database;
use super::driver::DatabaseError;
use super::values::{number, unsigned};
use crate::config;
use crate::settings::Settings;
use crate::store::batch::{self, Batch, Count, Vote, Voted};

/// The bytes of the key of a day, and of the name of a writer.
const KEY_BYTES: usize = 32;
const WRITER_BYTES: usize = 16;
/// How many rows go into one statement, so that a distant server is not contacted for each. With at most seven values per row, this is far
/// below the 32,766 of a statement that SQLite takes.
const ROWS: usize = 200;
/// After how many days a writer's last number is forgotten: longer than any batch waits to be written again.
const KEEP_WRITERS_DAYS: u32 = 90;

/// The result of writing a batch.
pub(in crate::store) enum Written {
    /// It is written; how many votes of people who wanted to be forgotten were deleted.
    Now(HashMap<u64, u64>),
    /// It had already been written: only the reply had been lost.
    Before,
}

impl Database {
    /// Writes everything that is waiting, or nothing; and nothing if this writer has already written a batch with this number, so that
    /// a batch whose result is unknown can be written again.
    pub(in crate::store) async fn write(
        &mut self,
        writer: &str,
        number: i64,
        batch: &Batch,
        today: Date,
    ) -> Result<Written, DatabaseError> {
        let alone =
            !(batch.votes.is_empty() && batch.forgotten.is_empty() && batch.gone.is_empty());
        self.transaction(alone, async |database| {
            // A transaction of the same writer that the server has not ended yet is waited for here.
            let is_new = sqlx::query(
                "INSERT INTO writers (writer, batch, day) VALUES ($1, $2, $3) \
             ON CONFLICT (writer) DO UPDATE SET batch = excluded.batch, day = excluded.day \
             WHERE writers.batch < excluded.batch",
            );
            if database
                .execute(is_new.bind(writer).bind(number).bind(today.to_string()))
                .await?
                == 0
            {
                return Ok(Written::Before);
            }
            for guild in &batch.gone {
                database.remove_guild(*guild).await?;
            }
            let mut deleted = HashMap::new();
            for person in &batch.forgotten {
                deleted.insert(*person, database.forget(*person).await?);
                database.forget_author(*person).await?;
            }
            database
                .count(&batch.counts.iter().collect::<Vec<_>>())
                .await?;
            let mut gaps: Vec<&batch::PendingGap> = batch.gaps.iter().collect();
            gaps.sort_by_key(|gap| (gap.guild, &gap.wording, gap.day));
            database.keep_gaps(&gaps).await?;
            if !batch.votes.is_empty() {
                database.ensure_key(today).await?;
                let keys = database.keys().await?;
                for (voted, vote) in &batch.votes {
                    database.vote(&keys, voted, *vote, today).await?;
                }
            }
            Ok(Written::Now(deleted))
        })
        .await
    }

    async fn count(&mut self, counts: &[(&Count, &u64)]) -> Result<(), DatabaseError> {
        for rows in counts.chunks(ROWS) {
            let statement = format!(
                "INSERT INTO counts (day, guild, way, outcome, topic, count) VALUES {} \
                 ON CONFLICT (day, guild, way, outcome, topic) DO UPDATE SET count = counts.count + excluded.count",
                places(rows.len(), 6)
            );
            let query = rows.iter().fold(
                sqlx::query(&statement).persistent(false),
                |query, (count, times)| {
                    query
                        .bind(count.day.to_string())
                        .bind(number(count.guild))
                        .bind(count.way.name())
                        .bind(count.outcome.name())
                        .bind(count.topic.as_str())
                        .bind(number(**times))
                },
            );
            self.execute(query).await?;
        }
        Ok(())
    }

    async fn keep_gaps(&mut self, gaps: &[&batch::PendingGap]) -> Result<(), DatabaseError> {
        for rows in gaps.chunks(ROWS) {
            let statement = format!(
                "INSERT INTO gaps (guild, wording, day, text, topic, count) VALUES {} \
                 ON CONFLICT (guild, wording, day) DO UPDATE SET count = gaps.count + excluded.count, \
                 topic = CASE WHEN excluded.topic LIKE '%/%' THEN excluded.topic ELSE gaps.topic END",
                places(rows.len(), 6)
            );
            let query =
                rows.iter()
                    .fold(sqlx::query(&statement).persistent(false), |query, gap| {
                        query
                            .bind(number(gap.guild))
                            .bind(gap.wording.as_str())
                            .bind(gap.day.to_string())
                            .bind(gap.text.as_str())
                            .bind(gap.topic.as_str())
                            .bind(number(gap.count))
                    });
            self.execute(query).await?;
        }
        Ok(())
    }

    /// Replaces the same person's earlier vote on the same section, or adds the vote.
    async fn vote(
        &mut self,
        keys: &[(String, Vec<u8>)],
        voted: &Voted,
        vote: Vote,
        today: Date,
    ) -> Result<(), DatabaseError> {
        let helped = i16::from(vote.helped);
        for (_, key) in keys {
            let changed = sqlx::query("UPDATE votes SET helped = $1, day = $2 WHERE voter = $3")
                .bind(helped)
                .bind(vote.day.to_string())
                .bind(voter(key, voted));
            if self.execute(changed).await? > 0 {
                return Ok(());
            }
        }
        let today = today.to_string();
        let Some((day, key)) = keys.iter().find(|(day, _)| *day == today) else {
            return Ok(());
        };
        let added =
            sqlx::query("INSERT INTO votes (voter, key_day, guild, topic, section, helped, day) VALUES ($1, $2, $3, $4, $5, $6, $7)")
                .bind(voter(key, voted))
                .bind(day.as_str())
                .bind(number(voted.guild))
                .bind(voted.topic.as_str())
                .bind(voted.section.as_str())
                .bind(helped)
                .bind(vote.day.to_string());
        self.execute(added).await.map(drop)
    }

    /// Makes the key of a day, unless there is one.
    async fn ensure_key(&mut self, day: Date) -> Result<(), DatabaseError> {
        let key = random::<KEY_BYTES>()?;
        let made = sqlx::query(
            "INSERT INTO vote_keys (day, secret) VALUES ($1, $2) ON CONFLICT (day) DO NOTHING",
        );
        self.execute(made.bind(day.to_string()).bind(key))
            .await
            .map(drop)
    }

    /// The keys that have not expired.
    async fn keys(&mut self) -> Result<Vec<(String, Vec<u8>)>, DatabaseError> {
        let rows = self
            .rows(sqlx::query(
                "SELECT day, secret FROM vote_keys ORDER BY day DESC",
            ))
            .await?;
        rows.iter()
            .map(|row| Ok((row.try_get(0)?, row.try_get::<String, _>(1)?.into_bytes())))
            .collect()
    }

    /// Deletes a person's votes, as far as their keys still exist.
    async fn forget(&mut self, person: u64) -> Result<u64, DatabaseError> {
        let keys = self.keys().await?;
        let rows = self
            .rows(sqlx::query(
                "SELECT DISTINCT guild, topic, section FROM votes WHERE voter IS NOT NULL",
            ))
            .await?;
        let mut voters = Vec::new();
        for row in &rows {
            let guild = unsigned(row.try_get(0)?);
            let voted = Voted {
                person,
                guild,
                topic: row.try_get(1)?,
                section: row.try_get(2)?,
            };
            voters.extend(keys.iter().map(|(_, key)| voter(key, &voted)));
        }
        let mut deleted = 0;
        for some in voters.chunks(ROWS) {
            let statement = format!("DELETE FROM votes WHERE voter IN {}", places(1, some.len()));
            let query = some
                .iter()
                .fold(sqlx::query(&statement).persistent(false), |query, voter| {
                    query.bind(voter.as_str())
                });
            deleted += self.execute(query).await?;
        }
        Ok(deleted)
    }

    /// Deletes expired data; returns the number of gaps.
    pub(in crate::store) async fn tidy(
        &mut self,
        config: &config::Store,
        today: Date,
    ) -> Result<u64, DatabaseError> {
        self.transaction(true, async |database| {
            let before = |days: u32| today.saturating_sub(i64::from(days).days()).to_string();
            let gaps = database
                .execute(
                    sqlx::query("DELETE FROM gaps WHERE day <= $1")
                        .bind(before(config.keep_gaps_days)),
                )
                .await?;
            for (statement, days) in [
                (
                    "UPDATE votes SET voter = NULL WHERE voter IS NOT NULL AND key_day <= $1",
                    config.keep_votes_days,
                ),
                (
                    "DELETE FROM vote_keys WHERE day <= $1",
                    config.keep_votes_days,
                ),
                ("DELETE FROM writers WHERE day <= $1", KEEP_WRITERS_DAYS),
            ] {
                database
                    .execute(sqlx::query(statement).bind(before(days)))
                    .await?;
            }
            database.tidy_additions().await?;
            Ok(gaps)
        })
        .await
    }

    /// Changes a guild's settings, whatever other processes do meanwhile; returns the result. If the change is refused,
    /// they stay as they are.
    pub(in crate::store) async fn change<E>(
        &mut self,
        guild: u64,
        change: impl FnOnce(&Settings) -> Result<Settings, E>,
    ) -> Result<Result<Settings, E>, DatabaseError> {
        self.transaction(false, async |database| {
            // The row is locked until the end, also where it is only made here.
            let locked = sqlx::query(
                "INSERT INTO settings (guild, settings) VALUES ($1, '{}') \
             ON CONFLICT (guild) DO UPDATE SET guild = excluded.guild",
            );
            database.execute(locked.bind(number(guild))).await?;
            let rows = database
                .rows(
                    sqlx::query("SELECT settings FROM settings WHERE guild = $1")
                        .bind(number(guild)),
                )
                .await?;
            let text = rows
                .first()
                .map(|row| row.try_get::<String, _>(0))
                .transpose()?
                .unwrap_or_default();
            let settings = match change(&serde_json::from_str(&text).unwrap_or_default()) {
                Ok(settings) => settings,
                Err(error) => return Ok(Err(error)),
            };
            let text = serde_json::to_string(&settings).map_err(std::io::Error::from)?;
            database
                .execute(
                    sqlx::query("UPDATE settings SET settings = $1 WHERE guild = $2")
                        .bind(text)
                        .bind(number(guild)),
                )
                .await?;
            Ok(Ok(settings))
        })
        .await
    }

    /// Keeps the settings of a guild that has none.
    pub(in crate::store) async fn restore(
        &mut self,
        guild: u64,
        settings: &Settings,
    ) -> Result<(), DatabaseError> {
        let text = serde_json::to_string(settings).map_err(std::io::Error::from)?;
        let kept = sqlx::query(
            "INSERT INTO settings (guild, settings) VALUES ($1, $2) ON CONFLICT (guild) DO NOTHING",
        );
        self.execute(kept.bind(number(guild)).bind(text))
            .await
            .map(drop)
    }
}

/// A unique name for a writer.
pub(in crate::store) fn writer() -> Result<String, DatabaseError> {
    random::<WRITER_BYTES>()
}

/// Random bytes, in hexadecimal.
fn random<const BYTES: usize>() -> Result<String, DatabaseError> {
    let mut bytes = [0; BYTES];
    getrandom::fill(&mut bytes)?;
    Ok(hex(&bytes))
}

/// "($1, $2), ($3, $4)" for two rows of two values.
fn places(rows: usize, columns: usize) -> String {
    let row = |row: usize| {
        let values: Vec<String> = (1..=columns)
            .map(|column| format!("${}", row * columns + column))
            .collect();
        format!("({})", values.join(", "))
    };
    (0..rows).map(row).collect::<Vec<_>>().join(", ")
}

/// A person's hash, which cannot be linked to the person without the key.
fn voter(key: &[u8], voted: &Voted) -> String {
    // A key of any length is a key, so this never fails.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else {
        return String::new();
    };
    mac.update(
        format!(
            "{}\n{}\n{}\n{}",
            voted.person, voted.guild, voted.topic, voted.section
        )
        .as_bytes(),
    );
    hex(&mac.finalize().into_bytes())
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a string never fails.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
