//! `internbot doctor`: ten faults, each with one line that says the cause and what to do.

use std::fs;
use std::net::TcpListener;
use std::path::Path;
use std::process::Command;

use jiff::SignedDuration;

use crate::program::built;
use crate::proxy::Proxy;
use crate::small_guide::SmallGuide;
use stand_in::StandIn;

/// What is configured, and what else is wrong. Everything else is in order.
struct Patient<'a> {
    guide: &'a SmallGuide,
    api_url: String,
    /// More lines for the section `discord`.
    discord: &'a str,
    store: String,
    variables: Vec<(&'a str, String)>,
    /// A command that sets up the environment, placed before the program and its arguments.
    wrapper: Option<&'a str>,
}

impl<'a> Patient<'a> {
    fn healthy(discord: &StandIn, guide: &'a SmallGuide) -> Self {
        Self {
            guide,
            api_url: discord.url(),
            discord: "",
            store: format!("sqlite:{}", guide.beside("internbot.db").display()),
            variables: vec![("DISCORD_TOKEN", discord.token())],
            wrapper: None,
        }
    }

    /// What the doctor says, and whether all is well.
    async fn examined(&self) -> (String, bool) {
        let (guide, home) = (self.guide.folder(), self.guide.home());
        let config = home.join("config.toml");
        let text = format!(
            "knowledge = {guide:?}\n[discord]\napi_url = {:?}\n{}\n[store]\nurl = {:?}\n",
            self.api_url, self.discord, self.store
        );
        fs::write(&config, text).expect("a file can be written");
        let mut command = match self.wrapper {
            Some(script) => {
                let mut command = Command::new("unshare");
                command.args(["--mount", "sh", "-c", script, "sh"]);
                command.arg(built());
                command
            }
            None => Command::new(built()),
        };
        command.arg("doctor").arg("--config").arg(&config);
        for name in [
            "HTTPS_PROXY",
            "https_proxy",
            "ALL_PROXY",
            "all_proxy",
            "HTTP_PROXY",
            "http_proxy",
            "NO_PROXY",
            "no_proxy",
        ] {
            command.env_remove(name);
        }
        command
            .env_remove("DISCORD_TOKEN")
            .env("XDG_CACHE_HOME", home)
            .env("XDG_DATA_HOME", home)
            .envs(self.variables.iter().map(|(name, value)| (name, value)));
        let ran = tokio::task::spawn_blocking(move || command.output()).await;
        let ran = ran.expect("it ends").expect("the program starts");
        assert!(
            ran.stderr.is_empty(),
            "{}",
            String::from_utf8_lossy(&ran.stderr)
        );
        let said = String::from_utf8(ran.stdout).expect("UTF-8");
        (said, ran.status.success())
    }

    /// The one line with a fault.
    async fn fault(&self) -> String {
        let (said, healthy) = self.examined().await;
        let faults: Vec<_> = said
            .lines()
            .filter(|line| line.starts_with("FAULT"))
            .collect();
        let [fault] = faults[..] else {
            panic!("there should be one fault:\n{said}")
        };
        assert!(!healthy, "the exit status is that of a failure");
        assert!(said.contains("\n1 fault(s), "), "{said}");
        fault.split_whitespace().collect::<Vec<_>>().join(" ")
    }
}

/// An address of this machine at which nothing listens.
fn closed() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("it has an address");
    format!("http://{address}")
}

