//! `strongroom manual`: the reference manual, from the definitions.

use std::{
    fs,
    io::{self, Write},
    path::PathBuf,
};

use host_commands::{NAMED, dictionary, find, manual, page};

use crate::failure::Failure;

/// Where the generated manual is kept.
const FILE: &str = "host-commands/MANUAL.md";

/// Print the reference manual, or one page of it
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  strongroom manual CA")]
pub(crate) struct Arguments {
    /// Command code of the page to print, or `console` for the commands of the console, or `lifecycle` for the states of an
    /// appliance and its lease; without it the whole manual is printed
    code: Option<String>,
    /// Tell whether the manual in the repository is current; exit status 1 if it is not
    #[arg(long, conflicts_with_all = ["code", "write", "dictionary"])]
    check: bool,
    /// Write the manual into the repository
    #[arg(long, conflicts_with_all = ["code", "dictionary"])]
    write: bool,
    /// Print a dictionary for fuzzers instead: every command code and fixed field value
    #[arg(long, conflicts_with = "code")]
    dictionary: bool,
    /// The manual in the repository
    #[arg(long, default_value = FILE)]
    file: PathBuf,
}

/// Prints, writes or checks the manual.
pub(crate) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let text = text(arguments)?;
    let file = arguments.file.display();
    if arguments.check {
        return match fs::read_to_string(&arguments.file) {
            Ok(kept) if kept == text => Ok(()),
            Ok(_) => Err(Failure::answer(format_args!(
                "{file} is not current: write it with `strongroom manual --write`"
            ))),
            Err(error) => Err(Failure::usage(format_args!(
                "{file} cannot be read: {error}; run this in the folder of the repository"
            ))),
        };
    }
    if arguments.write {
        fs::write(&arguments.file, text)
            .map_err(|error| Failure::usage(format_args!("{file} cannot be written: {error}")))
    } else {
        io::stdout().lock().write_all(text.as_bytes()).map_err(Failure::output)
    }
}

fn text(arguments: &Arguments) -> Result<String, Failure> {
    let mut text = String::new();
    let written = match &arguments.code {
        Some(code) => {
            let code = code.to_uppercase();
            match code.as_str() {
                "CONSOLE" => return Ok(console::manual()),
                "LIFECYCLE" => return Ok(lease::manual()),
                _ => {}
            }
            let found = code.as_bytes().try_into().ok().and_then(find);
            let entry = found.ok_or_else(|| no_page(&code))?;
            page(&entry.spec, &mut text)
        }
        None if arguments.dictionary => dictionary(&mut text),
        None => manual(&mut text),
    };
    written.map_err(Failure::usage)?;
    Ok(text)
}

fn no_page(code: &str) -> Failure {
    match NAMED.iter().find(|named| named.code == code.as_bytes()) {
        Some(named) => Failure::usage(format_args!(
            "{code} ({}) is known by name only, so it has no page and answers 68; \
             `strongroom commands` lists those that have one",
            named.name
        )),
        None => Failure::usage(format_args!(
            "there is no host command {code}; `strongroom commands` lists them"
        )),
    }
}
