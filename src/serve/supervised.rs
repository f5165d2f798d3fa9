//! A process that a pool has started: it obeys what standard input says, and tells its status on standard output.

use std::io::{self, Write as _};
use std::net::SocketAddr;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use host_commands::Host;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio::time::{MissedTickBehavior, interval};

use super::Ending;
use crate::supervision::{Say, Status, by_provider, licence};

/// How often it looks whether its status has changed.
const PERIOD: Duration = Duration::from_secs(1);

/// The pool behind the standard streams.
pub(super) struct Pool {
    host: Arc<Host>,
    address: SocketAddr,
    orders: UnboundedReceiver<Say>,
    told: Option<Status>,
}

impl Pool {
    /// Listens to it from now on.
    pub(super) fn new(host: Arc<Host>, address: SocketAddr) -> io::Result<Self> {
        let (sender, orders) = unbounded_channel();
        thread::Builder::new().name("supervision".to_owned()).spawn(move || {
            for line in io::stdin().lines().map_while(Result::ok) {
                let heard = match serde_json::from_str(&line) {
                    Ok(say) => sender.send(say).is_ok(),
                    Err(error) => {
                        tracing::error!("the pool says what nobody understands: {error}");
                        true
                    }
                };
                if !heard {
                    break;
                }
            }
        })?;
        Ok(Self { host, address, orders, told: None })
    }

    /// Obeys until there is nothing more to obey.
    pub(super) async fn obey(mut self) -> Ending {
        let mut seconds = interval(PERIOD);
        seconds.set_missed_tick_behavior(MissedTickBehavior::Skip);
        loop {
            self.tell();
            tokio::select! {
                _ = seconds.tick() => {}
                order = self.orders.recv() => {
                    match order {
                        None => return Ending::Ordered,
                        Some(Say::License(sku)) => {
                            let appliance = self.host.appliance();
                            let packages = appliance.state().licence.packages;
                            match appliance.license(licence(sku, packages)) {
                                Ok(Ok(())) => tracing::info!(%sku, "licensed"),
                                Ok(Err(fault)) => tracing::warn!(%sku, "not licensed: {fault}"),
                                Err(fault) => tracing::error!(%sku, "not licensed: {fault}"),
                            }
                        }
                        Some(Say::Reclaim(request)) => {
                            if self.reclaim(&request) {
                                return Ending::Released;
                            }
                        }
                    }
                    // Whoever has said something is answered, also if nothing has changed.
                    self.told = None;
                }
            }
        }
    }

    /// Tells the status, if it is another one.
    fn tell(&mut self) {
        let status = Status::new(&self.host.appliance().state(), self.address);
        if self.told == Some(status) {
            return;
        }
        self.told = Some(status);
        let told = serde_json::to_string(&status).map_err(io::Error::from).and_then(|line| {
            let mut out = io::stdout().lock();
            writeln!(out, "{line}").and_then(|()| out.flush())
        });
        if let Err(error) = told {
            // Where the pool is gone, the input ends, too.
            tracing::warn!("the pool does not listen: {error}");
        }
    }

    /// Erases everything; false if that was not even begun.
    fn reclaim(&self, request: &str) -> bool {
        let by = by_provider(request);
        let released = tokio::task::block_in_place(|| self.host.appliance().release(&by));
        super::released(&released)
    }
}
