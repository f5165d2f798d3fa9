//! What `serve` can be told: the same settings as options of the command line and as keys of a TOML
//! file.
//!
//! One definition serves both: the doc comment of a field is its `--help` text, its name its key
//! (`frame_limit`) and its option (`--frame-limit`). An option wins over the file, the file over
//! the default.

mod bounded;
mod file;
mod lmk;

use std::fmt::Display;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use appliance::printer::{Destination, LineEnd};
use appliance::{
    AccessEntry, AccessList, HostPorts, Licence, Packages, SerialNumber, Settings, State,
};
use bounded::Bounded;
use certificates::Client;
use clap::Args;
use host_commands::UnknownCommand;
use serde::Deserialize;

pub(crate) use lmk::{GivenKey, GivenLmk};

use crate::certificate_files;
use crate::failure::Failure;
use crate::logging::LogFormat;
use crate::server;

/// What was said, in one place; `None` is not said.
///
/// A table of settings that belongs to another crate (`[settings]`, `[lmk]`) is one more field with
/// `#[arg(skip)]`.
#[derive(Args, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Given {
    /// Serve a ready development appliance: commissioned, online, everything authorised, public test
    /// LMKs 00, 01 and 02 [default: false]
    #[arg(long, num_args = 0, default_missing_value = "true")]
    dev: Option<bool>,

    /// Folder in which the appliance keeps its sealed state [default: none, state in memory]
    #[arg(long, value_name = "DIR")]
    state: Option<PathBuf>,

    /// Folder of the root key, without which the state cannot be opened [default: none, the folder of
    /// the state with `.key` behind its name]
    #[arg(long, value_name = "DIR")]
    root_key: Option<PathBuf>,

    /// Serial number: twelve capital letters and digits [default: S0000000001D]
    #[arg(long, value_name = "NUMBER")]
    #[serde(deserialize_with = "parsed")]
    serial_number: Option<SerialNumber>,

    /// Number that fixes all random values, for repeatable tests [default: none, the system's
    /// random generator]
    #[arg(long, value_name = "NUMBER")]
    seed: Option<u64>,

    /// Where printing commands print: a folder for text files, HOST:PORT of a raw TCP printer, or
    /// `discard` [default: none, such commands answer 16]
    #[arg(long, value_name = "FOLDER|HOST:PORT")]
    #[serde(deserialize_with = "parsed")]
    printer: Option<Destination>,

    /// How lines end on paper: lf, lf-cr or cr-lf [default: none, lf in a folder and the device's
    /// lf-cr to a printer]
    #[arg(long, value_name = "ORDER")]
    #[serde(deserialize_with = "parsed")]
    printer_line_end: Option<LineEnd>,

    /// Milliseconds that a TCP printer has to accept a connection, and again for each piece that it
    /// takes, 100 to 86400000 [default: 10000]
    #[arg(long, value_name = "MILLISECONDS")]
    printer_timeout: Option<Bounded<100, 86_400_000>>,

    /// How the log is written to standard error; `STRONGROOM_LOG=info` shows more of it
    /// [default: text]
    #[arg(long, value_name = "FORMAT")]
    log_format: Option<LogFormat>,

    /// LMKs that may be loaded, and calls per second after which further ones wait: `LMK1_CPS60`, `LMK2_CPS250`,
    /// `LMK2_CPS2500` and so on; without CPS as many as the machine can answer [default: LMK20]
    #[arg(long, value_name = "LMKn_CPSn")]
    #[serde(deserialize_with = "parsed")]
    licence: Option<Licence>,

    /// Packages of commands, with commas; commands of others answer 67 [default: all]
    #[arg(long, value_name = "NAMES")]
    #[serde(deserialize_with = "parsed")]
    licence_packages: Option<Packages>,

    #[command(flatten)]
    host: GivenHost,

    /// Table `[settings]`: security settings of the appliance.
    #[arg(skip)]
    settings: toml::Table,

    /// Tables `[[lmk]]`: LMKs to load, and key change storage.
    #[arg(skip)]
    lmk: Vec<GivenLmk>,

    /// Authorised activities of the host, as `category.sub`; `*` is every activity.
    #[arg(skip)]
    authorised: Vec<String>,
}