/// Whether private file systems can be mounted, which not every user and not every container can do.
fn can_mount() -> bool {
    let tried = Command::new("unshare")
        .args(["--mount", "sh", "-c", "mount -t tmpfs none /mnt"])
        .output();
    let can = tried.is_ok_and(|tried| tried.status.success());
    if !can {
        eprintln!("skipped: this user cannot mount file systems");
    }
    can
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_healthy_bot_has_no_faults_and_nothing_is_left_behind() {
    let discord = StandIn::builder().message_content().start().await;
    let guide = SmallGuide::new("Alpha");
    let patient = Patient {
        discord: "unasked_channels = [1]",
        ..Patient::healthy(&discord, &guide)
    };
    let (said, healthy) = patient.examined().await;
    assert!(healthy && said.contains("\n0 fault(s), "), "{said}");
    for part in [
        "it accepts the token of internbot",
        "client_id=",
        "it agrees with Discord's",
        "the Message Content Intent is on",
        "answers; the bot may connect 1000 more times today, out of 1000",
        "`internbot run` creates it",
    ] {
        assert!(said.contains(part), "{part:?} is not in\n{said}");
    }
    assert!(!said.contains(&discord.token()), "{said}");
    assert!(
        !guide.beside("internbot.db").exists(),
        "no store is created"
    );
    assert_eq!(discord.identifies(), 0, "no session is started");
    discord.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_of_ten_faults_gets_a_line_with_its_cause_and_what_to_do() {
    let discord = StandIn::start().await;
    let guide = SmallGuide::new("Alpha");
    let healthy = || Patient::healthy(&discord, &guide);
    let token = |text: &str| vec![("DISCORD_TOKEN", text.to_owned())];

    let wrong_token = Patient {
        variables: token("wrong"),
        ..healthy()
    };
    assert_eq!(
        wrong_token.fault().await,
        "FAULT Discord Discord does not accept the token: open the Bot page at https://discord.com/developers/applications, click Reset \
         Token, and set DISCORD_TOKEN to the new one"
    );
    assert_eq!(discord.next_refusal().await.status, 401);

    let quotes = Patient {
        variables: token("\"stand-in-token\""),
        ..healthy()
    };
    assert_eq!(
        quotes.fault().await,
        "FAULT token DISCORD_TOKEN does not contain a token: it has quotation marks or backticks around it; remove them"
    );

    // The name is reserved for this: no name server knows it (RFC 2606).
    let no_network = Patient {
        api_url: "http://discord.invalid".to_owned(),
        ..healthy()
    };
    let said = no_network.fault().await;
    assert!(
        said.starts_with("FAULT Discord Discord cannot be reached: "),
        "{said}"
    );
    assert!(
        said.contains("the name cannot be looked up: check that this machine is online"),
        "{said}"
    );

    let closed_port = Patient {
        api_url: closed(),
        ..healthy()
    };
    let said = closed_port.fault().await;
    assert!(said.contains("Connection refused"), "{said}");
    assert!(
        said.ends_with(
            "check that the server in discord.api_url is running, or leave it empty for Discord itself"
        ),
        "{said}"
    );

    let missing_intent = Patient {
        discord: "unasked_channels = [1]",
        ..healthy()
    };
    assert_eq!(
        missing_intent.fault().await,
        "FAULT intents Discord does not let the bot read messages that are not addressed to it: switch on the Message Content Intent on \
         the Bot page at https://discord.com/developers/applications, or clear discord.unasked_channels in the configuration"
    );

    let read_only = Patient {
        store: "sqlite:/proc/self/internbot.db".to_owned(),
        ..healthy()
    };
    let said = read_only.fault().await;
    assert!(
        said.starts_with("FAULT store the store /proc/self/internbot.db cannot be written ("),
        "{said}"
    );
    assert!(
        said.ends_with("let the bot write to its folder, or set store.url to another file"),
        "{said}"
    );

    let proxy = Patient {
        api_url: "http://discord.invalid".to_owned(),
        variables: [token("stand-in-token"), vec![("ALL_PROXY", closed())]].concat(),
        ..healthy()
    };
    let said = proxy.fault().await;
    assert!(
        said.ends_with(
            "requests go through the proxy that ALL_PROXY names: check that it runs and lets the bot reach Discord, or unset ALL_PROXY"
        ),
        "{said}"
    );

    guide.edit("bread", "title = ", "titel = ");
    let said = healthy().fault().await;
    assert!(
        said.contains("error(s), so the bot does not start with it; the first is "),
        "{said}"
    );
    assert!(
        said.contains("bread.toml:") && said.contains("`internbot check` lists all"),
        "{said}"
    );
    discord.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wrong_clock_is_reported_with_how_far_off_it_is() {
    let guide = SmallGuide::new("Alpha");
    for (offset, words) in [(3 * 3_600, "3h behind"), (-90 * 60, "1h 30m ahead of")] {
        let discord = StandIn::builder()
            .clock_ahead(SignedDuration::from_secs(offset))
            .start()
            .await;
        let said = Patient::healthy(&discord, &guide).fault().await;
        // A second may pass meanwhile.
        let off = said
            .replace("2h 59m 59s", "3h")
            .replace("1h 30m 1s", "1h 30m");
        assert!(
            off.starts_with(&format!(
                "FAULT clock this machine's clock is {words} Discord's"
            )),
            "{said}"
        );
        assert!(
            said.ends_with("set it, for example with `timedatectl set-ntp true`"),
            "{said}"
        );
        discord.finish().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_is_reported() {
    if !can_mount() {
        return;
    }
    let discord = StandIn::start().await;
    let guide = SmallGuide::new("Alpha");
    let folder = guide.beside("small");
    fs::create_dir(&folder).expect("a folder");
    let script = format!(
        "mount -t tmpfs -o size=2m none {folder:?} && head -c 1900k /dev/zero > {folder:?}/other && exec \"$@\"",
    );
    let patient = Patient {
        store: format!("sqlite:{}", folder.join("internbot.db").display()),
        wrapper: Some(&script),
        ..Patient::healthy(&discord, &guide)
    };
    let said = patient.fault().await;
    assert!(
        said.starts_with("FAULT disk the disk is full: 0 MiB free for the store"),
        "{said}"
    );
    assert!(said.contains("make room on the disk of"), "{said}");
    discord.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_store_on_a_read_only_disk_is_reported() {
    if !can_mount() {
        return;
    }
    let discord = StandIn::start().await;
    let guide = SmallGuide::new("Alpha");
    let file = guide.beside("kept").join("internbot.db");
    create_store(&file).await;
    let folder = file.parent().expect("it is in a folder");
    let script = format!(
        "mount --bind {folder:?} {folder:?} && mount -o remount,ro,bind {folder:?} && exec \"$@\""
    );
    let patient = Patient {
        store: format!("sqlite:{}", file.display()),
        wrapper: Some(&script),
        ..Patient::healthy(&discord, &guide)
    };
    let said = patient.fault().await;
    assert!(
        said.contains("cannot be written: let the bot write to the file and its folder"),
        "{said}"
    );
    let writable = Patient {
        wrapper: None,
        ..patient
    };
    let (said, healthy) = writable.examined().await;
    assert!(
        healthy && said.contains(", version 3, is writable"),
        "{said}"
    );
    discord.finish().await;
}

async fn create_store(file: &Path) {
    use internbot::config;
    use internbot::store::{Clock, StoreHandle, Timing};
    fs::create_dir_all(file.parent().expect("it is in a folder")).expect("a folder");
    let config = config::Store {
        url: file.into(),
        ..config::Store::default()
    };
    let store = StoreHandle::open(&config, Clock::system(), Timing::default()).await;
    store.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn proxies_are_reported_including_one_that_blocks_the_gateway() {
    let discord = StandIn::start().await;
    discord.gateway_at("ws://gateway.discord.invalid");
    let guide = SmallGuide::new("Alpha");
    let proxy = Proxy::start(&discord).await;
    let behind = |variable: &'static str| Patient {
        api_url: "http://discord.invalid".to_owned(),
        variables: vec![
            ("DISCORD_TOKEN", discord.token()),
            (variable, proxy.url().to_owned()),
        ],
        ..Patient::healthy(&discord, &guide)
    };
    let (said, healthy) = behind("HTTP_PROXY").examined().await;
    assert!(healthy, "{said}");
    for part in [
        "requests go through the one that HTTP_PROXY names",
        "ws://gateway.discord.invalid answers through the proxy that HTTP_PROXY names; the bot may connect",
    ] {
        assert!(said.contains(part), "{part:?} is not in\n{said}");
    }
    assert_eq!(discord.identifies(), 0, "no session is started");

    let mut ignored = behind("HTTP_PROXY");
    ignored
        .variables
        .push(("ALL_PROXY", "garbage://proxy".to_owned()));
    let (said, healthy) = ignored.examined().await;
    assert!(
        healthy && said.contains("warning  proxy       ALL_PROXY is not the address of a proxy"),
        "{said}"
    );

    discord.gateway_at("wss://gateway.discord.invalid");
    let said = behind("ALL_PROXY").fault().await;
    assert!(
        said.starts_with(
            "FAULT gateway wss://gateway.discord.invalid: Discord cannot be reached: "
        ),
        "{said}"
    );
    assert!(
        said.contains("the connection goes through the proxy that ALL_PROXY names: check that it lets WebSockets through"),
        "{said}"
    );
    discord.finish().await;
}
