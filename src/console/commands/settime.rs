//! `SETTIME` Set the time.

use vault::key_block::optional::Moment;

use super::cs::kept;
use crate::{Command, Desk, Outcome, Stop, answers::Yes};

pub(super) const COMMAND: Command =
    Command::new("SETTIME", "Set date and time of the appliance", run)
        .secure()
        .authorised(appliance::Category::Admin)
        .audited();

/// The clock of the machine stays as it is; the appliance is ahead of it or behind.
fn run(desk: &mut Desk<'_>) -> Outcome {
    let digits = |count: usize| {
        move |text: &str| {
            let is_number = text.len() == count && text.bytes().all(|it| it.is_ascii_digit());
            is_number.then(|| text.to_owned())
        }
    };
    let date = kept(desk, "Enter date [YYYYMMDD]: ", digits(8))?;
    let time = kept(desk, "Enter time [HHMMSS]: ", digits(6))?;
    let (Some(date), Some(time)) = (date, time) else { return desk.tell("Time not changed") };
    let Some(moment) = Moment::of_time(format!("{date}{time}Z").as_bytes()) else {
        return Stop::no("Invalid date or time");
    };
    let Yes(confirmed) = desk.ask_as(&format!("Set system time to {moment}? [Y/N]: "))?;
    if confirmed {
        desk.change(|state| state.clock = state.clock.set(moment))?;
        desk.did(appliance::Action::ClockSet);
    }
    let now = desk.state().clock.now();
    desk.tell(format!("System date and time: {}", now.unwrap_or(moment)))
}
