//! The addresses of resources, opened at a server of our own.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test that fails may panic"
)]

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::{Request, State as Shared};
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Response};
use internbot::knowledge::{Address, Position, Sources, addresses};
use internbot::links::{Link, LinkError, Pace, State, look, summary};
use tokio::net::TcpListener;

/// What the server saw.
#[derive(Default)]
struct Seen {
    requests: Vec<(Method, String, Instant)>,
    agents: Vec<String>,
    under_way: usize,
    most_at_once: usize,
}

type Site = Arc<Mutex<Seen>>;

async fn serve() -> (String, Site) {
    let site = Site::default();
    let app = Router::new().fallback(answer).with_state(Arc::clone(&site));
    let listener = TcpListener::bind("127.0.0.1:0")
        .await
        .expect("a port is free");
    let origin = format!(
        "http://{}",
        listener.local_addr().expect("it has an address")
    );
    tokio::spawn(async move { axum::serve(listener, app).await.expect("it serves") });
    (origin, site)
}

async fn answer(Shared(site): Shared<Site>, request: Request) -> Response {
    let path = request.uri().path().to_owned();
    let earlier = {
        let mut seen = site.lock().expect("no test panics in it");
        let earlier = seen
            .requests
            .iter()
            .filter(|(_, known, _)| *known == path)
            .count();
        seen.requests
            .push((request.method().clone(), path.clone(), Instant::now()));
        seen.agents.push(
            request.headers()["user-agent"]
                .to_str()
                .expect("text")
                .to_owned(),
        );
        seen.under_way += 1;
        seen.most_at_once = seen.most_at_once.max(seen.under_way);
        earlier
    };
    let head = request.method() == Method::HEAD;
    tokio::time::sleep(Duration::from_millis(5)).await;
    let to = |status: StatusCode, place: &str| {
        (status, [("location", place.to_owned())]).into_response()
    };
    let response = match path.as_str() {
        "/fine" => StatusCode::OK.into_response(),
        "/no-head" if head => StatusCode::METHOD_NOT_ALLOWED.into_response(),
        "/no-head" => "here".into_response(),
        "/moved" => to(StatusCode::MOVED_PERMANENTLY, "/moved-again"),
        "/moved-again" => to(StatusCode::PERMANENT_REDIRECT, "/for-now"),
        "/for-now" => to(StatusCode::FOUND, "/fine"),
        "/moved-away" => to(StatusCode::MOVED_PERMANENTLY, "/nothing"),
        "/circle" => to(StatusCode::FOUND, "/circle"),
        "/closed" => StatusCode::FORBIDDEN.into_response(),
        "/busy" if earlier < 2 => {
            (StatusCode::TOO_MANY_REQUESTS, [("retry-after", "0")]).into_response()
        }
        "/busy" => StatusCode::OK.into_response(),
        "/come-back-tomorrow" => {
            (StatusCode::TOO_MANY_REQUESTS, [("retry-after", "86400")]).into_response()
        }
        "/broken" => StatusCode::BAD_GATEWAY.into_response(),
        "/slow" => {
            tokio::time::sleep(Duration::from_secs(60)).await;
            StatusCode::OK.into_response()
        }
        _ => StatusCode::NOT_FOUND.into_response(),
    };
    site.lock().expect("no test panics in it").under_way -= 1;
    response
}

fn pace() -> Pace {
    Pace {
        pause: Duration::from_millis(20),
        timeout: Duration::from_millis(400),
        first_wait: Duration::from_millis(30),
        ..Pace::default()
    }
}

fn address(url: &str, line: usize) -> Address {
    Address {
        url: url.to_owned(),
        file: "guide/resources.toml".to_owned(),
        at: Position { line, column: 7 },
    }
}

async fn states(origin: &str, paths: &[&str]) -> HashMap<String, State> {
    let addresses = paths
        .iter()
        .zip(1..)
        .map(|(path, line)| address(&format!("{origin}{path}"), line))
        .collect();
    let links = look(addresses, pace()).await.expect("the server is there");
    assert!(
        links
            .iter()
            .zip(1..)
            .all(|(link, line)| link.address.at.line == line),
        "in the order given"
    );
    links
        .into_iter()
        .map(|link| {
            (
                link.address.url.trim_start_matches(origin).to_owned(),
                link.state,
            )
        })
        .collect()
}

