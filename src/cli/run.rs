//! `internbot run`: the bot in Discord, until Ctrl-C or SIGTERM. SIGHUP reloads the guide.

use std::io::{self, IsTerminal};
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use internbot::config::{Config, LogFormat, TOKEN_VARIABLE, Token};
use internbot::discord;
use internbot::live::Live;
use internbot::monitor::Monitor;
use internbot::store::{Clock, Store, Timing};
use tracing_subscriber::Layer;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use super::{Fault, RunOptions};

/// The environment variable that says what is logged, such as `internbot=debug,serenity=info`.
const LOG_VARIABLE: &str = "INTERNBOT_LOG";

pub(super) fn run(folder: &Path, config: &Config, options: &RunOptions) -> Result<ExitCode, Fault> {
    let token = Token::find(std::env::var(TOKEN_VARIABLE).ok(), config.discord.token_file.as_deref())?;
    let live = Arc::new(Live::load(folder)?);
    log(config.log.format);
    let knowledge = &live.guide().knowledge;
    tracing::info!(guide.version = knowledge.version(), topics = knowledge.topics().len(), "the guide is ready");
    let options = discord::Options { guild: options.guild };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let stop = stop_signal()?;
        reload_at_signal(&live)?;
        let store = Store::open(&config.store, Clock::system(), Timing::default()).await;
        let monitor = Monitor::start(&config.monitor, &live, &store).await?;
        discord::run(&config.discord, &token, live, store, monitor, options, stop).await.map_err(Fault::from)
    })?;
    Ok(ExitCode::SUCCESS)
}

/// Logs to standard error, which leaves standard output to answers.
fn log(format: LogFormat) {
    let usual = Targets::new().with_default(LevelFilter::WARN).with_target("internbot", LevelFilter::INFO);
    let chosen = std::env::var(LOG_VARIABLE).ok().and_then(|text| text.parse::<Targets>().ok());
    let lines = tracing_subscriber::fmt::layer().with_writer(io::stderr).with_target(false);
    let lines = match format {
        LogFormat::Text => lines.with_ansi(io::stderr().is_terminal()).boxed(),
        LogFormat::Json => lines.json().flatten_event(true).with_current_span(false).with_span_list(false).boxed(),
    };
    tracing_subscriber::registry().with(lines).with(chosen.unwrap_or(usual)).init();
}

/// Reloads the guide at each SIGHUP, where there is such a thing.
fn reload_at_signal(live: &Arc<Live>) -> io::Result<()> {
    #[cfg(unix)]
    {
        let mut hangup = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::hangup())?;
        let live = Arc::clone(live);
        tokio::spawn(async move {
            while hangup.recv().await.is_some() {
                tracing::info!("SIGHUP: reading the guide again");
                discord::reload(&live).await;
            }
        });
    }
    #[cfg(not(unix))]
    let _ = live;
    Ok(())
}

/// Completes on Ctrl-C, and where there is such a thing on SIGTERM.
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
        // A terminal without Ctrl-C stops the bot by ending it.
        let _ = tokio::signal::ctrl_c().await;
        tracing::info!("stopping: finishing the replies under way");
    })
}
