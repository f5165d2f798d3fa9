//! `LEFT` Turn the left key.

use appliance::{Action, Lock, Locks, Room, WhenFull};

use crate::card::{Content, Side};
use crate::desk::{digest, mode_word};
use crate::{Command, Desk, Outcome, Stop, answers::Yes};

pub(super) const COMMAND: Command = Command::new(
    "LEFT",
    "Turn the left key: open with its card and PIN, lock without",
    |desk| turn(desk, Side::Left),
)
.audited();

/// Turns one of the two keys.
///
/// The first key card that is inserted is commissioned for its lock, and from then on no other opens it.
pub(super) fn turn(desk: &mut Desk<'_>, side: Side) -> Outcome {
    let is_open = lock(&mut desk.state().locks.clone(), side).is_open;
    desk.has_room(is_open)?;
    if is_open {
        desk.did(Action::Logout);
        desk.change(|state| lock(&mut state.locks, side).is_open = false)?;
        return desk.told_mode();
    }
    let Content::Key(own, password) = desk.card()?.content else {
        return Stop::no("Not a key card");
    };
    if own != side {
        return Stop::no("Key card of the other lock");
    }
    let digest = digest(&password);
    match lock(&mut desk.state().locks.clone(), side).card {
        Some(known) if crypto::equal(&known, &digest) => {}
        Some(_) => return Stop::no("Key card of another appliance"),
        None => {
            let Yes(commission) =
                desk.ask_as("No key card is commissioned for this lock. Commission this one? [Y/N]: ")?;
            if !commission {
                return Ok(());
            }
        }
    }
    desk.did(Action::Login);
    desk.change(|state| *lock(&mut state.locks, side) = Lock { is_open: true, card: Some(digest) })?;
    desk.told_mode()
}

fn lock(locks: &mut Locks, side: Side) -> &mut Lock {
    match side {
        Side::Left => &mut locks.left,
        Side::Right => &mut locks.right,
    }
}

impl Desk<'_> {
    /// Asks for room in the audit log, without which no lock is closed again; warns where there is little.
    ///
    /// Locks are opened all the same: the log is cleared in secure state (inferred).
    fn has_room(&mut self, closes: bool) -> Outcome {
        if self.state().settings.audit.when_full == WhenFull::Overwrite {
            return Ok(());
        }
        match self.appliance().audit_log().room() {
            Room::Enough => Ok(()),
            Room::Little => self.tell("Warning: the audit log is 80% full"),
            Room::None if closes => {
                Stop::no("Audit log is full: no change of state before it is cleared")
            }
            Room::None => self.tell("Warning: the audit log is full"),
        }
    }

    /// Tells the state that the locks make.
    fn told_mode(&mut self) -> Outcome {
        use appliance::Mode;
        match self.state().locks.mode() {
            Mode::Online => self.tell("HSM is going online"),
            Mode::Offline => self.tell("HSM is going offline, lock both keys to go online"),
            mode @ Mode::Secure => {
                self.tell("HSM is going offline, lock both keys to go online")?;
                self.tell(format!("{}: master key loading facilities available", mode_word(mode)))
            }
        }
    }
}
