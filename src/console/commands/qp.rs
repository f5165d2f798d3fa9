//! `QP` View the printer.

use appliance::printer::LineEnd;

use crate::{Command, Desk, Outcome};

pub(super) const COMMAND: Command = Command::new("QP", "View the printer", run);

fn run(desk: &mut Desk<'_>) -> Outcome {
    let printer = desk.appliance().printer();
    let (ready, end) = (printer.is_ready(), printer.line_end());
    desk.tell(format!("Printer: {}", if ready { "ready" } else { "not ready" }))?;
    desk.tell(format!("<LF><CR> order reversed: {}", if end == LineEnd::CrLf { "YES" } else { "NO" }))
}
