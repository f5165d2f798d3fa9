//! `QC` View the serial port of the console.

use crate::{Command, Desk, Outcome};

pub(super) const COMMAND: Command =
    Command::new("QC", "View the settings of the serial console port", run);

fn run(desk: &mut Desk<'_>) -> Outcome {
    let port = desk.state().monitoring.console_port;
    for line in [
        format!("Baud rate: {}", port.speed),
        format!("Data bits: {}", port.data_bits),
        format!("Stop bits: {}", port.stop_bits),
        format!("Parity: {}", parity(port.parity)),
        "There is no serial port: these settings are kept and shown only".to_owned(),
    ] {
        desk.tell(line)?;
    }
    Ok(())
}

/// In a word.
pub(super) const fn parity(parity: char) -> &'static str {
    match parity {
        'E' => "even",
        'O' => "odd",
        _ => "none",
    }
}
