//! The guide as static pages: each topic with its sections as Discord shows them, and a search that needs no server. They
//! appear whole or not at all.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::draw::{LinkTarget, draw};
use super::limits::{self, LimitUse};
use super::markdown::escaped;
use crate::discord::dry_run;
use crate::knowledge::{KnowledgeBase, Section, Topic};
use crate::reply::{Place, View};

/// The list of files that were written: a folder with any other file is not replaced.
const LIST: &str = "internbot-preview.txt";
/// What the browser may load: only files next to the page.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; base-uri 'none'; form-action 'none'";

/// Why the pages were not written; the folder is as it was.
#[derive(Debug, thiserror::Error)]
pub enum SiteError {
    /// The folder contains something that is not ours to delete.
    #[error(
        "{} has a file that `internbot preview --write` did not write: {}; name a new or empty folder", .folder.display(), .file.display()
    )]
    Foreign {
        /// The folder.
        folder: PathBuf,
        /// A file in it.
        file: PathBuf,
    },
    /// A folder that someone is working in cannot be replaced.
    #[error("{} is the working directory; name a folder in it, such as {}", .0.display(), .0.join("site").display())]
    WorkingDirectory(PathBuf),
    /// The system refused it.
    #[error("cannot write the pages into {}: {source}", .folder.display())]
    Io {
        /// The folder.
        folder: PathBuf,
        /// Why.
        source: io::Error,
    },
}

/// What was written.
#[derive(Debug)]
pub struct WrittenSite {
    /// How many pages.
    pub pages: usize,
    /// What is close to a Discord limit, one sentence each.
    pub near_limits: Vec<String>,
}

/// Writes the pages of a guide into a folder that is new, empty, or was written by this function before.
///
/// # Errors
/// If the folder has other files or cannot be written to; it then stays as it was.
pub fn write_site(knowledge: &KnowledgeBase, folder: &Path) -> Result<WrittenSite, SiteError> {
    let fault = |source| SiteError::Io {
        folder: folder.to_owned(),
        source,
    };
    let is_there = folder.try_exists().map_err(fault)?;
    let folder = if is_there {
        &fs::canonicalize(folder).map_err(fault)?
    } else {
        folder
    };
    if is_there {
        check_ours(folder)?;
        if std::env::current_dir().is_ok_and(|here| here == *folder) {
            return Err(SiteError::WorkingDirectory(folder.to_owned()));
        }
    }
    let (pages, near_limits) = pages(knowledge);
    put(&pages, folder, is_there).map_err(fault)?;
    let written = pages.iter().filter(|page| page.path.ends_with(".html"));
    Ok(WrittenSite {
        pages: written.count(),
        near_limits,
    })
}

/// A file of the site: its path, with `/`, and its text.
struct SiteFile {
    path: String,
    text: String,
}

impl SiteFile {
    fn new(path: impl Into<String>, text: impl Into<String>) -> Self {
        Self {
            path: path.into(),
            text: text.into(),
        }
    }
}

/// Rejects a folder with a file that is not in its list.
fn check_ours(folder: &Path) -> Result<(), SiteError> {
    let fault = |source| SiteError::Io {
        folder: folder.to_owned(),
        source,
    };
    let list = match fs::read_to_string(folder.join(LIST)) {
        Ok(list) => list,
        Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
        Err(error) => return Err(fault(error)),
    };
    let ours: BTreeSet<PathBuf> = list.lines().map(|line| folder.join(line)).collect();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(&next).map_err(fault)? {
            let path = entry.map_err(fault)?.path();
            let is_ours = ours.iter().any(|file| file.starts_with(&path));
            if !is_ours {
                return Err(SiteError::Foreign {
                    folder: folder.to_owned(),
                    file: path.strip_prefix(folder).unwrap_or(&path).to_owned(),
                });
            }
            if fs::symlink_metadata(&path).map_err(fault)?.is_dir() {
                folders.push(path);
            }
        }
    }
    Ok(())
}

/// Writes files next to a folder, and then puts them in its place.
fn put(files: &[SiteFile], folder: &Path, is_there: bool) -> io::Result<()> {
    let parent = match folder.parent() {
        Some(parent) if parent.as_os_str().is_empty() => Path::new("."),
        Some(parent) => parent,
        None => return Err(io::Error::other("this is the root of a disk")),
    };
    fs::create_dir_all(parent)?;
    // Dropping it removes whatever is left in it, whatever fails.
    let staging = tempfile::Builder::new()
        .prefix(".internbot-preview-")
        .tempdir_in(parent)?;
    let (new, old) = (staging.path().join("new"), staging.path().join("old"));
    for file in files {
        let path = new.join(&file.path);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent)?;
        }
        fs::write(path, &file.text)?;
    }
    if is_there {
        fs::rename(folder, &old)?;
    }
    fs::rename(&new, folder).inspect_err(|_| {
        if is_there {
            // If even this fails, there is nothing more to do.
            let _ = fs::rename(&old, folder);
        }
    })
}

/// Every file of the site, and what is near a limit.
fn pages(knowledge: &KnowledgeBase) -> (Vec<SiteFile>, Vec<String>) {
    let mut near = Vec::new();
    let topics: Vec<SiteFile> = knowledge
        .topics()
        .iter()
        .map(|topic| {
            let page = topic_page(knowledge, topic, &mut near);
            SiteFile::new(format!("topics/{}.html", topic.id), page)
        })
        .collect();
    let mut files = vec![
        SiteFile::new("index.html", index_page(knowledge)),
        SiteFile::new("entries.js", entries(knowledge)),
        SiteFile::new("search.js", include_str!("search.js")),
        SiteFile::new("preview.css", include_str!("preview.css")),
    ];
    files.extend(topics);
    let list: String = files
        .iter()
        .map(|file| format!("{}\n", file.path))
        .collect();
    files.push(SiteFile::new(LIST, format!("{list}{LIST}\n")));
    (files, near)
}

