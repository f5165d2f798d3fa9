//! `strongroom pool`: a provider's appliances, each a process of its own, leased one to one tenant.
//!
//! The pool is the parent: it starts an appliance when it is leased, starts it again when it ends unasked, and takes it
//! back when everything of its tenant is erased and a signed record says so. There are two doors to the same state
//! machines: the control plane over HTTP for automation, and the console of the provider.
//!
//! What the provider gets to know of a leased appliance is what `Status` of [`crate::supervision`] has: where the host
//! port is, the size of the licence, how many LMKs are loaded, whether the tenant has key cards, and whether it was
//! tampered with. There is neither a verb nor a route that returns or changes settings, LMKs and their check values, key
//! cards, authorisations, user storage, the audit log, the error log, statistics, host commands or their answers, or the
//! log of its process, which lies with its state and is erased with it. What he changes is the licence (PATCH), and that
//! all is erased (DELETE with force, RECLAIM). The folders belong to users of the operating system: on one machine whoever
//! is root reads all.

mod body;
mod child;
mod desk;
mod folder;
mod http;
mod keeper;
mod proof;
mod run;

use std::io::{self, Write as _};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::runtime;

use self::folder::Folder;
use self::keeper::{Keeper, Ports};
use crate::failure::Failure;
use crate::hardening;
use crate::logging::{self, LogFormat};
use crate::serve::Signals;

pub(crate) use self::desk::names as verbs;
pub(crate) use self::folder::{socket_in, token_in};

/// How often everything goes on by a step.
const STEP: Duration = Duration::from_millis(200);

/// Lease the appliances of a pool, over HTTP and at the provider's console
///
/// Prints where the control plane and the console are, then `ready`. Everything is kept in one folder: a pool that stops
/// stops its appliances in order, and one that starts again, also after it was killed, finds all as it was. Requests to the
/// control plane carry the token of the pool (`Authorization: Bearer`).
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Example:\n  strongroom pool --dir pool --appliances 2\n  strongroom console --as provider --pool pool"
)]
pub(crate) struct Arguments {
    /// Folder of the pool; made where there is none
    #[arg(long, value_name = "DIR", required_unless_present = "openapi")]
    dir: Option<PathBuf>,

    /// Appliances of a new pool, every other one at stamp2
    #[arg(long, value_name = "NUMBER", default_value_t = 2, value_parser = clap::value_parser!(u16).range(1..=64))]
    appliances: u16,

    /// Region of a new pool
    #[arg(long, value_name = "NAME", default_value = "local")]
    location: String,

    /// Address and port of the control plane
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:8500")]
    listen: SocketAddr,

    /// Host port P of the first appliance; with port 0 each takes free ones
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:1500")]
    ports: SocketAddr,

    /// Ports from P of one appliance to P of the next
    #[arg(long, value_name = "NUMBER", default_value_t = 100)]
    ports_each: u16,

    /// Print the OpenAPI document of the control plane instead
    #[arg(long)]
    openapi: bool,
}

/// Keeps the pool until a signal comes.
pub(crate) fn run(arguments: &Arguments) -> Result<(), Failure> {
    if arguments.openapi {
        let text = http::document().to_pretty_json().map_err(Failure::usage)?;
        return writeln!(io::stdout().lock(), "{text}").map_err(Failure::output);
    }
    logging::start(LogFormat::default())?;
    if let Err(unlocked) = hardening::harden() {
        tracing::warn!("{unlocked}");
    }
    let runtime = runtime::Builder::new_multi_thread().enable_all().build();
    runtime.map_err(Failure::usage)?.block_on(keep(arguments))
}

async fn keep(arguments: &Arguments) -> Result<(), Failure> {
    let Arguments { dir, appliances, location, listen, ports, ports_each, .. } = arguments;
    let dir = dir.clone().unwrap_or_default();
    let at = |error: io::Error| Failure::usage(format_args!("{}: {error}", dir.display()));
    // From here on a signal is an order.
    let mut signals = Signals::new().map_err(Failure::usage)?;
    let folder = Folder::open(&dir).map_err(at)?;
    let (token, console) = (folder.token(), folder.console());
    let ports = Ports { first: *ports, each: *ports_each };
    let keeper = Arc::new(Keeper::open(folder, *appliances, location, ports).map_err(at)?);
    let listener = TcpListener::bind(listen).await.map_err(|error| {
        Failure::usage(format_args!("{listen}: {error}; choose another port with --listen"))
    })?;
    let address = listener.local_addr().map_err(Failure::usage)?;
    if !address.ip().is_loopback() {
        tracing::warn!(
            "the control plane is reached from outside, and the token goes over the network in the clear"
        );
    }
    desk::open(&console, &token, &keeper).map_err(at)?;
    let (end, ended) = mpsc::channel();
    let stepping = Arc::clone(&keeper);
    let steps = thread::Builder::new().name("pool".to_owned()).spawn(move || {
        while ended.recv_timeout(STEP) == Err(RecvTimeoutError::Timeout) {
            stepping.tick();
        }
        // Its appliances keep what they have.
        stepping.stop();
    });
    let steps = steps.map_err(Failure::usage)?;
    let mut out = io::stdout().lock();
    let told = writeln!(out, "control plane http://{address}, token in {}", token.display())
        .and_then(|()| writeln!(out, "console {}", console.display()))
        .and_then(|()| writeln!(out, "appliances {}", keeper.pool().appliances.len()))
        .and_then(|()| writeln!(out, "ready"));
    // Whoever does not want to know where it is, is served all the same.
    if let Err(error) = told.and_then(|()| out.flush()) {
        tracing::warn!("standard output is closed: {error}");
    }
    drop(out);
    let router = http::router(Arc::clone(&keeper));
    let serving = tokio::spawn(async move { axum::serve(listener, router).await });
    signals.next().await;
    serving.abort();
    // Nobody listens where the thread has ended, which it has not.
    let _ = end.send(());
    let joined = tokio::task::spawn_blocking(move || steps.join()).await;
    // The socket of a pool that is gone is cleared away by the next one, too.
    let _ = std::fs::remove_file(console);
    if matches!(joined, Ok(Ok(()))) {
        Ok(())
    } else {
        Err(Failure::usage("the pool broke off; its log says where"))
    }
}