/// Table `[host]`: the host ports.
#[derive(Args, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct GivenHost {
    /// Address and port P of the default LMK; P+1 is LMK 00, P+2 LMK 01; with P = 0 each takes a
    /// free port [default: 127.0.0.1:1500]
    #[arg(long, value_name = "ADDRESS:PORT")]
    listen: Option<SocketAddr>,

    /// Characters of the message header, 0 to 255 [default: 4]
    #[arg(long, value_name = "CHARACTERS")]
    header_length: Option<Bounded<0, 255>>,

    /// Connections served at the same time, 1 to 4096; one more is closed at once [default: 64]
    #[arg(long, value_name = "NUMBER")]
    connections: Option<Bounded<1, 4096>>,

    /// Longest message in bytes without its length prefix, 1 to 65535; a longer one closes the
    /// connection [default: 32768]
    #[arg(long, value_name = "BYTES")]
    frame_limit: Option<Bounded<1, 65_535>>,

    /// Seconds from the first byte of a message to its last, 1 to 3600; then the connection is
    /// closed [default: 30]
    #[arg(long, value_name = "SECONDS")]
    partial_frame_timeout: Option<Bounded<1, 3_600>>,

    /// Seconds without a message after which a connection is closed, 0 to 604800; 0 is never
    /// [default: 0]
    #[arg(long, value_name = "SECONDS")]
    idle_timeout: Option<Bounded<0, 604_800>>,

    /// Answer datagrams too, on the same port numbers [default: true]
    #[arg(long, num_args = 0, default_missing_value = "true", overrides_with = "no_udp")]
    udp: Option<bool>,

    /// TCP only
    #[arg(long)]
    #[serde(skip)]
    no_udp: bool,

    /// Minutes of silence after which TCP asks whether a peer is still there, 1 to 120 [default: 120]
    #[arg(long, value_name = "MINUTES")]
    keep_alive: Option<Bounded<1, 120>>,

    /// Refuse hosts while no LMK is loaded [default: false]
    #[arg(long, num_args = 0, default_missing_value = "true")]
    closed_without_lmks: Option<bool>,

    /// Addresses that may connect: single ones, ranges, networks. Without any, all may.
    #[arg(skip)]
    access: Option<Vec<AccessEntry>>,

    /// Serve hosts over TLS, too [default: none, TLS if there are certificates]
    #[arg(long, num_args = 0, default_missing_value = "true")]
    tls: Option<bool>,

    /// Serve hosts over TLS alone: no port without it, no datagrams [default: false]
    #[arg(long, num_args = 0, default_missing_value = "true")]
    tls_only: Option<bool>,

    /// Port of the default LMK over TLS; the next is LMK 00, and so on [default: none, P + 1000]
    #[arg(long, value_name = "PORT")]
    tls_port: Option<u16>,

    /// Folder with `server.pem`, `server.key` and the authorities of clients in `ca.pem`, as `strongroom certificates`
    /// makes it [default: none, certificates are imported at the console]
    #[arg(long, value_name = "DIR")]
    tls_certificates: Option<PathBuf>,

    /// Clients that may connect over TLS, by common name, subject or fingerprint. Without any, all whose certificate comes
    /// from an authority in `ca.pem`.
    #[arg(skip)]
    tls_clients: Option<Vec<Client>>,

    /// Seconds that a TLS handshake may take, 1 to 60 [default: 10]
    #[arg(long, value_name = "SECONDS")]
    tls_handshake_timeout: Option<Bounded<1, 60>>,

    /// What an unknown command is answered: its reply code with error 68, `ZZ00`, or nothing
    /// [default: 68]
    #[arg(long, value_name = "68|ZZ00|drop")]
    #[serde(deserialize_with = "parsed")]
    unknown_command: Option<UnknownCommand>,

    /// Seconds that connections have to finish when the server stops, 0 to 600 [default: 5]
    #[arg(long, value_name = "SECONDS")]
    grace_period: Option<Bounded<0, 600>>,
}

