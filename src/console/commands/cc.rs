//! `CC` Configure the serial port of the console.

use appliance::Action;

use super::cs::kept;
use super::qc::parity;
use crate::{Command, Desk, Outcome};

pub(super) const COMMAND: Command =
    Command::new("CC", "Configure the serial console port", run).secure().audited();

/// Speeds that such a port has.
const SPEEDS: [u32; 8] = [1200, 2400, 4800, 9600, 19_200, 38_400, 57_600, 115_200];

/// A device of an older kind has such a port; order and words of the questions are inferred.
fn run(desk: &mut Desk<'_>) -> Outcome {
    let mut port = desk.state().monitoring.console_port;
    let one_of = |values: [u8; 2]| {
        move |text: &str| text.parse().ok().filter(|number| values.contains(number))
    };
    let speed = kept(desk, &format!("Baud rate [1200-115200] ({}): ", port.speed), |text| {
        text.parse().ok().filter(|speed| SPEEDS.contains(speed))
    })?;
    let data_bits = kept(desk, &format!("Data bits [7/8] ({}): ", port.data_bits), one_of([7, 8]))?;
    let stop_bits = kept(desk, &format!("Stop bits [1/2] ({}): ", port.stop_bits), one_of([1, 2]))?;
    let asked = format!("Parity [N/E/O] ({}): ", parity(port.parity));
    let parity = kept(desk, &asked, |text| match text.to_ascii_uppercase().as_str() {
        "N" => Some('N'),
        "E" => Some('E'),
        "O" => Some('O'),
        _ => None,
    })?;
    port.speed = speed.unwrap_or(port.speed);
    port.data_bits = data_bits.unwrap_or(port.data_bits);
    port.stop_bits = stop_bits.unwrap_or(port.stop_bits);
    port.parity = parity.unwrap_or(port.parity);
    desk.change(|state| state.monitoring.console_port = port)?;
    desk.did(Action::Miscellaneous);
    desk.tell("Console port configured")
}
