//! `CONFIGPB` Enable and disable PIN block formats.

use appliance::{Action, Mode, Settings};

use crate::{Command, Desk, Echo, Outcome};

pub(super) const COMMAND: Command = Command::new(
    "CONFIGPB",
    "View which PIN block formats are enabled; in secure state, change it",
    run,
)
.audited();

fn run(desk: &mut Desk<'_>) -> Outcome {
    let known = Settings::default().pin_block_formats;
    loop {
        let enabled = desk.state().settings.pin_block_formats.clone();
        desk.tell("List of enabled PIN block formats:")?;
        desk.tell(enabled.join(" "))?;
        if desk.state().mode() != Mode::Secure {
            return Ok(());
        }
        let typed =
            desk.text("Enter + or - followed by PIN block format or Q to Quit: ", Echo::Plain)?;
        let typed = typed.trim();
        if typed.eq_ignore_ascii_case("q") {
            return Ok(());
        }
        let (enable, format) = match typed.split_at_checked(1) {
            Some(("+", format)) => (true, format),
            Some(("-", format)) => (false, format),
            _ => (false, ""),
        };
        if !known.iter().any(|own| own == format) {
            desk.refuse("Invalid entry")?;
            continue;
        }
        desk.change(|state| {
            let formats = &mut state.settings.pin_block_formats;
            formats.retain(|own| own != format);
            if enable {
                formats.push(format.to_owned());
                formats.sort();
            }
        })?;
        desk.did(Action::PinBlockFormats);
    }
}