/// Everything that `serve` goes by.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Configuration {
    /// A ready development appliance.
    pub(crate) dev: bool,
    /// Folder of the sealed state.
    pub(crate) state: Option<PathBuf>,
    /// Folder of the root key, if it is not beside that of the state.
    pub(crate) root_key: Option<PathBuf>,
    /// Serial number.
    pub(crate) serial_number: SerialNumber,
    /// Seed of all random values.
    pub(crate) seed: Option<u64>,
    /// Where documents are printed.
    pub(crate) printer: Option<Destination>,
    /// How their lines end, if that is not left to the printer.
    pub(crate) printer_line_end: Option<LineEnd>,
    /// How long a TCP printer may take.
    pub(crate) printer_timeout: Duration,
    /// How the host ports are set up, as far as that is said.
    host_ports: SaidHostPorts,
    /// Whether there is TLS, if that is said.
    tls: Option<bool>,
    /// Port of the default LMK over TLS, if that is said.
    tls_port: Option<u16>,
    /// Folder of certificates.
    tls_certificates: Option<PathBuf>,
    /// What an unknown command is answered.
    pub(crate) unknown_command: UnknownCommand,
    /// What there is a licence for.
    pub(crate) licence: Licence,
    /// The host ports.
    pub(crate) server: server::Options,
    /// How the log is written.
    pub(crate) log_format: LogFormat,
    /// Settings that differ from those of the device or, with `dev`, of the development appliance.
    settings: toml::Table,
    /// LMKs to load.
    pub(crate) lmks: Vec<GivenLmk>,
    /// Authorised activities of the host.
    pub(crate) authorised: Vec<String>,
}

/// What the console can change, too: where nothing is said, an appliance that keeps its state has it as before.
#[derive(Clone, Debug, Default, PartialEq)]
struct SaidHostPorts {
    header_length: Option<u8>,
    connections: Option<u16>,
    keep_alive: Option<u8>,
    closed_without_lmks: Option<bool>,
    access: Option<Vec<AccessEntry>>,
    tls_clients: Option<Vec<Client>>,
}

impl Default for Configuration {
    fn default() -> Self {
        Self {
            dev: false,
            state: None,
            root_key: None,
            serial_number: SerialNumber::default(),
            seed: None,
            printer: None,
            printer_line_end: None,
            printer_timeout: Duration::from_secs(10),
            host_ports: SaidHostPorts::default(),
            tls: None,
            tls_port: None,
            tls_certificates: None,
            unknown_command: UnknownCommand::default(),
            licence: Licence::default(),
            server: server::Options {
                listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 1500)),
                tls: None,
                tls_only: false,
                handshake_timeout: Duration::from_secs(10),
                frame_limit: 32 * 1024,
                partial_frame_timeout: Duration::from_secs(30),
                idle_timeout: None,
                udp: true,
                grace_period: Duration::from_secs(5),
            },
            log_format: LogFormat::default(),
            settings: toml::Table::new(),
            lmks: Vec::new(),
            authorised: Vec::new(),
        }
    }
}

impl Configuration {
    /// The defaults, changed by the file, changed by the command line.
    pub(crate) fn new(file: Option<&PathBuf>, options: Given) -> Result<Self, Failure> {
        let mut configuration = Self::default();
        if let Some(path) = file {
            file::read(path)?.change(&mut configuration);
        }
        options.change(&mut configuration);
        if configuration.root_key.is_some() && configuration.state.is_none() {
            return Err(Failure::usage(
                "a root key needs a state to protect: name its folder by `state`",
            ));
        }
        configuration.server.tls = configuration.tls_base()?;
        // A wrong setting is told before anything is started.
        configuration.settings()?;
        Ok(configuration)
    }

    /// Whether it says something of the state that an appliance has when it is made.
    pub(crate) fn says_state(&self) -> bool {
        !(self.settings.is_empty() && self.lmks.is_empty() && self.authorised.is_empty())
    }

    /// How the host ports are set up at the start, going out from how they were.
    pub(crate) fn host_ports(&self, before: &HostPorts) -> Result<HostPorts, Failure> {
        let said = self.host_ports.clone();
        let before = before.clone();
        let clients = said.tls_clients.unwrap_or_else(|| before.identity.clients.clone());
        let mut identity = match &self.tls_certificates {
            Some(folder) => certificate_files::identity(folder)?,
            None => before.identity,
        };
        identity.clients = clients;
        Ok(HostPorts {
            header_length: said.header_length.unwrap_or(before.header_length),
            connections: said.connections.unwrap_or(before.connections),
            keep_alive: said.keep_alive.unwrap_or(before.keep_alive),
            closed_without_lmks: said.closed_without_lmks.unwrap_or(before.closed_without_lmks),
            tcp: !self.server.tls_only,
            udp: self.server.udp && !self.server.tls_only,
            tls: self.server.tls.is_some(),
            access: said.access.map_or(before.access, AccessList::of),
            identity,
        })
    }

