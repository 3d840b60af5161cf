//! Creates the pictures in the README and docs/preview.md from the preview, so that they show what the bot says now:
//!
//! ```text
//! cargo run --example preview_pictures
//! ```
//!
//! Needs Chromium and pngquant (`apt-get install chromium pngquant`). Look at what changed before you commit it.

#![allow(
    clippy::print_stdout,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    unreachable_pub,
    reason = "an example talks, and may stop"
)]

#[path = "../tests/preview/browser.rs"]
#[allow(dead_code, reason = "the tests use the rest")]
mod browser;
#[path = "../tests/preview/served.rs"]
#[allow(dead_code, reason = "the tests use the rest")]
mod served;

use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use browser::Browser;
use internbot::live::Live;
use served::preview_of;

/// Where the pictures are.
const FOLDER: &str = "docs/pictures";
/// The maximum size of a picture in bytes: people read READMEs on slow connections.
const MAX_SIZE: u64 = 100_000;

/// A picture: its name, what the page is told, its size in points, and what of it is shown.
struct Picture {
    name: &'static str,
    query: &'static str,
    size: (u32, u32),
    part: &'static str,
}

const PICTURES: [Picture; 3] = [
    Picture {
        name: "answer.png",
        query: "?theme=dark&ask=will+they+take+the+offer+back+if+i+negotiate",
        size: (360, 1_000),
        part: "document.getElementById('messages')",
    },
    Picture {
        name: "candidates.png",
        query: "?theme=dark&ask=money",
        size: (360, 1_050),
        part: "document.getElementById('messages')",
    },
    Picture {
        name: "preview.png",
        query: "?theme=light&ask=can+i+work+on+an+f-1+visa+with+cpt",
        size: (1_280, 800),
        part: "document.body",
    },
];

#[tokio::main]
async fn main() {
    let live = Live::load(Path::new("knowledge")).expect("the guide has no error");
    let address = preview_of(Arc::new(live)).await;
    fs::create_dir_all(FOLDER).expect("the folder can be made");
    let browser = Browser::start().expect("Chromium is installed");
    for picture in PICTURES {
        let (width, height) = picture.size;
        browser.resize(width, height);
        browser.open(
            &format!("http://{address}/{}", picture.query),
            "document.documentElement.dataset.ready === 'yes'",
        );
        let file = Path::new(FOLDER).join(picture.name);
        fs::write(&file, browser.picture_of(picture.part)).expect("it can be written");
        let shrunk = Command::new("pngquant")
            .args(["--force", "--ext", ".png", "--speed", "1", "32"])
            .arg(&file)
            .status();
        assert!(
            shrunk.is_ok_and(|status| status.success()),
            "pngquant makes {} small: install it",
            file.display()
        );
        let size = fs::metadata(&file).expect("it is there").len();
        assert!(size <= MAX_SIZE, "{} has {size} bytes", file.display());
        println!("{}: {size} bytes", file.display());
    }
    std::process::exit(0);
}
