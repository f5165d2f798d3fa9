//! `CP` Configure the printer.

use std::sync::mpsc::sync_channel;

use appliance::printer::{LineEnd, PrinterSettings};
use appliance::{Action, Document};

use super::cs::{kept, yes};
use super::qp::show;
use crate::answers::Yes;
use crate::{Command, Desk, Outcome, Stop};

pub(super) const COMMAND: Command =
    Command::new("CP", "Configure the printer, and print a test page", run).offline().audited();

/// Which printer it is stands in the configuration of the installation, and not here. Order and ranges of the questions are
/// those of a recorded conversation; the state of the device that it needs is inferred, and so is that the delay is one
/// between documents.
fn run(desk: &mut Desk<'_>) -> Outcome {
    let before = desk.state().printing.printer;
    let reversed = desk.appliance().printer().line_end() == LineEnd::CrLf;
    let shown = if reversed { "Y" } else { "N" };
    let typed = kept(desk, &format!("Reverse the <LF><CR> order? [Y/N] ({shown}): "), yes)?;
    let reversed = typed.or(before.reversed);
    desk.tell("The printer itself is said by the configuration of the installation (--printer)")?;
    let within = |least: u32, most: u32| {
        move |text: &str| text.parse().ok().filter(|number| (least..=most).contains(number))
    };
    let present = desk.appliance().printer().timeout().as_millis();
    let prompt = format!("Enter timeout [100-86400000 milliseconds] ({present}): ");
    let timeout = kept(desk, &prompt, within(100, 86_400_000))?.or(before.timeout);
    let prompt = format!("Enter delay [0-7200000 milliseconds] ({}): ", before.delay);
    let delay = kept(desk, &prompt, within(0, 7_200_000))?.unwrap_or(before.delay);
    let settings = PrinterSettings { reversed, timeout, delay };
    if settings != before {
        desk.change(|state| state.printing.printer = settings)?;
        desk.did(Action::PrinterSet);
    }
    show(desk)?;
    let Yes(test) = desk.ask_as("Print test page? [Y/N]: ")?;
    if test { print_test_page(desk) } else { Ok(()) }
}

fn print_test_page(desk: &mut Desk<'_>) -> Outcome {
    let printer = desk.appliance().printer();
    let (mut page, end) = (Document::default(), printer.line_end().bytes());
    let serial = format!("HSM Serial Number: {}", desk.fact("Serial number"));
    for line in ["Printer test page", &serial, "0123456789 ABCDEFGHIJKLMNOPQRSTUVWXYZ"] {
        page.push(line.as_bytes());
        page.push(end);
    }
    let (sender, outcome) = sync_channel(1);
    printer.print(page, move |outcome| {
        // Whoever waits is there until it is told.
        let _ = sender.send(outcome);
    });
    desk.did(Action::TestPage);
    match outcome.recv() {
        Ok(Ok(())) => desk.tell("Test page printed"),
        _ => Stop::no("Printer not ready"),
    }
}
