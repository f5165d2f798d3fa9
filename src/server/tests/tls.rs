//! TLS: who gets in, and that nobody else learns or costs anything.

use std::net::SocketAddr;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use appliance::{HostPorts, Protocol, Refused};
use certificates::{Authority, Identity, Issued};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::Instant;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::{
    CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer, ServerName,
};
use tokio_rustls::rustls::version::{TLS12, TLS13};
use tokio_rustls::rustls::{
    ClientConfig, ProtocolVersion, RootCertStore, SupportedProtocolVersion,
};

use super::{Client, Options, PATIENCE, Running, bounded, echoed, framed, options};

/// The authority that the appliance of these tests trusts, and another.
static AUTHORITY: LazyLock<Authority> = LazyLock::new(|| Authority::generate("CA").expect("made"));
static OTHER: LazyLock<Authority> = LazyLock::new(|| Authority::generate("CA").expect("made"));

const BOTH: &[&SupportedProtocolVersion] = &[&TLS12, &TLS13];
const SHORT: Duration = Duration::from_millis(300);

fn identity() -> Identity {
    let names = ["localhost".to_owned(), "127.0.0.1".to_owned()];
    let Issued { certificate, key } = AUTHORITY.server("hsm", &names).expect("issued");
    let authorities = vec![AUTHORITY.certificate().clone()];
    Identity::new(key, vec![certificate], authorities).expect("it fits")
}

fn start(options: Options, change: impl FnOnce(&mut HostPorts)) -> Running {
    Running::with(&[3], Options { tls: Some(0), tls_only: true, ..options }, |ports| {
        (ports.tls, ports.identity) = (true, identity());
        change(ports);
    })
}

/// A client with this certificate, or without any.
fn config(issued: Option<&Issued>, versions: &[&'static SupportedProtocolVersion]) -> ClientConfig {
    let mut roots = RootCertStore::empty();
    roots.add(AUTHORITY.certificate().der().to_vec().into()).expect("an authority");
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_protocol_versions(versions)
        .expect("versions")
        .with_root_certificates(roots);
    match issued {
        None => config.with_no_client_auth(),
        Some(Issued { certificate, key }) => {
            let chain = vec![CertificateDer::from(certificate.der().to_vec())];
            let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.der().to_vec()));
            config.with_client_auth_cert(chain, key).expect("they fit")
        }
    }
}

async fn handshake(
    address: SocketAddr,
    config: ClientConfig,
) -> std::io::Result<TlsStream<TcpStream>> {
    let stream = bounded(TcpStream::connect(address)).await?;
    let name = ServerName::from(address.ip());
    bounded(TlsConnector::from(Arc::new(config)).connect(name, stream)).await
}

/// What a client with this configuration reads after a request; an error is what TLS says.
async fn ask(address: SocketAddr, config: ClientConfig) -> std::io::Result<Vec<u8>> {
    let mut stream = handshake(address, config).await?;
    // With TLS 1.3 the refusal comes after the client's side of the handshake.
    bounded(stream.write_all(&framed(b"NC"))).await?;
    let mut reply = vec![0; 5];
    bounded(stream.read_exact(&mut reply)).await?;
    Ok(reply)
}

fn client(name: &str) -> Issued {
    AUTHORITY.client(name).expect("issued")
}

