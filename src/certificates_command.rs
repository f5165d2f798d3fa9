//! `strongroom certificates`: certificates for tests of the TLS host port.

use std::fs::{self, DirBuilder, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use certificates::{Authority, Certificate, Issued, PrivateKey};

use crate::failure::Failure;

/// Make a test authority and certificates of an appliance and its clients, for TLS
///
/// Writes into a folder: `ca.pem` and `ca.key`, the authority; `server.pem` and `server.key`, which `strongroom serve
/// --tls-certificates` takes together with `ca.pem`; and `NAME.pem` and `NAME.key` for each client. Whatever is there
/// already stays as it is, so that further clients can be added. Keys are on the curve P-256. For tests only: whoever has
/// `ca.key` is any client.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Example:\n  strongroom certificates certs --client switch\n  strongroom serve --dev \
                  --tls-certificates certs"
)]
pub(crate) struct Arguments {
    /// Folder; it is made if it is not there
    folder: PathBuf,

    /// DNS name or address of the appliance; may be given several times
    #[arg(long, value_name = "NAME", default_values = ["localhost", "127.0.0.1", "::1"])]
    server: Vec<String>,

    /// Common name of a client, also the name of its files; may be given several times
    #[arg(long, value_name = "NAME", default_values = ["client"])]
    client: Vec<String>,

    /// File with a certificate request, as the console command SG makes it: its certificate is written beside it, with the
    /// ending `.pem`
    #[arg(long, value_name = "FILE")]
    sign: Option<PathBuf>,
}

/// Makes what is not there yet.
pub(crate) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let Arguments { folder, server, client, sign } = arguments;
    let made = DirBuilder::new().recursive(true).mode(0o700).create(folder);
    made.map_err(|error| told(folder, error))?;
    let authority = authority(folder)?;
    if let Some(request) = sign {
        let text = fs::read_to_string(request).map_err(|error| told(request, error))?;
        let issued = authority.sign(&text).map_err(|error| told(request, error))?;
        return write(&request.with_extension("pem"), issued.pem().as_bytes(), 0o644);
    }
    issue(folder, "server", || authority.server("Strongroom", server))?;
    for name in client {
        if !name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte)) {
            return Err(Failure::usage(format_args!(
                "`{name}` cannot be the name of a file: letters, digits, `-`, `_` and `.` can"
            )));
        }
        issue(folder, name, || authority.client(name))?;
    }
    Ok(())
}

/// The authority of the folder, or a new one.
fn authority(folder: &Path) -> Result<Authority, Failure> {
    let [certificate, key] = files(folder, "ca");
    if certificate.exists() && key.exists() {
        let read = |path: &Path| fs::read_to_string(path).map_err(|error| told(path, error));
        let own = PrivateKey::from_pem(&zeroize::Zeroizing::new(read(&key)?));
        let mut own_certificates =
            Certificate::all_from_pem(&read(&certificate)?).map_err(|it| told(&certificate, it))?;
        let own = own.map_err(|error| told(&key, error))?;
        return Authority::new(own_certificates.swap_remove(0), own)
            .map_err(|error| told(&certificate, error));
    }
    let authority = Authority::generate("Strongroom test CA").map_err(Failure::usage)?;
    write(&key, authority.key().pem().as_bytes(), 0o600)?;
    write(&certificate, authority.certificate().pem().as_bytes(), 0o644)?;
    Ok(authority)
}

fn issue(
    folder: &Path,
    name: &str,
    issue: impl FnOnce() -> Result<Issued, certificates::Fault>,
) -> Result<(), Failure> {
    let [certificate, key] = files(folder, name);
    if certificate.exists() && key.exists() {
        return Ok(());
    }
    let issued = issue().map_err(Failure::usage)?;
    write(&key, issued.key.pem().as_bytes(), 0o600)?;
    write(&certificate, issued.certificate.pem().as_bytes(), 0o644)
}

/// Certificate and key of this name.
fn files(folder: &Path, name: &str) -> [PathBuf; 2] {
    ["pem", "key"].map(|ending| folder.join(format!("{name}.{ending}")))
}

/// Writes a new file, and says so.
fn write(path: &Path, contents: &[u8], mode: u32) -> Result<(), Failure> {
    let file = OpenOptions::new().write(true).create_new(true).mode(mode).open(path);
    let written = file.and_then(|mut file| file.write_all(contents));
    written.map_err(|error| told(path, error))?;
    writeln!(io::stdout(), "{}", path.display()).map_err(Failure::output)
}

fn told(path: &Path, error: impl std::fmt::Display) -> Failure {
    Failure::usage(format_args!("{}: {error}", path.display()))
}