    /// The port of the default LMK over TLS. Source: device (2500 beside 1500).
    fn tls_base(&self) -> Result<Option<u16>, Failure> {
        let is_wanted = self.server.tls_only || self.tls_certificates.is_some();
        match (self.tls.unwrap_or(is_wanted), self.tls_port, self.server.listen.port()) {
            (false, ..) if self.server.tls_only => {
                Err(Failure::usage("`tls_only` without `tls` serves nobody: leave out either"))
            }
            (false, ..) => Ok(None),
            (true, Some(port), _) => Ok(Some(port)),
            (true, None, 0) => Ok(Some(0)),
            (true, None, base) => base.checked_add(1000).map(Some).ok_or_else(|| {
                Failure::usage(format_args!(
                    "base port {base} leaves none for TLS: say one with --tls-port"
                ))
            }),
        }
    }

    /// Security settings: the preset, changed by `[settings]`.
    pub(crate) fn settings(&self) -> Result<Settings, Failure> {
        let preset = if self.dev { State::development().settings } else { Settings::default() };
        let mut table = toml::Table::try_from(preset).map_err(Failure::usage)?;
        table.extend(self.settings.clone());
        table.try_into().map_err(|error: toml::de::Error| {
            let reason = error.message().replace("unknown field", "unknown key");
            Failure::usage(format_args!(
                "[settings]: {reason}; correct or remove it, \
                 strongroom.example.toml explains every key"
            ))
        })
    }
}

impl Given {
    fn change(self, to: &mut Configuration) {
        let Self {
            dev,
            state,
            root_key,
            serial_number,
            seed,
            printer,
            printer_line_end,
            printer_timeout,
            ..
        } = self;
        let Self { log_format, licence, licence_packages, host, settings, lmk, authorised, .. } =
            self;
        let packages = licence_packages.unwrap_or(to.licence.packages);
        to.licence = Licence { packages, ..licence.unwrap_or(to.licence) };
        to.settings.extend(settings);
        to.lmks.extend(lmk);
        to.authorised.extend(authorised);
        set(&mut to.dev, dev);
        to.state = state.or_else(|| to.state.take());
        to.root_key = root_key.or_else(|| to.root_key.take());
        set(&mut to.serial_number, serial_number);
        to.seed = seed.or(to.seed);
        to.printer = printer.or_else(|| to.printer.take());
        to.printer_line_end = printer_line_end.or(to.printer_line_end);
        set(
            &mut to.printer_timeout,
            printer_timeout.map(|it| Duration::from_millis(it.get().into())),
        );
        set(&mut to.log_format, log_format);
        set(&mut to.unknown_command, host.unknown_command);
        set(&mut to.server.listen, host.listen);
        let byte = |number: u32| u8::try_from(number).ok();
        let ports = &mut to.host_ports;
        let header_length = host.header_length.and_then(|it| byte(it.get()));
        let connections = host.connections.and_then(|it| u16::try_from(it.get()).ok());
        ports.header_length = header_length.or(ports.header_length);
        ports.connections = connections.or(ports.connections);
        ports.keep_alive = host.keep_alive.and_then(|it| byte(it.get())).or(ports.keep_alive);
        ports.closed_without_lmks = host.closed_without_lmks.or(ports.closed_without_lmks);
        ports.access = host.access.or_else(|| ports.access.take());
        ports.tls_clients = host.tls_clients.or_else(|| ports.tls_clients.take());
        to.tls = host.tls.or(to.tls);
        to.tls_port = host.tls_port.or(to.tls_port);
        to.tls_certificates = host.tls_certificates.or_else(|| to.tls_certificates.take());
        set(&mut to.server.tls_only, host.tls_only);
        set(&mut to.server.handshake_timeout, host.tls_handshake_timeout.map(seconds));
        set(&mut to.server.frame_limit, host.frame_limit.map(|it| it.get() as usize));
        set(&mut to.server.partial_frame_timeout, host.partial_frame_timeout.map(seconds));
        set(
            &mut to.server.idle_timeout,
            host.idle_timeout.map(|it| (it.get() > 0).then(|| seconds(it))),
        );
        set(&mut to.server.udp, if host.no_udp { Some(false) } else { host.udp });
        set(&mut to.server.grace_period, host.grace_period.map(seconds));
    }
}

fn parsed<'de, D: serde::Deserializer<'de>, T: FromStr<Err: Display>>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    let text = String::deserialize(deserializer)?;
    text.parse().map(Some).map_err(serde::de::Error::custom)
}

fn set<T>(value: &mut T, given: Option<T>) {
    if let Some(given) = given {
        *value = given;
    }
}

fn seconds<const LOW: u32, const HIGH: u32>(number: Bounded<LOW, HIGH>) -> Duration {
    Duration::from_secs(number.get().into())
}

#[cfg(test)]
mod tests;
