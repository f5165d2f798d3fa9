//! `DT` Diagnostic tests.

mod known;

use appliance::{Action, Fault};

use crate::{Command, Desk, Outcome, Stop};

pub(super) const COMMAND: Command =
    Command::new("DT", "Run the self tests: all, or those that are named; verbose tells more", run)
        .for_provider();

/// Each test computes published answers; the last two look at the appliance itself.
fn run(desk: &mut Desk<'_>) -> Outcome {
    let arguments: Vec<_> =
        desk.arguments().iter().map(|argument| argument.to_ascii_uppercase()).collect();
    let is_verbose = arguments.iter().any(|argument| argument == "VERBOSE");
    let named: Vec<_> = arguments.into_iter().filter(|argument| argument != "VERBOSE").collect();
    if let Some(unknown) = named.iter().find(|name| !known::TESTS.iter().any(|it| it.name == *name)) {
        return Stop::no(format!("Unknown test {unknown}"));
    }
    let mut well = true;
    for (at, test) in (0..).zip(known::TESTS) {
        if !named.is_empty() && !named.iter().any(|name| name == test.name) {
            continue;
        }
        let passed = (test.run)(desk);
        well &= passed;
        if !passed {
            desk.appliance().fault(Fault::SelfTest, at);
        }
        let detail = if is_verbose { format!("  {}", test.source) } else { String::new() };
        desk.tell(format!("{:<10} {}{detail}", test.name, if passed { "OK" } else { "FAILED" }))?;
    }
    let event = if well { Action::SelfTest.done() } else { Action::SelfTest.failed() };
    desk.appliance().audit_if(|options| options.self_tests, event);
    desk.did(Action::Diagnostics);
    if !well {
        return Stop::no("Diagnostics failed");
    }
    desk.tell("Diagnostics complete")
}
