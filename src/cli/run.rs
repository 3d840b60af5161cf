//! `internbot run`: the bot in Discord, until Ctrl-C or SIGTERM. SIGHUP reloads the guide.

use std::io::{self, IsTerminal};
use std::panic::PanicHookInfo;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use clap::Args;
use internbot::config::{Config, LogFormat, TOKEN_VARIABLE, Token};
use internbot::discord;
use internbot::knowledge::GuideSource;
use internbot::live::Live;
use internbot::monitor::MonitorHandle;
use internbot::reloading;
use internbot::store::{Clock, StoreHandle, Timing};
use tracing_subscriber::Layer;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use super::error::CliError;

/// The environment variable that says what to log, such as `internbot=debug,reqwest=debug`.
const LOG_VARIABLE: &str = "INTERNBOT_LOG";

#[derive(Debug, Args)]
pub(super) struct RunOptions {
    /// Register the commands only in the server with this ID, where they appear at once: for testing
    #[arg(long, value_name = "ID", value_parser = clap::value_parser!(u64).range(1..))]
    guild: Option<u64>,
}

pub(super) fn run(
    source: GuideSource,
    config: &Config,
    options: &RunOptions,
) -> Result<ExitCode, CliError> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    let ended = runtime.block_on(async {
        // First of all, because until then a signal ends the process.
        let (stop, reload) = (stop_signal()?, ReloadSignal::new()?);
        let token = Token::find(
            std::env::var(TOKEN_VARIABLE).ok(),
            config.discord.token_file.as_deref(),
        )?;
        let live = Arc::new(Live::of(source)?);
        log(config.log.format);
        std::panic::set_hook(Box::new(log_panic));
        let knowledge = &live.guide().knowledge;
        tracing::info!(
            guide.version = knowledge.version(),
            topics = knowledge.topics().len(),
            "{} is ready",
            live.source()
        );
        tokio::spawn(reload.follow(Arc::clone(&live)));
        let store = StoreHandle::open(&config.store, Clock::system(), Timing::default()).await;
        let monitor = MonitorHandle::start(&config.monitor, &live, &store).await?;
        let options = discord::Options {
            guild: options.guild,
            encoder: encoder_folder(config),
            ..discord::Options::default()
        };
        let stop = Box::pin(stop);
        discord::run(&config.discord, &token, live, store, monitor, options, stop)
            .await
            .map_err(CliError::from)
    });
    // A name lookup cannot be cut short: without this, the bot would not end until a silent name server times out.
    runtime.shutdown_background();
    ended.map(|()| ExitCode::SUCCESS)
}

/// Where an encoder may be.
fn encoder_folder(config: &Config) -> Option<PathBuf> {
    let folder = config.encoder.folder.clone();
    #[cfg(feature = "encoder")]
    let folder = folder.or_else(internbot::encoder::usual_folder);
    folder
}

/// Logs a panic as one line, with its place but not its message, which may repeat what someone wrote. In a task
/// that handles an event it ends that task only.
fn log_panic(panic: &PanicHookInfo<'_>) {
    let place = panic
        .location()
        .map(ToString::to_string)
        .unwrap_or_default();
    tracing::error!(
        place,
        "internal error: what the bot was doing is lost, everything else goes on; please report this with the place"
    );
}

/// Logs to standard error, which leaves standard output for answers.
pub(super) fn log(format: LogFormat) {
    let usual = Targets::new()
        .with_default(LevelFilter::WARN)
        .with_target("internbot", LevelFilter::INFO);
    let chosen = std::env::var(LOG_VARIABLE)
        .ok()
        .map(|text| text.parse::<Targets>());
    let is_wrong = matches!(chosen, Some(Err(_)));
    let lines = tracing_subscriber::fmt::layer()
        .with_writer(io::stderr)
        .with_target(false);
    let lines = match format {
        LogFormat::Text => lines.with_ansi(io::stderr().is_terminal()).boxed(),
        LogFormat::Json => lines
            .json()
            .flatten_event(true)
            .with_current_span(false)
            .with_span_list(false)
            .boxed(),
    };
    tracing_subscriber::registry()
        .with(lines)
        .with(chosen.and_then(Result::ok).unwrap_or(usual))
        .init();
    if is_wrong {
        tracing::warn!(
            "{LOG_VARIABLE} is not a valid log setting: write it as internbot=debug, or leave it out"
        );
    }
}

/// SIGHUP, on systems that have it; a signal that arrives before anyone waits for it is not lost.
struct ReloadSignal {
    #[cfg(unix)]
    hangup: tokio::signal::unix::Signal,
}

impl ReloadSignal {
    fn new() -> io::Result<Self> {
        Ok(Self {
            #[cfg(unix)]
            hangup: tokio::signal::unix::signal(tokio::signal::unix::SignalKind::hangup())?,
        })
    }

    /// Reloads the guide at each.
    #[cfg(unix)]
    async fn follow(mut self, live: Arc<Live>) {
        while self.hangup.recv().await.is_some() {
            tracing::info!("SIGHUP: reading the guide again");
            reloading::reload(&live).await;
        }
    }

    #[cfg(not(unix))]
    async fn follow(self, _live: Arc<Live>) {}
}

/// Completes on Ctrl-C and, on systems that have it, on SIGTERM.
fn stop_signal() -> io::Result<impl Future<Output = ()>> {
    #[cfg(unix)]
    let mut terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
    Ok(async move {
        #[cfg(unix)]
        tokio::select! {
            _ = tokio::signal::ctrl_c() => {}
            _ = terminate.recv() => {}
        }
        #[cfg(not(unix))]
        // Without Ctrl-C, the only way to stop the bot is to kill it.
        let _ = tokio::signal::ctrl_c().await;
        tracing::info!("stopping: finishing the replies in progress");
    })
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::sync::Mutex;

    use super::*;

    #[derive(Clone, Default)]
    struct LogLines(Arc<Mutex<Vec<u8>>>);

    impl Write for LogLines {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_panic_is_logged_as_one_line_with_its_place_but_not_its_message() {
        let lines = LogLines::default();
        let writer = lines.clone();
        let log = tracing_subscriber::fmt()
            .with_ansi(false)
            .with_writer(move || writer.clone())
            .finish();
        let usual = std::panic::take_hook();
        std::panic::set_hook(Box::new(log_panic));
        let ended = tracing::subscriber::with_default(log, || {
            std::panic::catch_unwind(|| panic!("what mia asked"))
        });
        std::panic::set_hook(usual);
        assert!(ended.is_err());
        let text = String::from_utf8(lines.0.lock().unwrap().clone()).unwrap();
        assert!(
            text.contains("ERROR") && text.contains("run.rs:") && !text.contains("mia"),
            "{text}"
        );
        assert_eq!(text.lines().count(), 1, "{text}");
    }
}
