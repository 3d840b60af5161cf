//! What moderators added.
//!
//! Each change gets the next version, and changes are made one after the other, even by several processes: a process that has read up to
//! a version has seen everything before it. An addition's first version is its id.

use jiff::civil::Date;
use sqlx::Row;
use sqlx::any::AnyRow;

use super::connection::Database;
use super::driver::DatabaseError;
use super::values::{EVERY_GUILD, day, guild_or_every, number, unsigned};
use crate::additions::{Addition, AdditionError, Additions, Teaching};

/// How many are read at a time.
const ROWS: usize = 1_000;
/// The placeholder of a removed lesson.
const REMOVED: &str = "";

/// A change that was read: of what, and in which version.
#[derive(Debug, Clone)]
pub(in crate::store) struct AdditionChange {
    pub id: u64,
    pub guild: u64,
    /// The current addition; `None` if it was removed.
    pub addition: Option<Addition>,
    pub version: i64,
}

impl Database {
    /// Every change after a version, in the order of the versions, a thousand at a time: fewer than that are the last.
    pub(in crate::store) async fn addition_changes(
        &mut self,
        after: i64,
    ) -> Result<(Vec<AdditionChange>, bool), DatabaseError> {
        let statement = format!(
            "SELECT id, guild, author, day, lesson, version FROM additions WHERE version > $1 ORDER BY version LIMIT {ROWS}"
        );
        let rows = self.rows(sqlx::query(&statement).bind(after)).await?;
        let changes = rows.iter().map(change).collect::<Result<Vec<_>, _>>()?;
        Ok((changes, rows.len() < ROWS))
    }

    /// What was added, in one guild or in all, with the guild of each, in the order of the ids.
    pub(in crate::store) async fn additions(
        &mut self,
        guild: Option<u64>,
    ) -> Result<Vec<(u64, Addition)>, DatabaseError> {
        let query = sqlx::query(
            "SELECT id, guild, author, day, lesson, version FROM additions WHERE lesson <> $1 AND (guild = $2 OR $2 = $3) ORDER BY guild, id",
        );
        let rows = self
            .rows(
                query
                    .bind(REMOVED)
                    .bind(guild_or_every(guild))
                    .bind(EVERY_GUILD),
            )
            .await?;
        let changes = rows.iter().map(change).collect::<Result<Vec<_>, _>>()?;
        let present = changes.into_iter();
        Ok(present
            .filter_map(|change| Some((change.guild, change.addition?)))
            .collect())
    }

    /// Changes what a guild has added, whatever other processes do meanwhile; returns the result and the id of what was changed.
    /// If the change is not allowed, everything stays as it is.
    pub(in crate::store) async fn teach(
        &mut self,
        guild: u64,
        author: u64,
        teaching: Teaching,
        today: Date,
    ) -> Result<Result<(Additions, u64), AdditionError>, DatabaseError> {
        self.transaction(true, async |database| {
            let present = database.additions(Some(guild)).await?;
            let mut present = Additions::new(present.into_iter().map(|(_, addition)| addition));
            if let Err(error) = present.allow(&teaching) {
                return Ok(Err(error));
            }
            let mut version = database.next_version().await?;
            // What is taught again is the latest, and wins against what was taught in between.
            if let Teaching::Add(lesson) = &teaching
                && let Some(same) = present.same(lesson).map(|same| same.id)
            {
                database.remove(same, version).await?;
                present = present.without(same);
                version += 1;
            }
            let (id, lesson) = match teaching {
                Teaching::Add(lesson) => (unsigned(version), lesson),
                Teaching::Edit(id, lesson) => (id, lesson),
                Teaching::Remove(id) => {
                    database.remove(id, version).await?;
                    return Ok(Ok((present.without(id), id)));
                }
            };
            let addition = Addition {
                id,
                author: Some(author),
                day: today,
                lesson,
            };
            database.keep(guild, &addition, version).await?;
            Ok(Ok((present.with(addition), id)))
        })
        .await
    }

    /// Removes an addition of any guild; returns whether it was there.
    pub(in crate::store) async fn remove_addition(
        &mut self,
        id: u64,
    ) -> Result<bool, DatabaseError> {
        self.transaction(true, async |database| {
            let version = database.next_version().await?;
            database.remove(id, version).await
        })
        .await
    }

