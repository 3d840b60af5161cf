//! The program itself, as an operator starts it.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use super::small_guide::SmallGuide;
use super::stand_in::StandIn;

/// How long anything that the program does may take, on a machine that runs all tests at once.
pub const SOON: Duration = Duration::from_secs(6);
/// How often is looked.
const LOOK: Duration = Duration::from_millis(20);

/// Where Cargo tells its tests that the program is; examples share this module and are told by whoever starts them.
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

impl Program {
    /// Starts `internbot run` with a small guide, no store, and these environment variables.
    pub fn start(discord: &StandIn, guide: &SmallGuide, variables: &[(&str, &OsStr)]) -> Self {
        Self::launch(built(), discord, &guide.folder(), guide.home(), "", variables)
    }

    /// Starts a program with a guide, no store, a folder for its files, further lines of the section `discord` of its
    /// configuration, and these environment variables.
    pub fn launch(program: &Path, discord: &StandIn, guide: &Path, home: &Path, lines: &str, variables: &[(&str, &OsStr)]) -> Self {
        let (config, log) = (home.join("config.toml"), home.join("log"));
        let text = format!(
            "[discord]\napi_url = \"{}\"\ncooldown_seconds = 0\nrepeat_minutes = 0\nwatch_knowledge = false\n{lines}\n[store]\nurl = \"\"\n",
            discord.url()
        );
        fs::write(&config, text).expect("a file can be written");
        let mut command = Command::new(program);
        command.arg("run").arg("--config").arg(&config).arg("--knowledge").arg(guide).env("DISCORD_TOKEN", discord.token());
        for name in ["INTERNBOT_LOG", "NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"] {
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

    /// What it has logged so far.
    pub fn log(&self) -> String {
        fs::read_to_string(&self.log).expect("there is a log")
    }

    /// Its resident memory in MiB, from `/proc`; 0 where there is none.
    pub fn resident(&self) -> f64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.process.id())).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap_or_default();
        line.trim().trim_end_matches(" kB").parse::<f64>().unwrap_or_default() / 1_024.0
    }

    /// Waits until its log has this so many times; the log.
    pub async fn logged(&self, part: &str, times: usize) -> String {
        let begin = Instant::now();
        loop {
            let text = self.log();
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
