//! The page in a real browser: asked, clicked, edited, by keyboard alone, on a phone, in both themes.

use std::net::SocketAddr;
use std::path::Path;

use internbot::answer::Outcome;
use internbot::search::Question;
use serde_json::Value;
use tempfile::TempDir;

use crate::browser::Browser;
use crate::small_guide::{SmallGuide, question};
use crate::*;

/// The page has loaded, and has asked what its address tells it to.
const READY: &str = "document.documentElement.dataset.ready === 'yes'";
/// The latest message.
const LATEST: &str = "document.querySelector('#messages > li:last-child')";

/// Whether nothing is wider than the page.
const FITS: &str = "document.documentElement.scrollWidth <= innerWidth";

/// Every text whose contrast with what is behind it is under 4.5, which WCAG 2.1 asks for (success criterion 1.4.3).
const FAINT: &str = "(() => {
  const canvas = new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true });
  const rgba = (color) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = color;
    canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  };
  const channel = (value) => value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  const luminance = ([r, g, b]) => 0.2126 * channel(r / 255) + 0.7152 * channel(g / 255) + 0.0722 * channel(b / 255);
  const ground = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const color = rgba(getComputedStyle(at).backgroundColor);
      if (color[3] === 255) return color;
      if (color[3] !== 0) throw new Error('half transparent: ' + at.outerHTML.slice(0, 200));
    }
    return [255, 255, 255, 255];
  };
  const faint = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  let seen = 0;
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || !element.checkVisibility()) continue;
    seen += 1;
    const [a, b] = [luminance(rgba(getComputedStyle(element).color)), luminance(ground(element))];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < 4.5) faint.push(ratio.toFixed(2) + ': ' + walker.currentNode.data.trim().slice(0, 60));
  }
  return seen < 20 ? ['only ' + seen + ' texts'] : [...new Set(faint)];
})()";

/// A browser; if there is none, says so and ends the test.
fn browser() -> Option<Browser> {
    let browser = Browser::start();
    if browser.is_none() {
        eprintln!("skipped: there is no Chromium on this machine (apt-get install chromium)");
    }
    browser
}

/// A question to which the guide has several answers, as it is now.
fn vague() -> &'static str {
    ["money", "deadline", "offer", "my manager", "code"]
        .into_iter()
        .find(|text| GUIDE.answer(&Question::new(*text)).outcome == Outcome::Suggest)
        .expect("one of them is vague")
}

impl Browser {
    /// Opens a preview of the repository's guide, at a width.
    fn opens(&self, address: SocketAddr, query: &str, width: u32) {
        self.resize(width, 800);
        self.open(&format!("http://{address}/{query}"), READY);
    }

    /// Types a question, sends it with a key, and waits for the reply.
    fn asks(&self, text: &str) {
        let count = self.evaluate("document.querySelectorAll('#messages > li').length");
        self.evaluate("document.getElementById('text').focus()");
        self.types(text);
        self.presses("Enter");
        self.wait(&format!(
            "document.querySelectorAll('#messages > li').length === {count} + 2"
        ));
    }

    /// The headline of the latest message.
    fn headline(&self) -> String {
        self.text(&format!("{LATEST}.querySelector('h3')?.textContent ?? ''"))
    }

    /// Clicks a button or an option of the latest message.
    fn chooses(&self, label: &str) {
        self.clicks(&button(label));
    }
}

