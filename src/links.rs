//! Opens the address of every resource once, and tells what became of it.
//!
//! Politely: one request at a time to a site, with a pause before the next, few sites at once, `HEAD` before `GET`, and
//! whoever is busy is asked again as late as it asks for.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use reqwest::redirect::Policy;
use reqwest::{Client, Method, Response, StatusCode};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use url::Url;

use crate::knowledge::{Address, Problem, Severity};

/// Who asks, so that a site's owner knows.
const USER_AGENT: &str = concat!(
    "internbot/",
    env!("CARGO_PKG_VERSION"),
    " (checks the links of a study guide)"
);
/// The most redirects that are followed.
const REDIRECTS: usize = 10;

/// How fast to ask.
#[derive(Debug, Clone)]
pub struct Pace {
    /// The most sites at once.
    pub sites: usize,
    /// Between two requests to a site.
    pub pause: Duration,
    /// How long a request may take.
    pub timeout: Duration,
    /// How often an address is asked again.
    pub retries: u32,
    /// Before it is asked again the first time, where the site does not say when; each next time is twice as long.
    pub first_wait: Duration,
    /// The longest that a site may ask to wait; a later time is for another day.
    pub longest_wait: Duration,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            sites: 8,
            pause: Duration::from_secs(1),
            timeout: Duration::from_secs(15),
            retries: 2,
            first_wait: Duration::from_secs(2),
            longest_wait: Duration::from_secs(30),
        }
    }
}

/// What became of an address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    /// It shows something.
    Fine,
    /// It is elsewhere for good.
    Moved(String),
    /// There is nothing any more: the status says so.
    Gone(u16),
    /// The site answers, but lets no program look; the status with which it says so.
    Closed(u16),
    /// It could not be found out; why.
    Unreachable(String),
}

/// An address, and what became of it.
#[derive(Debug, Clone)]
pub struct Link {
    /// The address.
    pub address: Address,
    /// What became of it.
    pub state: State,
}

/// Why nothing was found out.
#[derive(Debug, thiserror::Error)]
pub enum LinkError {
    /// Not one site could be reached.
    #[error(
        "no network: none of the addresses could be reached, so the links are not checked ({0})"
    )]
    Offline(String),
    /// The system has no TLS to offer.
    #[error("cannot open addresses, so the links are not checked: {0}")]
    Client(#[from] reqwest::Error),
}

/// Opens addresses; what became of each, in the order given.
///
/// # Errors
/// Where not one of them could be reached.
pub async fn look(addresses: Vec<Address>, pace: Pace) -> Result<Vec<Link>, LinkError> {
    let client = Client::builder()
        .user_agent(USER_AGENT)
        .redirect(Policy::none())
        .timeout(pace.timeout)
        .use_rustls_tls()
        .build()?;
    let mut of_site: BTreeMap<String, Vec<(usize, Address)>> = BTreeMap::new();
    for (number, address) in addresses.into_iter().enumerate() {
        of_site
            .entry(site(&address.url))
            .or_default()
            .push((number, address));
    }
    let sites = Arc::new(Semaphore::new(pace.sites.max(1)));
    let visitor = Arc::new(Visitor {
        client,
        pace,
        reached: AtomicUsize::new(0),
        missed: AtomicUsize::new(0),
    });
    let mut tasks = JoinSet::new();
    for addresses in of_site.into_values() {
        let (visitor, sites) = (Arc::clone(&visitor), Arc::clone(&sites));
        tasks.spawn(async move {
            let _turn = sites.acquire_owned().await;
            visitor.visit(addresses).await
        });
    }
    let mut found: Vec<(usize, Link)> = tasks.join_all().await.into_iter().flatten().collect();
    found.sort_by_key(|(number, _)| *number);
    let links: Vec<Link> = found.into_iter().map(|(_, link)| link).collect();
    match links.first() {
        Some(Link {
            state: State::Unreachable(why),
            ..
        }) if visitor.reached.load(Ordering::Relaxed) == 0 => Err(LinkError::Offline(why.clone())),
        _ => Ok(links),
    }
}

