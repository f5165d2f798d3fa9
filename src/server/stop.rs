//! The order to stop.

use tokio::sync::watch;

/// Gives the order to stop. Dropping it gives the order too.
#[derive(Debug)]
pub(crate) struct Stopper(watch::Sender<bool>);

/// Waits for the order to stop.
#[derive(Clone, Debug)]
pub(crate) struct Stop(watch::Receiver<bool>);

impl Stopper {
    /// The one who gives the order, and the one who waits for it.
    pub(crate) fn new() -> (Self, Stop) {
        let (sender, receiver) = watch::channel(false);
        (Self(sender), Stop(receiver))
    }

    /// Gives the order.
    pub(crate) fn stop(&self) {
        self.0.send_replace(true);
    }
}

impl Stop {
    /// Waits for the order; returns at once if it was given before.
    pub(crate) async fn requested(&mut self) {
        // An error says that the stopper is gone.
        let _ = self.0.wait_for(|stopped| *stopped).await;
    }
}
