//! The program itself, as an operator starts it.

use std::ffi::OsStr;
use std::fs;
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use crate::small_guide::SmallGuide;
use crate::stand_in::StandIn;

/// How long anything that the program does may take, on a machine that runs all tests at once.
pub const SOON: Duration = Duration::from_secs(6);
/// How often is looked.
const LOOK: Duration = Duration::from_millis(20);

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

impl Program {
    /// Starts `internbot run` with a small guide, no store, and these environment variables.
    pub fn start(discord: &StandIn, guide: &SmallGuide, variables: &[(&str, &OsStr)]) -> Self {
        Self::start_with(discord, guide, variables, "")
    }

    /// The same with more sections in its configuration.
    pub fn start_with(discord: &StandIn, guide: &SmallGuide, variables: &[(&str, &OsStr)], sections: &str) -> Self {
        let (config, log) = (guide.beside("config.toml"), guide.beside("log"));
        let text = format!(
            "[discord]\napi_url = \"{}\"\ncooldown_seconds = 0\nrepeat_minutes = 0\nwatch_knowledge = false\n[store]\nurl = \"\"\n{sections}",
            discord.url()
        );
        fs::write(&config, text).expect("a file can be written");
        let mut command = Command::new(env!("CARGO_BIN_EXE_internbot"));
        command.arg("run").arg("--config").arg(&config).arg("--knowledge").arg(guide.folder()).env("DISCORD_TOKEN", discord.token());
        for name in ["INTERNBOT_LOG", "NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"] {
            command.env_remove(name);
        }
        command.envs(variables.iter().copied()).stdin(Stdio::null()).stderr(fs::File::create(&log).expect("a file"));
        Self { process: command.spawn().expect("the program starts"), log }
    }

    /// Starts it with a store, and with more lines for the part `[discord]` of the configuration.
    pub fn start_keeping(discord: &StandIn, guide: &SmallGuide, more: &str, store: &str) -> Self {
        let (config, log) = (guide.beside("config.toml"), guide.beside("log"));
        let text = format!(
            "knowledge = {:?}\n[discord]\napi_url = \"{}\"\ncooldown_seconds = 0\nrepeat_minutes = 0\n{more}\n[store]\nurl = {store:?}\n",
            guide.folder().display().to_string(),
            discord.url()
        );
        fs::write(&config, text).expect("a file can be written");
        let mut command = Command::new(env!("CARGO_BIN_EXE_internbot"));
        command.arg("run").arg("--config").arg(&config).env("DISCORD_TOKEN", discord.token()).env_remove("NOTIFY_SOCKET");
        command.env_remove("INTERNBOT_LOG").stdin(Stdio::null()).stderr(fs::File::create(&log).expect("a file"));
        Self { process: command.spawn().expect("the program starts"), log }
    }

    /// Sends it a signal, such as `HUP`.
    pub fn signal(&self, name: &str) {
        let sent = Command::new("kill").arg(format!("-{name}")).arg(self.process.id().to_string()).status();
        assert!(sent.expect("there is kill").success());
    }

    /// Waits until its log has this so many times; the log.
    pub async fn logged(&self, part: &str, times: usize) -> String {
        let begin = Instant::now();
        loop {
            let text = fs::read_to_string(&self.log).expect("there is a log");
            if text.matches(part).count() >= times {
                return text;
            }
            assert!(begin.elapsed() < SOON, "{part:?} is not {times} times in\n{text}");
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