/// A button or an option of the latest message, by its label.
fn button(label: &str) -> String {
    format!(
        "[...{LATEST}.querySelectorAll('button')].find((button) => (button.querySelector('.label') ?? button).textContent === {})",
        Value::from(label)
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_can_be_asked_and_its_buttons_and_menus_work() {
    let Some(browser) = browser() else { return };
    let address = preview_of(this_guide()).await;
    browser.opens(address, "", 1_280);

    browser.asks(vague());
    assert_eq!(browser.headline(), "One of these may help");
    let why = browser.text("document.getElementById('why').textContent");
    assert!(why.contains("Outcome: suggest ("), "{why}");

    // A candidate turns into the answer, in the same place.
    browser.chooses("This one");
    browser.wait(&button("That helped"));
    let chosen = browser.headline();
    let count = browser.evaluate("document.querySelectorAll('#messages > li').length");
    assert_eq!(count, 2);

    browser.chooses("That helped");
    browser.wait(&format!(
        "{LATEST}.textContent.includes('Glad it helped!') && !{}",
        button("That helped")
    ));
    assert_eq!(browser.headline(), chosen);

    // A menu's option is shown only to the person.
    browser.clicks(&format!("{LATEST}.querySelector('.menu summary')"));
    let option = browser.text(&format!(
        "{LATEST}.querySelector('.menu .label').textContent"
    ));
    browser.chooses(&option);
    browser.wait(&format!("{LATEST}.classList.contains('ephemeral')"));
    assert!(
        browser
            .text(&format!("{LATEST}.innerText"))
            .contains("Only you can see this")
    );
    assert_eq!(browser.headline(), option);
    browser.chooses("Show everyone");
    browser.wait(&format!("!{LATEST}.classList.contains('ephemeral')"));
    browser.chooses("Remove");
    browser.wait(&format!("{LATEST}.classList.contains('ephemeral')"));

    // A new conversation starts with suggested questions.
    browser.clicks("document.getElementById('fresh')");
    let offered = browser.text("document.querySelector('#example-list button').textContent");
    browser.clicks("document.querySelector('#example-list button')");
    browser.wait("document.querySelectorAll('#messages > li').length === 2");
    let asked = browser.text("document.querySelector('.you .text').textContent");
    assert_eq!(asked, offered);

    // The conversation continues: picking in words shows the same as the buttons.
    browser.clicks("document.getElementById('fresh')");
    browser.asks(vague());
    let second = browser.text(&format!(
        "{LATEST}.querySelectorAll('.section strong')[1].textContent"
    ));
    browser.asks("the second one");
    let headline = browser.headline();
    assert!(second.ends_with(&headline), "{second}: {headline}");
}

#[tokio::test(flavor = "multi_thread")]
async fn saved_changes_are_shown_at_once_and_errors_with_their_place() {
    let Some(browser) = browser() else { return };
    let guide = SmallGuide::new("First");
    let live = Live::load(&guide.folder()).expect("the guide has no error");
    let address = preview_of(Arc::new(live)).await;
    browser.opens(address, "", 1_280);
    browser.asks(&question("bread"));
    assert_eq!(browser.headline(), "First way of baking bread");

    guide.edit("bread", "First way of", "Better way of");
    browser.wait(&format!(
        "{LATEST}.querySelector('h3').textContent === 'Better way of baking bread'"
    ));
    browser
        .wait("document.getElementById('status').textContent.startsWith('The guide has changed')");
    let topics = browser.text("document.getElementById('topic-list').textContent");
    assert!(topics.contains("Better way of baking bread"), "{topics}");

    guide.edit("bread", "reviewed = 2026-01-01", "reviewed = yesterday");
    browser.wait("!document.getElementById('problems').hidden");
    let problem = browser.text("document.getElementById('problems').textContent");
    assert!(problem.contains("bread.toml:5:"), "{problem}");
    assert_eq!(browser.headline(), "Better way of baking bread");

    guide.edit("bread", "reviewed = yesterday", "reviewed = 2026-01-01");
    browser.wait("document.getElementById('problems').hidden");
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_can_be_done_with_the_keyboard_alone() {
    let Some(browser) = browser() else { return };
    let address = preview_of(this_guide()).await;
    browser.opens(address, "", 1_280);
    let tab_to = |what: &str| {
        for _ in 0..200 {
            if browser.evaluate(&format!("Boolean({what})")) == true {
                // Where the focus is can be seen.
                let outline = browser.text("getComputedStyle(document.activeElement).outlineStyle");
                assert_eq!(outline, "solid", "{what}");
                return;
            }
            browser.presses("Tab");
        }
        panic!("the Tab key never comes to {what}");
    };
    let is_focused = |element: &str| format!("document.activeElement === {element}");

    tab_to(&is_focused("document.getElementById('text')"));
    browser.types(vague());
    browser.presses("Enter");
    browser.wait(&button("None of these"));

    // From the question field backwards into the messages.
    let back_to = |element: &str| {
        for _ in 0..200 {
            if browser.evaluate(&is_focused(element)) == true {
                return;
            }
            browser.presses("Shift+Tab");
        }
        panic!("Shift and Tab never come to {element}");
    };
    back_to(&button("This one"));
    browser.presses("Enter");
    browser.wait(&button("Not it"));
    // The button is gone; the focus is still on its message, and the next key moves into it.
    assert_eq!(
        browser.evaluate(&format!("{LATEST}.contains(document.activeElement)")),
        true
    );
    tab_to(&is_focused(&format!(
        "{LATEST}.querySelector('.menu summary')"
    )));
    browser.presses("Enter");
    browser.wait(&format!("{LATEST}.querySelector('.menu').open"));
    browser.presses("Tab");
    assert_eq!(
        browser.evaluate("document.activeElement.matches('.menu button')"),
        true
    );
    browser.presses("Escape");
    browser.wait(&format!("!{LATEST}.querySelector('.menu').open"));

    // A topic of the list, and a section of it.
    tab_to("document.activeElement.matches('#topic-list summary')");
    browser.presses("Enter");
    browser.presses("Tab");
    let section = browser.text("document.activeElement.textContent");
    browser.presses(" ");
    browser.wait(&format!(
        "{LATEST}.querySelector('h3').textContent === {}",
        Value::from(section)
    ));
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_too_wide_for_a_phone_or_too_faint_to_read() {
    let Some(browser) = browser() else { return };
    let address = preview_of(this_guide()).await;
    let asked = [
        "how do i write a resume",
        vague(),
        "can i work on an f-1 visa with cpt",
        "what is the weather tomorrow",
        "/topics",
        "/resources",
        "/help",
    ];
    let query: Vec<String> = asked
        .iter()
        .map(|text| {
            let text: String = url::form_urlencoded::byte_serialize(text.as_bytes()).collect();
            format!("ask={text}")
        })
        .collect();
    for theme in ["dark", "light"] {
        for width in [360, 1_280] {
            let query = format!("?theme={theme}&{}", query.join("&"));
            browser.opens(address, &query, width);
            browser.evaluate(
                "document.querySelectorAll('details').forEach((menu) => menu.open = true)",
            );
            assert_eq!(browser.evaluate(FITS), true, "{theme} {width}");
            let faint = browser.evaluate(FAINT);
            assert_eq!(faint, serde_json::json!([]), "{theme} {width}");
        }
    }
    // A guide with an error is just as easy to read.
    let guide = SmallGuide::new("First");
    let live = Live::load(&guide.folder()).expect("the guide has no error");
    let address = preview_of(Arc::new(live)).await;
    guide.edit("bread", "reviewed = 2026-01-01", "reviewed = yesterday");
    for theme in ["dark", "light"] {
        browser.opens(address, &format!("?theme={theme}"), 360);
        browser.wait("!document.getElementById('problems').hidden");
        assert_eq!(browser.evaluate(FITS), true, "{theme}");
        assert_eq!(browser.evaluate(FAINT), serde_json::json!([]), "{theme}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_cannot_be_read_is_told_where_its_questions_would_be() {
    let Some(browser) = browser() else { return };
    let folder = TempDir::new().expect("a temporary folder");
    let store = store_of_another_version(folder.path(), NEWER).await;
    let address = preview_with(this_guide(), store).await;
    browser.opens(address, "", 360);
    let told = browser.text("document.getElementById('gap-list').innerText");
    assert!(
        told.starts_with("Cannot be shown: the store") && told.contains("newer internbot"),
        "{told}"
    );
    assert_eq!(browser.evaluate(FITS), true);
    assert_eq!(browser.evaluate(FAINT), serde_json::json!([]));
    browser.asks("how do i write a resume");
    browser.wait(&button("That helped"));
}

#[test]
fn the_static_pages_can_be_searched_without_a_server() {
    let Some(browser) = browser() else { return };
    let home = TempDir::new().expect("a temporary folder");
    let folder = home.path().join("site");
    internbot::preview::write_site(&GUIDE.knowledge, &folder).expect("it can be written");
    let file = |path: &Path| format!("file://{}", path.display());
    browser.resize(360, 800);
    browser.open(
        &file(&folder.join("index.html")),
        "!document.getElementById('search').hidden",
    );
    assert_eq!(browser.evaluate(FITS), true);
    assert_eq!(browser.evaluate(FAINT), serde_json::json!([]));
    browser.evaluate("document.getElementById('words').focus()");
    browser.types("how do i write a resume");
    browser.wait("document.querySelector('#found a')");
    let found = browser.text("document.querySelector('#found a').textContent");
    assert!(found.to_lowercase().contains("resume"), "{found}");
    browser.presses("Tab");
    browser.presses("Enter");
    browser.wait("document.querySelector('article.message:target h3')");
    assert_eq!(browser.evaluate(FITS), true);
    assert_eq!(browser.evaluate(FAINT), serde_json::json!([]));
}
