//! `SE` Export certificates.

use super::sv::numbered;
use crate::{Command, Desk, Outcome};

pub(super) const COMMAND: Command =
    Command::new("SE", "Export a certificate: its text is shown; the key never leaves", run);

fn run(desk: &mut Desk<'_>) -> Outcome {
    let (_, certificate) = numbered(desk)?;
    certificate.pem().lines().try_for_each(|line| desk.tell(line))
}