/// The summary of all links, in a line.
pub fn summary(links: &[Link]) -> String {
    let count = |is: fn(&State) -> bool| links.iter().filter(|link| is(&link.state)).count();
    let mut closed: Vec<String> = links
        .iter()
        .filter(|link| matches!(link.state, State::Closed(_)))
        .map(|link| site(&link.address.url))
        .collect();
    let closed_count = closed.len();
    closed.sort();
    closed.dedup();
    let closed = match closed_count {
        0 => String::new(),
        count => format!(
            ", {count} let no program look ({}): open these in a browser",
            closed.join(", ")
        ),
    };
    format!(
        "{} links: {} fine, {} moved, {} gone, {} unreachable{closed}",
        links.len(),
        count(|state| *state == State::Fine),
        count(|state| matches!(state, State::Moved(_))),
        count(|state| matches!(state, State::Gone(_))),
        count(|state| matches!(state, State::Unreachable(_))),
    )
}

impl Link {
    /// What somebody should do about it, if anything. A warning at the most: the guide works, and sites have bad days.
    pub fn problem(&self) -> Option<Problem> {
        let url = &self.address.url;
        let (message, mend) = match &self.state {
            State::Fine | State::Closed(_) => return None,
            State::Moved(new) => (
                format!("`{url}` has moved to {new}"),
                "Write the new address, if it shows what was meant.",
            ),
            State::Gone(status) => (
                format!("`{url}` is gone (status {status})"),
                "Find where it went, or remove the resource from the guide.",
            ),
            State::Unreachable(why) => (
                format!("`{url}` cannot be reached: {why}"),
                "Open it in a browser, and check again another day.",
            ),
        };
        let file = self.address.file.clone();
        Some(Problem {
            severity: Severity::Warning,
            file,
            at: self.address.at,
            message,
            mend: mend.to_owned(),
        })
    }
}

/// Host and port, or the address itself where it has none.
fn site(url: &str) -> String {
    let parsed = Url::parse(url).ok();
    let host = parsed.as_ref().and_then(|url| url.host_str());
    match (host, parsed.as_ref().and_then(Url::port)) {
        (Some(host), Some(port)) => format!("{host}:{port}"),
        (Some(host), None) => host.to_owned(),
        _ => url.to_owned(),
    }
}

/// Who opens addresses.
struct Visitor {
    client: Client,
    pace: Pace,
    /// Sites that answered something, and sites that did not.
    reached: AtomicUsize,
    missed: AtomicUsize,
}

/// Why there is no answer yet.
enum Failure {
    /// It is worth asking again, perhaps after a time that the site tells.
    Busy(String, Option<Duration>),
    /// It is not.
    Final(String),
}

impl Visitor {
    /// Opens the addresses of one site, one after another.
    async fn visit(&self, addresses: Vec<(usize, Address)>) -> Vec<(usize, Link)> {
        let mut links = Vec::new();
        for (number, address) in addresses {
            if !links.is_empty() {
                tokio::time::sleep(self.pace.pause).await;
            }
            let state = self.state_of(&address.url).await;
            links.push((number, Link { address, state }));
        }
        let missed = links
            .iter()
            .all(|(_, link)| matches!(link.state, State::Unreachable(_)));
        self.missed
            .fetch_add(usize::from(missed), Ordering::Relaxed);
        links
    }

    /// Whether as many sites as are asked at once failed and none answered: then the others need not be tried.
    fn is_offline(&self) -> bool {
        self.reached.load(Ordering::Relaxed) == 0
            && self.missed.load(Ordering::Relaxed) >= self.pace.sites
    }

