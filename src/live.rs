//! A guide that follows its files: changes in the knowledge folder replace the guide while others keep using it.
//!
//! The live guide is behind one pointer. A handler copies that pointer once and uses the same guide
//! to the end; a reload reads, checks and learns alongside it and then swaps the pointer. If the files have an error, the
//! pointer stays as it is, and the error is kept to be shown.

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError, RwLock};
use std::time::SystemTime;

use jiff::Zoned;

use crate::guide::Guide;
use crate::index_cache::IndexCache;
use crate::knowledge::{Changes, GuideSource, LoadError, Sources};
use crate::search::Sentences;

/// Maximum read attempts while files keep changing.
const MAX_READS: u32 = 5;

/// The live guide, and how it is replaced.
#[derive(Debug)]
pub struct Live {
    source: GuideSource,
    /// Locked only for as long as it takes to copy or to swap it.
    status: RwLock<Status>,
    /// How many reloads were asked for.
    asked: AtomicU64,
    /// Held while a reload runs, so that there is one at a time.
    worker: Mutex<Reloader>,
    /// What is notified of each change.
    listener: OnceLock<Listener>,
}

/// What is called after each change of the live guide.
struct Listener(Box<dyn Fn() + Send + Sync>);

impl fmt::Debug for Listener {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Listener")
    }
}

/// What is live, and what is wrong with what should be.
#[derive(Debug, Clone)]
pub struct Status {
    /// The guide that answers.
    pub guide: Arc<Guide>,
    /// Since when it does.
    pub since: SystemTime,
    /// Why the current files could not replace it; `None` if they are the live guide.
    pub problem: Option<LiveProblem>,
    /// How the reloads so far ended.
    pub reloads: Reloads,
}

/// How reloads have ended since the start.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Reloads {
    /// The files had not changed.
    pub same: u64,
    /// A new guide went live.
    pub swapped: u64,
    /// The files had an error.
    pub failed: u64,
}

/// Why the files could not replace the guide.
#[derive(Debug, Clone)]
pub struct LiveProblem {
    /// What is wrong with them.
    pub error: Arc<LoadError>,
    /// Since when.
    pub since: SystemTime,
}

/// The result of a reload.
#[derive(Debug, Clone)]
pub enum Reload {
    /// The files have not changed.
    Same,
    /// The files had an error, and are again those of the live guide.
    Fixed,
    /// Another guide answers now.
    Swapped(Changes),
    /// The files have an error, and the previous guide stays live.
    Failed {
        /// What is wrong.
        error: Arc<LoadError>,
        /// Whether the problem is new, rather than the same as at the previous reload.
        is_new: bool,
    },
}

/// What the latest reload found.
#[derive(Debug)]
struct Reloader {
    seen: Fingerprint,
    /// How many reloads had been asked for when the latest began.
    answered: u64,
    latest: Reload,
}

/// Shows whether a file has changed without reading it. Two are equal if nothing was saved in between.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Fingerprint(Vec<(PathBuf, Option<Stamp>)>);

#[derive(Debug, Clone, PartialEq, Eq)]
struct Stamp {
    length: u64,
    modified: Option<SystemTime>,
    /// The file's own number, and when anything about it changed: another file with the same name differs in these.
    #[cfg(unix)]
    inode: (u64, u64, i64, i64),
}

impl Live {
    /// Reads and learns the guide in a folder.
    ///
    /// # Errors
    /// A file that cannot be read, or all errors in the content.
    pub fn load(folder: &Path) -> Result<Self, LoadError> {
        Self::of(GuideSource::Folder(folder.to_owned()))
    }

    /// Reads and learns a guide.
    ///
    /// # Errors
    /// A file that cannot be read, or all errors in the content.
    pub fn of(source: GuideSource) -> Result<Self, LoadError> {
        let seen = Fingerprint::of_source(&source);
        let guide = IndexCache::of_user().load(&source)?;
        Ok(Self::with(source, Arc::new(guide), seen))
    }

    /// A guide that was learned from a folder; what changes in it from now on replaces the guide.
    pub fn new(folder: &Path, guide: Arc<Guide>) -> Self {
        Self::with(
            GuideSource::Folder(folder.to_owned()),
            guide,
            Fingerprint::of(folder),
        )
    }

    fn with(source: GuideSource, guide: Arc<Guide>, seen: Fingerprint) -> Self {
        Self {
            source,
            status: RwLock::new(Status {
                guide,
                since: SystemTime::now(),
                problem: None,
                reloads: Reloads::default(),
            }),
            asked: AtomicU64::new(0),
            worker: Mutex::new(Reloader {
                seen,
                answered: 0,
                latest: Reload::Same,
            }),
            listener: OnceLock::new(),
        }
    }

    /// Calls `listener` after each change of the live guide, from whichever thread makes it; it should return at once. The
    /// first one stays.
    pub fn on_change(&self, listener: impl Fn() + Send + Sync + 'static) {
        let _ = self.listener.set(Listener(Box::new(listener)));
    }

    /// Where the guide is read from.
    pub fn source(&self) -> &GuideSource {
        &self.source
    }

    /// The folder of the files; empty for the guide that is embedded in the program.
    pub fn folder(&self) -> &Path {
        self.source.folder().unwrap_or(Path::new(""))
    }

    /// The current state of the files.
    pub fn fingerprint(&self) -> Fingerprint {
        Fingerprint::of_source(&self.source)
    }

    /// The live guide. A handler asks for it once and uses it to the end.
    pub fn guide(&self) -> Arc<Guide> {
        self.status(|status| Arc::clone(&status.guide))
    }

