//! `strongroom serve`: answers host commands.

mod appliance;
pub(crate) mod console;
mod kept;

use std::io::{self, Write as _};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use ::console::Seat;
use host_commands::Host;
use tokio::runtime;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::time::{MissedTickBehavior, interval};

use self::appliance::Appliance;
use self::console::{Console, socket_in, socket_of_port};
use crate::configuration::{Configuration, Given};
use crate::failure::Failure;
use crate::hardening;
use crate::logging;
use crate::server::{Pooled, Server, Stopper};

/// Answer host commands over TCP and UDP, until Ctrl-C or SIGTERM
///
/// Prints one line per listener once it accepts connections, then `ready`. Options win over the
/// configuration file, which wins over the defaults; strongroom.example.toml explains every
/// setting. Only that file says which LMKs are loaded and what key change storage holds (`lmk`),
/// what is authorised (`authorised`), and the security settings (`[settings]`).
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  strongroom serve --dev --listen 127.0.0.1:1500")]
pub(crate) struct Arguments {
    /// TOML file with the settings below as keys; see strongroom.example.toml
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,

    #[command(flatten)]
    given: Given,
}

/// Serves until a signal comes.
pub(crate) fn run(arguments: Arguments) -> Result<(), Failure> {
    let configuration = Configuration::new(arguments.config.as_ref(), arguments.given)?;
    logging::start(configuration.log_format)?;
    // The keys of a development appliance are known to everybody.
    if let Err(unlocked) = hardening::harden()
        && !configuration.dev
    {
        tracing::warn!("{unlocked}");
    }
    let appliance = appliance::load(&configuration)?;
    start(appliance, configuration)
}

/// Opens the host ports of an appliance and serves until a signal comes.
fn start(appliance: Appliance, configuration: Configuration) -> Result<(), Failure> {
    let runtime =
        runtime::Builder::new_multi_thread().enable_all().thread_name("host-port").build();
    runtime.map_err(Failure::usage)?.block_on(serve(appliance, configuration))
}

async fn serve(appliance: Appliance, configuration: Configuration) -> Result<(), Failure> {
    let Appliance { host, lmks, mut notices } = appliance;
    let host = Arc::new(host);
    // From here on a signal is an order, also before the ports are open.
    let mut signals = Signals::new().map_err(Failure::usage)?;
    let pooled = Arc::new(Pooled::new(Arc::clone(&host)).map_err(Failure::usage)?);
    let server = Server::bind(pooled, &lmks, configuration.server).map_err(Failure::usage)?;
    let console = open_console(&configuration, Arc::clone(&host), server.address().port());
    notices.push(match &console {
        Ok(console) => format!("console {}", console.path().display()),
        Err((path, error)) => format!("no console: {}: {error}", path.display()),
    });
    let mut out = io::stdout().lock();
    let told = notices.iter().try_for_each(|notice| writeln!(out, "{notice}"));
    let told = told.and_then(|()| server.announce(&mut out)).and_then(|()| writeln!(out, "ready"));
    // Whoever does not want to know which ports there are is served all the same.
    if let Err(error) = told.and_then(|()| out.flush()) {
        tracing::warn!("standard output is closed: {error}");
    }
    drop(out);
    let (stopper, stop) = Stopper::new();
    tokio::spawn(look_at_load(Arc::clone(&host)));
    let running = tokio::spawn(server.run(stop));
    signals.next().await;
    stopper.stop();
    tokio::select! {
        _ = running => {}
        () = signals.next() => tracing::warn!("a second signal: connections are closed at once"),
    }
    host.appliance().close_logs();
    Ok(())
}

/// Looks once a second how busy the appliance is.
async fn look_at_load(host: Arc<Host>) {
    let mut seconds = interval(Duration::from_secs(1));
    seconds.set_missed_tick_behavior(MissedTickBehavior::Skip);
    loop {
        seconds.tick().await;
        let licence = host.appliance().state().licence;
        host.appliance().statistics().look(licence.calls_per_second);
    }
}

/// Opens the socket for consoles: in the state folder, or in the temporary directory under the port.
fn open_console(
    configuration: &Configuration,
    host: Arc<Host>,
    port: u16,
) -> Result<Console, (PathBuf, io::Error)> {
    let path = match &configuration.state {
        Some(state) => socket_in(state),
        None => socket_of_port(port),
    };
    let seat = Seat { facts: appliance::facts(configuration, port), ..Seat::default() };
    Console::open(path.clone(), host, seat).map_err(|error| (path, error))
}

/// Ctrl-C and SIGTERM.
struct Signals {
    interrupt: Signal,
    terminate: Signal,
}

impl Signals {
    fn new() -> io::Result<Self> {
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
        })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}
