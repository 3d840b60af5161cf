//! Threads that encode questions, so that no `async` code waits for the processor.

use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use tokio::sync::oneshot;

use super::Encoder;
use crate::search::SentenceVector;

/// A bounded number of threads with a bounded queue. When it is dropped, they finish their current text and end.
#[derive(Debug)]
pub struct EncoderPool {
    jobs: SyncSender<Job>,
}

/// A text, and where its vector goes.
type Job = (String, oneshot::Sender<SentenceVector>);

/// The queue is full, so the question has to be answered without a vector.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the encoder is overloaded")]
pub struct EncoderBusy;

impl EncoderPool {
    /// Starts the threads. Up to `waiting` texts can wait behind those in progress: at 10 ms per text and thread, 8 of them mean a
    /// wait of 80 ms with one thread.
    ///
    /// # Errors
    /// If the system cannot start a thread.
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

    /// Requests the vector of a text. Whether there is room is known at once; the future resolves when the vector is ready. Dropping
    /// the future cancels the request.
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
            // Nobody is waiting for this vector any more.
            let _ = sender.send(encoder.encode(&text));
        }
    }
}
