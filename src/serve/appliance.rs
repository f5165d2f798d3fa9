//! The appliance behind the host ports.

use std::collections::BTreeMap;
use std::sync::Arc;

use appliance::{
    Authorisations, Category, KeyChange, Licence, LmkTable, Logs, Opened, Printer, Randomness,
    State,
};
use host_commands::Host;
use vault::{Lmk, LmkId, LmkKind};

use super::kept;
use crate::configuration::{Configuration, GivenKey, GivenLmk};
use crate::failure::Failure;

/// What is said of an appliance without LMKs.
const NO_LMKS: &str = "no LMK is loaded, so commands with keys answer 13: name test LMKs in the \
                       configuration, or use `strongroom serve --dev`";

/// What is said where an LMK stands in the configuration with its digits.
const WRITTEN_OUT: &str = "an LMK is read from the configuration: whoever reads that file has it, \
                           so write no LMK there that protects real keys";

/// What is said of a development appliance without a printer.
const NO_PRINTER: &str = "no printer, so printing commands answer 16: --printer FOLDER prints into text files, \
                          --printer HOST:PORT on a raw TCP printer";

/// What `serve` needs to know of an appliance.
#[derive(Debug)]
pub(super) struct Appliance {
    /// Answers its host commands.
    pub(super) host: Host,
    /// Identifiers of its LMKs; each has a port.
    pub(super) lmks: Vec<u8>,
    /// Lines that are printed before those of the listeners.
    pub(super) notices: Vec<String>,
}

/// Makes the appliance that the configuration asks for; none where one was released, and its pool is to settle that.
pub(super) fn load(
    configuration: &Configuration,
    is_supervised: bool,
) -> Result<Option<Appliance>, Failure> {
    let Some(kept::Beginning { state, store, mut notices }) =
        kept::found(configuration, is_supervised)?
    else {
        return Ok(None);
    };
    let lmks: Vec<_> = state.lmks.iter().map(|(id, _)| id.0).collect();
    if configuration.dev {
        notices.extend(development(&state, store.is_some()));
    }
    notices.extend(store.as_ref().map(|store| kept::notice(store, &state)));
    if lmks.is_empty() {
        notices.push(NO_LMKS.to_owned());
    }
    let changes: Vec<_> = state.lmks.key_changes().map(key_change).collect();
    if !changes.is_empty() {
        notices.push(format!("key change storage {}", changes.join(", ")));
    }
    let given = |lmk: &GivenLmk| {
        [Some(&lmk.name), lmk.old.as_ref(), lmk.new.as_ref()]
            .into_iter()
            .flatten()
            .any(GivenKey::is_written_out)
    };
    if configuration.lmks.iter().any(given) {
        notices.push(WRITTEN_OUT.to_owned());
    }
    if state.licence != Licence::default() {
        notices.push(licensed(&state.licence));
    }
    let randomness = match configuration.seed {
        Some(seed) => {
            notices.push(format!("seed {seed}: random keys and fills are repeatable"));
            Randomness::from_seed(seed)
        }
        None => Randomness::from_system().map_err(Failure::usage)?,
    };
    let mut appliance = appliance::Appliance::new(state, randomness)
        .with_serial_number(configuration.serial_number);
    if let Some(store) = store {
        let end = appliance.state().audit_end;
        let logs = Logs::open(store.folder(), &store.data_key(), end).map_err(|error| {
            Failure::usage(format_args!("{}: the logs: {error}", store.folder().display()))
        })?;
        notices.extend(logs_notice(logs.opened()));
        appliance = appliance.with_store(store).map_err(Failure::usage)?.with_logs(logs);
    }
    let appliance = Arc::new(appliance.with_printer(printer(configuration, &mut notices)));
    appliance.keep_logs().map_err(Failure::usage)?;
    let header_length = appliance.state().host_ports.header_length;
    let host = Host::new(appliance, header_length, configuration.unknown_command);
    Ok(Some(Appliance { host, lmks, notices }))
}

/// What is said of the audit log.
fn logs_notice(opened: &Opened) -> Vec<String> {
    let mut notices = vec![format!("audit log: {} records", opened.records)];
    if opened.torn > 0 {
        notices.push("audit log: a half-written record was cut off".to_owned());
    }
    notices.extend(opened.cut.map(|cut| format!("audit log: {cut}")));
    notices.extend(opened.damage.map(|damage| {
        format!("audit log: {damage}; what could not be read is set aside in audit/*.damaged")
    }));
    notices
}

/// What the console shows of the installation.
pub(super) fn facts(configuration: &Configuration, port: u16) -> BTreeMap<&'static str, String> {
    let server = &configuration.server;
    BTreeMap::from([
        ("Serial number", configuration.serial_number.to_string()),
        ("Listen", format!("{}:{port}", server.listen.ip())),
    ])
}

/// The printer; a notice says what is wrong with it.
fn printer(configuration: &Configuration, notices: &mut Vec<String>) -> Printer {
    let Configuration { dev, printer_line_end, printer_timeout, .. } = *configuration;
    let Some(destination) = configuration.printer.clone() else {
        notices.extend(dev.then(|| NO_PRINTER.to_owned()));
        return Printer::none();
    };
    let name = destination.to_string();
    let (printer, ready) = Printer::connect(destination, printer_line_end, printer_timeout);
    notices.push(match ready {
        Ok(()) => format!("printer {name}"),
        Err(error) => {
            format!("printer {name} is not ready: {error}; printing commands answer 16 until it is")
        }
    });
    printer
}