    /// What is live, and what is wrong.
    pub fn present(&self) -> Status {
        self.status(Status::clone)
    }

    fn status<T>(&self, look: impl FnOnce(&Status) -> T) -> T {
        look(&self.status.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Replaces the guide by what the files say now. Takes as long as reading and learning, and longer if a reload is
    /// in progress: however many are requested meanwhile, one more is done for all of them.
    pub fn reload(&self) -> Reload {
        let ticket = self.asked.fetch_add(1, Ordering::SeqCst) + 1;
        // A panic while learning left the guide as it was.
        let mut worker = self.worker.lock().unwrap_or_else(PoisonError::into_inner);
        if worker.answered < ticket {
            let asked = self.asked.load(Ordering::SeqCst);
            (worker.seen, worker.latest) = self.read_and_swap();
            worker.answered = asked;
        }
        worker.latest.clone()
    }

    /// The same, if a file was saved since the latest reload; otherwise `None`.
    pub fn reload_if_changed(&self) -> Option<Reload> {
        self.differs(&self.fingerprint()).then(|| self.reload())
    }

    /// Replaces a guide by the same one with an encoder's vectors, unless another one is live by now. Returns whether it did.
    pub fn take_in(&self, guide: &Arc<Guide>, sentences: Option<Sentences>) -> bool {
        let encoded = Arc::new(guide.with_sentences(sentences));
        let mut done = false;
        self.change(|status| {
            if Arc::ptr_eq(&status.guide, guide) {
                status.guide = encoded;
                done = true;
            }
        });
        done
    }

    /// Whether the files differ from those that the latest reload read.
    pub fn differs(&self, files: &Fingerprint) -> bool {
        self.worker
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .seen
            != *files
    }

    /// Reads the files, and what they looked like; again where one was saved in the meantime.
    fn read(&self) -> (Fingerprint, Result<Sources, LoadError>) {
        let mut before = self.fingerprint();
        for _ in 0..MAX_READS {
            let sources = self.source.read();
            let after = self.fingerprint();
            if after == before {
                return (before, sources.map_err(LoadError::from));
            }
            before = after;
        }
        // Someone keeps saving: what is there is checked as usual, and the next look at the files will differ.
        (before, self.source.read().map_err(LoadError::from))
    }

    fn read_and_swap(&self) -> (Fingerprint, Reload) {
        let (seen, sources) = self.read();
        let reload = self.swap(sources);
        self.change(|status| status.reloads.count(&reload));
        (seen, reload)
    }

    fn swap(&self, sources: Result<Sources, LoadError>) -> Reload {
        let before = self.guide();
        let read = sources.and_then(|sources| {
            // Learning takes most of the time, and these files have already been learned.
            let is_same = sources.version() == before.knowledge.version();
            if is_same {
                Ok(None)
            } else {
                sources
                    .into_knowledge(self.folder(), Zoned::now().date())
                    .map(Some)
            }
        });
        match read {
            Ok(None) => {
                let mut had_problem = false;
                self.change(|status| had_problem = status.problem.take().is_some());
                if had_problem {
                    Reload::Fixed
                } else {
                    Reload::Same
                }
            }
            Ok(Some(knowledge)) => {
                let guide = Arc::new(IndexCache::of_user().learn(knowledge));
                let changes = Changes::between(&before.knowledge, &guide.knowledge);
                self.change(|status| {
                    *status = Status {
                        guide,
                        since: SystemTime::now(),
                        problem: None,
                        ..*status
                    }
                });
                Reload::Swapped(changes)
            }
            Err(error) => self.keep(Arc::new(error)),
        }
    }

    fn keep(&self, error: Arc<LoadError>) -> Reload {
        let known = self
            .present()
            .problem
            .filter(|known| known.error.to_string() == error.to_string());
        let is_new = known.is_none();
        let problem = known.unwrap_or(LiveProblem {
            error: Arc::clone(&error),
            since: SystemTime::now(),
        });
        self.change(|status| status.problem = Some(problem));
        Reload::Failed { error, is_new }
    }

    fn change(&self, change: impl FnOnce(&mut Status)) {
        change(&mut self.status.write().unwrap_or_else(PoisonError::into_inner));
        if let Some(Listener(listener)) = self.listener.get() {
            listener();
        }
    }
}

impl Reloads {
    fn count(&mut self, reload: &Reload) {
        *match reload {
            Reload::Same | Reload::Fixed => &mut self.same,
            Reload::Swapped(_) => &mut self.swapped,
            Reload::Failed { .. } => &mut self.failed,
        } += 1;
    }
}

impl Fingerprint {
    fn of_source(source: &GuideSource) -> Self {
        source.folder().map(Self::of).unwrap_or_default()
    }

    /// The current state of a knowledge folder's files; a missing file has none.
    pub fn of(folder: &Path) -> Self {
        let paths = Sources::paths(folder).unwrap_or_default();
        Self(
            paths
                .into_iter()
                .map(|path| (Stamp::of(&path), path))
                .map(|(stamp, path)| (path, stamp))
                .collect(),
        )
    }
}

impl Stamp {
    fn of(path: &Path) -> Option<Self> {
        let file = fs::metadata(path).ok()?;
        #[cfg(unix)]
        let inode = {
            use std::os::unix::fs::MetadataExt;
            (file.dev(), file.ino(), file.ctime(), file.ctime_nsec())
        };
        Some(Self {
            length: file.len(),
            modified: file.modified().ok(),
            #[cfg(unix)]
            inode,
        })
    }
}
