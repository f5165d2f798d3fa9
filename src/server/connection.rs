//! One connection.

use std::future::pending;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::time::{Instant, sleep_until, timeout};
use tracing::{debug, info, warn};

use appliance::Link;

use super::Options;
use super::exchange::{Exchange, Fault, Turn};
use super::host::Host;
use super::stop::Stop;
use super::stream::Stream;

/// A connection that is silent for so long gives back what its buffers grew.
const QUIET: Duration = Duration::from_secs(1);
/// How long, and for how many bytes, a peer that is cut off may go on sending. Closing with unread
/// bytes would reset the connection, and the peer might lose replies that were sent to it.
const LINGER: (Duration, usize) = (Duration::from_secs(1), 1024 * 1024);
/// After the order to stop: how many bytes are still read, and how long the next may take. What has
/// arrived is there at once; the moment is for the poller to notice it.
const LAST_WORDS: usize = 1024 * 1024;
const LAST_MOMENT: Duration = Duration::from_millis(20);

/// The time limits of a connection.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    partial_frame: Duration,
    idle: Option<Duration>,
}

impl Limits {
    pub(super) fn new(options: &Options) -> Self {
        Self { partial_frame: options.partial_frame_timeout, idle: options.idle_timeout }
    }
}

/// Why a connection ends.
enum End {
    /// The peer closed its side.
    Finished,
    /// A message was not completed in time.
    PartialFrame,
    /// No message came for long.
    Idle,
    /// The stream cannot go on.
    Fault(Fault),
}

/// A connection and everything that belongs to it.
pub(super) struct Connection<H, S> {
    stream: S,
    exchange: Exchange<H>,
    limits: Limits,
    /// When the first byte of an incomplete message was read.
    partial_since: Option<Instant>,
    /// Its place in the table of connections.
    link: Link,
}

impl<H: Host, S: Stream> Connection<H, S> {
    /// A connection that was just accepted.
    pub(super) fn new(stream: S, exchange: Exchange<H>, limits: Limits, link: Link) -> Self {
        Self { stream, exchange, limits, partial_since: None, link }
    }

    /// Serves it to its end.
    pub(super) async fn run(mut self, peer: SocketAddr, mut stop: Stop) {
        // All state is in `self`, so the conversation can be left at any point.
        let end = tokio::select! {
            biased;
            end = self.converse() => Some(end),
            () = stop.requested() => None,
        };
        let complaints = Arc::clone(&self.exchange.rules.complaints);
        let closed = match end {
            None => self.finish().await,
            Some(Err(error)) => Err(error),
            Some(Ok(End::Finished)) => self.stream.shutdown().await,
            Some(Ok(End::Idle)) => {
                if complaints.may_tell() {
                    info!(%peer, "connection closed: no message came within the idle time");
                }
                self.stream.shutdown().await
            }
            Some(Ok(End::PartialFrame)) => {
                if complaints.may_tell() {
                    warn!(%peer, "connection closed: a message was not completed in time");
                }
                self.cut().await
            }
            Some(Ok(End::Fault(fault))) => {
                if complaints.may_tell() {
                    warn!(%peer, "connection closed: {fault}");
                }
                self.cut().await
            }
        };
        match closed {
            Ok(()) => debug!(%peer, "connection ended"),
            Err(error) => debug!(%peer, "connection lost: {error}"),
        }
    }

    /// Reads, answers and writes until there is a reason to end.
    async fn converse(&mut self) -> io::Result<End> {
        loop {
            let turn = self.exchange.turn();
            self.exchange.delay().await;
            self.flush().await?;
            match turn {
                Turn::More => {
                    self.partial_since = None;
                    tokio::task::yield_now().await;
                }
                Turn::Later => {
                    self.partial_since = None;
                    if let Err(fault) = self.exchange.settle().await {
                        return Ok(End::Fault(fault));
                    }
                }
                Turn::Fault(fault) => return Ok(End::Fault(fault)),
                Turn::Done { answered } => {
                    self.watch_partial_frame(answered);
                    if let Some(end) = self.receive().await? {
                        return Ok(end);
                    }
                }
            }
        }
    }

    fn watch_partial_frame(&mut self, answered: bool) {
        if self.exchange.inbox.unread().is_empty() {
            self.partial_since = None;
        } else if answered || self.partial_since.is_none() {
            self.partial_since = Some(Instant::now());
        }
    }

