//! A network between the store and its server that fails as networks do.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// How much is passed on at a time.
const CHUNK: usize = 65_536;
/// The statement as it is sent.
const COMMIT: &[u8] = b"COMMIT\0";

/// Forwards traffic between a port on this machine and a server, while it is open.
pub struct Proxy {
    pub port: u16,
    state: Arc<State>,
    task: JoinHandle<()>,
}

struct State {
    /// Whether anything is forwarded; connections stay open meanwhile.
    passes: watch::Sender<bool>,
    /// Whether the reply to the next commit is lost, along with the connection.
    loses_commit: AtomicBool,
    /// Whether forwarding stops at the next commit.
    freezes_at_commit: AtomicBool,
    /// How many replies to commits were lost.
    lost: AtomicUsize,
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Proxy {
    /// A port at which nothing answers.
    pub async fn free_port() -> u16 {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        listener.local_addr().expect("it has an address").port()
    }

    /// Opens the way from this port, 0 for any, to a server.
    pub async fn start(port: u16, server: SocketAddr) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", port))
            .await
            .expect("the port is free");
        let port = listener.local_addr().expect("it has an address").port();
        let state = Arc::new(State {
            passes: watch::channel(true).0,
            loses_commit: false.into(),
            freezes_at_commit: false.into(),
            lost: 0.into(),
        });
        let shared = Arc::clone(&state);
        let task = tokio::spawn(async move {
            loop {
                let (client, _) = listener.accept().await.expect("somebody connects");
                let server = TcpStream::connect(server)
                    .await
                    .expect("the server answers");
                tokio::spawn(pass_on(client, server, Arc::clone(&shared)));
            }
        });
        Self { port, state, task }
    }

    /// From now on, every byte is silently dropped.
    pub fn freeze(&self) {
        self.state.passes.send_replace(false);
    }

    /// The same, starting with the next commit.
    pub fn freeze_at_commit(&self) {
        self.state.freezes_at_commit.store(true, Ordering::SeqCst);
    }

    pub fn thaw(&self) {
        self.state.passes.send_replace(true);
    }

    /// The next commit reaches the server, but its reply is lost.
    pub fn lose_next_commit(&self) {
        self.state.loses_commit.store(true, Ordering::SeqCst);
    }

    pub fn lost_commits(&self) -> usize {
        self.state.lost.load(Ordering::SeqCst)
    }
}

async fn pass_on(client: TcpStream, server: TcpStream, state: Arc<State>) {
    let (mut from_client, mut to_client) = client.into_split();
    let (mut from_server, mut to_server) = server.into_split();
    let loses = AtomicBool::new(false);
    let there = async {
        let (mut buffer, mut passes) = (vec![0; CHUNK], state.passes.subscribe());
        while let Ok(length @ 1..) = from_client.read(&mut buffer).await {
            let bytes = &buffer[..length];
            let commits = bytes.windows(COMMIT.len()).any(|bytes| bytes == COMMIT);
            if commits && state.loses_commit.swap(false, Ordering::SeqCst) {
                loses.store(true, Ordering::SeqCst);
            }
            if commits && state.freezes_at_commit.swap(false, Ordering::SeqCst) {
                state.passes.send_replace(false);
            }
            let open = passes.wait_for(|passes| *passes).await.is_ok();
            if !open || to_server.write_all(bytes).await.is_err() {
                return;
            }
        }
    };
    let back = async {
        let (mut buffer, mut passes) = (vec![0; CHUNK], state.passes.subscribe());
        while let Ok(length @ 1..) = from_server.read(&mut buffer).await {
            if loses.load(Ordering::SeqCst) {
                state.lost.fetch_add(1, Ordering::SeqCst);
                return;
            }
            let open = passes.wait_for(|passes| *passes).await.is_ok();
            if !open || to_client.write_all(&buffer[..length]).await.is_err() {
                return;
            }
        }
    };
    // Whichever side ends first ends both.
    tokio::select! {
        () = there => {}
        () = back => {}
    }
}
