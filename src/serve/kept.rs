//! The state that an appliance has kept since its last start.

use std::path::Path;
use std::sync::Arc;

use appliance::{Authorisations, Erased, Folders, Found, Mode, Release, State, Store};

use super::appliance::state;
use crate::configuration::Configuration;
use crate::failure::Failure;

/// Where an appliance begins.
pub(super) struct Beginning {
    /// The state to start in.
    pub(super) state: State,
    /// Where it is kept; nowhere if the configuration names no folder.
    pub(super) store: Option<Store>,
    /// What is to be told of a release that was carried out before.
    pub(super) notices: Vec<String>,
}

/// Finds the state to start in. A release that was begun is carried out before: then the appliance is as delivered. None
/// where it has a pool, which settles the release.
pub(super) fn found(
    configuration: &Configuration,
    is_supervised: bool,
) -> Result<Option<Beginning>, Failure> {
    let Configuration { dev, state: ref folder, ref root_key, .. } = *configuration;
    let mut notices = Vec::new();
    let Some(folder) = folder else {
        let preset = if dev { State::development() } else { State::default() };
        return Ok(Some(Beginning { state: state(configuration, preset)?, store: None, notices }));
    };
    let root_key = root_key.clone().unwrap_or_else(|| Folders::beside(folder));
    let folders = Folders { state: folder.clone(), root_key };
    loop {
        let found = Store::open(&folders, configuration.serial_number).map_err(Failure::usage)?;
        let (state, store) = match found {
            Found::Nothing(store) => {
                let preset = if dev { State::development() } else { State::factory() };
                (state(configuration, preset)?, store)
            }
            Found::State(state, store) => (again(configuration, folder, *state)?, store),
            Found::Release(_) if is_supervised => return Ok(None),
            Found::Release(release) => {
                notices.extend(settled(folder, release)?);
                continue;
            }
        };
        return Ok(Some(Beginning { state, store: Some(store), notices }));
    }
}

/// What is said of a state on disk.
pub(super) fn notice(store: &Store, state: &State) -> String {
    let mode = match state.mode() {
        Mode::Online => "online",
        Mode::Offline => "offline, so hosts are not served; turn the keys at the console",
        Mode::Secure => "in secure state, so hosts are not served; turn the keys at the console",
    };
    format!("state {}: start {}, {mode}", store.folder().display(), state.health.restarts + 1)
}

/// The state that was kept, as the machine has it now.
fn again(configuration: &Configuration, folder: &Path, kept: State) -> Result<State, Failure> {
    if kept.is_development != configuration.dev {
        let what = if kept.is_development {
            "is that of a development appliance, with test keys that everybody knows: add --dev"
        } else {
            "is not that of a development appliance: leave out --dev, which authorises everything"
        };
        return Err(Failure::usage(format_args!("{}: the state {what}", folder.display())));
    }
    if configuration.says_state() {
        tracing::warn!(
            "{}: the state is kept from before, so [settings], `lmk` and `authorised` of the configuration do not count",
            folder.display()
        );
    }
    let (loaded, licensed) = (kept.lmks.count(), configuration.licence.lmks);
    if loaded > licensed.into() {
        return Err(Failure::usage(format_args!(
            "{}: {loaded} LMKs are loaded, and the licence is for {licensed}; start with one for as many, and erase LMKs \
             at the console first",
            folder.display()
        )));
    }
    let authorised = if configuration.dev { Authorisations::everything() } else { kept.authorised };
    let host_ports = Arc::new(configuration.host_ports(&kept.host_ports)?);
    Ok(State { authorised, host_ports, licence: configuration.licence, ..kept })
}

/// Settles a release that is carried out; tells what was erased.
fn settled(folder: &Path, release: Release) -> Result<Vec<String>, Failure> {
    let classes = release.erased().iter().filter(|erased| erased.count > 0);
    let classes = classes.map(|Erased { class, count, .. }| format!("{class} {count}"));
    let classes: Vec<_> = classes.collect();
    let place = folder.display();
    let mut notices = vec![format!(
        "released by {}: everything of the tenant in {place} is erased, and this start is that of an appliance as delivered",
        release.by()
    )];
    if !classes.is_empty() {
        notices.push(format!("erased {}", classes.join(", ")));
    }
    release.settle().map_err(|error| {
        Failure::usage(format_args!(
            "{place}: {error}; all of the tenant is erased, but the order cannot be removed"
        ))
    })?;
    Ok(notices)
}
