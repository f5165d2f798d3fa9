//! `TAMPER` Let something happen around the device, for training.

use appliance::TamperCause;

use crate::answers::{Answer, Yes};
use crate::{Command, Desk, Outcome, Stop};

pub(super) const COMMAND: Command = Command::new(
    "TAMPER",
    "For training: set an alarm off; TAMPER END ends what caused it",
    run,
)
.for_provider()
.audited();

/// What happens.
struct Cause(TamperCause);

impl Answer for Cause {
    const PROMPT: &'static str =
        "Cause [temperature/battery/erase-button/voltage/motion/case/module/general]: ";

    fn parse(text: &str, _: &Desk<'_>) -> Result<Self, &'static str> {
        TamperCause::from_word(&text.to_ascii_lowercase()).map(Self).ok_or("Invalid entry")
    }
}

/// No officer does this on a device: it happens to it. The device erases its LMKs and is offline until it is restarted
/// after what happens has ended.
fn run(desk: &mut Desk<'_>) -> Outcome {
    if desk.arguments().iter().any(|word| word.eq_ignore_ascii_case("end")) {
        let ended = desk.appliance().ends().or_else(|fault| Stop::no(fault.to_string()))?;
        return desk.tell(if ended { "It has ended" } else { "Nothing happens around the device" });
    }
    let Cause(cause) = match desk.arguments().first().cloned() {
        Some(word) => Cause::parse(&word, desk).or_else(Stop::no)?,
        None => desk.ask()?,
    };
    let Yes(lasts) = desk.ask_as("Does it last until TAMPER END? [Y/N]: ")?;
    let Yes(sure) = desk.ask_as("All LMKs will be erased. Continue? [Y/N]: ")?;
    if !sure {
        return Ok(());
    }
    if !desk.appliance().happens(cause, lasts) {
        return desk.tell("No alarm has gone off: the motion alarm is off");
    }
    desk.tell(format!("TAMPER DETECTED: {}", cause.word()))?;
    desk.tell("All LMKs have been erased. HSM is going offline until it is restarted (REBOOT)")
}
