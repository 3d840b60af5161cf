//! The task that writes: one transaction for everything that is waiting, with growing delays while the store is failing.

use std::collections::HashMap;
use std::sync::Arc;

use jiff::civil::Date;
use tokio::sync::mpsc;
use tokio::time::Instant;
use tracing::{debug, info, warn};

use super::additions::KnownAdditions;
use super::batch::Batch;
use super::clock::Timing;
use super::database::{Database, DatabaseError, Written, explain, writer};
use super::health::{State, StoreError};
use super::shared::{Change, ReplyTo, Shared, StoreRequest};
use crate::additions::{Additions, Teaching};
use crate::settings::Settings;

/// The task and what only it has.
pub(super) struct Worker {
    shared: Arc<Shared>,
    timing: Timing,
    database: Option<Database>,
    /// What could not be written yet.
    unwritten: Batch,
    /// A batch that may already have been written, because the reply was lost. It is written first, unchanged, with the same number.
    uncertain_batch: Option<Batch>,
    /// The name under which this process writes; empty before it does.
    writer: String,
    /// The number of the next batch.
    number: i64,
    /// Votes that were deleted for people who are waiting to hear about it.
    deleted: HashMap<u64, u64>,
    /// When the next attempt is due if nobody asks for one.
    due: Instant,
    /// How long to wait after the next failure.
    pause: std::time::Duration,
    /// Whether the settings that are known have to be written into a new file.
    restore: bool,
    refreshed: Option<Instant>,
    /// The last change to additions that this process knows; `None` before it has read them all.
    known: Option<i64>,
    tidied: Option<(Instant, Date)>,
}

impl Worker {
    pub(super) fn new(shared: Arc<Shared>, timing: Timing) -> Self {
        Self {
            shared,
            database: None,
            unwritten: Batch::default(),
            uncertain_batch: None,
            writer: String::new(),
            number: 1,
            deleted: HashMap::new(),
            due: Instant::now(),
            pause: timing.retry,
            restore: false,
            refreshed: None,
            known: None,
            tidied: None,
            timing,
        }
    }

    /// Runs until it is told to close.
    pub(super) async fn run(mut self, mut requests: mpsc::Receiver<StoreRequest>) {
        loop {
            tokio::select! {
                request = requests.recv() => match request {
                    Some(request) => if !self.handle(request).await { return },
                    None => return,
                },
                () = self.shared.wake.notified(), if self.is_well() => {
                    self.due = self.due.min(Instant::now() + self.timing.gather);
                }
                () = tokio::time::sleep_until(self.due) => {
                    // A failure shows in the health.
                    let _ = self.attempt().await;
                }
            }
        }
    }

    /// Handles a request; returns whether to continue.
    async fn handle(&mut self, request: StoreRequest) -> bool {
        match request {
            // If nobody is waiting any more, they were told that nothing changed, so skip it; others are waiting behind it.
            StoreRequest::Flush(reply) if reply.is_closed() => {}
            StoreRequest::Flush(reply) => drop(reply.send(self.attempt().await)),
            StoreRequest::Change { reply, .. } if reply.is_closed() => {}
            StoreRequest::Change {
                guild,
                change,
                reply,
            } => {
                let done = self.change(guild, change, &reply).await;
                drop(reply.send(done));
            }
            StoreRequest::Teach { reply, .. } if reply.is_closed() => {}
            StoreRequest::Teach {
                guild,
                author,
                teaching,
                reply,
            } => {
                let done = self.teach(guild, author, teaching, &reply).await;
                drop(reply.send(done));
            }
            StoreRequest::Forget { person, reply } => {
                let written = self.attempt().await;
                let deleted = self.deleted.remove(&person).unwrap_or_default();
                drop(reply.send(written.map(|()| deleted)));
            }
            StoreRequest::Close(reply) => {
                let written = self.attempt().await;
                if let Some(database) = self.database.take() {
                    database.close().await;
                }
                drop(reply.send(written));
                return false;
            }
        }
        true
    }

    fn is_well(&self) -> bool {
        self.shared.health.lock().state == State::Well
    }

