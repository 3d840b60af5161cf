//! A guide of four topics in its own folder, each text of which shows the version it was written in.

use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

/// The topics: their ids, and what they are about.
pub const TOPICS: [(&str, &str); 4] = [
    ("bread", "baking bread"),
    ("cheese", "storing cheese"),
    ("tents", "pitching tents"),
    ("rivers", "crossing rivers"),
];

/// The folder.
#[derive(Debug)]
pub struct SmallGuide {
    home: TempDir,
}

impl SmallGuide {
    /// A guide in which every text has the mark.
    pub fn new(mark: &str) -> Self {
        let guide = Self {
            home: TempDir::new().expect("a temporary folder"),
        };
        write(&guide.folder(), mark);
        guide
    }

    /// Where the bot reads it.
    pub fn folder(&self) -> PathBuf {
        self.home.path().join("guide")
    }

    /// The folder in which it is.
    pub fn home(&self) -> &Path {
        self.home.path()
    }

    /// A path next to it, on the same disk.
    pub fn beside(&self, name: &str) -> PathBuf {
        self.home.path().join(name)
    }

    /// The file of a topic.
    pub fn topic(&self, id: &str) -> PathBuf {
        self.folder().join("topics").join(format!("{id}.toml"))
    }

    /// Saves a topic in another version.
    pub fn save(&self, id: &str, mark: &str) {
        put(&self.topic(id), &topic_text(id, mark));
    }

    /// Changes a text in the file of a topic.
    pub fn edit(&self, id: &str, from: &str, to: &str) {
        let text = fs::read_to_string(self.topic(id)).expect("the file is there");
        assert!(text.contains(from), "{from:?} is in {text}");
        put(&self.topic(id), &text.replace(from, to));
    }
}

/// The question about a topic; the same in every version.
pub fn question(id: &str) -> String {
    format!("please tell me about {}", about(id))
}

/// Writes a whole guide.
pub fn write(folder: &Path, mark: &str) {
    fs::create_dir_all(folder.join("topics")).expect("a folder");
    put(
        &folder.join("guide.toml"),
        &format!(
            "name = \"{mark} guide\"\n\n[[category]]\nid = \"outside\"\ntitle = \"{mark} outside\"\ndescription = \"{mark} things.\"\n"
        ),
    );
    let resource = |(id, about): (&str, &str)| {
        format!(
            "[[resource]]\nid = \"{id}\"\nname = \"{mark} on {about}\"\nurl = \"https://{mark}.example.org/{id}\"\nkind = \"book\"\n\
             cost = \"free\"\nlevel = \"any\"\ntopics = [\"{id}\"]\ndescription = \"{mark} pages.\"\n\n"
        )
    };
    put(
        &folder.join("resources.toml"),
        &TOPICS.map(resource).concat(),
    );
    put(
        &folder.join("vocabulary.toml"),
        "stop_words = [\"the\", \"me\"]\nprotected = []\ngroup = []\n\n[abbreviations]\n",
    );
    put(
        &folder.join("out_of_scope.toml"),
        "[[kind]]\nid = \"greeting\"\nexamples = [\"good morning\", \"hello all\"]\n",
    );
    for (id, _) in TOPICS {
        put(
            &folder.join("topics").join(format!("{id}.toml")),
            &topic_text(id, mark),
        );
    }
}

/// The file of a topic; its title stands in the second line.
pub fn topic_text(id: &str, mark: &str) -> String {
    let about = about(id);
    let others: Vec<String> = TOPICS
        .iter()
        .filter(|(other, _)| *other != id)
        .map(|(other, _)| format!("\"{other}\""))
        .collect();
    let text = format!("{mark} says how {about} is done well, and why. ").repeat(8);
    format!(
        "id = \"{id}\"\ntitle = \"{mark} {about}\"\ncategory = \"outside\"\nsummary = \"{mark} in one line.\"\nreviewed = 2026-01-01\n\
         keywords = [\"{id}\"]\nrelated = [{}]\nquestions = [\n  \"{}\",\n  \"{mark} what about {about}\",\n  \"{mark} why {about} at all\",\n]\n\n\
         [[section]]\nid = \"how\"\nheading = \"{mark} way of {about}\"\ntext = \"{text}\"\nresources = [\"{id}\"]\n\n\
         [[section]]\nid = \"with-whom\"\nheading = \"{mark} people for {about}\"\ntext = \"{text}\"\n\
         questions = [\"{mark} who helps with {about}\"]\nresources = [\"{id}\"]\n",
        others.join(", "),
        question(id),
    )
}

fn about(id: &str) -> &str {
    TOPICS
        .iter()
        .find(|(known, _)| *known == id)
        .map_or(id, |(_, about)| about)
}

fn put(path: &Path, text: &str) {
    fs::write(path, text).expect("a file can be written");
}