/// The state in which the appliance begins, going out from that of a preset.
pub(super) fn state(configuration: &Configuration, preset: State) -> Result<State, Failure> {
    let mut state = State {
        settings: configuration.settings()?,
        host_ports: Arc::new(configuration.host_ports(&preset.host_ports)?),
        licence: configuration.licence,
        ..preset
    };
    // A development appliance has as many of its LMKs as it may.
    for id in (0..).take(state.lmks.count()).skip(state.licence.lmks.into()) {
        state.lmks.erase(LmkId(id));
    }
    if let [first, ..] = &configuration.lmks[..] {
        state.lmks = LmkTable::default();
        state.default_lmk = LmkId(first.id);
    }
    for lmk in &configuration.lmks {
        load_lmk(&mut state.lmks, lmk)?;
    }
    let (loaded, licence) = (state.lmks.count(), state.licence);
    if loaded > licence.lmks.into() {
        return Err(Failure::usage(format_args!(
            "the licence {licence} is for {} LMKs, and {loaded} are configured: name fewer with [[lmk]], or a larger --licence",
            licence.lmks
        )));
    }
    for activity in &configuration.authorised {
        authorise(&mut state.authorised, activity)?;
    }
    Ok(state)
}

/// Loads an LMK, and what stands in key change storage beside it.
fn load_lmk(table: &mut LmkTable, given: &GivenLmk) -> Result<(), Failure> {
    let GivenLmk { id, name, old, new } = given;
    if !table.load(LmkId(*id), name.lmk(*id)?) {
        return Err(Failure::usage(format_args!("LMK identifier {id} is not 0 to 99")));
    }
    let (change, key) = match (old, new) {
        (None, None) => return Ok(()),
        (Some(old), None) => (KeyChange::Old, old),
        (None, Some(new)) => (KeyChange::New, new),
        (Some(_), Some(_)) => {
            return Err(Failure::usage(format_args!(
                "LMK {id:02}: key change storage holds one LMK, leave out either `old` or `new`"
            )));
        }
    };
    table.load_key_change(LmkId(*id), change, key.lmk(*id)?).map_err(|fault| {
        Failure::usage(format_args!("LMK {id:02}, `{key}` in key change storage: {fault}"))
    })
}

fn authorise(authorised: &mut Authorisations, activity: &str) -> Result<(), Failure> {
    if activity == "*" {
        *authorised = Authorisations::everything();
        return Ok(());
    }
    let mut parts = activity.splitn(3, '.');
    let category = parts.next().and_then(Category::from_word);
    match (category, parts.next()) {
        (Some(category), Some(sub)) => {
            authorised.authorise(category, sub);
            Ok(())
        }
        _ => Err(Failure::usage(format_args!(
            "`{activity}` is no activity of the host: write it as in `export.001`, or `*` for all"
        ))),
    }
}

/// What a licence allows.
fn licensed(licence: &Licence) -> String {
    let calls = licence.calls_per_second.map_or_else(
        || "any number of calls".to_owned(),
        |calls| format!("{calls} calls per second"),
    );
    format!("licence {licence}: {} LMKs, {calls}, packages {}", licence.lmks, licence.packages)
}

/// What is special about a development appliance.
fn development(state: &State, is_kept: bool) -> Vec<String> {
    let place = if is_kept { "state on disk" } else { "state in memory" };
    let lmks: Vec<_> = state.lmks.iter().map(|(id, lmk)| described(id, lmk)).collect();
    vec![
        format!("development appliance: test keys only, {place}, every activity authorised"),
        format!("LMKs {}", lmks.join(", ")),
        format!(
            "settings: PIN length {}, single DES {}, clear PINs {}, decimalisation tables {}",
            state.settings.pin_length.digits(),
            allowed(state.settings.single_des),
            allowed(state.settings.clear_pins),
            match state.settings.decimalisation_tables {
                appliance::DecimalisationTables::Encrypted => "encrypted",
                appliance::DecimalisationTables::Plain => "plain",
            }
        ),
    ]
}

/// Identifier, kind and check value of an LMK.
fn described(LmkId(id): LmkId, lmk: &Lmk) -> String {
    let [a, b, c] = lmk.check_value();
    let kind = match lmk.kind() {
        LmkKind::Variant => "variant",
        LmkKind::KeyBlock => "3DES key block",
        LmkKind::AesKeyBlock => "AES key block",
    };
    format!("{id:02} {kind} {a:02X}{b:02X}{c:02X}")
}

/// The same of an LMK in key change storage.
fn key_change((id, change, lmk): (LmkId, KeyChange, &Lmk)) -> String {
    let side = match change {
        KeyChange::Old => "old",
        KeyChange::New => "new",
    };
    format!("{side} {}", described(id, lmk))
}

fn allowed(yes: bool) -> &'static str {
    if yes { "allowed" } else { "not allowed" }
}
