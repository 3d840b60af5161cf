//! Draws the bot's replies in a browser from the JSON that would be sent to Discord: a page for asking while the guide is
//! written, and static pages of the whole guide. No account, no token, and nothing leaves the machine.
//!
//! The page changes nothing: the server keeps no state, and the conversation is in the browser. It answers only requests that use
//! its own address, so that no website can read it through the browser of someone who has it open.
//!
//! | Module | Responsibility |
//! | --- | --- |
//! | `server` | what the page asks for, and who may ask |
//! | `draw`, `markdown` | turn a message as sent to Discord into HTML |
//! | `limits` | which parts of a message are close to a limit |
//! | `site` | the guide as static pages |
//! | `page.html`, `preview.css`, `preview.js`, `search.js` | what the browser gets, as it is |

mod draw;
mod limits;
mod markdown;
mod server;
mod site;

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use hyper_util::service::TowerToHyperService;
use tokio::net::TcpListener;

use crate::config::Config;
use crate::listener::{self, Bounds};
use crate::live::Live;
use crate::reloading;
use crate::reply::Privacy;
use server::Previewed;

pub use server::EncodeText;
pub use site::{SiteError, WrittenSite, write_site};

/// A browser opens six connections at once; the rest is for floods. Silent connections are closed after two seconds, so that a thousand
/// of them, as many as the system lets wait here, delay a question by 16 seconds. With all places taken, the open files
/// stay far below 1,024, which many systems allow a process.
const BOUNDS: Bounds = Bounds {
    places: 128,
    asking: Duration::from_secs(2),
    patience: Duration::from_secs(10),
};

/// Why the preview cannot start.
#[derive(Debug, thiserror::Error)]
#[error(
    "cannot listen on {address} for the preview: {source}; stop the program that uses the port (another preview?), or choose another one \
     with --port"
)]
pub struct PreviewError {
    address: SocketAddr,
    source: std::io::Error,
}

/// The preview, ready to be served.
#[derive(Debug)]
pub struct Preview {
    listener: TcpListener,
    address: SocketAddr,
    seen: Arc<Previewed>,
}

impl Preview {
    /// Takes a port for a guide; 0 for any free port. Gaps are read from the store, if there is one.
    ///
    /// # Errors
    /// If it is impossible to listen on the address: it is taken, or not this machine's.
    pub async fn bind(
        address: SocketAddr,
        live: Arc<Live>,
        config: &Config,
        encode: EncodeText,
    ) -> Result<Self, PreviewError> {
        let fault = |source| PreviewError { address, source };
        let listener = TcpListener::bind(address).await.map_err(fault)?;
        let address = listener.local_addr().map_err(fault)?;
        let seen = Arc::new(Previewed {
            live,
            store: config.store.clone(),
            privacy: Privacy {
                keeps: config.store.keeps(),
                contact: config.discord.privacy_contact.clone(),
            },
            encode,
            address,
        });
        Ok(Self {
            listener,
            address,
            seen,
        })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Serves the page and follows the files of the guide. Never completes.
    pub async fn serve(self) -> Infallible {
        let Self { listener, seen, .. } = self;
        let live = Arc::clone(&seen.live);
        let service = TowerToHyperService::new(server::router(seen));
        tokio::join!(
            listener::serve(listener, BOUNDS, "the preview", service),
            reloading::watch(&live, true),
        )
        .1
    }
}
