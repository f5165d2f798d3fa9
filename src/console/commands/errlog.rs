//! `ERRLOG` View the error log.

use appliance::{Action, ErrorEntry};
use vault::Moment;

use crate::{Command, Desk, Outcome};

pub(super) const COMMAND: Command =
    Command::new("ERRLOG", "View the error log: an entry for each code, the latest first", run);

fn run(desk: &mut Desk<'_>) -> Outcome {
    let entries = desk.appliance().errors().entries();
    desk.did(Action::ErrorLogRead);
    if entries.is_empty() {
        return desk.tell("Error log is empty");
    }
    desk.tell(format!("Error Log ({} entries)", entries.len()))?;
    for ErrorEntry { fault, sub_code, count, first, last } in entries {
        let (code, severity) = (fault as u8, fault.severity().name());
        desk.tell(format!("{code:02} {sub_code:08X} {severity:<12} {}", fault.text()))?;
        desk.tell(format!("   {count} times, first {}, last {}", told(first), told(last)))?;
    }
    Ok(())
}

fn told(at: Option<Moment>) -> String {
    at.map_or_else(|| "not known".to_owned(), |at| at.to_string())
}