    /// Opens the store if necessary and does everything that is due.
    async fn attempt(&mut self) -> Result<(), StoreError> {
        self.unwritten
            .append(std::mem::take(&mut self.shared.pending.lock()));
        let done = self.work().await;
        let done = done.map_err(|fault| self.unwell(&fault));
        if done.is_ok() {
            self.well();
        }
        done
    }

    async fn work(&mut self) -> Result<(), DatabaseError> {
        if let Some(database) = &mut self.database
            && !database.is_there().await
        {
            self.database = None;
            info!(
                "the store's file was deleted or replaced, or its server closed the connection; opening it again"
            );
        }
        let today = self.shared.clock.today();
        let mut database = match self.database.take() {
            Some(database) => database,
            None => self.open().await?,
        };
        // Only keep a connection on which everything succeeded.
        self.write(&mut database, today).await?;
        let now = Instant::now();
        if self
            .tidied
            .is_none_or(|(at, day)| day != today || now - at >= self.timing.tidy)
        {
            let gaps = database.tidy(&self.shared.config, today).await?;
            debug!(gaps, "deleted what has expired");
            self.tidied = Some((now, today));
        }
        if self
            .refreshed
            .is_none_or(|at| now - at >= self.timing.refresh)
        {
            let settings = database.settings().await?;
            // A guild that was removed while they were being read stays removed.
            let gone = self.shared.pending.lock().gone.clone();
            *self.shared.settings.lock() = settings
                .into_iter()
                .filter(|(guild, _)| !gone.contains(guild))
                .collect();
            self.refreshed = Some(now);
        }
        self.follow_additions(&mut database).await?;
        self.database = Some(database);
        Ok(())
    }

    /// Reads what was added, by this process or another, since it last looked.
    async fn follow_additions(&mut self, database: &mut Database) -> Result<(), DatabaseError> {
        // Read completely before replacing what is known, so that nobody sees half of it.
        let mut anew = self.known.is_none().then(KnownAdditions::default);
        let mut known = self.known.unwrap_or_default();
        loop {
            let (changes, are_all) = database.addition_changes(known).await?;
            known = changes.last().map_or(known, |last| last.version);
            let gone = self.shared.pending.lock().gone.clone();
            let changes = changes
                .into_iter()
                .filter(|change| !gone.contains(&change.guild));
            match &mut anew {
                Some(anew) => anew.apply(changes),
                None => self.shared.additions.lock().apply(changes),
            }
            if are_all {
                break;
            }
        }
        if let Some(anew) = anew {
            *self.shared.additions.lock() = anew;
        }
        self.known = Some(known);
        Ok(())
    }

    /// Writes what is waiting: each batch once, even if the reply to a commit is lost.
    async fn write(&mut self, database: &mut Database, today: Date) -> Result<(), DatabaseError> {
        if self.writer.is_empty() {
            self.writer = writer()?;
        }
        if let Some(batch) = &self.uncertain_batch {
            if let Written::Before = database
                .write(&self.writer, self.number, batch, today)
                .await?
            {
                debug!("what waited had been written before");
            }
            (self.uncertain_batch, self.number) = (None, self.number + 1);
        }
        self.note_guilds(database, today).await?;
        if self.unwritten.is_empty() {
            return Ok(());
        }
        let written = database
            .write(&self.writer, self.number, &self.unwritten, today)
            .await;
        let dropped = self.unwritten.dropped;
        if let Err(DatabaseError::Commit(_)) = &written {
            self.uncertain_batch = Some(std::mem::replace(
                &mut self.unwritten,
                Batch {
                    dropped,
                    ..Batch::default()
                },
            ));
        }
        if let Written::Now(deleted) = written? {
            self.deleted = deleted;
        }
        self.number += 1;
        self.unwritten = Batch {
            dropped,
            ..Batch::default()
        };
        Ok(())
    }

    /// Deletes what is kept of guilds that have not been there for long, before anything is written that came later.
    async fn note_guilds(
        &mut self,
        database: &mut Database,
        today: Date,
    ) -> Result<(), DatabaseError> {
        while let Some((shard, guilds)) = self.unwritten.sessions.first_key_value() {
            let noted = database.note_guilds(*shard, guilds, today).await;
            // A store so large that this takes too long must not wait for it for ever.
            if noted.as_ref().err().is_none_or(DatabaseError::is_silence) {
                self.unwritten.sessions.pop_first();
            }
            let servers = noted?;
            if servers > 0 {
                info!(
                    servers,
                    "deleted what was kept of servers that removed the bot"
                );
            }
        }
        Ok(())
    }

