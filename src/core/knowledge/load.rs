//! Reading a guide, either from a folder, which is the core's only file access, or the one embedded in the program.

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

use jiff::civil::Date;

use super::{KnowledgeBase, Position, Problem, Severity, check};
use crate::fnv::fnv1a;
use crate::text_file;

/// The embedded guide's TOML files: their paths in its folder, and their contents. `build.rs` collects them.
static EMBEDDED: &[(&str, &[u8])] = include!(concat!(env!("OUT_DIR"), "/embedded_guide.rs"));

/// Where a guide is read from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GuideSource {
    /// A folder.
    Folder(PathBuf),
    /// The guide embedded in the program.
    Embedded,
}

impl GuideSource {
    /// The folder, if it is one.
    pub fn folder(&self) -> Option<&Path> {
        match self {
            Self::Folder(folder) => Some(folder),
            Self::Embedded => None,
        }
    }

    /// Reads all files.
    ///
    /// # Errors
    /// The first folder or file that cannot be read.
    pub fn read(&self) -> Result<Sources, ReadError> {
        match self {
            Self::Folder(folder) => Sources::read(folder),
            Self::Embedded => Ok(Sources::embedded()),
        }
    }

    /// Reads and checks the guide.
    ///
    /// # Errors
    /// A file that cannot be read, or all errors in the content; warnings do not stop it.
    pub fn load(&self, today: Date) -> Result<KnowledgeBase, LoadError> {
        let folder = self.folder().unwrap_or(Path::new(""));
        self.read()?.into_knowledge(folder, today)
    }
}

impl fmt::Display for GuideSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Folder(folder) => write!(f, "the guide in {}", folder.display()),
            Self::Embedded => f.write_str("the guide embedded in the program"),
        }
    }
}

/// The files of the embedded guide: their paths in its folder, and what is in them.
pub fn embedded_files() -> &'static [(&'static str, &'static [u8])] {
    EMBEDDED
}

/// The text of every file of a knowledge base, read but not yet understood.
#[derive(Debug, Clone, Default)]
pub struct Sources {
    /// `guide.toml`: the name of the guide and its categories.
    pub guide: File,
    /// `resources.toml`: every link.
    pub resources: File,
    /// `vocabulary.toml`: what words mean here.
    pub vocabulary: File,
    /// `out_of_scope.toml`: what to leave alone.
    pub out_of_scope: File,
    /// `topics/*.toml`, ordered by name.
    pub topics: Vec<File>,
    /// `messages/*.toml`, ordered by name; a guide may have none.
    pub messages: Vec<File>,
}

/// A file's name, as messages show it, and its bytes.
#[derive(Debug, Clone, Default)]
pub struct File {
    /// The path.
    pub name: String,
    /// Its contents; [`check()`](super::check()) finds out whether they are text.
    pub bytes: Vec<u8>,
}

/// A folder or file that could not be read.
#[derive(Debug, thiserror::Error)]
#[error("cannot read {}: {source}", .path.display())]
pub struct ReadError {
    /// What was to be read.
    pub path: PathBuf,
    /// Why it could not.
    pub source: std::io::Error,
}

/// Why there is no knowledge base.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// A file could not be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The files were read and have errors.
    #[error("the guide in {} has {} error(s); `internbot check` lists them and how to fix them. The first is\n{}", .dir.display(), .problems.len(), .problems.first().map(ToString::to_string).unwrap_or_default())]
    Invalid {
        /// The folder.
        dir: PathBuf,
        /// The errors, without the warnings; at least one.
        problems: Vec<Problem>,
    },
}

/// The files next to the folder of topics.
const FILES: [&str; 4] = [
    "guide.toml",
    "resources.toml",
    "vocabulary.toml",
    "out_of_scope.toml",
];

