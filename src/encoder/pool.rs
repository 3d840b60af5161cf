//! Threads that encode questions, so that nothing that is `async` waits for a processor.

use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use tokio::sync::oneshot;

use super::Encoder;
use crate::search::SentenceVector;

/// A bounded number of threads with a bounded queue. They end when it is dropped, after the text that they are at.
#[derive(Debug)]
pub struct EncoderPool {
    jobs: SyncSender<Job>,
}

/// A text, and who waits for its vector.
type Job = (String, oneshot::Sender<SentenceVector>);

/// The queue is full: the answer has to be found without a vector.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the encoder has too much to do")]
pub struct EncoderBusy;

impl EncoderPool {
    /// Starts the threads. Behind the texts that they are at, as many as `waiting` wait: at 10 ms a text a thread, 8 of them are a
    /// wait of 80 ms with one thread.
    ///
    /// # Errors
    /// If the system gives no thread.
    pub fn start(encoder: Arc<Encoder>, threads: usize, waiting: usize) -> std::io::Result<Self> {
        let (jobs, queue) = sync_channel(waiting);
        let queue = Arc::new(Mutex::new(queue));
        for number in 0..threads.max(1) {
            let (encoder, queue) = (Arc::clone(&encoder), Arc::clone(&queue));
            thread::Builder::new()
                .name(format!("encoder-{number}"))
                .spawn(move || work(&encoder, &queue))?;
        }
        Ok(Self { jobs })
    }

    /// Asks for the vector of a text. Whether there is room is known at once; the future is ready when the vector is. Whoever
    /// drops the future gives the text up.
    ///
    /// # Errors
    /// If the queue is full.
    pub fn try_encode(
        &self,
        text: String,
    ) -> Result<impl Future<Output = Option<SentenceVector>> + Send + use<>, EncoderBusy> {
        let (sender, vector) = oneshot::channel();
        self.jobs
            .try_send((text, sender))
            .map_err(|_| EncoderBusy)?;
        Ok(async { vector.await.ok() })
    }
}

fn work(encoder: &Encoder, queue: &Mutex<Receiver<Job>>) {
    loop {
        let job = queue.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok((text, sender)) = job else {
            return;
        };
        if !sender.is_closed() {
            // Who does not wait any more needs no vector.
            let _ = sender.send(encoder.encode(&text));
        }
    }
}
