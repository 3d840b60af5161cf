//! `internbot doctor`: finds out what stops the bot from running, without starting it. One line for each check: what it found
//! and, if something is wrong, the cause and what to do.

use std::fs::OpenOptions;
use std::io::{self, Write};
use std::net::TcpListener;
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use anstyle::{AnsiColor, Style};
use internbot::config::{Config, TOKEN_VARIABLE, Token, TokenError};
use internbot::discord::{self, Inspection, InspectionError, RunError, Timeouts};
#[cfg(feature = "encoder")]
use internbot::encoder::{self, EncoderError};
use internbot::index_cache::IndexCache;
use internbot::knowledge::{GuideSource, Severity};
use internbot::store::{self, StoreError, StoreInspection};
use jiff::SignedDuration;

use super::check;
use super::error::CliError;
use super::wait::wait_for;

/// How long Discord may take to answer a request: someone is watching.
const TIMEOUT: Duration = Duration::from_secs(10);
/// How far the clock may be off: longer than a request takes, and more than nearly any connected machine's clock is off.
const MAX_CLOCK_OFFSET: SignedDuration = SignedDuration::from_secs(30);
/// With less space than this, in bytes, the store cannot be changed, because its journal needs space too.
const MIN_SPACE: u64 = 10 << 20;
/// With less space than this, in bytes, someone should look at the disk.
const AMPLE_SPACE: u64 = 200 << 20;
/// Discord resets the token of a bot that connects too often in a day.
const FEW_SESSION_STARTS: u32 = 20;

