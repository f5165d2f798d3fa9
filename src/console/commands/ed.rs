//! `ED` Encrypt a decimalisation table.

use appliance::Category;
use crypto::pin::verification::DecimalisationTable;

use crate::answers::{Digits, Loaded};
use crate::screens::grouped;
use crate::{Command, Desk, Outcome, Stop};

pub(super) const COMMAND: Command =
    Command::new("ED", "Encrypt a decimalisation table under an LMK", run);

fn run(desk: &mut Desk<'_>) -> Outcome {
    let Loaded(lmk) = desk.ask()?;
    desk.authorised(lmk, Category::Misc, "console")?;
    loop {
        let Digits::<16, 10>(digits) = desk.ask_as("Enter decimalization table: ")?;
        let state = desk.state();
        let Ok(table) = DecimalisationTable::parse(digits.as_bytes()) else {
            return Stop::no("Invalid decimalisation table");
        };
        if state.settings.decimalisation_table_checks && !table.is_diverse() {
            desk.refuse("Decimalization table invalid: 8 different digits, none more than 4 times")?;
            continue;
        }
        let Some(own) = state.lmks.get(lmk) else { return Stop::no("Invalid LMK identifier") };
        let sealed = own.seal_decimalisation_table(&table);
        return desk.tell(format!("Encrypted decimalization table: {}", grouped(sealed.as_bytes())));
    }
}
