//! `internbot preview`: the bot's replies in a browser, or as static pages.

use std::io::Write;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use internbot::config::Config;
use internbot::guide::Guide;
use internbot::knowledge::GuideSource;
use internbot::live::Live;
use internbot::preview::{Preview, write_site};
use jiff::Zoned;
use tokio::task::spawn_blocking;

use super::error::CliError;
use super::run::log;
use super::terminal_encoder::TerminalEncoder;

/// How often to check for a live guide that the encoder has not read yet.
const POLL_INTERVAL: Duration = Duration::from_millis(500);

#[derive(Debug, Args)]
pub(super) struct PreviewOptions {
    /// The page's port; 0 for any free port
    #[arg(long, value_name = "N", default_value_t = 4242)]
    port: u16,
    /// The address to serve the page on; an address other than this machine's own lets others see it
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1")]
    listen: std::net::IpAddr,
    /// Write every topic as static pages to this folder instead: a new or empty one, or one written this way before
    #[arg(long, value_name = "DIR", conflicts_with_all = ["port", "listen"])]
    write: Option<PathBuf>,
}

pub(super) fn run(
    source: GuideSource,
    config: &Config,
    options: &PreviewOptions,
) -> Result<ExitCode, CliError> {
    if let Some(folder) = &options.write {
        return write(&source, folder);
    }
    let live = Arc::new(Live::of(source)?);
    let encoder = Arc::new(TerminalEncoder::open(config)?);
    log(config.log.format);
    let address = SocketAddr::new(options.listen, options.port);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let asked = Arc::clone(&encoder);
        let encode = Box::new(move |text: &str| asked.encode(text));
        let preview = Preview::bind(address, Arc::clone(&live), config, encode).await?;
        announce(&live, preview.address())?;
        tokio::select! {
            never = preview.serve() => match never {},
            () = follow_guide(&live, &encoder) => Ok(ExitCode::FAILURE),
        }
    })
}

fn announce(live: &Live, address: SocketAddr) -> std::io::Result<()> {
    let mut out = anstream::stdout().lock();
    let page = if address.ip().is_unspecified() {
        format!("localhost:{}", address.port())
    } else {
        address.to_string()
    };
    let editing = match live.source() {
        GuideSource::Folder(_) => "Saved changes show within a few seconds",
        GuideSource::Embedded => "To edit it, run `internbot guide export knowledge` first",
    };
    writeln!(
        out,
        "Open http://{page}/ to see what the bot says, using {}. {editing}; Ctrl-C stops the preview.",
        live.source()
    )?;
    if !address.ip().is_loopback() {
        anstream::eprintln!(
            "internbot: anyone who can reach {address} can read the guide and the unanswered questions"
        );
    }
    Ok(())
}

/// Has the encoder read each guide that goes live; until it has, words alone decide. Never completes.
async fn follow_guide(live: &Arc<Live>, encoder: &Arc<TerminalEncoder>) {
    let mut read: Option<Arc<Guide>> = None;
    let mut looks = tokio::time::interval(POLL_INTERVAL);
    loop {
        looks.tick().await;
        let guide = live.guide();
        let is_read = read.as_ref().is_some_and(|read| Arc::ptr_eq(read, &guide));
        if is_read || guide.index.has_sentences() {
            continue;
        }
        let (live, encoder, asked) = (Arc::clone(live), Arc::clone(encoder), Arc::clone(&guide));
        // Errors in it are shown on the terminal.
        let _ = spawn_blocking(move || {
            let sentences = encoder.sentences(&asked);
            sentences.is_some() && live.take_in(&asked, sentences)
        })
        .await;
        read = Some(guide);
    }
}

fn write(source: &GuideSource, folder: &Path) -> Result<ExitCode, CliError> {
    let knowledge = source.load(Zoned::now().date())?;
    let written = write_site(&knowledge, folder)?;
    let mut out = anstream::stdout().lock();
    writeln!(
        out,
        "Wrote {} pages into {}. Open {}.",
        written.pages,
        folder.display(),
        folder.join("index.html").display()
    )?;
    for line in &written.near_limits {
        writeln!(out, "Close to a Discord limit: {line}")?;
    }
    Ok(ExitCode::SUCCESS)
}
