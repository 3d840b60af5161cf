//! Which guilds are still there, and removing what is kept of the others.

use std::collections::{BTreeSet, HashMap};
use std::convert::Infallible;

use jiff::ToSpan;
use jiff::civil::Date;

use super::connection::Database;
use super::driver::DatabaseError;
use super::values::number;
use crate::settings::Settings;
use crate::store::batch::SessionShard;

/// For how long a guild is not listed before what is kept of it goes, in days: the operator may have run another bot with this
/// store, or moved to a new application that moderators have yet to invite.
const DAYS_ABSENT: i64 = 7;

impl Database {
    /// Notes which guilds of a shard are not among these, and removes those that were not for [`DAYS_ABSENT`]; returns how many.
    pub(in crate::store) async fn note_guilds(
        &mut self,
        shard: SessionShard,
        guilds: &BTreeSet<u64>,
        today: Date,
    ) -> Result<usize, DatabaseError> {
        let settings: HashMap<u64, _> = self.settings().await?.into_iter().collect();
        let known = self.guilds().await?;
        let mut removed = 0;
        for guild in known.into_iter().filter(|guild| shard.has(*guild)) {
            let since = settings.get(&guild).and_then(|known| known.absent_since);
            let is_over = |since: Date| since.saturating_add(DAYS_ABSENT.days()) <= today;
            match (guilds.contains(&guild), since) {
                (false, Some(since)) if is_over(since) => {
                    self.transaction(true, async |database| database.remove_guild(guild).await)
                        .await?;
                    removed += 1;
                }
                (true, Some(_)) => self.note_absence(guild, None).await?,
                (false, None) => self.note_absence(guild, Some(today)).await?,
                (true, None) | (false, Some(_)) => {}
            }
        }
        Ok(removed)
    }

    async fn note_absence(&mut self, guild: u64, since: Option<Date>) -> Result<(), DatabaseError> {
        let noted = |settings: &Settings| {
            Ok::<_, Infallible>(Settings {
                absent_since: since,
                ..settings.clone()
            })
        };
        self.change(guild, noted).await.map(drop)
    }

    /// Within an exclusive transaction: removes everything about a guild.
    pub(super) async fn remove_guild(&mut self, guild: u64) -> Result<(), DatabaseError> {
        for table in ["settings", "counts", "gaps", "votes"] {
            let statement = format!("DELETE FROM {table} WHERE guild = $1");
            self.execute(sqlx::query(&statement).bind(number(guild)))
                .await?;
        }
        self.remove_additions_of(guild).await
    }
}
