//! An encoder is installed: the bot answers with words alone until it has read the guide, and asks it too from then on. Where the
//! encoder's weights are missing (CONTRIBUTING.md), these tests say so and pass.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use internbot::encoder;
use internbot::live::Live;
use tempfile::TempDir;

use crate::bot::*;
use crate::keeping::until;
use crate::small_guide::{SmallGuide, question};
use stand_in::Message;

/// The test's own folder with the encoder; `None` if there is none for tests.
fn encoder_folder() -> Option<TempDir> {
    let Some(installed) = std::env::var_os("INTERNBOT_TEST_ENCODER") else {
        eprintln!("skipped: INTERNBOT_TEST_ENCODER is not set");
        return None;
    };
    let folder = TempDir::new().expect("a temporary folder");
    encoder::install(Path::new(&installed), folder.path()).expect("it installs");
    Some(folder)
}

fn setup(guide: &SmallGuide, folder: PathBuf) -> (Setup, Arc<Live>) {
    let live = Arc::new(Live::load(&guide.folder()).expect("the guide has no error"));
    let setup = Setup::new()
        .live(Arc::clone(&live))
        .options(|options| options.encoder = Some(folder));
    (setup, live)
}

/// Whether a reply has these words.
fn shows(reply: &Message, words: &str) -> bool {
    format!("{reply:?}").contains(words)
}

/// Only its common words are in the guide.
const FRIDGE: &str = "gouda or camembert, does it belong in the fridge?";

#[tokio::test]
async fn a_question_without_words_of_the_guide_is_understood_once_the_encoder_has_read_it() {
    let Some(folder) = encoder_folder() else {
        return;
    };
    let guide = SmallGuide::new("Alpha");
    let plain = Setup::new()
        .live(Arc::new(
            Live::load(&guide.folder()).expect("the guide has no error"),
        ))
        .chat()
        .await;
    let reply = plain.asks(FRIDGE).await;
    assert!(!shows(&reply, "storing cheese"), "{reply:?}");
    plain.finish().await;

    let (setup, live) = setup(&guide, folder.path().to_owned());
    let chat = setup.chat().await;
    until("the guide is encoded", async || {
        live.guide().index.has_sentences()
    })
    .await;
    let reply = chat.asks(FRIDGE).await;
    assert!(shows(&reply, "storing cheese"), "{reply:?}");

    // A saved change is read by the encoder as well.
    guide.save("bread", "Beta");
    until("the change is encoded", async || {
        let guide = live.guide();
        let topic = guide.knowledge.topic("bread").expect("it is there");
        topic.title.starts_with("Beta") && guide.index.has_sentences()
    })
    .await;
    let reply = chat.asks(&question("bread")).await;
    assert!(shows(&reply, "Beta"), "{reply:?}");
    chat.finish().await;
}

#[tokio::test]
async fn a_damaged_encoder_is_logged_and_words_alone_decide() {
    let Some(folder) = encoder_folder() else {
        return;
    };
    std::fs::write(folder.path().join("model.safetensors"), "half of it").expect("it is written");
    let guide = SmallGuide::new("Alpha");
    let (setup, live) = setup(&guide, folder.path().to_owned());
    let chat = setup.chat().await;
    until("it is told", async || {
        logged().contains("model.safetensors is damaged")
    })
    .await;
    let reply = chat.asks(&question("bread")).await;
    assert!(shows(&reply, "baking bread"), "{reply:?}");
    assert!(!live.guide().index.has_sentences());
    chat.finish().await;
}
