//! The identity of an appliance.

use std::sync::Arc;

use rcgen::{CertificateParams, DnType};
use serde::{Deserialize, Serialize};

use crate::{Certificate, Client, Fault, PrivateKey};

/// Key and certificates of an appliance, and whom it trusts.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct Identity {
    /// Its private key.
    key: Option<Arc<PrivateKey>>,
    /// The certificate that was issued for that key, and those between it and the root.
    chain: Vec<Certificate>,
    /// Authorities whose certificates clients may show.
    authorities: Vec<Certificate>,
    /// Clients that may connect; with none, every client of a trusted authority may.
    pub clients: Vec<Client>,
}

impl Identity {
    /// An identity of files: key, certificates with the appliance's first, authorities.
    ///
    /// # Errors
    /// [`Fault::OtherKey`], [`Fault::NotAnAuthority`].
    pub fn new(
        key: PrivateKey,
        chain: Vec<Certificate>,
        authorities: Vec<Certificate>,
    ) -> Result<Self, Fault> {
        let mut identity = Self { key: Some(Arc::new(key)), ..Self::default() };
        identity.set_chain(chain)?;
        authorities.into_iter().try_for_each(|authority| identity.trust(authority))?;
        Ok(identity)
    }

    /// Makes a new key, forgets the certificates of the old one, and asks for a certificate (a PKCS #10 request in PEM)
    /// in this name and for these DNS names and addresses.
    ///
    /// # Errors
    /// [`Fault::Issue`] for names that no certificate can have.
    pub fn request(&mut self, common_name: &str, names: &[String]) -> Result<String, Fault> {
        let key = PrivateKey::generate()?;
        let mut params = CertificateParams::new(names)?;
        params.distinguished_name.push(DnType::CommonName, common_name);
        let request = key.with_pair(|pair| params.serialize_request(pair))??.pem()?;
        self.key = Some(Arc::new(key));
        self.chain.clear();
        Ok(request)
    }

    /// Takes the certificate that was issued for the key, with those that follow it.
    ///
    /// # Errors
    /// [`Fault::NoKey`], [`Fault::NoCertificate`], [`Fault::OtherKey`].
    pub fn set_chain(&mut self, chain: Vec<Certificate>) -> Result<(), Fault> {
        let key = self.key.as_ref().ok_or(Fault::NoKey)?;
        let own = chain.first().ok_or(Fault::NoCertificate)?;
        if !key.belongs_to(own) {
            return Err(Fault::OtherKey);
        }
        self.chain = chain;
        Ok(())
    }

    /// Trusts clients with certificates of this authority.
    ///
    /// # Errors
    /// [`Fault::NotAnAuthority`].
    pub fn trust(&mut self, authority: Certificate) -> Result<(), Fault> {
        if !authority.is_authority() {
            return Err(Fault::NotAnAuthority);
        }
        if !self.authorities.contains(&authority) {
            self.authorities.push(authority);
        }
        Ok(())
    }

    /// Trusts an authority no longer. The numbers are those of [`Self::authorities`].
    pub fn distrust(&mut self, number: usize) -> Option<Certificate> {
        (number < self.authorities.len()).then(|| self.authorities.remove(number))
    }

    /// Forgets the certificate and, with it, the key.
    pub fn remove_own(&mut self) {
        self.key = None;
        self.chain.clear();
    }

    /// The private key.
    pub fn key(&self) -> Option<&PrivateKey> {
        self.key.as_deref()
    }

    /// The certificate of the appliance, and those between it and the root.
    pub fn chain(&self) -> &[Certificate] {
        &self.chain
    }

    /// Authorities whose certificates clients may show.
    pub fn authorities(&self) -> &[Certificate] {
        &self.authorities
    }

    /// Whether hosts can be served over TLS: there are key, certificate, and somebody to trust.
    pub fn is_complete(&self) -> bool {
        self.key.is_some() && !self.chain.is_empty() && !self.authorities.is_empty()
    }

    /// Whether a client with this certificate may connect. That a trusted authority issued it is checked elsewhere.
    pub fn allows(&self, certificate: &Certificate) -> bool {
        self.clients.is_empty() || self.clients.iter().any(|client| client.has(certificate))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Authority;

    #[test]
    fn a_certificate_that_was_asked_for_completes_the_identity() {
        let authority = Authority::generate("CA").expect("made");
        let mut identity = Identity::default();
        let names = ["hsm.example".to_owned(), "10.0.0.7".to_owned()];
        let request = identity.request("hsm", &names).expect("made");
        assert!(request.starts_with("-----BEGIN CERTIFICATE REQUEST-----\n"), "{request}");
        let issued = authority.sign(&request).expect("issued");
        assert_eq!((issued.subject(), issued.issuer()), ("CN=hsm".to_owned(), "CN=CA".to_owned()));
        assert_eq!(issued.names(), names);
        identity.set_chain(vec![issued.clone()]).expect("it fits");
        assert!(!identity.is_complete());
        identity.trust(authority.certificate().clone()).expect("an authority");
        assert!(identity.is_complete());
        assert!(matches!(identity.trust(issued.clone()), Err(Fault::NotAnAuthority)));
        let before = identity.key().expect("a key").der().to_vec();
        identity.request("hsm", &names).expect("made");
        assert!(before != identity.key().expect("a key").der() && identity.chain().is_empty());
        assert!(matches!(identity.set_chain(vec![issued]), Err(Fault::OtherKey)));
        assert!(matches!(Identity::default().set_chain(Vec::new()), Err(Fault::NoKey)));
    }

    #[test]
    fn the_list_of_clients_says_who_may_connect() {
        let authority = Authority::generate("CA").expect("made");
        let [a, b] = ["a", "b"].map(|name| authority.client(name).expect("issued").certificate);
        let mut identity = Identity::default();
        assert!(identity.allows(&a) && identity.allows(&b));
        for client in ["a", "CN=a", &hex::encode(a.fingerprint())] {
            identity.clients = vec![client.parse().expect("a client")];
            assert!(identity.allows(&a) && !identity.allows(&b), "{client}");
        }
    }

    #[test]
    fn keys_and_certificates_are_read_as_they_are_written() {
        let issued = Authority::generate("CA").expect("made").client("a").expect("issued");
        let pem = issued.key.pem();
        assert!(pem.starts_with("-----BEGIN PRIVATE KEY-----\n"));
        let key = PrivateKey::from_pem(&pem).expect("right");
        assert_eq!(key.der(), issued.key.der());
        assert!(key.belongs_to(&issued.certificate));
        assert_eq!(format!("{key:?}"), "PrivateKey(..)");
        let text = issued.certificate.pem();
        assert_eq!(Certificate::all_from_pem(&text).expect("right"), [issued.certificate]);
        assert!(matches!(PrivateKey::from_pem(&text), Err(Fault::NoPrivateKey)));
        assert!(matches!(Certificate::all_from_pem(&pem), Err(Fault::NoCertificate)));
        let wrong = text.replacen('M', "N", 1);
        assert!(matches!(Certificate::all_from_pem(&wrong), Err(Fault::Unreadable(_))));
    }
}
