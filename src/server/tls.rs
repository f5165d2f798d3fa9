//! TLS of the host ports: both sides show certificates, versions 1.2 and 1.3, no resumption.
//!
//! A session that is resumed would not show its certificate again, and a client that was struck off the list would still
//! get in.

use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use appliance::HostPorts;
use certificates::{Certificate, Identity};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, copy, sink};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::client::danger::HandshakeSignatureValid;
use tokio_rustls::rustls::crypto::{CryptoProvider, ring};
use tokio_rustls::rustls::pki_types::{
    CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer, UnixTime,
};
use tokio_rustls::rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use tokio_rustls::rustls::server::{NoServerSessionStorage, WebPkiClientVerifier};
use tokio_rustls::rustls::{
    self, CertificateError, DigitallySignedStruct, DistinguishedName, RootCertStore, ServerConfig,
    SignatureScheme,
};
use tokio_rustls::server::TlsStream;
use tracing::warn;

/// How long, and for how many bytes, a client whose handshake failed may go on sending.
const LAST_MOMENT: Duration = Duration::from_millis(500);
const LAST_WORDS: u64 = 64 * 1024;

/// What the handshakes go by, made anew when the host ports are set up in another way.
#[derive(Debug, Default)]
pub(super) struct Tls(Mutex<Option<Current>>);

#[derive(Debug)]
struct Current {
    ports: Arc<HostPorts>,
    config: Option<Arc<ServerConfig>>,
}

impl Tls {
    /// Speaks TLS on a connection: its stream, and the certificates that the client showed.
    ///
    /// # Errors
    /// What is wrong with the client, or that the appliance has no certificate.
    pub(super) async fn accept(&self, ports: &Arc<HostPorts>, stream: TcpStream) -> Shaken {
        let none = || io::Error::other("the appliance has no certificates, or trusts nobody");
        let config = self.config(ports).ok_or_else(none)?;
        let stream = match TlsAcceptor::from(config).accept(stream).into_fallible().await {
            Ok(stream) => stream,
            Err((error, stream)) => {
                part(stream).await;
                return Err(error);
            }
        };
        let shown = stream.get_ref().1.peer_certificates().unwrap_or_default();
        let certificates = shown.iter().map(|it| it.clone().into_owned()).collect();
        Ok((stream, certificates))
    }

    fn config(&self, ports: &Arc<HostPorts>) -> Option<Arc<ServerConfig>> {
        let mut current = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match &*current {
            Some(Current { ports: of, config }) if Arc::ptr_eq(of, ports) => config.clone(),
            _ => {
                let config = config(ports);
                let ports = Arc::clone(ports);
                *current = Some(Current { ports, config: config.clone() });
                config
            }
        }
    }
}

/// A stream, and the certificates that the client showed, its own first.
pub(super) type Shaken = io::Result<(TlsStream<TcpStream>, Vec<CertificateDer<'static>>)>;

/// Closes towards a client that may have sent more already: else the connection would be reset, and the client might
/// never see the alert that says why.
async fn part(mut stream: TcpStream) {
    let parting = async {
        stream.shutdown().await?;
        copy(&mut stream.take(LAST_WORDS), &mut sink()).await
    };
    // The client may be gone already.
    let _ = timeout(LAST_MOMENT, parting).await;
}

fn config(ports: &Arc<HostPorts>) -> Option<Arc<ServerConfig>> {
    let identity = &ports.identity;
    if !identity.is_complete() {
        return None;
    }
    let made = server_config(identity, ports);
    made.inspect_err(|error| warn!("the certificates of the appliance do not fit: {error}")).ok()
}

fn server_config(
    identity: &Identity,
    ports: &Arc<HostPorts>,
) -> Result<Arc<ServerConfig>, rustls::Error> {
    let verifier = Arc::new(Listed { trusted: trusted(identity)?, ports: Arc::clone(ports) });
    let chain = identity.chain().iter().map(|it| CertificateDer::from(it.der().to_vec())).collect();
    let key = identity.key().map(|key| key.der().to_vec()).unwrap_or_default();
    let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key));
    let mut config = ServerConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()?
        .with_client_cert_verifier(verifier)
        .with_single_cert(chain, key)?;
    config.session_storage = Arc::new(NoServerSessionStorage {});
    config.send_tls13_tickets = 0;
    Ok(Arc::new(config))
}

fn provider() -> Arc<CryptoProvider> {
    Arc::new(ring::default_provider())
}

/// Who knows the certificates of the authorities that are trusted.
fn trusted(identity: &Identity) -> Result<Arc<dyn ClientCertVerifier>, rustls::Error> {
    let mut roots = RootCertStore::empty();
    for authority in identity.authorities() {
        roots.add(CertificateDer::from(authority.der().to_vec()))?;
    }
    let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider());
    verifier.build().map_err(|error| rustls::Error::General(error.to_string()))
}

/// Whether a client with these certificates, its own first, may connect.
pub(super) fn is_trusted(identity: &Identity, shown: &[CertificateDer<'_>]) -> bool {
    let [own, others @ ..] = shown else { return false };
    let verified = trusted(identity)
        .and_then(|verifier| verifier.verify_client_cert(own, others, UnixTime::now()));
    verified.is_ok() && is_listed(identity, own)
}

fn is_listed(identity: &Identity, own: &CertificateDer<'_>) -> bool {
    Certificate::from_der(own).is_ok_and(|certificate| identity.allows(&certificate))
}

/// Wants a certificate of a trusted authority, and that the list of clients has it.
#[derive(Debug)]
struct Listed {
    trusted: Arc<dyn ClientCertVerifier>,
    ports: Arc<HostPorts>,
}

impl ClientCertVerifier for Listed {
    /// Whom the appliance trusts is nobody's business.
    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        &[]
    }

    fn verify_client_cert(
        &self,
        own: &CertificateDer<'_>,
        others: &[CertificateDer<'_>],
        now: UnixTime,
    ) -> Result<ClientCertVerified, rustls::Error> {
        let verified = self.trusted.verify_client_cert(own, others, now)?;
        if is_listed(&self.ports.identity, own) {
            Ok(verified)
        } else {
            Err(CertificateError::ApplicationVerificationFailure.into())
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        own: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.trusted.verify_tls12_signature(message, own, signature)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        own: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.trusted.verify_tls13_signature(message, own, signature)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.trusted.supported_verify_schemes()
    }
}
