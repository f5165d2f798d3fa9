//! `RELEASE` Give the appliance back.

use appliance::{Erased, Method, ReleaseFault};

use crate::answers::Yes;
use crate::{Command, Desk, Echo, Outcome, Stop};

pub(super) const COMMAND: Command =
    Command::new("RELEASE", "Give the appliance back: erase everything of its tenant for good", run)
        .secure()
        .audited();

/// Both officers are there: the keys were turned with two different cards. From the second answer on there is no way back.
/// Smart cards stay with their holders, and open nothing any more. The conversation is the last one: the process that has
/// held the keys ends after it.
fn run(desk: &mut Desk<'_>) -> Outcome {
    let cards = {
        let state = desk.state();
        state.locks.left.card.zip(state.locks.right.card)
    };
    if cards.is_none_or(|(left, right)| crypto::equal(&left, &right)) {
        return Stop::no("Two different key cards are needed: commission both by LEFT and RIGHT");
    }
    let Yes(sure) = desk.ask_as(
        "All LMKs, keys, officers, settings and logs will be erased for good. Release the appliance? [Y/N]: ",
    )?;
    if !sure {
        return desk.tell("Release aborted: nothing is erased");
    }
    let own = desk.appliance().serial_number().to_string();
    let typed = desk.text(&format!("Type the serial number {own} to confirm: "), Echo::Plain)?;
    if !typed.trim().eq_ignore_ascii_case(&own) {
        return Stop::no("Not confirmed: nothing is erased");
    }
    match desk.appliance().release("tenant") {
        Ok(released) => {
            desk.tell("Released: everything of the tenant is erased")?;
            show(desk, &released.erased)?;
            if !released.is_drained {
                desk.tell("A command was still running, and is cut off with the process")?;
            }
        }
        Err(fault @ ReleaseFault::NotBegun(_)) => return Stop::no(fault.to_string()),
        Err(fault) => desk.tell(fault.to_string())?,
    }
    let next = desk.fact("After a release").to_owned();
    desk.tell(next)
}

/// Shows how many of each class there were, and how they were erased.
fn show(desk: &mut Desk<'_>, erased: &[Erased]) -> Outcome {
    desk.tell("Erased                        Count  Method")?;
    erased.iter().filter(|it| it.count > 0).try_for_each(|Erased { class, count, method }| {
        desk.tell(format!("{class:<28} {count:>6}  {}", word(*method)))
    })
}

const fn word(method: Method) -> &'static str {
    match method {
        Method::CryptoErase => "its key is destroyed",
        Method::Wipe => "memory is wiped",
        Method::Overwrite => "written over and removed",
        Method::Remove => "removed",
    }
}
