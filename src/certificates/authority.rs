//! A test authority.

use rcgen::{
    BasicConstraints, CertificateParams, CertificateSigningRequestParams, DnType,
    ExtendedKeyUsagePurpose, IsCa, Issuer, KeyUsagePurpose, date_time_ymd,
};

use crate::{Certificate, Fault, PrivateKey};

/// An authority that issues certificates for tests: its certificate, and its key.
#[derive(Debug)]
pub struct Authority {
    certificate: Certificate,
    key: PrivateKey,
}

/// A certificate with its key.
#[derive(Debug)]
pub struct Issued {
    /// The certificate.
    pub certificate: Certificate,
    /// Its key.
    pub key: PrivateKey,
}

impl Authority {
    /// A new authority.
    ///
    /// # Errors
    /// [`Fault::Issue`].
    pub fn generate(name: &str) -> Result<Self, Fault> {
        let mut params = named(name, &[])?;
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let key = PrivateKey::generate()?;
        let certificate = key.with_pair(|pair| params.self_signed(pair))??;
        Ok(Self { certificate: Certificate::from_der(certificate.der())?, key })
    }

    /// One that was made before.
    ///
    /// # Errors
    /// [`Fault::NotAnAuthority`], [`Fault::OtherKey`].
    pub fn new(certificate: Certificate, key: PrivateKey) -> Result<Self, Fault> {
        if !certificate.is_authority() {
            return Err(Fault::NotAnAuthority);
        }
        if !key.belongs_to(&certificate) {
            return Err(Fault::OtherKey);
        }
        Ok(Self { certificate, key })
    }

    /// Its certificate.
    pub fn certificate(&self) -> &Certificate {
        &self.certificate
    }

    /// Its key.
    pub fn key(&self) -> &PrivateKey {
        &self.key
    }

    /// Issues a certificate for a server with these DNS names and addresses.
    ///
    /// # Errors
    /// [`Fault::Issue`] for names that no certificate can have.
    pub fn server(&self, name: &str, names: &[String]) -> Result<Issued, Fault> {
        self.issue(named(name, names)?, ExtendedKeyUsagePurpose::ServerAuth)
    }

    /// Issues a certificate for a client.
    ///
    /// # Errors
    /// [`Fault::Issue`].
    pub fn client(&self, name: &str) -> Result<Issued, Fault> {
        self.issue(named(name, &[])?, ExtendedKeyUsagePurpose::ClientAuth)
    }

    /// Issues the certificate of a server that a PKCS #10 request (PEM) asks for.
    ///
    /// # Errors
    /// [`Fault::Issue`] for what is no request.
    pub fn sign(&self, request: &str) -> Result<Certificate, Fault> {
        let mut request = CertificateSigningRequestParams::from_pem(request)?;
        finish(&mut request.params, ExtendedKeyUsagePurpose::ServerAuth);
        let issued = self.as_issuer(|issuer| request.signed_by(issuer))??;
        Certificate::from_der(issued.der())
    }

    fn issue(
        &self,
        mut params: CertificateParams,
        purpose: ExtendedKeyUsagePurpose,
    ) -> Result<Issued, Fault> {
        finish(&mut params, purpose);
        let key = PrivateKey::generate()?;
        let issued = key.with_pair(|pair| self.as_issuer(|it| params.signed_by(pair, it)))???;
        Ok(Issued { certificate: Certificate::from_der(issued.der())?, key })
    }

    fn as_issuer<T>(
        &self,
        work: impl FnOnce(&Issuer<'_, &rcgen::KeyPair>) -> T,
    ) -> Result<T, Fault> {
        let certificate = self.certificate.der().into();
        self.key.with_pair(|pair| Ok(work(&Issuer::from_ca_cert_der(&certificate, pair)?)))?
    }
}

/// Whose it is.
fn named(name: &str, names: &[String]) -> Result<CertificateParams, Fault> {
    let mut params = CertificateParams::new(names)?;
    params.distinguished_name = rcgen::DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, name);
    live_long(&mut params);
    Ok(params)
}

/// Up to the last year that all programs read alike.
fn live_long(params: &mut CertificateParams) {
    params.not_before = date_time_ymd(2024, 1, 1);
    params.not_after = date_time_ymd(2049, 12, 31);
}

fn finish(params: &mut CertificateParams, purpose: ExtendedKeyUsagePurpose) {
    live_long(params);
    params.is_ca = IsCa::ExplicitNoCa;
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![purpose];
    params.use_authority_key_identifier_extension = true;
}