fn topic_page(knowledge: &KnowledgeBase, topic: &Topic, near: &mut Vec<String>) -> String {
    let mut body = format!(
        "<p><a href=\"../index.html\">{}</a> › {}</p>\n<h1>{}</h1>\n<p>{}</p>\n",
        escaped(knowledge.name()),
        escaped(knowledge.category_of(topic)),
        escaped(&topic.title),
        escaped(&topic.summary),
    );
    for section in &topic.sections {
        let reply = dry_run::section(knowledge, &Place::new(topic, section));
        let message = reply.map(|reply| reply.message).unwrap_or_default();
        let follow = |custom_id: &str, value: Option<&str>| step(knowledge, custom_id, value);
        // Writing to a String cannot fail.
        let _ = writeln!(
            body,
            "<article class=\"message\" id=\"{}\">{}</article>",
            escaped(&section.id),
            draw(&message, &follow)
        );
        near.extend(near_limits(topic, section, &message));
    }
    page(
        &format!("{} - {}", topic.title, knowledge.name()),
        "../",
        "",
        &body,
    )
}

fn near_limits(topic: &Topic, section: &Section, message: &Value) -> Vec<String> {
    let near = |limit: &LimitUse| limit.near;
    let limits = limits::of_message(message).into_iter().filter(near);
    limits
        .map(|limit| format!("{}/{}: {limit}", topic.id, section.id))
        .collect()
}

/// Where a click on a topic's page leads: to other sections and topics. Everything else needs the bot.
fn step(knowledge: &KnowledgeBase, custom_id: &str, value: Option<&str>) -> LinkTarget {
    match dry_run::view_of(knowledge, custom_id, value) {
        Some(View::Section(place)) => {
            LinkTarget::Link(format!("{}.html#{}", place.topic, place.section))
        }
        Some(View::Page { topic, .. }) => LinkTarget::Link(format!("{topic}.html")),
        Some(View::Topics | View::Category { .. }) => LinkTarget::Link("../index.html".to_owned()),
        Some(View::Preview(..) | View::Resources { .. }) | None => LinkTarget::Nowhere,
    }
}

fn index_page(knowledge: &KnowledgeBase) -> String {
    let mut body = format!("<h1>{}</h1>\n", escaped(knowledge.name()));
    body.push_str(
        "<form id=\"search\" role=\"search\" hidden><label for=\"words\">Search</label>\
         <input id=\"words\" type=\"search\" autocomplete=\"off\"></form>\n<ol id=\"found\" aria-live=\"polite\"></ol>\n",
    );
    for category in knowledge.categories() {
        let mut topics = knowledge.topics_in(category).peekable();
        if topics.peek().is_none() {
            continue;
        }
        let list: String = topics
            .map(|topic| {
                format!(
                    "<li><a href=\"topics/{}.html\">{}</a><br>{}</li>\n",
                    escaped(&topic.id),
                    escaped(&topic.title),
                    escaped(&topic.summary)
                )
            })
            .collect();
        // Writing to a String cannot fail.
        let _ = writeln!(
            body,
            "<h2>{}</h2>\n<p>{}</p>\n<ul>\n{list}</ul>",
            escaped(&category.title),
            escaped(&category.description)
        );
    }
    let scripts =
        "<script src=\"entries.js\" defer></script><script src=\"search.js\" defer></script>";
    page(knowledge.name(), "", scripts, &body)
}

/// The search entries: each section with its topic, heading, address and the words that find it.
fn entries(knowledge: &KnowledgeBase) -> String {
    let empty = &knowledge.vocabulary().stop_words;
    let entry = |topic: &Topic, section: &Section, general: bool| {
        let of_topic = topic.questions.iter().filter(|_| general);
        let phrasings = section.questions.iter().chain(of_topic);
        let words: BTreeSet<String> = phrasings
            .flat_map(|phrasing| crate::text::words(&phrasing.text))
            .chain(topic.keywords.iter().map(|word| word.to_lowercase()))
            .filter(|word| !empty.contains(word))
            .collect();
        json!([
            topic.title,
            section.heading,
            format!("topics/{}.html#{}", topic.id, section.id),
            words.into_iter().collect::<Vec<_>>().join(" "),
        ])
    };
    let entries: Vec<String> = knowledge
        .topics()
        .iter()
        .flat_map(|topic| {
            let sections = topic.sections.iter().enumerate();
            sections.map(move |(at, section)| entry(topic, section, at == 0).to_string())
        })
        .collect();
    format!(
        "// What search.js searches: topic, heading, address, words.\nconst ENTRIES = [\n{}\n];\n",
        entries.join(",\n")
    )
}

/// A whole page.
fn page(title: &str, root: &str, scripts: &str, body: &str) -> String {
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"{POLICY}\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<meta name=\"generator\" content=\"internbot preview\">\n\
         <title>{}</title>\n<link rel=\"icon\" href=\"data:,\">\n<link rel=\"stylesheet\" href=\"{root}preview.css\">\n{scripts}\n</head>\n\
         <body class=\"site\">\n<main>\n{body}</main>\n</body>\n</html>\n",
        escaped(title)
    )
}
