//! Every statement that only reads.

use std::collections::HashMap;
use std::sync::Arc;

use jiff::civil::Date;
use sqlx::Row;
use sqlx::any::AnyRow;

use super::connection::Database;
use super::driver::DatabaseError;
use super::values::{EVERY_GUILD, day, guild_or_every, unsigned};
use crate::gaps::Gap;
use crate::knowledge::Place;
use crate::settings::Settings;
use crate::stats::{RecordedOutcome, Stats, Way};

impl Database {
    /// The settings of every guild; unreadable ones are ignored.
    pub(in crate::store) async fn settings(
        &mut self,
    ) -> Result<HashMap<u64, Arc<Settings>>, DatabaseError> {
        let rows = self
            .rows(sqlx::query("SELECT guild, settings FROM settings"))
            .await?;
        let read = |row: &AnyRow| {
            let guild = unsigned(row.try_get(0).ok()?);
            let settings = serde_json::from_str(&row.try_get::<String, _>(1).ok()?).ok()?;
            Some((guild, Arc::new(settings)))
        };
        Ok(rows.iter().filter_map(read).collect())
    }

    /// Every guild about which anything is kept.
    pub(in crate::store) async fn guilds(&mut self) -> Result<Vec<u64>, DatabaseError> {
        let query = sqlx::query(
            "SELECT guild FROM settings UNION SELECT guild FROM counts UNION SELECT guild FROM gaps UNION SELECT guild FROM votes \
             UNION SELECT guild FROM additions",
        );
        let rows = self.rows(query).await?;
        let guild = |row: &AnyRow| Ok(unsigned(row.try_get(0)?));
        rows.iter().map(guild).collect()
    }

    /// The gaps since a day, of one guild or of all.
    pub(in crate::store) async fn gaps(
        &mut self,
        guild: Option<u64>,
        since: Date,
    ) -> Result<Vec<Gap>, DatabaseError> {
        let query = sqlx::query(
            "SELECT text, day, topic, count, guild FROM gaps WHERE day >= $1 AND (guild = $2 OR $2 = $3) ORDER BY day, guild, wording",
        )
        .bind(since.to_string())
        .bind(guild_or_every(guild))
        .bind(EVERY_GUILD);
        let read = |row: &AnyRow| -> Result<Option<Gap>, DatabaseError> {
            let Some(day) = day(row.try_get(1)?) else {
                return Ok(None);
            };
            let topic = Some(row.try_get::<String, _>(2)?).filter(|topic| !topic.is_empty());
            let not_it = topic.as_deref().and_then(Place::named);
            Ok(Some(Gap {
                guild: unsigned(row.try_get(4)?),
                text: row.try_get(0)?,
                day,
                topic: not_it.as_ref().map(|place| place.topic.clone()).or(topic),
                not_it,
                count: unsigned(row.try_get(3)?),
            }))
        };
        self.rows(query)
            .await?
            .iter()
            .filter_map(|row| read(row).transpose())
            .collect()
    }

    /// What was asked and answered between two days, in one guild or in all.
    pub(in crate::store) async fn stats(
        &mut self,
        guild: Option<u64>,
        from: Date,
        to: Date,
    ) -> Result<Stats, DatabaseError> {
        let mut stats = Stats::new(from, to);
        let guild = guild_or_every(guild);
        let counts = sqlx::query(
            "SELECT day, topic, way, outcome, CAST(SUM(count) AS BIGINT) FROM counts \
             WHERE day >= $1 AND day <= $2 AND (guild = $3 OR $3 = $4) GROUP BY day, topic, way, outcome",
        );
        for row in self
            .rows(
                counts
                    .bind(from.to_string())
                    .bind(to.to_string())
                    .bind(guild)
                    .bind(EVERY_GUILD),
            )
            .await?
        {
            let (topic, way, outcome): (String, String, String) =
                (row.try_get(1)?, row.try_get(2)?, row.try_get(3)?);
            let times = unsigned(row.try_get(4)?);
            // A value from a newer internbot is skipped.
            let (Some(day), Some(way), Some(outcome)) = (
                day(row.try_get(0)?),
                Way::named(&way),
                RecordedOutcome::named(&outcome),
            ) else {
                continue;
            };
            let (topic, section) = topic.split_once('/').unwrap_or((&topic, ""));
            stats.add(day, topic, |sums| sums.count(outcome, way, times));
            if outcome == RecordedOutcome::Suggest && !topic.is_empty() {
                stats.ask_back(topic, section, times);
            }
            stats
                .ways
                .entry(way)
                .or_default()
                .count(outcome, way, times);
        }
        let votes = sqlx::query(
            "SELECT day, topic, section, helped, COUNT(*) FROM votes \
             WHERE day >= $1 AND day <= $2 AND (guild = $3 OR $3 = $4) GROUP BY day, topic, section, helped",
        );
        for row in self
            .rows(
                votes
                    .bind(from.to_string())
                    .bind(to.to_string())
                    .bind(guild)
                    .bind(EVERY_GUILD),
            )
            .await?
        {
            let (topic, section): (String, String) = (row.try_get(1)?, row.try_get(2)?);
            let (helped, times): (i64, i64) = (row.try_get(3)?, row.try_get(4)?);
            let Some(day) = day(row.try_get(0)?) else {
                continue;
            };
            stats.vote(day, &topic, &section, helped != 0, unsigned(times));
        }
        Ok(stats)
    }
}