/// The TOML files of a folder, ordered by name.
fn toml_files(dir: &Path) -> Result<Vec<PathBuf>, ReadError> {
    let failed = |source| ReadError {
        path: dir.to_owned(),
        source,
    };
    let mut paths = Vec::new();
    for entry in fs::read_dir(dir).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        let hidden = path
            .file_name()
            .is_some_and(|name| name.to_string_lossy().starts_with('.'));
        if !hidden
            && path
                .extension()
                .is_some_and(|extension| extension == "toml")
        {
            paths.push(path);
        }
    }
    paths.sort();
    Ok(paths)
}

/// Warns about files in a knowledge folder that look like part of it but are not read.
///
/// # Errors
/// A folder that cannot be read.
pub fn unread_files(dir: &Path) -> Result<Vec<Problem>, ReadError> {
    let mut problems = Vec::new();
    for inside in [None, Some("topics"), Some("messages")] {
        let folder = inside.map_or_else(|| dir.to_owned(), |name| dir.join(name));
        let entries = match fs::read_dir(&folder) {
            Ok(entries) => entries,
            Err(source) if source.kind() == std::io::ErrorKind::NotFound => continue,
            Err(source) => {
                return Err(ReadError {
                    path: folder,
                    source,
                });
            }
        };
        for path in entries.flatten().map(|entry| entry.path()) {
            let help = if path.is_dir() {
                instead_of_folder(&path, inside)
            } else {
                instead_of_file(&path, inside).map(str::to_owned)
            };
            problems.extend(help.map(|help| Problem {
                severity: Severity::Warning,
                file: path.display().to_string(),
                at: Position { line: 1, column: 1 },
                message: "this is not read".to_owned(),
                help,
            }));
        }
    }
    problems.sort_by(|a, b| a.file.cmp(&b.file));
    Ok(problems)
}

/// What to do with a folder that is not read but has files that seem to belong to the guide. It is in this folder of the guide,
/// or at the top.
fn instead_of_folder(path: &Path, inside: Option<&str>) -> Option<String> {
    let is_read = inside.is_none() && (path.ends_with("topics") || path.ends_with("messages"));
    if is_read || !toml_files(path).is_ok_and(|files| !files.is_empty()) {
        return None;
    }
    let target = match inside {
        Some(folder) => format!("the folder `{folder}`"),
        None => "the folder `topics`, or `messages` if that is what they hold".to_owned(),
    };
    Some(format!(
        "Move its files into {target}; other folders are not read."
    ))
}

/// The same for a file.
fn instead_of_file(path: &Path, inside: Option<&str>) -> Option<&'static str> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    if !name.to_lowercase().contains(".toml") || name.starts_with('.') {
        None
    } else if !name.ends_with(".toml") {
        Some("Rename it so that its name ends in .toml, in lower case, or remove it.")
    } else if inside.is_none() && !FILES.contains(&&*name) {
        Some(
            "Move it into the folder `topics` if it is a topic, or `messages` if it holds messages, or remove it.",
        )
    } else {
        None
    }
}

/// The file of a topic in the folder of a guide.
pub fn topic_file(dir: &Path, id: &str) -> PathBuf {
    dir.join("topics").join(format!("{id}.toml"))
}

/// The files of topics.
fn topic_paths(dir: &Path) -> Result<Vec<PathBuf>, ReadError> {
    // The folder itself first, so that a wrong path is reported as what it is.
    fs::read_dir(dir).map_err(|source| ReadError {
        path: dir.to_owned(),
        source,
    })?;
    toml_files(&dir.join("topics"))
}

/// The files of messages.
fn message_paths(dir: &Path) -> Result<Vec<PathBuf>, ReadError> {
    match toml_files(&dir.join("messages")) {
        Err(fault) if fault.source.kind() == std::io::ErrorKind::NotFound => Ok(Vec::new()),
        paths => paths,
    }
}