    /// Opens the store; if it is a new one, writes the known settings to it.
    async fn open(&mut self) -> Result<Database, DatabaseError> {
        let mut database = Database::open(&self.shared.config, self.timing.statement).await?;
        self.restore |= database.created;
        if self.restore {
            let known = self.shared.settings.lock().clone();
            for (guild, settings) in known {
                database.restore(guild, &settings).await?;
            }
            let known = self.shared.additions.lock().clone();
            for (guild, additions) in known.iter() {
                for addition in additions.iter() {
                    database.restore_addition(guild, addition).await?;
                }
            }
            self.restore = false;
        }
        (self.refreshed, self.known) = (None, None);
        self.tidied = None;
        Ok(database)
    }

    async fn teach(
        &mut self,
        guild: u64,
        author: u64,
        teaching: Teaching,
        reply: &ReplyTo<(Arc<Additions>, u64)>,
    ) -> Result<(Arc<Additions>, u64), StoreError> {
        self.attempt().await?;
        let today = self.shared.clock.today();
        // As with a change of settings: it may have taken longer than anyone waits.
        let Some(database) = self.database.as_mut().filter(|_| !reply.is_closed()) else {
            return Err(StoreError::Late);
        };
        let (additions, id) = database
            .teach(guild, author, teaching, today)
            .await
            .map_err(|fault| self.unwell(&fault))??;
        let additions = Arc::new(additions);
        self.shared.additions.lock().put(guild, &additions);
        Ok((additions, id))
    }

    async fn change(
        &mut self,
        guild: u64,
        change: Change,
        reply: &ReplyTo<Arc<Settings>>,
    ) -> Result<Arc<Settings>, StoreError> {
        self.attempt().await?;
        // After an attempt that went well it is open; it may have taken longer than anyone waits.
        let Some(database) = self.database.as_mut().filter(|_| !reply.is_closed()) else {
            return Err(StoreError::Late);
        };
        let change = |settings: &Settings| {
            let settings = change(settings);
            settings.check().map(|()| settings)
        };
        let settings = Arc::new(
            database
                .change(guild, change)
                .await
                .map_err(|fault| self.unwell(&fault))??,
        );
        self.shared
            .settings
            .lock()
            .insert(guild, Arc::clone(&settings));
        Ok(settings)
    }

    /// How many rows wait here.
    fn waiting(&self) -> usize {
        self.unwritten.len() + self.uncertain_batch.as_ref().map_or(0, Batch::len)
    }

    fn well(&mut self) {
        self.pause = self.timing.retry;
        self.due = Instant::now() + self.timing.refresh.min(self.timing.look);
        let mut health = self.shared.health.lock();
        (health.waiting, health.dropped) = (0, self.unwritten.dropped);
        let was_unwell = health.state == State::Unwell;
        if was_unwell || health.sentence != WELL {
            (health.state, health.since, health.sentence) =
                (State::Well, self.shared.clock.now(), WELL.to_owned());
        }
        if was_unwell {
            info!(
                gaps.dropped = health.dropped,
                "the store works again, and everything that was waiting is written"
            );
        }
    }

    /// Records an error, logs it if it is the first of several, and schedules the next attempt.
    fn unwell(&mut self, fault: &DatabaseError) -> StoreError {
        self.database = None;
        self.due = Instant::now() + self.pause;
        self.pause = (self.pause * 2).min(self.timing.retry_most);
        let sentence = explain(&self.shared.config.url, fault);
        let mut health = self.shared.health.lock();
        if health.state == State::Unwell {
            debug!(problem = sentence, "the store still cannot be used");
        } else {
            warn!(
                problem = sentence,
                "the store cannot be used; the bot still answers, and holds back what it has to write"
            );
            (health.state, health.since) = (State::Unwell, self.shared.clock.now());
        }
        (health.sentence, health.waiting, health.dropped) =
            (sentence.clone(), self.waiting(), self.unwritten.dropped);
        StoreError::Unwell(sentence)
    }
}

/// The health message of a working store.
const WELL: &str = "the store works";