    /// Within an exclusive transaction: removes a person's id from what they wrote.
    pub(super) async fn forget_author(&mut self, person: u64) -> Result<(), DatabaseError> {
        let rows = self
            .rows(
                sqlx::query("SELECT id FROM additions WHERE author = $1 ORDER BY id")
                    .bind(number(person)),
            )
            .await?;
        for row in &rows {
            let version = self.next_version().await?;
            let forgotten =
                sqlx::query("UPDATE additions SET author = NULL, version = $1 WHERE id = $2");
            self.execute(forgotten.bind(version).bind(row.try_get::<i64, _>(0)?))
                .await?;
        }
        Ok(())
    }

    /// Within an exclusive transaction: removes what a guild has added.
    pub(super) async fn remove_additions_of(&mut self, guild: u64) -> Result<(), DatabaseError> {
        for (_, addition) in self.additions(Some(guild)).await? {
            let version = self.next_version().await?;
            self.remove(addition.id, version).await?;
        }
        Ok(())
    }

    /// Within a transaction: deletes the placeholders of removed additions. Every process has read them by now, or will read
    /// everything again; the last version stays, so that no version is used twice.
    pub(super) async fn tidy_additions(&mut self) -> Result<(), DatabaseError> {
        let gone = sqlx::query(
            "DELETE FROM additions WHERE lesson = $1 AND version < (SELECT MAX(version) FROM additions)",
        );
        self.execute(gone.bind(REMOVED)).await.map(drop)
    }

    /// Restores an addition in a store that has lost it.
    pub(in crate::store) async fn restore_addition(
        &mut self,
        guild: u64,
        addition: &Addition,
    ) -> Result<(), DatabaseError> {
        self.keep(guild, addition, number(addition.id)).await
    }

    async fn next_version(&mut self) -> Result<i64, DatabaseError> {
        let rows = self
            .rows(sqlx::query(
                "SELECT CAST(COALESCE(MAX(version), 0) + 1 AS BIGINT) FROM additions",
            ))
            .await?;
        Ok(rows.first().map_or(Ok(1), |row| row.try_get(0))?)
    }

    async fn keep(
        &mut self,
        guild: u64,
        addition: &Addition,
        version: i64,
    ) -> Result<(), DatabaseError> {
        let lesson = serde_json::to_string(&addition.lesson).map_err(std::io::Error::from)?;
        let kept = sqlx::query(
            "INSERT INTO additions (id, guild, author, day, lesson, version) VALUES ($1, $2, $3, $4, $5, $6) \
             ON CONFLICT (id) DO UPDATE SET author = excluded.author, day = excluded.day, lesson = excluded.lesson, \
             version = excluded.version",
        );
        let kept = kept
            .bind(number(addition.id))
            .bind(number(guild))
            .bind(addition.author.map(number))
            .bind(addition.day.to_string())
            .bind(lesson)
            .bind(version);
        self.execute(kept).await.map(drop)
    }

    async fn remove(&mut self, id: u64, version: i64) -> Result<bool, DatabaseError> {
        let removed = sqlx::query(
            "UPDATE additions SET guild = 0, author = NULL, day = '', lesson = $1, version = $2 WHERE id = $3 AND lesson <> $1",
        );
        let removed = removed.bind(REMOVED).bind(version).bind(number(id));
        Ok(self.execute(removed).await? > 0)
    }
}

/// An addition from a newer internbot that cannot be read is ignored.
fn change(row: &AnyRow) -> Result<AdditionChange, DatabaseError> {
    let id = unsigned(row.try_get(0)?);
    let author = row.try_get::<Option<i64>, _>(2)?.map(unsigned);
    let lesson = serde_json::from_str(&row.try_get::<String, _>(4)?).ok();
    let day = day(row.try_get(3)?);
    Ok(AdditionChange {
        id,
        guild: unsigned(row.try_get(1)?),
        addition: lesson.zip(day).map(|(lesson, day)| Addition {
            id,
            author,
            day,
            lesson,
        }),
        version: row.try_get(5)?,
    })
}