    async fn state_of(&self, address: &str) -> State {
        let start = match Url::parse(address) {
            Ok(url) => url,
            Err(fault) => return State::Unreachable(fault.to_string()),
        };
        let mut wait = self.pace.first_wait;
        for left in (0..=self.pace.retries).rev() {
            if self.is_offline() {
                break;
            }
            let (why, told) = match self.follow(&start).await {
                Ok(state) => return state,
                Err(Failure::Final(why)) => return State::Unreachable(why),
                Err(Failure::Busy(why, told)) => (why, told),
            };
            let pause = told.unwrap_or(wait);
            if left == 0 || pause > self.pace.longest_wait {
                return State::Unreachable(why);
            }
            tokio::time::sleep(pause).await;
            wait *= 2;
        }
        State::Unreachable("nothing can be reached".to_owned())
    }

    /// Opens an address and follows where it leads.
    async fn follow(&self, start: &Url) -> Result<State, Failure> {
        let mut url = start.clone();
        let mut moved = None;
        let mut for_good = true;
        for _ in 0..=REDIRECTS {
            let response = self.open(&url).await?;
            let status = response.status();
            let Some(next) = target(&response, &url) else {
                return Ok(state(status, start, moved));
            };
            // What comes after a redirect for now may be another tomorrow.
            for_good &= matches!(
                status,
                StatusCode::MOVED_PERMANENTLY | StatusCode::PERMANENT_REDIRECT
            );
            if for_good {
                moved = Some(next.clone());
            }
            url = next;
        }
        Err(Failure::Final("it redirects without end".to_owned()))
    }

    /// Asks whether there is something, without its content; only then for the whole.
    async fn open(&self, url: &Url) -> Result<Response, Failure> {
        let response = self.request(Method::HEAD, url).await?;
        let status = response.status();
        if status.is_success() || status.is_redirection() {
            return Ok(response);
        }
        if status == StatusCode::TOO_MANY_REQUESTS {
            return Err(busy(&response));
        }
        // Many sites do not know `HEAD`, and say so in many ways.
        tokio::time::sleep(self.pace.pause).await;
        let response = self.request(Method::GET, url).await?;
        let status = response.status();
        if status == StatusCode::TOO_MANY_REQUESTS || status.is_server_error() {
            Err(busy(&response))
        } else {
            Ok(response)
        }
    }

    async fn request(&self, method: Method, url: &Url) -> Result<Response, Failure> {
        match self.client.request(method, url.clone()).send().await {
            Ok(response) => {
                self.reached.fetch_add(1, Ordering::Relaxed);
                Ok(response)
            }
            Err(fault) if fault.is_timeout() => {
                Err(Failure::Busy("it does not answer in time".to_owned(), None))
            }
            Err(fault) => Err(Failure::Final(innermost(&fault))),
        }
    }
}

fn busy(response: &Response) -> Failure {
    let told = response
        .headers()
        .get("retry-after")
        .and_then(|value| value.to_str().ok()?.trim().parse().ok());
    Failure::Busy(
        format!("it answers with status {}", response.status().as_u16()),
        told.map(Duration::from_secs),
    )
}

/// Where a response leads, if it does.
fn target(response: &Response, url: &Url) -> Option<Url> {
    let location = response
        .headers()
        .get("location")
        .filter(|_| response.status().is_redirection())?;
    let mut next = url.join(location.to_str().ok()?).ok()?;
    if next.fragment().is_none() {
        next.set_fragment(url.fragment());
    }
    Some(next)
}

fn state(status: StatusCode, start: &Url, moved: Option<Url>) -> State {
    match (status, moved.filter(|new| new != start)) {
        (StatusCode::NOT_FOUND | StatusCode::GONE, _) => State::Gone(status.as_u16()),
        (status, Some(new)) if status.is_success() => State::Moved(new.to_string()),
        (status, _) if status.is_success() || status.is_redirection() => State::Fine,
        _ => State::Closed(status.as_u16()),
    }
}

/// The last cause, which says most: "connection refused".
fn innermost(fault: &reqwest::Error) -> String {
    let mut cause: &dyn std::error::Error = fault;
    while let Some(next) = cause.source() {
        cause = next;
    }
    cause.to_string()
}
