//! Files that servers of the benchmark need.

use super::Failure;
use super::line::client;
use certificates::{Authority, Fault};
use std::fmt::Display;
use std::fs::{self, DirBuilder, OpenOptions};
use std::io::Write as _;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::PathBuf;
use std::sync::Arc;
use tokio_rustls::rustls::ClientConfig;

/// A folder that is removed with this.
#[derive(Debug)]
pub(super) struct Folder(PathBuf);

impl Folder {
    /// Makes one in the temporary directory, for us alone.
    pub(super) fn new() -> Result<Self, Failure> {
        let path = std::env::temp_dir().join(format!("strongroom-bench-{}", std::process::id()));
        DirBuilder::new()
            .mode(0o700)
            .create(&path)
            .map_err(|error| broken(&path.display(), error))?;
        Ok(Self(path))
    }

    /// Makes certificates: what a client needs, and the arguments of a server that has them.
    pub(super) fn certificates(&self) -> Result<(Arc<ClientConfig>, Vec<String>), Failure> {
        let made = || {
            let authority = Authority::generate("Strongroom bench CA")?;
            let server = authority.server("Strongroom", &["127.0.0.1".to_owned()])?;
            let client = authority.client("bench")?;
            Ok::<_, Fault>((authority, server, client))
        };
        let (authority, server, own) = made().map_err(|error| broken(&"certificates", error))?;
        self.write("ca.pem", &authority.certificate().pem())?;
        self.write("server.pem", &server.certificate.pem())?;
        self.write("server.key", &server.key.pem())?;
        let config = client(&[authority.certificate().clone()], &[own.certificate], &own.key)
            .map_err(|error| broken(&"certificates", error))?;
        let argument = |text: &str| text.to_owned();
        let folder = self.0.display().to_string();
        let arguments =
            [argument("--tls-certificates"), folder, argument("--tls-port"), argument("0")];
        Ok((config, arguments.to_vec()))
    }

    /// The arguments of a server that audits every host command, in a state on disk.
    pub(super) fn audit(&self) -> Result<Vec<String>, Failure> {
        let codes = host_commands::listing().into_iter().map(|listed| listed.code);
        let codes = codes.filter(|code| host_commands::can_be_audited(*code));
        let codes: Vec<_> = codes.map(|code| format!("\"{}\"", code.escape_ascii())).collect();
        let text = format!("[settings.audit]\nhost_commands = [{}]\n", codes.join(", "));
        let file = self.write("audit.toml", &text)?;
        let state = self.0.join("state").display().to_string();
        Ok(["--config".to_owned(), file, "--state".to_owned(), state].to_vec())
    }

    fn write(&self, name: &str, text: &str) -> Result<String, Failure> {
        let path = self.0.join(name);
        let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path);
        let written = file.and_then(|mut file| file.write_all(text.as_bytes()));
        written.map_err(|error| broken(&path.display(), error))?;
        Ok(path.display().to_string())
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // What stays is in the temporary directory.
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn broken(what: &dyn Display, error: impl Display) -> Failure {
    Failure::Process(format!("{what}: {error}"))
}
