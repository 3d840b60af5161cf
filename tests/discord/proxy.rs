//! A proxy on the way to Discord, as the bot meets it.

use std::sync::{Arc, Mutex};

use tokio::io::{
    AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader, copy_bidirectional, join,
};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

use stand_in::StandIn;

/// The response of a proxy that refuses a request.
const REFUSAL: &[u8] = b"HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";

/// A proxy that passes plain requests on to a stand-in, whatever host they name, and refuses tunnels.
pub struct Proxy {
    address: String,
    asked: Arc<Mutex<Vec<String>>>,
    task: JoinHandle<()>,
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Proxy {
    pub async fn start(discord: &StandIn) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("it has an address");
        let target = discord.url().replace("http://", "");
        let asked = Arc::<Mutex<Vec<String>>>::default();
        let seen = Arc::clone(&asked);
        let task = tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(serve(client, target.clone(), Arc::clone(&seen)));
            }
        });
        Self {
            address: format!("http://{address}"),
            asked,
            task,
        }
    }

    /// Its address, for an environment variable.
    pub fn url(&self) -> &str {
        &self.address
    }

    /// The first lines of the connections that it was asked for.
    pub fn asked(&self) -> Vec<String> {
        self.asked.lock().expect("nobody panics with it").clone()
    }
}

async fn serve(client: TcpStream, target: String, asked: Arc<Mutex<Vec<String>>>) {
    let mut client = BufReader::new(client);
    let mut line = String::new();
    if client.read_line(&mut line).await.is_err() {
        return;
    }
    asked
        .lock()
        .expect("nobody panics with it")
        .push(line.trim_end().to_owned());
    if line.starts_with("CONNECT") {
        // Read the whole request, or closing would discard the response.
        let mut rest = [0; 1_024];
        let _ = client.read(&mut rest).await;
        let _ = client.write_all(REFUSAL).await;
        return;
    }
    let Ok(server) = TcpStream::connect(target).await else {
        return;
    };
    let (read, mut write) = server.into_split();
    if write.write_all(line.as_bytes()).await.is_ok() {
        let _ = copy_bidirectional(&mut client, &mut join(read, write)).await;
    }
}
