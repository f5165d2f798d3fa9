//! The appliance behind the host ports.

use super::unknown::Unknown;
use crate::configuration::Configuration;
use crate::failure::Failure;
use crate::server::Host;

/// What is said of an appliance that is not a development appliance.
const NO_LMKS: &str = "an appliance without --dev has no LMKs loaded: load one at the console, \
                       or use `strongroom serve --dev` for test LMKs";

/// What `serve` needs to know of an appliance.
#[derive(Debug)]
pub(super) struct Appliance<H> {
    /// Answers its host commands.
    pub(super) host: H,
    /// Identifiers of its LMKs; each has a port.
    pub(super) lmks: Vec<u8>,
    /// Lines that are printed before those of the listeners.
    pub(super) notices: Vec<String>,
}

/// Makes the appliance that the configuration asks for.
pub(super) fn load(configuration: &Configuration) -> Result<Appliance<impl Host + use<>>, Failure> {
    let Configuration { dev, state, seed, header_length, unknown_command, .. } = configuration;
    for (option, given) in
        [("--dev", *dev), ("--state", state.is_some()), ("--seed", seed.is_some())]
    {
        if given {
            return Err(Failure::usage(format_args!(
                "this build has no appliance to which {option} applies; leave it out"
            )));
        }
    }
    Ok(Appliance {
        host: Unknown { header_length: (*header_length).into(), unknown_command: *unknown_command },
        lmks: Vec::new(),
        notices: vec![NO_LMKS.to_owned()],
    })
}