#[tokio::test(flavor = "multi_thread")]
async fn the_right_client_is_answered_with_either_version() {
    let server = start(options(), |_| ());
    for (versions, version) in
        [(&[&TLS12][..], ProtocolVersion::TLSv1_2), (&[&TLS13], ProtocolVersion::TLSv1_3)]
    {
        let config = config(Some(&client("switch")), versions);
        let mut stream = handshake(server.addresses[0], config).await.expect("it is let in");
        assert_eq!(stream.get_ref().1.protocol_version(), Some(version));
        // Several records, several messages, more than one record holds.
        let long = vec![b'x'; 30_000];
        let requests = [framed(b"NC"), framed(&long), framed(b"later20"), framed(b"CA")].concat();
        for part in requests.chunks(9_000) {
            stream.write_all(part).await.expect("sent");
        }
        stream.flush().await.expect("sent");
        let expected = [
            echoed(b"NC"),
            echoed(&long),
            echoed(b"later20"),
            framed(b"second later20"),
            echoed(b"CA"),
        ];
        let mut replies = vec![0; expected.concat().len()];
        bounded(stream.read_exact(&mut replies)).await.expect("answered");
        assert!(replies == expected.concat());
        stream.shutdown().await.expect("it closes");
        assert_eq!(bounded(stream.read(&mut replies)).await.expect("it closes in order"), 0);
    }
    let other_lmk = config(Some(&client("switch")), BOTH);
    assert_eq!(ask(server.addresses[1], other_lmk).await.expect("answered"), b"\0\x033NC");
    let rows = server.host.0.network().connections();
    assert!(rows.len() == 3 && rows.iter().all(|row| row.protocol == Protocol::Tls), "{rows:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_else_gets_in() {
    let listed = client("switch");
    let server = start(options(), |ports| {
        ports.identity.clients = vec!["switch".parse().expect("a client")];
    });
    let network = server.host.0.network();
    let stranger = OTHER.client("switch").expect("issued");
    let for_servers = AUTHORITY.server("switch", &[]).expect("issued");
    let mut refusals = 0;
    for issued in [None, Some(&stranger), Some(&for_servers), Some(&client("other"))] {
        for versions in [&[&TLS12][..], &[&TLS13]] {
            let told = ask(server.addresses[0], config(issued, versions)).await;
            let told = told.expect_err("it is refused").to_string();
            assert!(told.contains("received fatal alert"), "{told}");
            refusals += 1;
        }
    }
    bounded(async {
        while network.refusals(Refused::Handshake) < refusals {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    })
    .await;
    assert_eq!(network.connections(), []);
    assert_eq!(
        ask(server.addresses[0], config(Some(&listed), BOTH)).await.expect("answered"),
        echoed(b"NC")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_is_struck_off_the_list_is_cut_off_with_its_next_message() {
    let server = start(options(), |_| ());
    let switch = client("switch");
    let mut stream = handshake(server.addresses[0], config(Some(&switch), BOTH)).await.expect("in");
    let mut reply = [0; 5];
    for clients in [vec![], vec!["switch".parse().expect("a client")]] {
        server.change(|ports| ports.identity.clients = clients);
        stream.write_all(&framed(b"NC")).await.expect("sent");
        bounded(stream.read_exact(&mut reply)).await.expect("answered");
    }
    server.change(|ports| ports.identity.clients = vec!["other".parse().expect("a client")]);
    stream.write_all(&framed(b"NC")).await.expect("sent");
    assert_eq!(bounded(stream.read(&mut reply)).await.expect("it closes in order"), 0);
    assert!(ask(server.addresses[0], config(Some(&switch), BOTH)).await.is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_authority_that_is_trusted_no_longer_brings_nobody_in() {
    let server = start(options(), |_| ());
    let switch = client("switch");
    let mut stream = handshake(server.addresses[0], config(Some(&switch), BOTH)).await.expect("in");
    server.change(|ports| {
        ports.identity.trust(OTHER.certificate().clone()).expect("an authority");
        ports.identity.distrust(0).expect("there are two");
    });
    stream.write_all(&framed(b"NC")).await.expect("sent");
    assert_eq!(bounded(stream.read(&mut [0; 5])).await.expect("it closes in order"), 0);
    assert!(ask(server.addresses[0], config(Some(&switch), BOTH)).await.is_err());
    let stranger = OTHER.client("switch").expect("issued");
    let told = ask(server.addresses[0], config(Some(&stranger), BOTH)).await;
    assert_eq!(told.expect("answered"), echoed(b"NC"));
}

/// What comes back to bytes that are no handshake: nothing, or one alert.
async fn comes_back(server: &Running, bytes: &[u8]) -> Vec<u8> {
    let mut stream = bounded(TcpStream::connect(server.addresses[0])).await.expect("accepted");
    // The server may have closed already.
    let _ = stream.write_all(bytes).await;
    let mut rest = Vec::new();
    let _ = bounded(stream.read_to_end(&mut rest)).await;
    rest
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_handshake_is_answered_with_an_alert_at_most() {
    let server = start(Options { handshake_timeout: SHORT, ..options() }, |_| ());
    let long = [&[22, 3, 1, 0x40, 1][..], &vec![0xFF; 20_000]].concat();
    for bytes in [
        &framed(b"HEADNC")[..],
        b"GET / HTTP/1.1\r\n\r\n",
        &[0xFF; 3_000],
        &[22, 3, 1, 0, 5, 1, 0, 0, 1, 0],
        &[23, 3, 3, 0, 2, 0, 0],
        &[22, 3, 1, 0, 4, 1, 0xFF, 0xFF, 0xFF],
        &long,
        b"",
    ] {
        let told = comes_back(&server, bytes).await;
        // Alert, version, two bytes: level and description.
        let is_alert = matches!(told[..], [21, 3, _, 0, 2, _, _]);
        assert!(told.is_empty() || is_alert, "{bytes:?}: {told:?}");
    }
    let network = server.host.0.network();
    assert_eq!((network.refusals(Refused::Handshake), network.totals().bytes_received), (8, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_handshake_has_its_time_and_takes_no_place_meanwhile() {
    let server = start(Options { handshake_timeout: SHORT, ..options() }, |ports| {
        ports.connections = 1;
    });
    let begun = Instant::now();
    let mut slow = Vec::new();
    for _ in 0..20 {
        slow.push(bounded(TcpStream::connect(server.addresses[0])).await.expect("accepted"));
    }
    // The only place is free all the while.
    let right = config(Some(&client("switch")), BOTH);
    assert_eq!(ask(server.addresses[0], right).await.expect("answered"), echoed(b"NC"));
    for mut stream in slow {
        for byte in [22, 3, 1] {
            // More bytes do not win more time.
            let _ = stream.write_all(&[byte]).await;
        }
        let _ = bounded(stream.read(&mut [0; 8])).await;
    }
    assert!(begun.elapsed() >= SHORT && begun.elapsed() < PATIENCE / 2, "{:?}", begun.elapsed());
}

#[tokio::test(flavor = "multi_thread")]
async fn handshakes_at_once_are_bounded() {
    let server = start(Options { handshake_timeout: PATIENCE / 2, ..options() }, |_| ());
    let mut open = Vec::new();
    for _ in 0..64 {
        open.push(bounded(TcpStream::connect(server.addresses[0])).await.expect("accepted"));
    }
    let refused = bounded(TcpStream::connect(server.addresses[0])).await.expect("accepted");
    assert_eq!(Client(refused).rest().await, b"");
    assert_eq!(server.host.0.network().refusals(Refused::Full), 1);
    open.pop();
    let right = || config(Some(&client("switch")), BOTH);
    let begun = Instant::now();
    while ask(server.addresses[0], right()).await.is_err() {
        assert!(begun.elapsed() < PATIENCE);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn connections_with_and_without_tls_share_their_number() {
    let options = Options { tls: Some(0), ..options() };
    let server = Running::with(&[], options, |ports| {
        (ports.tls, ports.identity) = (true, identity());
        ports.connections = 1;
    });
    let mut plain = server.connect().await;
    plain.send(&framed(b"NC")).await;
    plain.expect(&echoed(b"NC")).await;
    let right = || config(Some(&client("switch")), BOTH);
    assert!(ask(server.addresses[1], right()).await.is_err());
    assert_eq!(server.host.0.network().refusals(Refused::Full), 1);
    plain.half_close().await;
    plain.rest().await;
    let begun = Instant::now();
    while ask(server.addresses[1], right()).await.is_err() {
        assert!(begun.elapsed() < PATIENCE);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_certificates_the_ports_are_open_and_refuse_everybody() {
    let server = start(options(), |ports| ports.identity = Identity::default());
    let right = || config(Some(&client("switch")), BOTH);
    assert!(ask(server.addresses[0], right()).await.is_err());
    assert_eq!(comes_back(&server, b"").await, b"");
    server.change(|ports| ports.identity = identity());
    assert_eq!(ask(server.addresses[0], right()).await.expect("answered"), echoed(b"NC"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_has_arrived_is_answered_when_the_server_stops() {
    let server = start(options(), |_| ());
    let right = config(Some(&client("switch")), BOTH);
    let mut stream = handshake(server.addresses[0], right).await.expect("in");
    let mut reply = vec![0; 5];
    stream.write_all(&framed(b"NC")).await.expect("sent");
    bounded(stream.read_exact(&mut reply)).await.expect("answered");
    stream.write_all(&framed(b"CA").repeat(500)).await.expect("sent");
    server.stopper.stop();
    let mut replies = Vec::new();
    bounded(stream.read_to_end(&mut replies)).await.expect("it closes in order");
    assert!(replies == echoed(b"CA").repeat(500), "{} bytes", replies.len());
    server.stopped().await;
}
