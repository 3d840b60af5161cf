//! A web server on loopback that has files, and may break off.

use std::fs::File;
use std::io::{BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::thread;

/// What the server does with a request.
#[derive(Debug, Clone)]
pub enum Does {
    /// Sends the file that is named like the last part of the path out of a folder, from where it is asked to.
    Send(PathBuf),
    /// As above, but ends the connection after this many bytes.
    BreakOff(PathBuf, u64),
    /// Promises this many bytes, sends some zeros and ends the connection.
    Promise(u64, usize),
    /// Sends a page of a status.
    Page(&'static str, &'static str),
}

/// The server; each connection carries one request.
pub struct Server {
    address: SocketAddr,
    does: Arc<Mutex<Does>>,
    requests: Arc<Mutex<Vec<String>>>,
}

impl Server {
    pub fn that(does: Does) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let server = Self {
            address: listener.local_addr().expect("an address"),
            does: Arc::new(Mutex::new(does)),
            requests: Arc::default(),
        };
        let (does, requests) = (Arc::clone(&server.does), Arc::clone(&server.requests));
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let does = does.lock().expect("no thread panicked").clone();
                // The client may disconnect.
                let _ = answer(stream, &does, &requests);
            }
        });
        server
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// From now on.
    pub fn now(&self, does: Does) {
        *self.does.lock().expect("no thread panicked") = does;
    }

    /// The requests since the last time: what is asked for, and from where on.
    pub fn requests(&self) -> Vec<String> {
        std::mem::take(&mut *self.requests.lock().expect("no thread panicked"))
    }
}

fn answer(stream: TcpStream, does: &Does, requests: &Mutex<Vec<String>>) -> std::io::Result<()> {
    let mut lines = BufReader::new(&stream).lines();
    let first = lines.next().unwrap_or_else(|| Ok(String::new()))?;
    let path = first.split(' ').nth(1).unwrap_or_default().to_owned();
    let mut from = None;
    for line in lines {
        let line = line?.to_lowercase();
        if line.is_empty() {
            break;
        }
        if let Some(range) = line.strip_prefix("range: bytes=") {
            from = range.trim_end_matches('-').parse::<u64>().ok();
        }
    }
    let asked = from.map_or(path.clone(), |from| format!("{path} from {from}"));
    requests.lock().expect("no thread panicked").push(asked);
    let mut out = &stream;
    match does {
        Does::Page(status, page) => {
            let length = page.len();
            write!(
                out,
                "HTTP/1.1 {status}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{page}"
            )
        }
        Does::Promise(length, sent) => {
            write!(
                out,
                "HTTP/1.1 200 OK\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n"
            )?;
            out.write_all(&vec![0; *sent])
        }
        Does::Send(folder) | Does::BreakOff(folder, _) => {
            let name = path.rsplit('/').next().unwrap_or_default();
            let mut file = File::open(folder.join(name))?;
            let size = file.metadata()?.len();
            let start = from.unwrap_or(0);
            file.seek(SeekFrom::Start(start))?;
            let status = match from {
                Some(_) => format!(
                    "206 Partial Content\r\ncontent-range: bytes {start}-{}/{size}",
                    size - 1
                ),
                None => "200 OK".to_owned(),
            };
            let length = size - start;
            write!(
                out,
                "HTTP/1.1 {status}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n"
            )?;
            let most = match does {
                Does::BreakOff(_, most) => *most,
                _ => u64::MAX,
            };
            std::io::copy(&mut file.take(most), &mut out).map(drop)
        }
    }
}
