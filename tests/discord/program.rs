//! The program itself, as an operator starts it.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use super::small_guide::SmallGuide;
use stand_in::StandIn;

/// How long anything that the program does may take, on a machine that runs all tests at once.
pub const SOON: Duration = Duration::from_secs(6);
/// How often is looked.
const LOOK: Duration = Duration::from_millis(20);

/// Where Cargo says that the program is; examples share this module and get the path from the command line.
const BUILT: Option<&str> = option_env!("CARGO_BIN_EXE_internbot");

/// The program that was built for the tests.
pub fn built() -> &'static Path {
    Path::new(BUILT.expect("this is a test"))
}

/// The program, ended with the test.
pub struct Program {
    process: Child,
    log: PathBuf,
}

impl Drop for Program {
    fn drop(&mut self) {
        drop(self.process.kill());
        drop(self.process.wait());
    }
}

/// What to start, and how to configure it.
pub struct Launch<'a> {
    /// The program.
    pub program: &'a Path,
    /// The address in place of Discord's.
    pub url: &'a str,
    /// The folder of the guide.
    pub guide: &'a Path,
    /// The folder for the configuration and the log.
    pub home: &'a Path,
    /// More lines for the section `discord` of the configuration.
    pub discord: &'a str,
    /// Where the store is; none if empty.
    pub store: &'a str,
    /// More sections.
    pub sections: &'a str,
    /// Environment variables; there is no token but here.
    pub variables: &'a [(&'a str, &'a OsStr)],
}

impl<'a> Launch<'a> {
    /// The program that was built for the tests, with a minimal configuration.
    pub fn new(url: &'a str, guide: &'a Path, home: &'a Path) -> Self {
        Self::of(built(), url, guide, home)
    }

    /// The same with another program.
    pub fn of(program: &'a Path, url: &'a str, guide: &'a Path, home: &'a Path) -> Self {
        Self {
            program,
            url,
            guide,
            home,
            discord: "",
            store: "",
            sections: "",
            variables: &[],
        }
    }
}

impl Program {
    /// Starts `internbot run` with a small guide, no store, and these environment variables.
    pub fn start(discord: &StandIn, guide: &SmallGuide, variables: &[(&str, &OsStr)]) -> Self {
        Self::start_with(discord, guide, variables, "")
    }

    /// The same with more sections in its configuration.
    pub fn start_with(
        discord: &StandIn,
        guide: &SmallGuide,
        variables: &[(&str, &OsStr)],
        sections: &str,
    ) -> Self {
        let token = discord.token();
        let variables = [&[("DISCORD_TOKEN", token.as_ref())], variables].concat();
        let (url, folder) = (discord.url(), guide.folder());
        Self::launch(&Launch {
            variables: &variables,
            sections,
            ..Launch::new(&url, &folder, guide.home())
        })
    }

    /// Starts it.
    pub fn launch(launch: &Launch<'_>) -> Self {
        let Launch {
            program,
            url,
            guide,
            home,
            discord,
            store,
            sections,
            variables,
        } = launch;
        let (config, log) = (home.join("config.toml"), home.join("log"));
        let text = format!(
            "knowledge = {guide:?}\n\
             [discord]\napi_url = {url:?}\ncooldown_seconds = 0\nrepeat_minutes = 0\n{discord}\n\
             [store]\nurl = {store:?}\n{sections}"
        );
        fs::write(&config, text).expect("a file can be written");
        let mut command = Command::new(program);
        command.arg("run").arg("--config").arg(&config);
        for name in [
            "DISCORD_TOKEN",
            "INTERNBOT_LOG",
            "NOTIFY_SOCKET",
            "WATCHDOG_USEC",
            "WATCHDOG_PID",
        ] {
            command.env_remove(name);
        }
        command
            .envs(variables.iter().copied())
            .stdin(Stdio::null())
            .stderr(fs::File::create(&log).expect("a file"));
        Self {
            process: command.spawn().expect("the program starts"),
            log,
        }
    }

    /// Sends it a signal, such as `HUP`.
    pub fn signal(&self, name: &str) {
        let sent = Command::new("kill")
            .arg(format!("-{name}"))
            .arg(self.process.id().to_string())
            .status();
        assert!(sent.expect("there is kill").success());
    }

    /// What it has logged so far.
    pub fn log(&self) -> String {
        fs::read_to_string(&self.log).expect("there is a log")
    }

    /// Its resident memory in MiB, from `/proc`; 0 where there is none.
    pub fn resident(&self) -> f64 {
        let status =
            fs::read_to_string(format!("/proc/{}/status", self.process.id())).unwrap_or_default();
        let line = status
            .lines()
            .find_map(|line| line.strip_prefix("VmRSS:"))
            .unwrap_or_default();
        line.trim()
            .trim_end_matches(" kB")
            .parse::<f64>()
            .unwrap_or_default()
            / 1_024.0
    }

    /// Waits until its log contains this text this many times; returns the log.
    pub async fn logged(&self, part: &str, times: usize) -> String {
        self.logged_within(part, times, SOON).await
    }

    /// The same for something that may take longer.
    pub async fn logged_within(&self, part: &str, times: usize, limit: Duration) -> String {
        let begin = Instant::now();
        loop {
            let text = self.log();
            if text.matches(part).count() >= times {
                return text;
            }
            assert!(
                begin.elapsed() < limit,
                "{part:?} is not {times} times in\n{text}"
            );
            tokio::time::sleep(LOOK).await;
        }
    }

    /// Waits until it has ended.
    pub async fn ended(&mut self) -> ExitStatus {
        let begin = Instant::now();
        loop {
            if let Some(status) = self.process.try_wait().expect("it can be waited for") {
                return status;
            }
            assert!(begin.elapsed() < SOON, "the program does not end");
            tokio::time::sleep(LOOK).await;
        }
    }
}
