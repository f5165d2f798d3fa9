//! `strongroom console`: a place at the admin console of a running appliance.

mod keyboard;

use std::fs;
use std::io::{self, BufRead as _, BufReader, IsTerminal as _, Read};
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::process::ExitCode;

use console::{Folder, Party, Script, Stop, attend};
use zeroize::Zeroizing;

use self::keyboard::Keyboard;
use crate::configuration::{Configuration, Given};
use crate::failure::Failure;
use crate::serve::console::{socket_in, socket_of_port};

/// Sit at the admin console of a running appliance
///
/// Officers type console commands; GETCMDS -l lists them. Commands and answers come from the keyboard, or one a line
/// from a script or from standard input. In a script a refused answer ends its command, and the exit status is 1.
/// Smart cards are files in a folder of their holder; they do not become part of the appliance.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  strongroom console --cards my-cards")]
pub(crate) struct Arguments {
    /// Who sits there: tenant or provider
    #[arg(long = "as", value_name = "PARTY", default_value = "tenant")]
    party: Seated,

    /// Read commands and answers from a file; lines that begin with # are comments
    #[arg(long, value_name = "FILE")]
    script: Option<PathBuf>,

    /// Folder of the smart cards
    #[arg(long, value_name = "DIR", default_value = "cards")]
    cards: PathBuf,

    /// Socket of the appliance, as `serve` prints it [default: by --state or --config, else of the
    /// development appliance on port 1500]
    #[arg(long, value_name = "PATH")]
    socket: Option<PathBuf>,

    /// Folder in which the appliance keeps its state
    #[arg(long, value_name = "DIR")]
    state: Option<PathBuf>,

    /// Configuration file of the appliance
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

/// Who sits there.
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum Seated {
    Tenant,
    Provider,
}

/// Holds the conversation.
pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode, Failure> {
    let party = match arguments.party {
        Seated::Tenant => Party::Tenant,
        Seated::Provider => Party::Provider,
    };
    let drawer = Folder(arguments.cards.clone());
    let input: Option<Box<dyn Read>> = match &arguments.script {
        Some(path) => {
            let file = fs::File::open(path).map_err(|error| {
                Failure::usage(format_args!("{} cannot be read: {error}", path.display()))
            })?;
            Some(Box::new(file))
        }
        None if io::stdin().is_terminal() => None,
        None => Some(Box::new(io::stdin())),
    };
    let path = socket(arguments)?;
    let mut stream = UnixStream::connect(&path).map_err(|error| {
        Failure::usage(format_args!(
            "no appliance at {}: {error}; start `strongroom serve --dev`, or say --socket PATH as `serve` prints it",
            path.display()
        ))
    })?;
    let ended = if let Some(input) = input {
        let lines = BufReader::new(input).lines().map_while(Result::ok).map(Zeroizing::new);
        attend(&mut stream, &mut Script { lines, out: io::stdout(), drawer }, party)
    } else {
        let mut keyboard = Keyboard::new(drawer).map_err(Failure::usage)?;
        // At the keyboard a refused answer is no failure: the officer has seen it.
        attend(&mut stream, &mut keyboard, party).map(|_| true)
    };
    match ended {
        Ok(true) => Ok(ExitCode::SUCCESS),
        Ok(false) => Ok(ExitCode::from(1)),
        Err(Stop::Refused(text)) => Err(Failure::answer(text)),
        Err(_) => Err(Failure::usage("the appliance has gone")),
    }
}

/// Where the appliance is.
fn socket(arguments: &Arguments) -> Result<PathBuf, Failure> {
    if let Some(socket) = &arguments.socket {
        return Ok(socket.clone());
    }
    if let Some(state) = &arguments.state {
        return Ok(socket_in(state));
    }
    let configuration = Configuration::new(arguments.config.as_ref(), Given::default())?;
    Ok(match configuration.state {
        Some(state) => socket_in(&state),
        None => socket_of_port(configuration.server.listen.port()),
    })
}