impl Sources {
    /// Reads all files of a knowledge folder.
    ///
    /// # Errors
    /// The first folder or file that cannot be read.
    pub fn read(dir: &Path) -> Result<Self, ReadError> {
        let (topics, messages) = (topic_paths(dir)?, message_paths(dir)?);
        let [guide, resources, vocabulary, out_of_scope] =
            FILES.map(|name| File::read(dir.join(name)));
        Ok(Self {
            guide: guide?,
            resources: resources?,
            vocabulary: vocabulary?,
            out_of_scope: out_of_scope?,
            topics: topics
                .into_iter()
                .map(File::read)
                .collect::<Result<_, _>>()?,
            messages: messages
                .into_iter()
                .map(File::read)
                .collect::<Result<_, _>>()?,
        })
    }

    /// The files of the embedded guide.
    pub fn embedded() -> Self {
        let mut sources = Self::default();
        for (path, bytes) in EMBEDDED {
            let file = File::new((*path).to_owned(), bytes.to_vec());
            match *path {
                "guide.toml" => sources.guide = file,
                "resources.toml" => sources.resources = file,
                "vocabulary.toml" => sources.vocabulary = file,
                "out_of_scope.toml" => sources.out_of_scope = file,
                path if path.starts_with("topics/") => sources.topics.push(file),
                path if path.starts_with("messages/") => sources.messages.push(file),
                _ => {}
            }
        }
        sources
    }

    /// The paths of all files that [`Self::read`] reads, whether or not they exist.
    ///
    /// # Errors
    /// A folder that cannot be read.
    pub fn paths(dir: &Path) -> Result<Vec<PathBuf>, ReadError> {
        let (topics, messages) = (topic_paths(dir)?, message_paths(dir)?);
        Ok(FILES
            .iter()
            .map(|name| dir.join(name))
            .chain(topics)
            .chain(messages)
            .collect())
    }

    /// Checks what was read from a folder.
    ///
    /// # Errors
    /// All errors in the content; warnings do not stop it.
    pub fn into_knowledge(self, dir: &Path, today: Date) -> Result<KnowledgeBase, LoadError> {
        let checked = check(&self, today);
        checked.knowledge.ok_or_else(|| {
            let problems = checked
                .problems
                .into_iter()
                .filter(|problem| problem.severity == Severity::Error)
                .collect();
            LoadError::Invalid {
                dir: dir.to_owned(),
                problems,
            }
        })
    }

    /// A short name of exactly this content, the same on every machine: eight hexadecimal digits.
    pub fn version(&self) -> String {
        let files = [
            &self.guide,
            &self.resources,
            &self.vocabulary,
            &self.out_of_scope,
        ]
        .into_iter();
        let files = files.chain(&self.topics).chain(&self.messages);
        let hash = fnv1a(files.flat_map(|file| {
            let length = (file.bytes.len() as u64).to_le_bytes();
            let bytes = file.bytes.iter().copied();
            file.stem().bytes().chain(length).chain(bytes)
        }));
        format!("{:08x}", (hash ^ (hash >> 32)) as u32)
    }
}

impl File {
    /// A file as a person saved it; text is turned into UTF-8 without a byte order mark.
    pub fn new(name: String, bytes: Vec<u8>) -> Self {
        let utf8 = text_file::decode(&bytes).map(|text| text.into_owned().into_bytes());
        Self {
            name,
            bytes: utf8.unwrap_or(bytes),
        }
    }

    fn read(path: PathBuf) -> Result<Self, ReadError> {
        match fs::read(&path) {
            Ok(bytes) => Ok(Self::new(path.display().to_string(), bytes)),
            Err(source) => Err(ReadError { path, source }),
        }
    }

    /// The file's name without folder and `.toml`: the id of a topic.
    pub fn stem(&self) -> &str {
        let name = self.name.rsplit(['/', '\\']).next().unwrap_or_default();
        name.strip_suffix(".toml").unwrap_or(name)
    }
}

/// Reads and checks a knowledge folder.
///
/// # Errors
/// A file that cannot be read, or all errors in the content; warnings do not stop it.
pub fn load(dir: &Path, today: Date) -> Result<KnowledgeBase, LoadError> {
    Sources::read(dir)?.into_knowledge(dir, today)
}
