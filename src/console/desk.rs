//! Where an officer sits: a terminal, a card reader, and the appliance behind them.

mod audit;
mod cards;
mod keys;
mod work;

use std::collections::BTreeMap;
use std::sync::Arc;

use appliance::{Appliance, Category, Interface, Mode, State};
use zeroize::Zeroizing;

pub(crate) use cards::digest;
pub(crate) use keys::{Destination, Form, ZMK_COMPONENT};

use crate::{Answer, COMMANDS, Command, Echo, Outcome, Party, States, Stop, Terminal};

/// Who sits where, and what is known of the device beside its state.
#[derive(Clone, Debug, Default)]
pub struct Seat {
    /// Who.
    pub party: Party,
    /// Facts about the installation by name, such as `Serial number`, for the screens that show them.
    pub facts: BTreeMap<&'static str, String>,
}

/// Where an officer sits.
pub struct Desk<'t> {
    terminal: &'t mut dyn Terminal,
    appliance: &'t Appliance,
    seat: Seat,
    arguments: Vec<String>,
}

impl<'t> Desk<'t> {
    /// A place at an appliance.
    pub fn new(terminal: &'t mut dyn Terminal, appliance: &'t Appliance, seat: Seat) -> Self {
        Self { terminal, appliance, seat, arguments: Vec::new() }
    }

    /// Runs commands until the input ends. True if all went well.
    pub fn serve(&mut self) -> bool {
        let mut well = true;
        loop {
            let prompt = self.prompt();
            let line = match self.terminal.read(&prompt, Echo::Plain) {
                Ok(line) => line,
                Err(Stop::Aborted) => continue,
                Err(_) => return well,
            };
            let outcome = self.enter(&line);
            crypto::wipe_stack();
            // It is nobody's any more.
            let is_over = self.appliance.is_released();
            let told = match outcome {
                Ok(()) => Ok(()),
                Err(Stop::Aborted) => self.tell("Aborted"),
                Err(Stop::Ended) => return false,
                Err(Stop::Refused(text)) => {
                    well = false;
                    self.tell(text)
                }
            };
            if told.is_err() {
                return false;
            }
            if is_over {
                return well;
            }
        }
    }

    /// Runs the command of one line.
    fn enter(&mut self, line: &str) -> Outcome {
        let mut words = line.split_whitespace();
        let Some(name) = words.next() else { return Ok(()) };
        let name = name.to_uppercase();
        let found = COMMANDS.iter().find(|command| command.name == name);
        let Some(command) = found.copied() else {
            return Stop::no(format!("Unknown command {name}; GETCMDS lists all"));
        };
        self.arguments = words.map(str::to_owned).collect();
        tracing::info!(command = command.name, "console command");
        let outcome = self.allowed(command).and_then(|()| (command.run)(self));
        self.audit(&command, &outcome);
        outcome
    }

    /// Shows one line.
    pub fn tell(&mut self, text: impl AsRef<str>) -> Outcome {
        self.terminal.line(text.as_ref().trim_end())
    }

    /// Asks until the answer is right; where nobody answers again, a wrong one is the end.
    pub fn ask<A: Answer>(&mut self) -> Outcome<A> {
        self.ask_as(A::PROMPT)
    }

    /// Asks in other words.
    pub fn ask_as<A: Answer>(&mut self, prompt: &str) -> Outcome<A> {
        if let Some(why) = A::impossible(self) {
            return Stop::no(why);
        }
        let echo = match A::SECRET {
            true if A::ECHOES && self.state().settings.echo => Echo::Shown,
            true => Echo::Hidden,
            false => Echo::Plain,
        };
        loop {
            let typed = self.terminal.read(prompt, echo)?;
            match A::parse(typed.trim(), self) {
                Ok(answer) => return Ok(answer),
                Err(refusal) if self.terminal.is_patient() => self.tell(refusal)?,
                Err(refusal) => return Stop::no(refusal),
            }
        }
    }

    /// Reads a line as it is.
    pub fn text(&mut self, prompt: &str, echo: Echo) -> Outcome<Zeroizing<String>> {
        self.terminal.read(prompt, echo)
    }

    /// What stands behind the name of the command.
    pub fn arguments(&self) -> &[String] {
        &self.arguments
    }

    /// Who sits here.
    pub fn party(&self) -> Party {
        self.seat.party
    }

    /// The appliance.
    pub fn appliance(&self) -> &'t Appliance {
        self.appliance
    }

    /// The state of the appliance as it is now.
    pub fn state(&self) -> Arc<State> {
        self.appliance.state()
    }

    /// Changes the state of the appliance. What it cannot keep, it does not change, and the officer is told so.
    pub fn change<T>(&self, change: impl FnOnce(&mut State) -> T) -> Outcome<T> {
        self.appliance.change(change).or_else(|fault| Stop::no(fault.to_string()))
    }

    /// A fact about the installation.
    pub fn fact(&self, name: &str) -> &str {
        self.seat.facts.get(name).map_or("not known", String::as_str)
    }

    /// What the appliance shows before a command.
    fn prompt(&self) -> String {
        if self.seat.party == Party::Provider {
            return "Provider> ".to_owned();
        }
        let state = self.state();
        let mode = mode_word(state.mode());
        let is_authorised =
            state.lmks.iter().any(|(id, _)| state.authorised.grants(id).count() > 0);
        format!("{mode}{}> ", if is_authorised { "-AUTH" } else { "" })
    }

    /// Whether party, state and authorisation allow a command.
    fn allowed(&self, command: Command) -> Outcome {
        if self.seat.party == Party::Provider && !command.for_provider {
            return Stop::no("Command only allowed for the tenant of this appliance");
        }
        let state = self.state();
        if state.settings.disabled_console_commands.iter().any(|name| name == command.name) {
            return Stop::no("Command disabled");
        }
        let mode = state.mode();
        let in_state = match command.states {
            States::Any => true,
            States::OfflineOrSecure => mode != Mode::Online,
            States::Secure => mode == Mode::Secure,
        };
        let lmk = state.management_lmk;
        let is_authorised = command.activity.is_none_or(|category| {
            state.authorised.allows(lmk, category, "console", Interface::Console)
        });
        match (in_state, is_authorised, command.states, command.activity) {
            (true, true, ..) => Ok(()),
            (_, _, States::Secure, Some(_)) => {
                Stop::no("Command only allowed from Secure-Authorized")
            }
            (false, _, States::Secure, _) => Stop::no("Command only allowed from Secure"),
            (false, ..) => Stop::no("Command only allowed from Offline or Secure"),
            (true, false, ..) => Stop::no("Command only allowed from Authorized"),
        }
    }

    /// Asks for an activity under an LMK.
    pub fn authorised(&self, lmk: vault::LmkId, category: Category, sub: &str) -> Outcome {
        if self.state().authorised.allows(lmk, category, sub, Interface::Console) {
            Ok(())
        } else {
            Stop::no("Command only allowed from Authorized")
        }
    }
}

/// The state in a word.
pub(crate) const fn mode_word(mode: Mode) -> &'static str {
    match mode {
        Mode::Online => "Online",
        Mode::Offline => "Offline",
        Mode::Secure => "Secure",
    }
}
