//! A real browser without a window: Chromium, driven by the DevTools protocol
//! (<https://chromedevtools.github.io/devtools-protocol/>) over two pipes.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::Mutex;

use serde_json::{Value, json};
use tempfile::TempDir;

/// What Chromium is called on different systems.
const NAMES: [&str; 4] = [
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
];
/// How long the page may take to become what is waited for, in milliseconds.
const PATIENCE_MS: u32 = 20_000;

/// The browser with one page.
#[derive(Debug)]
pub struct Browser {
    process: Child,
    pipes: Mutex<Pipes>,
    session: String,
    _profile: TempDir,
}

#[derive(Debug)]
struct Pipes {
    to: ChildStdin,
    from: BufReader<ChildStdout>,
    sent: u64,
}

impl Browser {
    /// Starts it; `None` if Chromium is not installed.
    pub fn start() -> Option<Self> {
        let name = NAMES.into_iter().find(|name| {
            let found = Command::new(name).arg("--version").output();
            found.is_ok_and(|found| found.status.success())
        })?;
        let profile = TempDir::new().expect("a temporary folder");
        // Chromium reads commands from the third and answers on the fourth file; without a sandbox it also runs as root.
        let script = "exec \"$0\" --headless --no-sandbox --disable-gpu --disable-dev-shm-usage --hide-scrollbars \
                      --remote-debugging-pipe --user-data-dir=\"$1\" about:blank 3<&0 4>&1 >/dev/null 2>&1";
        let mut process = Command::new("sh")
            .args(["-c", script, name])
            .arg(profile.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("there is a shell");
        let pipes = Pipes {
            to: process.stdin.take().expect("a pipe"),
            from: BufReader::new(process.stdout.take().expect("a pipe")),
            sent: 0,
        };
        let mut browser = Self {
            process,
            pipes: Mutex::new(pipes),
            session: String::new(),
            _profile: profile,
        };
        let target = browser.call("Target.createTarget", json!({"url": "about:blank"}));
        let attached = browser.call(
            "Target.attachToTarget",
            json!({"targetId": target["targetId"], "flatten": true}),
        );
        browser.session = attached["sessionId"]
            .as_str()
            .expect("a session")
            .to_owned();
        browser.call("Page.enable", json!({}));
        Some(browser)
    }

    /// Gives the page a size, in points; on a phone each is two pixels wide.
    pub fn resize(&self, width: u32, height: u32) {
        let is_phone = width < 600;
        let metrics = json!({
            "width": width, "height": height, "deviceScaleFactor": if is_phone { 2 } else { 1 }, "mobile": is_phone,
        });
        self.call("Emulation.setDeviceMetricsOverride", metrics);
    }

    /// Opens an address and waits until a condition of the page holds.
    pub fn open(&self, address: &str, until: &str) {
        self.call("Page.navigate", json!({"url": address}));
        self.wait(&format!("location.href !== 'about:blank' && ({until})"));
    }

    /// Waits until a condition holds in the page; it may fail to compute while the page loads.
    pub fn wait(&self, condition: &str) {
        let script = format!(
            "new Promise((resolve) => {{
               const end = Date.now() + {PATIENCE_MS};
               const look = () => {{
                 let holds = false;
                 try {{ holds = {condition}; }} catch {{}}
                 if (holds || Date.now() > end) resolve(Boolean(holds)); else setTimeout(look, 20);
               }};
               look();
             }})"
        );
        // If the page is replaced meanwhile, the promise is lost.
        for _ in 0..3 {
            match self.try_evaluate(&script) {
                Ok(Value::Bool(true)) => return,
                Ok(_) => break,
                Err(_) => {}
            }
        }
        panic!(
            "this never came true: {condition}; the page says: {}",
            self.evaluate("document.body.innerText")
        );
    }

    /// What an expression gives in the page, a promise included.
    pub fn evaluate(&self, expression: &str) -> Value {
        self.try_evaluate(expression)
            .unwrap_or_else(|fault| panic!("{expression}: {fault}"))
    }

    /// The same as text.
    pub fn text(&self, expression: &str) -> String {
        let value = self.evaluate(expression);
        value.as_str().unwrap_or_default().to_owned()
    }

    fn try_evaluate(&self, expression: &str) -> Result<Value, String> {
        let options =
            json!({"expression": expression, "awaitPromise": true, "returnByValue": true});
        let result = self.try_call("Runtime.evaluate", options)?;
        match result.get("exceptionDetails") {
            Some(fault) => Err(fault.to_string()),
            None => Ok(result["result"]["value"].clone()),
        }
    }

    /// Types a text where the focus is.
    pub fn types(&self, text: &str) {
        self.call("Input.insertText", json!({"text": text}));
    }

    /// Presses a key: `Tab`, `Enter`, `Escape`, ` ` or `Shift+Tab`.
    pub fn presses(&self, key: &str) {
        let (modifiers, key) = match key.strip_prefix("Shift+") {
            Some(key) => (8, key),
            None => (0, key),
        };
        let (code, number, text) = match key {
            "Tab" => ("Tab", 9, ""),
            "Enter" => ("Enter", 13, "\r"),
            "Escape" => ("Escape", 27, ""),
            " " => ("Space", 32, " "),
            other => panic!("no such key here: {other}"),
        };
        for kind in ["keyDown", "keyUp"] {
            let mut event = json!({
                "type": kind, "key": key, "code": code, "windowsVirtualKeyCode": number, "modifiers": modifiers,
            });
            if kind == "keyDown" && !text.is_empty() {
                event["text"] = text.into();
            }
            self.call("Input.dispatchKeyEvent", event);
        }
    }

    /// Clicks where an element is, as a mouse does.
    pub fn clicks(&self, element: &str) {
        let place = self.evaluate(&format!(
            "(() => {{ const element = {element}; element.scrollIntoView({{block: 'center', behavior: 'instant'}});
               const box = element.getBoundingClientRect();
               return [box.x + box.width / 2, box.y + box.height / 2]; }})()"
        ));
        for kind in ["mousePressed", "mouseReleased"] {
            self.call(
                "Input.dispatchMouseEvent",
                json!({"type": kind, "x": place[0], "y": place[1], "button": "left", "clickCount": 1}),
            );
        }
    }

    /// A picture of an element as PNG.
    pub fn picture_of(&self, element: &str) -> Vec<u8> {
        let clip = self.evaluate(&format!(
            "(() => {{ const box = {element}.getBoundingClientRect();
               return {{x: box.x + scrollX, y: box.y + scrollY, width: box.width, height: box.height, scale: 1}}; }})()"
        ));
        let picture = self.call(
            "Page.captureScreenshot",
            json!({"format": "png", "clip": clip, "captureBeyondViewport": true}),
        );
        from_base64(picture["data"].as_str().expect("a picture"))
    }

    fn call(&self, method: &str, parameters: Value) -> Value {
        self.try_call(method, parameters)
            .unwrap_or_else(|fault| panic!("{method}: {fault}"))
    }

    fn try_call(&self, method: &str, parameters: Value) -> Result<Value, String> {
        let mut pipes = self.pipes.lock().expect("nobody panics with it");
        pipes.sent += 1;
        let id = pipes.sent;
        let mut command = json!({"id": id, "method": method, "params": parameters});
        if !self.session.is_empty() {
            command["sessionId"] = self.session.as_str().into();
        }
        let mut bytes = command.to_string().into_bytes();
        bytes.push(0);
        pipes.to.write_all(&bytes).expect("the browser runs");
        pipes.to.flush().expect("the browser runs");
        loop {
            let mut bytes = Vec::new();
            pipes
                .from
                .read_until(0, &mut bytes)
                .expect("the browser runs");
            assert_eq!(bytes.pop(), Some(0), "the browser has ended");
            let answer: Value = serde_json::from_slice(&bytes).expect("JSON");
            if answer["id"] != id {
                continue;
            }
            return match answer.get("error") {
                Some(fault) => Err(fault.to_string()),
                None => Ok(answer["result"].clone()),
            };
        }
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// The bytes of a text in Base64 (RFC 4648, section 4).
fn from_base64(text: &str) -> Vec<u8> {
    const DIGITS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let (mut bytes, mut bits, mut count) = (Vec::new(), 0_u32, 0);
    for digit in text.bytes().filter(|digit| *digit != b'=') {
        let value = DIGITS.iter().position(|known| *known == digit);
        bits = (bits << 6) | u32::try_from(value.expect("a digit")).expect("below 64");
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push(u8::try_from((bits >> count) & 0xff).expect("eight bits"));
        }
    }
    bytes
}
