//! Receivers on loopback. Their certificates are for these tests alone, `openssl req -x509` and `openssl x509 -req`.

use std::{
    fs,
    io::Read,
    net::{TcpListener, UdpSocket},
    sync::Arc,
    time::Instant,
};

use rustls::{
    ServerConfig, ServerConnection, StreamOwned,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject as _},
};

use super::*;
use crate::{Action, Appliance, Fault, Randomness, State};

const CA: &[u8] = include_bytes!("tests/ca.pem");
const CERTIFICATE: &[u8] = include_bytes!("tests/receiver.pem");
const KEY: &[u8] = include_bytes!("tests/receiver.key");

const PATIENCE: Duration = Duration::from_secs(20);

fn appliance(transport: Transport, server: String) -> Appliance {
    let mut state = State::default();
    let certificate_authority = PathBuf::new();
    state.settings.syslog =
        SyslogSettings { enabled: true, transport, server, certificate_authority };
    appliance_in(state)
}

/// As `serve` starts it, without the thread that keeps the logs: tests settle them themselves.
fn appliance_in(state: State) -> Appliance {
    let appliance = Appliance::new(state, Randomness::from_seed(1));
    appliance.syslog().configure(&appliance.state().settings.syslog, SerialNumber::default());
    appliance
}

/// Lines of a stream in which each has its length before it.
fn framed(mut stream: impl Read, count: usize) -> Vec<String> {
    let mut byte = [0];
    let lines = (0..count).map(|_| {
        let mut length = 0;
        loop {
            stream.read_exact(&mut byte).expect("more comes");
            match byte[0] {
                b' ' => break,
                digit => length = 10 * length + usize::from(digit - b'0'),
            }
        }
        let mut line = vec![0; length];
        stream.read_exact(&mut line).expect("more comes");
        String::from_utf8(line).expect("it is text")
    });
    lines.collect()
}

/// An audit record and an error, and that they have come.
fn log(appliance: &Appliance) {
    appliance.note(Action::PowerOn);
    appliance.settle();
    appliance.fault(Fault::Printer, 3);
}

fn check(lines: &[String]) {
    let [record, error] = lines else { panic!("two lines, not {lines:?}") };
    assert!(record.starts_with("<109>1 20"), "{record}");
    assert!(record.ends_with(" type=\"user\" code=\"PW\" response=\"00\"] Power on"), "{record}");
    assert!(error.starts_with("<108>1 20"), "{error}");
    assert!(error.ends_with("severity=\"recoverable\"] Printer failed"), "{error}");
}

#[test]
fn datagrams_arrive() {
    let receiver = UdpSocket::bind("127.0.0.1:0").expect("a port");
    receiver.set_read_timeout(Some(PATIENCE)).expect("it can be set");
    let address = receiver.local_addr().expect("it has one");
    let appliance = appliance(Transport::Udp, address.to_string());
    log(&appliance);
    let mut lines = Vec::new();
    for _ in 0..2 {
        let mut line = [0; 2048];
        let length = receiver.recv(&mut line).expect("it comes");
        lines.push(String::from_utf8(line[..length].to_vec()).expect("it is text"));
    }
    check(&lines);
    assert_eq!(appliance.syslog().dropped(), 0);
}

#[test]
fn a_stream_arrives_also_when_the_receiver_comes_late() {
    let port = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = port.local_addr().expect("it has one");
    drop(port);
    let appliance = appliance(Transport::Tcp, address.to_string());
    log(&appliance);
    thread::sleep(Duration::from_millis(100));
    let receiver = TcpListener::bind(address).expect("it is free again");
    let (stream, _) = receiver.accept().expect("it connects");
    stream.set_read_timeout(Some(PATIENCE)).expect("it can be set");
    check(&framed(stream, 2));
}

#[test]
fn tls_arrives_where_the_receiver_is_trusted_and_nowhere_else() {
    let certificates = CertificateDer::pem_slice_iter(CERTIFICATE);
    let certificates = certificates.collect::<Result<Vec<_>, _>>().expect("certificates");
    let key = PrivateKeyDer::from_pem_slice(KEY).expect("a key");
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_no_client_auth()
        .with_single_cert(certificates, key)
        .expect("they belong together");
    let config = Arc::new(config);
    let receiver = TcpListener::bind("127.0.0.1:0").expect("a port");
    let server = receiver.local_addr().expect("it has one").to_string();
    let authority = |pem: &[u8], name: &str| {
        let file = std::env::temp_dir().join(format!("strongroom-{name}-{}", std::process::id()));
        fs::write(&file, pem).expect("it can be written");
        file
    };
    for (name, pem, is_trusted) in [("other-ca", CERTIFICATE, false), ("ca", CA, true)] {
        let file = authority(pem, name);
        let mut state = State::default();
        state.settings.syslog = SyslogSettings {
            enabled: true,
            transport: Transport::Tls,
            server: server.clone(),
            certificate_authority: file.clone(),
        };
        let appliance = appliance_in(state);
        log(&appliance);
        let (stream, _) = receiver.accept().expect("it connects");
        stream.set_read_timeout(Some(PATIENCE)).expect("it can be set");
        let server = ServerConnection::new(Arc::clone(&config)).expect("a connection");
        let mut stream = StreamOwned::new(server, stream);
        if is_trusted {
            check(&framed(&mut stream, 2));
        } else {
            assert!(stream.read(&mut [0]).is_err(), "an unknown receiver gets something");
            assert_eq!(appliance.syslog().sent(), 0);
            appliance.erase(|state| state.settings.syslog.enabled = false);
        }
        fs::remove_file(file).expect("it is there");
    }
}

#[test]
fn nobody_waits_for_a_receiver_that_is_away_and_drops_are_counted() {
    // Nobody listens there.
    let appliance = appliance(Transport::Tcp, "127.0.0.1:9".to_owned());
    let began = Instant::now();
    for _ in 0..2 * QUEUE {
        appliance.note(Action::PowerOn);
    }
    appliance.settle();
    assert!(began.elapsed() < Duration::from_secs(5));
    let dropped = appliance.syslog().dropped();
    assert!((QUEUE - 1..=QUEUE).contains(&usize::try_from(dropped).expect("few")), "{dropped}");
    assert_eq!(appliance.syslog().newly_dropped(), dropped);
    assert_eq!(appliance.syslog().newly_dropped(), 0);
    assert_eq!(appliance.audit_log().len(), 2 * QUEUE);
    appliance.erase(|state| state.settings.syslog.enabled = false);
}
