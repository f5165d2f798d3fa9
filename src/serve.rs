//! `strongroom serve`: answers host commands.

mod appliance;
pub(crate) mod console;
mod kept;
mod supervised;

use std::env;
use std::future::pending;
use std::io::{self, Write};
use std::os::unix::process::CommandExt as _;
use std::path::PathBuf;
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use ::appliance::{Erased, ReleaseFault, Released};
use host_commands::Host;
use tokio::runtime;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::Notify;
use tokio::time::{MissedTickBehavior, interval};

use self::appliance::Appliance;
use self::supervised::Pool;
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

    /// Be an appliance of a pool: obey the lines of JSON of standard input, to its end, and tell the status on standard
    /// output
    #[arg(long)]
    supervised: bool,

    #[command(flatten)]
    given: Given,
}

/// This program, also where its file was exchanged meanwhile.
pub(crate) const PROGRAM: &str = "/proc/self/exe";

/// Why it does not go on.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Ending {
    /// It was told to stop.
    Ordered,
    /// It is released: nothing of a tenant is left but what ciphers have left in the memory of this process.
    Released,
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
    let Some(appliance) = appliance::load(&configuration, arguments.supervised)? else {
        // Its pool takes it from here.
        tracing::info!("a release had been begun, and is carried out");
        return Ok(());
    };
    start(appliance, configuration, arguments.supervised)
}

/// Opens the host ports of an appliance and serves until a signal comes.
fn start(
    appliance: Appliance,
    configuration: Configuration,
    is_supervised: bool,
) -> Result<(), Failure> {
    let runtime =
        runtime::Builder::new_multi_thread().enable_all().thread_name("host-port").build();
    let runtime = runtime.map_err(Failure::usage)?;
    let ending = runtime.block_on(serve(appliance, configuration, is_supervised))?;
    // A pool looks at what is left, and settles.
    if ending == Ending::Released && !is_supervised { Err(anew()) } else { Ok(()) }
}

async fn serve(
    appliance: Appliance,
    configuration: Configuration,
    is_supervised: bool,
) -> Result<Ending, Failure> {
    let Appliance { host, lmks, mut notices } = appliance;
    let host = Arc::new(host);
    // From here on a signal is an order, also before the ports are open.
    let mut signals = Signals::new().map_err(Failure::usage)?;
    let pooled = Arc::new(Pooled::new(Arc::clone(&host)).map_err(Failure::usage)?);
    let server = Server::bind(pooled, &lmks, configuration.server).map_err(Failure::usage)?;
    let port = server.address().port();
    let released = Arc::new(Notify::new());
    let consoles =
        console::open(&configuration, &host, port, is_supervised, &mut notices, &released);
    // What a pool reads is for it alone.
    let mut out: Box<dyn Write> =
        if is_supervised { Box::new(io::stderr()) } else { Box::new(io::stdout().lock()) };
    let told = notices.iter().try_for_each(|notice| writeln!(out, "{notice}"));
    let told = told.and_then(|()| server.announce(&mut out)).and_then(|()| writeln!(out, "ready"));
    // Whoever does not want to know which ports there are is served all the same.
    if let Err(error) = told.and_then(|()| out.flush()) {
        tracing::warn!("standard output is closed: {error}");
    }
    drop(out);
    let address = server.address();
    let pool = is_supervised.then(|| Pool::new(Arc::clone(&host), address)).transpose();
    let pool = pool.map_err(Failure::usage)?;
    let (stopper, stop) = Stopper::new();
    tokio::spawn(look_at_load(Arc::clone(&host)));
    let running = tokio::spawn(server.run(stop));
    let obeyed = async {
        match pool {
            Some(pool) => pool.obey().await,
            None => pending().await,
        }
    };
    let ending = tokio::select! {
        () = signals.next() => Ending::Ordered,
        () = released.notified() => Ending::Released,
        ending = obeyed => ending,
    };
    stopper.stop();
    tokio::select! {
        _ = running => {}
        () = signals.next() => tracing::warn!("a second signal: connections are closed at once"),
    }
    if ending == Ending::Ordered {
        host.appliance().close_logs();
    }
    // Their sockets and credentials are removed.
    drop(consoles);
    Ok(ending)
}

/// Lets this process execute itself anew, with the same arguments: nothing that stood in its memory is left. Descriptors
/// are closed with that, among them the locks of the folders.
fn anew() -> Failure {
    let mut arguments = env::args_os();
    let mut command = Command::new(PROGRAM);
    command.arg0(arguments.next().unwrap_or_else(|| "strongroom".into())).args(arguments);
    // It only returns if that fails.
    let error = command.exec();
    Failure::usage(format_args!(
        "the appliance is released, but this process cannot execute itself anew: {error}; start it again"
    ))
}

/// Tells the log how a release went; false where it was not even begun.
fn released(outcome: &Result<Released, ReleaseFault>) -> bool {
    match outcome {
        Ok(released) => {
            for Erased { class, count, method } in &released.erased {
                tracing::info!(class, count, ?method, "erased");
            }
        }
        Err(fault) => tracing::error!("{fault}"),
    }
    !matches!(outcome, Err(ReleaseFault::NotBegun(_)))
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

/// Ctrl-C and SIGTERM.
pub(crate) struct Signals {
    interrupt: Signal,
    terminate: Signal,
}

impl Signals {
    pub(crate) fn new() -> io::Result<Self> {
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
        })
    }

    pub(crate) async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}
