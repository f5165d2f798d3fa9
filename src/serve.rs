//! `strongroom serve`: answers host commands.

mod appliance;

use std::io::{self, Write as _};
use std::path::PathBuf;
use std::sync::Arc;

use tokio::runtime;
use tokio::signal::unix::{Signal, SignalKind, signal};

use self::appliance::Appliance;
use crate::configuration::{Configuration, Given};
use crate::failure::Failure;
use crate::logging;
use crate::server::{Options, Server, Stopper};

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
    let appliance = appliance::load(&configuration)?;
    start(appliance, configuration.server)
}

/// Opens the host ports of an appliance and serves until a signal comes.
fn start(appliance: Appliance, options: Options) -> Result<(), Failure> {
    let runtime =
        runtime::Builder::new_multi_thread().enable_all().thread_name("host-port").build();
    runtime.map_err(Failure::usage)?.block_on(serve(appliance, options))
}

async fn serve(appliance: Appliance, options: Options) -> Result<(), Failure> {
    let Appliance { host, lmks, notices } = appliance;
    // From here on a signal is an order, also before the ports are open.
    let mut signals = Signals::new().map_err(Failure::usage)?;
    let server = Server::bind(Arc::new(host), &lmks, options).map_err(Failure::usage)?;
    let mut out = io::stdout().lock();
    let told = notices.iter().try_for_each(|notice| writeln!(out, "{notice}"));
    let told = told.and_then(|()| server.announce(&mut out)).and_then(|()| writeln!(out, "ready"));
    // Whoever does not want to know which ports there are is served all the same.
    if let Err(error) = told.and_then(|()| out.flush()) {
        tracing::warn!("standard output is closed: {error}");
    }
    drop(out);
    let (stopper, stop) = Stopper::new();
    let running = tokio::spawn(server.run(stop));
    signals.next().await;
    stopper.stop();
    tokio::select! {
        _ = running => {}
        () = signals.next() => tracing::warn!("a second signal: connections are closed at once"),
    }
    Ok(())
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