#[tokio::test]
async fn each_address_is_what_its_site_says() {
    let (origin, site) = serve().await;
    let paths = [
        "/fine",
        "/no-head",
        "/moved",
        "/for-now",
        "/moved-away",
        "/nothing",
        "/circle",
        "/closed",
        "/busy",
    ];
    let found = states(&origin, &paths).await;
    assert_eq!(found["/fine"], State::Fine);
    assert_eq!(found["/no-head"], State::Fine);
    assert_eq!(
        found["/moved"],
        State::Moved(format!("{origin}/for-now")),
        "as far as it is for good"
    );
    assert_eq!(found["/for-now"], State::Fine);
    assert_eq!(found["/moved-away"], State::Gone(404));
    assert_eq!(found["/nothing"], State::Gone(404));
    assert_eq!(
        found["/circle"],
        State::Unreachable("it redirects without end".to_owned())
    );
    assert_eq!(found["/closed"], State::Closed(403));
    assert_eq!(found["/busy"], State::Fine);
    let seen = site.lock().expect("no test panics in it");
    assert_eq!(seen.most_at_once, 1, "one request at a time to a site");
    assert!(
        seen.agents
            .iter()
            .all(|agent| agent.starts_with("internbot/"))
    );
    let fine = seen
        .requests
        .iter()
        .filter(|(_, path, _)| path == "/no-head")
        .map(|(method, ..)| method.clone());
    assert_eq!(fine.collect::<Vec<_>>(), [Method::HEAD, Method::GET]);
}

#[tokio::test]
async fn who_is_busy_is_asked_again_later_and_not_for_ever() {
    let (origin, site) = serve().await;
    let found = states(&origin, &["/broken", "/slow", "/come-back-tomorrow"]).await;
    assert_eq!(
        found["/broken"],
        State::Unreachable("it answers with status 502".to_owned())
    );
    assert_eq!(
        found["/slow"],
        State::Unreachable("it does not answer in time".to_owned())
    );
    assert_eq!(
        found["/come-back-tomorrow"],
        State::Unreachable("it answers with status 429".to_owned())
    );
    let seen = site.lock().expect("no test panics in it");
    let times = |path: &str| {
        seen.requests
            .iter()
            .filter(|(_, known, _)| known == path)
            .map(|(.., at)| *at)
            .collect::<Vec<_>>()
    };
    assert_eq!(times("/come-back-tomorrow").len(), 1);
    assert_eq!(times("/slow").len(), 3);
    let slow = times("/slow");
    assert!(
        slow[2] - slow[1] > slow[1] - slow[0],
        "the second pause is longer"
    );
    assert_eq!(
        times("/broken").len(),
        6,
        "with and without its content, three times"
    );
}

#[tokio::test]
async fn where_nothing_can_be_reached_there_is_no_network() {
    // Bound and closed again: nobody listens there.
    let listener = TcpListener::bind("127.0.0.1:0")
        .await
        .expect("a port is free");
    let dead = format!(
        "http://{}",
        listener.local_addr().expect("it has an address")
    );
    drop(listener);
    let error = look(
        vec![address(&dead, 1), address(&format!("{dead}/x"), 2)],
        pace(),
    )
    .await
    .expect_err("nobody is there");
    assert!(matches!(error, LinkError::Offline(_)));
    assert!(error.to_string().starts_with("no network: "), "{error}");

    let (origin, _) = serve().await;
    let links = look(
        vec![address(&dead, 1), address(&format!("{origin}/fine"), 2)],
        pace(),
    )
    .await
    .expect("one is there");
    assert!(matches!(links[0].state, State::Unreachable(_)));
    assert_eq!(links[1].state, State::Fine);
}

#[test]
fn what_is_to_be_done_is_told_with_its_place() {
    let link = |state: State| Link {
        address: address("https://example.org/a", 22),
        state,
    };
    let links = [
        State::Fine,
        State::Moved("https://example.org/b".to_owned()),
        State::Gone(410),
        State::Closed(999),
        State::Unreachable("x".into()),
    ]
    .map(link);
    let told: Vec<String> = links
        .iter()
        .filter_map(Link::problem)
        .map(|problem| problem.to_string())
        .collect();
    assert_eq!(told.len(), 3);
    assert!(told[0].starts_with("guide/resources.toml:22:7: warning: `https://example.org/a` has moved to https://example.org/b"));
    assert!(told[1].starts_with("guide/resources.toml:22:7: warning: `https://example.org/a` is gone (status 410)\n    Find "));
    assert_eq!(
        summary(&links),
        "5 links: 1 fine, 1 moved, 1 gone, 1 unreachable, 1 let no program look (example.org): open these in a browser"
    );
}

#[test]
fn every_address_of_the_guide_is_found_where_it_stands() {
    let sources = Sources::read(std::path::Path::new("knowledge")).expect("the guide is there");
    let text = String::from_utf8(sources.resources.bytes.clone()).expect("text");
    let lines: Vec<&str> = text.lines().collect();
    let found = addresses(&sources);
    assert_eq!(found.len(), text.matches("\nurl = ").count());
    for address in found {
        assert_eq!(
            lines[address.at.line - 1],
            format!("url = \"{}\"", address.url)
        );
    }
}
