//! `LICENCE` View the licence; the provider may change it.

use appliance::Licence;

use crate::{Command, Desk, Outcome, Party, Stop};

pub(super) const COMMAND: Command = Command::new(
    "LICENCE",
    "View the licence; with its name, such as LMK2_CPS250, the provider takes another",
    run,
)
.for_provider();

/// Whoever is connected to a host port stays so.
fn run(desk: &mut Desk<'_>) -> Outcome {
    if let Some(name) = desk.arguments().first().cloned() {
        if desk.party() != Party::Provider {
            return Stop::no("Command only allowed for the provider of this appliance");
        }
        let named: Licence = name.parse().or_else(|fault| Stop::no(format!("{fault}")))?;
        let packages = desk.state().licence.packages;
        let licence = Licence { packages, ..named };
        let taken = desk.appliance().license(licence).or_else(|fault| Stop::no(fault.to_string()))?;
        taken.or_else(|fault| Stop::no(fault.to_string()))?;
    }
    show(desk)
}

/// Shows the licence, line by line.
pub(super) fn show(desk: &mut Desk<'_>) -> Outcome {
    let Licence { lmks, calls_per_second, packages } = desk.state().licence;
    desk.tell(format!("Licence: LMKx{lmks}"))?;
    let calls = calls_per_second.map_or_else(|| "not limited".to_owned(), |it| it.to_string());
    desk.tell(format!("Performance (calls per second): {calls}"))?;
    desk.tell("Packages:")?;
    packages.words().try_for_each(|word| desk.tell(format!("  {word}")))
}
