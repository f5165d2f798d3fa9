//! `strongroom console`: a place at the admin console of a running appliance.

mod files;
mod keyboard;

use std::fs;
use std::io::{self, BufRead as _, BufReader, IsTerminal as _, Read};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use console::{COMMANDS, Credential, Drawer, Folder, Party, Script, Stop, attend};
use zeroize::Zeroizing;

use self::files::Files;
use self::keyboard::Keyboard;
use crate::configuration::{Configuration, Given};
use crate::failure::Failure;
use crate::pool;
use crate::serve::console::{socket_in, socket_of_port};

/// Sit at the admin console of a running appliance, or at that of the provider of a pool
///
/// Officers type console commands; GETCMDS -l lists them. Commands and answers come from the keyboard, or one a line
/// from a script or from standard input. In a script a refused answer ends its command, and the exit status is 1.
/// Smart cards are files in a folder of their holder; they do not become part of the appliance. The provider's console
/// of a pool has commands of its own; HELP lists them.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  strongroom console --cards my-cards\n  echo POOL | strongroom console --as provider --pool pool"
)]
pub(crate) struct Arguments {
    /// Who sits there: tenant or provider, who has a door of his own
    #[arg(long = "as", value_name = "PARTY", default_value = "tenant")]
    party: Seated,

    /// Read commands and answers from a file; lines that begin with # are comments
    #[arg(long, value_name = "FILE")]
    script: Option<PathBuf>,

    /// Folder of the smart cards
    #[arg(long, value_name = "DIR", default_value = "cards")]
    cards: PathBuf,

    /// Socket of the appliance, as `serve` prints it; the provider's is `provider` beside it [default: by
    /// --state or --config, else of the development appliance on port 1500]
    #[arg(long, value_name = "PATH")]
    socket: Option<PathBuf>,

    /// File of the credential that opens the door [default: beside the socket, with `.token` behind
    /// its name; of a pool, its token]
    #[arg(long, value_name = "FILE")]
    token: Option<PathBuf>,

    /// Folder in which the appliance keeps its state
    #[arg(long, value_name = "DIR")]
    state: Option<PathBuf>,

    /// Folder of a pool, at the console of whose provider to sit; files of evidence are in this folder
    #[arg(long, value_name = "DIR", conflicts_with_all = ["socket", "state", "config"])]
    pool: Option<PathBuf>,

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

impl Seated {
    fn party(self) -> Party {
        match self {
            Self::Tenant => Party::Tenant,
            Self::Provider => Party::Provider,
        }
    }
}

/// Holds the conversation.
pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode, Failure> {
    let party = arguments.party.party();
    if arguments.pool.is_some() && party == Party::Tenant {
        return Err(Failure::usage(
            "a pool has the console of its provider alone: add --as provider",
        ));
    }
    let (drawer, commands): (Box<dyn Drawer>, _) = if arguments.pool.is_some() {
        (Box::new(Files), pool::verbs())
    } else {
        let names = COMMANDS.iter().map(|command| command.name);
        (Box::new(Folder(arguments.cards.clone())), names.collect())
    };
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
    let credential = credential(arguments, &path)?;
    let mut stream = UnixStream::connect(&path).map_err(|error| {
        Failure::usage(format_args!(
            "no {} at {}: {error}; {}",
            if arguments.pool.is_some() { "pool" } else { "appliance" },
            path.display(),
            if arguments.pool.is_some() {
                "start `strongroom pool --dir DIR`"
            } else {
                "start `strongroom serve --dev`, or say --socket PATH as `serve` prints it"
            }
        ))
    })?;
    let ended = if let Some(input) = input {
        let lines = BufReader::new(input).lines().map_while(Result::ok).map(Zeroizing::new);
        attend(
            &mut stream,
            &mut Script { lines, out: io::stdout(), drawer },
            party,
            credential.as_ref(),
        )
    } else {
        let mut keyboard = Keyboard::new(drawer, commands).map_err(Failure::usage)?;
        // At the keyboard a refused answer is no failure: the officer has seen it.
        attend(&mut stream, &mut keyboard, party, credential.as_ref()).map(|_| true)
    };
    match ended {
        Ok(true) => Ok(ExitCode::SUCCESS),
        Ok(false) => Ok(ExitCode::from(1)),
        Err(Stop::Refused(text)) => Err(Failure::answer(text)),
        Err(_) => Err(Failure::usage("the appliance has gone")),
    }
}

/// What opens the door, if it can be read; if not, the appliance says so.
fn credential(arguments: &Arguments, socket: &Path) -> Result<Option<Credential>, Failure> {
    let Some(path) = &arguments.token else {
        let path = match &arguments.pool {
            Some(pool) => pool::token_in(pool),
            None => Credential::beside(socket),
        };
        return Ok(Credential::read(&path).ok());
    };
    let read = Credential::read(path).map_err(|error| {
        Failure::usage(format_args!("{} cannot be read: {error}", path.display()))
    });
    read.map(Some)
}

/// Where the appliance is.
fn socket(arguments: &Arguments) -> Result<PathBuf, Failure> {
    let party = arguments.party.party();
    if let Some(socket) = &arguments.socket {
        return Ok(socket.clone());
    }
    if let Some(pool) = &arguments.pool {
        return Ok(pool::socket_in(pool));
    }
    if let Some(state) = &arguments.state {
        return Ok(socket_in(state, party));
    }
    let configuration = Configuration::new(arguments.config.as_ref(), Given::default())?;
    Ok(match configuration.state {
        Some(state) => socket_in(&state, party),
        None => socket_of_port(configuration.server.listen.port(), party),
    })
}