/// What a check found.
#[derive(Debug, PartialEq, Eq)]
enum Finding {
    /// All is well.
    Fine(String),
    /// The bot runs, but something should be looked at.
    Warning(String),
    /// The bot does not run, or does not do what it is configured to.
    Fault(String),
    /// It could not be checked because of a problem reported on another line.
    Skipped(&'static str),
}

use Finding::{Fault, Fine, Skipped, Warning};

/// Prints findings as they come, and counts them.
struct Report<W> {
    out: W,
    warnings: usize,
    faults: usize,
}

impl<W: Write> Report<W> {
    fn add(&mut self, check: &str, finding: Finding) -> io::Result<()> {
        let (word, style, text) = match &finding {
            Fine(text) => ("ok", AnsiColor::Green.on_default(), text.as_str()),
            Warning(text) => ("warning", AnsiColor::Yellow.on_default(), text.as_str()),
            Fault(text) => ("FAULT", AnsiColor::Red.on_default().bold(), text.as_str()),
            Skipped(text) => ("skipped", Style::new().dimmed(), *text),
        };
        self.warnings += usize::from(matches!(finding, Warning(_)));
        self.faults += usize::from(matches!(finding, Fault(_)));
        writeln!(self.out, "{style}{word:<7}{style:#}  {check:<10}  {text}")?;
        self.out.flush()
    }
}

pub(super) fn run(source: &GuideSource, config: &Config) -> Result<ExitCode, CliError> {
    let out = anstream::stdout().lock();
    let mut report = Report {
        out,
        warnings: 0,
        faults: 0,
    };
    report.add("guide", guide(source))?;
    #[cfg(feature = "encoder")]
    report.add("encoder", encoder(config))?;
    report.add("cache", cache(IndexCache::of_user().folder()))?;
    let store = wait_for(store::inspect(&config.store))?;
    let hears_channels = matches!(
        store,
        Ok(StoreInspection::Usable {
            hears_channels: true,
            ..
        })
    );
    let is_usable = store.is_ok();
    report.add("store", self::store(config, store))?;
    match config.store.url.file() {
        Some(file) if is_usable => report.add("disk", disk(file))?,
        Some(_) => report.add("disk", Skipped("needs a working store"))?,
        None => {}
    }
    if let Some(address) = config.monitor.listen.0 {
        report.add(
            "monitor",
            monitor(TcpListener::bind(address).map(drop), &address),
        )?;
    }
    let token = Token::find(
        std::env::var(TOKEN_VARIABLE).ok(),
        config.discord.token_file.as_deref(),
    );
    report.add("token", self::token(&token))?;
    let proxy = discord::proxy_variable(config.discord.origin().unwrap_or(discord::DISCORD));
    report.add("proxy", self::proxy(proxy))?;
    match token {
        Ok(token) => {
            let timeouts = Timeouts {
                request: TIMEOUT,
                message: TIMEOUT,
                connect: TIMEOUT,
                ..Timeouts::default()
            };
            let asked = wait_for(discord::inspect(&config.discord, &token, timeouts))?;
            add_discord(&mut report, config, proxy, hears_channels, asked)?;
        }
        Err(_) => report.add("Discord", Skipped("needs a token"))?,
    }
    let (faults, warnings) = (report.faults, report.warnings);
    writeln!(report.out, "{faults} fault(s), {warnings} warning(s)")?;
    Ok(if faults == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn guide(source: &GuideSource) -> Finding {
    let problems = match check::problems(source) {
        Ok(problems) => problems,
        Err(error) => return Fault(error.to_string()),
    };
    let of = |severity| {
        problems
            .iter()
            .filter(move |problem| problem.severity == severity)
    };
    let (errors, warnings) = (of(Severity::Error).count(), of(Severity::Warning).count());
    let Some(first) = of(Severity::Error).chain(of(Severity::Warning)).next() else {
        return Fine(format!("{source} has no errors and no warnings"));
    };
    let first = first.to_string();
    let first = first.lines().next().unwrap_or_default();
    if errors > 0 {
        Fault(format!(
            "{source} has {errors} error(s), so the bot does not start with it; the first is {first} (`internbot check` lists all)"
        ))
    } else {
        Warning(format!(
            "{source} has {warnings} warning(s); the first is {first} (`internbot check` lists all)"
        ))
    }
}

#[cfg(feature = "encoder")]
fn encoder(config: &Config) -> Finding {
    let Some(folder) = config.encoder.folder.clone().or_else(encoder::usual_folder) else {
        return Fine(CliError::NoFolder.to_string());
    };
    match encoder::check(&folder) {
        Ok(()) => Fine(format!("it is in {} and intact", folder.display())),
        Err(EncoderError::Missing(_)) if !folder.exists() => {
            Fine("none is installed, so words alone decide (docs/encoder.md)".to_owned())
        }
        Err(error) => Fault(error.to_string()),
    }
}

/// Without a cache the bot does all that it does with one.
fn cache(folder: Option<&Path>) -> Finding {
    let Some(folder) = folder else {
        return Fine(
            "there is no folder for it, so the bot learns the guide at every start".to_owned(),
        );
    };
    let existing = folder.ancestors().find(|folder| folder.exists());
    match try_writing(existing.unwrap_or(folder)) {
        Ok(()) => Fine(format!("{} is writable", folder.display())),
        Err(error) => Warning(format!(
            "{} is not writable ({error}), so the bot learns the guide at every start: let it write there if that takes too long",
            folder.display()
        )),
    }
}

/// Tests that a folder is writable, and leaves nothing in it.
fn try_writing(folder: &Path) -> io::Result<()> {
    let probe = folder.join(format!(".internbot-doctor-{}", std::process::id()));
    OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(&probe)?;
    std::fs::remove_file(probe)
}

fn store(config: &Config, inspected: Result<StoreInspection, StoreError>) -> Finding {
    let name = config.store.url.name();
    match inspected {
        Ok(StoreInspection::Absent) => Fine(format!(
            "there is none at {name} yet; `internbot run` creates it"
        )),
        Ok(StoreInspection::Outdated { version }) => Fine(format!(
            "{name} has version {version}; `internbot run` upgrades it"
        )),
        Ok(StoreInspection::Usable { version, .. }) => {
            Fine(format!("{name}, version {version}, is writable"))
        }
        Err(StoreError::Off) => {
            Fine("it is switched off, so no questions or settings are kept".to_owned())
        }
        Err(error) => Fault(error.to_string()),
    }
}

fn disk(store: &Path) -> Finding {
    let folder = store.parent().filter(|folder| *folder != Path::new(""));
    let folder = folder.unwrap_or(Path::new("."));
    let space = match fs4::available_space(folder) {
        Ok(space) => space,
        Err(error) => {
            return Fault(format!(
                "the store's folder, {}, cannot be accessed ({error}): create it, or set store.url to another file",
                folder.display()
            ));
        }
    };
    let found = format!("{} MiB free for the store", space >> 20);
    match space {
        0..MIN_SPACE => Fault(format!(
            "the disk is full: {found}, so nothing can be kept; make room on the disk of {}",
            folder.display()
        )),
        MIN_SPACE..AMPLE_SPACE => Warning(format!(
            "{found}: make room on the disk of {}",
            folder.display()
        )),
        _ => Fine(found),
    }
}

fn monitor(bound: io::Result<()>, address: &std::net::SocketAddr) -> Finding {
    match bound {
        Ok(()) => Fine(format!("{address} is free")),
        Err(error) if error.kind() == io::ErrorKind::AddrInUse => Warning(format!(
            "{address} is in use: unless this bot is using it, stop the program that is, or change monitor.listen"
        )),
        Err(error) => Fault(format!(
            "cannot listen on {address} ({error}): change monitor.listen to an address of this machine and a port from 1024 up"
        )),
    }
}

fn token(token: &Result<Token, TokenError>) -> Finding {
    match token {
        Ok(_) => Fine("found".to_owned()),
        // The error's own text has several lines, for someone who is just starting.
        Err(TokenError::Missing) => Fault(format!(
            "not found: copy it from the Bot page at https://discord.com/developers/applications (Reset Token), and set {TOKEN_VARIABLE} \
             to it, or save it in a file and set discord.token_file in the configuration to that file"
        )),
        Err(error) => Fault(error.to_string()),
    }
}

fn proxy(variable: Option<&str>) -> Finding {
    match (discord::ignored_proxy(), variable) {
        (Some(sentence), _) => Warning(sentence),
        (None, Some(name)) => Fine(format!("requests go through the one that {name} names")),
        (None, None) => Fine("none is used for requests".to_owned()),
    }
}

/// All that Discord says, and what to do where it says nothing.
fn add_discord(
    report: &mut Report<impl Write>,
    config: &Config,
    proxy: Option<&str>,
    hears_channels: bool,
    asked: Result<Inspection, InspectionError>,
) -> io::Result<()> {
    let found = match asked {
        Ok(found) => found,
        Err(InspectionError::Refused(error)) => {
            return report.add("Discord", Fault(error.to_string()));
        }
        Err(InspectionError::NoAnswer(cause)) => {
            let help = help(&cause, proxy, config.discord.origin());
            return report.add("Discord", Fault(format!("{cause}; {help}")));
        }
    };
    let guilds = found
        .guilds
        .map_or_else(String::new, |guilds| format!(", in about {guilds} servers"));
    let (name, invitation) = (&found.name, &found.invitation);
    report.add(
        "Discord",
        Fine(format!(
            "it accepts the token of {name}{guilds}; to invite it to a server, open {invitation}"
        )),
    )?;
    report.add("clock", clock(found.clock_ahead))?;
    let is_configured = !config.discord.unasked_channels.is_empty();
    report.add(
        "intents",
        intents(found.has_message_content, is_configured, hears_channels),
    )?;
    report.add("gateway", gateway(&found))
}

/// What to do if there is no answer. The cause comes from the libraries and the system.
fn help(cause: &str, proxy: Option<&str>, origin: Option<&str>) -> String {
    let says = |words: &[&str]| words.iter().any(|word| cause.contains(word));
    if let Some(variable) = proxy {
        format!(
            "requests go through the proxy that {variable} names: check that it runs and lets the bot reach Discord, or unset {variable}"
        )
    } else if says(&["certificate", "UnknownIssuer"]) {
        "check this machine's clock, and whether something between here and Discord decrypts connections"
            .to_owned()
    } else if says(&["dns error"]) {
        let name = origin.unwrap_or("discord.com");
        format!(
            "the name cannot be looked up: check that this machine is online and has a name server, and that {name} is right"
        )
    } else if origin.is_some() {
        "check that the server in discord.api_url is running, or leave it empty for Discord itself"
            .to_owned()
    } else if says(&["Discord refused"]) {
        "this is a problem at Discord: check https://discordstatus.com and try again later"
            .to_owned()
    } else {
        "check that this machine is online, and that no firewall blocks discord.com, port 443"
            .to_owned()
    }
}

fn clock(ahead: Option<SignedDuration>) -> Finding {
    let Some(ahead) = ahead else {
        return Skipped("the server does not report the time");
    };
    let offset = SignedDuration::from_secs(ahead.abs().as_secs());
    if ahead.abs() <= MAX_CLOCK_OFFSET {
        return Fine("it agrees with Discord's".to_owned());
    }
    let direction = if ahead.is_positive() {
        "ahead of"
    } else {
        "behind"
    };
    Fault(format!(
        "this machine's clock is {offset:#} {direction} Discord's, so days are counted wrongly and certificates may be refused: set \
         it, for example with `timedatectl set-ntp true`"
    ))
}

/// Whether the application has the intent that the bot asks for.
fn intents(has_message_content: bool, is_configured: bool, hears_channels: bool) -> Finding {
    match (has_message_content, is_configured || hears_channels) {
        (_, false) => Fine("no setting needs a privileged one".to_owned()),
        (true, true) => {
            Fine("the Message Content Intent is on, which unasked answers need".to_owned())
        }
        (false, true) if is_configured => Fault(RunError::Intent.to_string()),
        (false, true) => Warning(
            "moderators have set channels for unasked answers, but the Message Content Intent is off: turn it on, on the Bot page at \
             https://discord.com/developers/applications, and restart the bot"
                .to_owned(),
        ),
    }
}

fn gateway(found: &Inspection) -> Finding {
    let (address, (left, total)) = (&found.gateway, found.session_starts);
    let way = found.gateway_proxy.map_or_else(String::new, |variable| {
        format!(" through the proxy that {variable} names")
    });
    match (&found.gateway_fault, found.gateway_proxy) {
        (Some(cause), Some(variable)) => Fault(format!(
            "{address}: {cause}; the connection goes{way}: check that it lets WebSockets through, or add the host to NO_PROXY if this \
             machine can reach it without {variable}"
        )),
        (Some(cause), None) => Fault(format!(
            "{address}: {cause}; check that no firewall blocks it, or name a proxy in HTTPS_PROXY"
        )),
        _ if left <= FEW_SESSION_STARTS => Warning(format!(
            "{address} answers{way}, but the bot may connect only {left} more times today: find out what keeps restarting it"
        )),
        _ => Fine(format!(
            "{address} answers{way}; the bot may connect {left} more times today, out of {total}"
        )),
    }
}