    /// Waits for bytes, or for a reason to end. No timer runs in the ordinary case.
    async fn receive(&mut self) -> io::Result<Option<End>> {
        let idle_since = self.limits.idle.map(|idle| Instant::now() + idle);
        let deadline = match self.partial_since {
            Some(since) => Some((since + self.limits.partial_frame, End::PartialFrame)),
            None => idle_since.map(|deadline| (deadline, End::Idle)),
        };
        if self.partial_since.is_none() && self.is_grown() {
            let quiet = Instant::now() + QUIET;
            match before(Some((quiet, ())), self.read()).await {
                Ok(length) => return length.map(finished),
                Err(()) => self.release(),
            }
        }
        match before(deadline, self.read()).await {
            Ok(length) => length.map(finished),
            Err(end) => Ok(Some(end)),
        }
    }

    /// Writes all replies, as a rule in one call.
    async fn flush(&mut self) -> io::Result<()> {
        let Self { stream, exchange: Exchange { outbox, .. }, link, .. } = self;
        if outbox.unsent().is_empty() {
            return Ok(());
        }
        while !outbox.unsent().is_empty() {
            match stream.write(outbox.unsent()).await? {
                0 => return Err(io::ErrorKind::WriteZero.into()),
                length => {
                    link.traffic().sent(length);
                    outbox.advance(length);
                }
            }
        }
        // A TLS stream may keep records back; any other has nothing to do here.
        stream.flush().await
    }

    /// After the order to stop: answers everything that has arrived, and closes.
    async fn finish(&mut self) -> io::Result<()> {
        let mut allowance = LAST_WORDS;
        loop {
            let turn = self.exchange.turn();
            self.exchange.delay().await;
            self.flush().await?;
            match turn {
                Turn::More => continue,
                Turn::Later => match self.exchange.settle().await {
                    Ok(()) => continue,
                    Err(_) => return self.cut().await,
                },
                Turn::Fault(_) => return self.cut().await,
                Turn::Done { .. } => {}
            }
            if allowance == 0 {
                return self.stream.shutdown().await;
            }
            let deadline = Instant::now() + LAST_MOMENT;
            match before(Some((deadline, ())), self.read()).await {
                Ok(Ok(length)) if length > 0 => allowance = allowance.saturating_sub(length),
                Ok(Err(error)) => return Err(error),
                Ok(Ok(_)) | Err(()) => return self.stream.shutdown().await,
            }
        }
    }

    /// Closes towards a peer that may still be sending.
    async fn cut(&mut self) -> io::Result<()> {
        self.stream.shutdown().await?;
        let (patience, mut allowance) = LINGER;
        let drain = async {
            loop {
                let inbox = &mut self.exchange.inbox;
                inbox.consume(usize::MAX);
                match self.stream.read_buf(inbox.space(0)).await? {
                    length if length > 0 && length <= allowance => allowance -= length,
                    _ => return Ok(()),
                }
            }
        };
        timeout(patience, drain).await.unwrap_or(Ok(()))
    }

    /// Reads once. An inbox without memory gets it when there is something to read. It can be left at any point.
    async fn read(&mut self) -> io::Result<usize> {
        let Self { stream, exchange: Exchange { rules, inbox, .. }, link, .. } = self;
        if !inbox.is_allocated() {
            stream.readable().await?;
        }
        let length = stream.read_buf(inbox.space(rules.frame_limit)).await?;
        if length > 0 {
            link.traffic().received(length);
        }
        Ok(length)
    }

    fn is_grown(&self) -> bool {
        self.exchange.inbox.is_grown() || self.exchange.outbox.is_grown()
    }

    fn release(&mut self) {
        self.exchange.inbox.release();
        self.exchange.outbox.release();
    }
}

fn finished(length: usize) -> Option<End> {
    (length == 0).then_some(End::Finished)
}

/// Does `work`, or gives back what goes with the deadline when that comes first.
async fn before<T, E>(
    deadline: Option<(Instant, E)>,
    work: impl Future<Output = T>,
) -> Result<T, E> {
    let expiry = async {
        match deadline {
            Some((instant, late)) => {
                sleep_until(instant).await;
                late
            }
            None => pending().await,
        }
    };
    tokio::select! {
        biased;
        done = work => Ok(done),
        late = expiry => Err(late),
    }
}
