//! Which certificates are trusted.

use std::{io, path::PathBuf, sync::Arc};

use clap::Args;
use rustls_platform_verifier::BuilderVerifierExt;
use tokio_rustls::rustls::{
    self, ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme,
    client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
    crypto::{
        CryptoProvider, WebPkiSupportedAlgorithms, verify_tls12_signature, verify_tls13_signature,
    },
    pki_types::{CertificateDer, ServerName, UnixTime, pem::PemObject},
};

use super::Version;

/// The certificates that a server may have.
#[derive(Debug, Clone)]
pub enum Trust {
    /// Those that the system trusts.
    System,
    /// Those of the authorities in a file.
    File(PathBuf),
    /// Any.
    All,
}

/// The certificates that the command line names.
#[derive(Debug, Clone, Args)]
pub struct TrustOptions {
    /// Trust the certificates in this file (PEM), and no others
    #[arg(long, value_name = "FILE", conflicts_with = "insecure")]
    pub cacert: Option<PathBuf>,
    /// Trust every certificate
    #[arg(long)]
    pub insecure: bool,
}

impl TrustOptions {
    pub fn trust(&self) -> Trust {
        match &self.cacert {
            Some(file) => Trust::File(file.clone()),
            None if self.insecure => Trust::All,
            None => Trust::System,
        }
    }
}

/// The configurations for each choice of versions.
pub struct Configs {
    any: Arc<ClientConfig>,
    http1: Arc<ClientConfig>,
    http2: Arc<ClientConfig>,
}

impl Configs {
    pub fn new(trust: &Trust) -> Result<Self, String> {
        let config = config(trust)?;
        let with = |protocols: &[&[u8]]| {
            let mut config = config.clone();
            config.alpn_protocols = protocols.iter().map(|it| it.to_vec()).collect();
            Arc::new(config)
        };
        Ok(Self {
            any: with(&[b"h2", b"http/1.1"]),
            http1: with(&[b"http/1.1"]),
            http2: with(&[b"h2"]),
        })
    }

    pub fn of(&self, version: Version) -> Arc<ClientConfig> {
        match version {
            Version::Any => self.any.clone(),
            Version::Http1 => self.http1.clone(),
            Version::Http2 => self.http2.clone(),
        }
    }
}

fn config(trust: &Trust) -> Result<ClientConfig, String> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider.clone())
        .with_safe_default_protocol_versions()
        .map_err(|error| error.to_string())?;
    let builder = match trust {
        Trust::System => builder.with_platform_verifier().map_err(|error| {
            format!("the certificates of this system: {error}; pass a file of certificates with `--cacert`")
        })?,
        Trust::File(path) => {
            let failed = |error: &dyn std::fmt::Display| format!("{}: {error}", path.display());
            let mut roots = RootCertStore::empty();
            for certificate in CertificateDer::pem_file_iter(path).map_err(|error| failed(&error))? {
                let certificate = certificate.map_err(|error| failed(&error))?;
                roots.add(certificate).map_err(|error| failed(&error))?;
            }
            if roots.is_empty() {
                return Err(failed(&"the file has no certificate in PEM form"));
            }
            builder.with_root_certificates(roots)
        }
        Trust::All => builder
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(Unchecked::new(&provider))),
    };
    Ok(builder.with_no_client_auth())
}

/// Returns the reason of a failed handshake, without the words that wrap it.
pub fn sentence(error: &io::Error) -> String {
    let inner = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>());
    inner.map_or_else(|| error.to_string(), ToString::to_string)
}

/// Accepts every certificate. The signatures of the handshake are checked, so the server has the key.
#[derive(Debug)]
struct Unchecked(WebPkiSupportedAlgorithms);

impl Unchecked {
    fn new(provider: &CryptoProvider) -> Self {
        Self(provider.signature_verification_algorithms)
    }
}

impl ServerCertVerifier for Unchecked {
    fn verify_server_cert(
        &self,
        _end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, cert, dss, &self.0)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, cert, dss, &self.0)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.supported_schemes()
    }
}
