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
        let token = discord.token();
        let variables = [&[("DISCORD_TOKEN", token.as_ref())], variables].concat();
        Self::start_at(&discord.url(), "", guide, &variables)
    }

    /// The same with another address in place of Discord's, more lines of the configuration, and no token but in the variables.
    pub fn start_at(url: &str, more: &str, guide: &SmallGuide, variables: &[(&str, &OsStr)]) -> Self {
        let (config, log) = (guide.beside("config.toml"), guide.beside("log"));
        let text = format!(
            "[discord]\napi_url = \"{url}\"\ncooldown_seconds = 0\nrepeat_minutes = 0\nwatch_knowledge = false\n{more}\n[store]\nurl = \"\"\n"
        );
        fs::write(&config, text).expect("a file can be written");
        let mut command = Command::new(env!("CARGO_BIN_EXE_internbot"));
        command.arg("run").arg("--config").arg(&config).arg("--knowledge").arg(guide.folder());
        for name in ["DISCORD_TOKEN", "INTERNBOT_LOG", "NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"] {
            command.env_remove(name);
        }
        command.envs(variables.iter().copied()).stdin(Stdio::null()).stderr(fs::File::create(&log).expect("a file"));
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
