//! The optional encoder while the bot runs: it encodes questions on its own threads, and encodes each guide that goes live.
//! Until it has done so, and whenever it has too much to do, words alone decide.

use std::convert::Infallible;
use std::path::Path;

use crate::live::Live;
#[cfg(feature = "encoder")]
use crate::search::SentenceVector;

/// Encodes questions, if an encoder is installed.
#[derive(Debug, Default)]
pub(super) struct QuestionEncoder {
    #[cfg(feature = "encoder")]
    pool: std::sync::OnceLock<crate::encoder::EncoderPool>,
}

#[cfg(not(feature = "encoder"))]
impl QuestionEncoder {
    /// Always false: this program was built without the encoder.
    pub(super) fn is_there(&self) -> bool {
        false
    }

    /// Always `None`: this program was built without the encoder.
    pub(super) async fn encode(&self, _: &str) -> Option<crate::search::SentenceVector> {
        None
    }
}

/// Never completes: this program was built without an encoder.
#[cfg(not(feature = "encoder"))]
pub(super) async fn follow_guide(_: &Live, _: &QuestionEncoder, _: Option<&Path>) -> Infallible {
    std::future::pending().await
}

#[cfg(feature = "encoder")]
pub(super) use with_encoder::follow_guide;

#[cfg(feature = "encoder")]
mod with_encoder {
    use std::sync::Arc;
    use std::thread::available_parallelism;
    use std::time::{Duration, Instant};

    use tokio::sync::Notify;
    use tokio::task::spawn_blocking;
    use tokio::time::timeout;
    use tracing::{info, warn};

    use super::*;
    use crate::encoder::{EncoderPool, InstalledEncoder};
    use crate::guide::Guide;
    use crate::search::{Corpus, Sentences};

    /// How long to wait before trying again to encode a guide that could not be encoded.
    const PAUSE_AFTER_FAULT: Duration = Duration::from_secs(60);
    /// How long a question waits for its vector, even if the processor is busy.
    const LONGEST_WAIT: Duration = Duration::from_millis(300);
    /// The most questions that wait for each thread: at 10 ms for each of them nobody notices.
    const WAITING: usize = 8;

    impl QuestionEncoder {
        /// Whether there is an encoder.
        pub(in crate::discord) fn is_there(&self) -> bool {
            self.pool.get().is_some()
        }

        /// The vector of a question; `None` while there is no encoder or it is overloaded.
        pub(in crate::discord) async fn encode(&self, text: &str) -> Option<SentenceVector> {
            let vector = self.pool.get()?.try_encode(text.to_owned()).ok()?;
            timeout(LONGEST_WAIT, vector).await.ok()?
        }
    }

    /// Opens the encoder in a folder and encodes every guide that goes live. Never completes; without an encoder it does
    /// nothing.
    pub(in crate::discord) async fn follow_guide(
        live: &Live,
        questions: &QuestionEncoder,
        folder: Option<&Path>,
    ) -> Infallible {
        let Some(encoder) = open(folder).await else {
            return std::future::pending().await;
        };
        let threads = available_parallelism().map_or(1, |cores| cores.get().div_ceil(2));
        match EncoderPool::start(encoder.encoder(), threads, WAITING * threads) {
            Ok(pool) => drop(questions.pool.set(pool)),
            Err(fault) => {
                warn!(%fault, "cannot start a thread for the encoder, so words alone decide");
                return std::future::pending().await;
            }
        }
        let changed = Arc::new(Notify::new());
        let listener = Arc::clone(&changed);
        live.on_change(move || listener.notify_one());
        loop {
            let is_done = live.guide().index.has_sentences() || take_in(live, &encoder).await;
            // After a failure it is retried even if the guide stays the same.
            let pause = if is_done {
                Duration::MAX
            } else {
                PAUSE_AFTER_FAULT
            };
            let _ = timeout(pause, changed.notified()).await;
        }
    }

    async fn open(folder: Option<&Path>) -> Option<Arc<InstalledEncoder>> {
        let folder = folder?.to_owned();
        match spawn_blocking(move || InstalledEncoder::open(Some(&folder))).await {
            Ok(Ok(encoder)) => encoder.map(Arc::new),
            Ok(Err(fault)) => {
                warn!("{fault}; until then words alone decide");
                None
            }
            Err(fault) => {
                warn!(%fault, "opening the encoder failed, so words alone decide; please report this");
                None
            }
        }
    }

    /// Encodes the guide that is live, which takes minutes if it is new to the encoder. Says whether that was possible.
    async fn take_in(live: &Live, encoder: &Arc<InstalledEncoder>) -> bool {
        let guide = live.guide();
        let begun = Instant::now();
        info!("encoding the guide; until that is done, words alone decide");
        let sentences = sentences(&guide, Arc::clone(encoder)).await;
        let is_encoded = sentences.is_some();
        if is_encoded && live.take_in(&guide, sentences) {
            let seconds = begun.elapsed().as_secs();
            info!(
                seconds,
                "the guide is encoded: from now on, the encoder is used too"
            );
        }
        is_encoded
    }

    /// What the encoder says of a guide; what went wrong is in the log.
    async fn sentences(guide: &Guide, encoder: Arc<InstalledEncoder>) -> Option<Sentences> {
        let corpus = Corpus::from(&*guide.knowledge);
        let encoded = spawn_blocking(move || encoder.sentences(&corpus, |_, _| {})).await;
        let (sentences, faults) = encoded
            .inspect_err(|fault| warn!(%fault, "encoding the guide failed; please report this"))
            .ok()?;
        faults.iter().for_each(|fault| warn!("{fault}"));
        Some(sentences)
    }
}
