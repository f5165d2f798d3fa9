//! The state that an appliance has kept since its last start.

use std::path::Path;
use std::sync::Arc;

use appliance::{Authorisations, Folders, Found, Mode, Release, State, Store};

use super::appliance::state;
use crate::configuration::Configuration;
use crate::failure::Failure;

/// The state to start in, and where it is kept; nowhere if the configuration names no folder. None where the appliance was
/// released and has a pool, which is to settle that.
pub(super) fn found(
    configuration: &Configuration,
    is_supervised: bool,
) -> Result<Option<(State, Option<Store>)>, Failure> {
    let Configuration { dev, state: ref folder, ref root_key, .. } = *configuration;
    let Some(folder) = folder else {
        let preset = if dev { State::development() } else { State::default() };
        return Ok(Some((state(configuration, preset)?, None)));
    };
    let root_key = root_key.clone().unwrap_or_else(|| Folders::beside(folder));
    let folders = Folders { state: folder.clone(), root_key };
    match Store::open(&folders, configuration.serial_number).map_err(Failure::usage)? {
        Found::Nothing(store) => {
            let preset = if dev { State::development() } else { State::factory() };
            Ok(Some((state(configuration, preset)?, Some(store))))
        }
        Found::State(state, store) => {
            let state = again(configuration, folder, *state)?;
            Ok(Some((state, Some(store))))
        }
        Found::Release(_) if is_supervised => Ok(None),
        Found::Release(release) => Err(released(folder, release)),
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

/// That a release was carried out, which is the end of this start.
fn released(folder: &Path, release: Release) -> Failure {
    for erased in release.erased() {
        tracing::info!(class = erased.class, count = erased.count, method = ?erased.method, "erased");
    }
    let place = folder.display();
    match release.settle() {
        Ok(()) => Failure::usage(format_args!(
            "{place}: a release had been begun, and is carried out now: all of the tenant is erased; the next start is \
             that of an appliance as delivered"
        )),
        Err(error) => Failure::usage(format_args!(
            "{place}: {error}; the release is carried out, but not settled"
        )),
    }
}
