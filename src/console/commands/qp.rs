//! `QP` View the printer.

use appliance::printer::LineEnd;

use crate::{Command, Desk, Outcome};

pub(super) const COMMAND: Command = Command::new("QP", "View the printer", run);

fn run(desk: &mut Desk<'_>) -> Outcome {
    let ready = desk.appliance().printer().is_ready();
    desk.tell(format!("Printer: {}", if ready { "ready" } else { "not ready" }))?;
    show(desk)
}

/// Shows how it is set.
pub(super) fn show(desk: &mut Desk<'_>) -> Outcome {
    let printer = desk.appliance().printer();
    let (end, timeout, delay) =
        (printer.line_end(), printer.timeout().as_millis(), desk.state().printing.printer.delay);
    desk.tell(format!("<LF><CR> order reversed: {}", if end == LineEnd::CrLf { "YES" } else { "NO" }))?;
    desk.tell(format!("Timeout: {timeout} milliseconds"))?;
    desk.tell(format!("Delay: {delay} milliseconds"))
}
