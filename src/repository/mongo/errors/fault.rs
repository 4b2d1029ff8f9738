//! Why one server could not be talked to.

use mongodb::error::{Error as DriverError, ErrorKind};

/// What the connection string says of TLS, for the words of an error.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(in crate::repository::mongo) struct AskedTls {
    /// It asks for TLS.
    pub(in crate::repository::mongo) on: bool,
    /// It names the authority that is trusted, by tlsCAFile.
    pub(in crate::repository::mongo) authority: bool,
    /// It names a certificate of ours, by tlsCertificateKeyFile.
    pub(in crate::repository::mongo) certificate: bool,
}

/// Why one server could not be talked to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::repository::mongo) enum Fault {
    /// Nothing listens there.
    Refused,
    /// No answer came in time.
    Silent,
    /// Its name has no address.
    NoName,
    /// There is no such socket on this machine.
    NoSocket,
    /// The system does not let this user connect to it.
    Forbidden,
    /// There is no way to it.
    NoRoute,
    /// It ended the connection.
    Closed,
    /// It answered in clear where we spoke TLS.
    PlainAnswer,
    /// Nobody who is trusted here has signed its certificate.
    UnknownAuthority,
    /// Its certificate is for another name.
    OtherName,
    /// Its certificate is no longer, or not yet, good.
    Expired,
    /// It wants a certificate of ours, or another one.
    OurCertificate,
    /// Anything else in making the connection safe.
    Handshake,
    /// It did not let us in.
    Login,
    /// It starts, stops or changes its part.
    Changing,
}

/// The words of the system and of the TLS library, and what they mean; the first that fits counts.
const WORDS: [(&[&str], Fault); 15] = [
    (&["unknownissuer", "badsignature", "causedasendentity", "selfsigned"], Fault::UnknownAuthority),
    (&["notvalidforname", "not valid for name"], Fault::OtherName),
    (&["certificate: expired", "certificate expired", "notvalidyet", "not valid yet"], Fault::Expired),
    (&["alert: certificate", "alert: badcertificate", "alert: unknownca", "alert: handshake"], Fault::OurCertificate),
    (&["invalidcontenttype", "corrupt message", "wrong version number"], Fault::PlainAnswer),
    (&["handshake eof", "eof during handshake", "close_notify"], Fault::Closed),
    (&["certificate", "tls", "handshake"], Fault::Handshake),
    (&["connection refused", "actively refused"], Fault::Refused),
    (&["failed to lookup", "name or service not known", "nodename nor servname"], Fault::NoName),
    (&["no such host", "dns resol", "no dns results"], Fault::NoName),
    (&["no such file"], Fault::NoSocket),
    (&["permission denied"], Fault::Forbidden),
    (&["unreachable", "no route"], Fault::NoRoute),
    (&["reset", "unexpected end", "eof", "broken pipe", "closed"], Fault::Closed),
    (&["authentication fail", "scram failure"], Fault::Login),
];

impl Fault {
    /// What an error of the driver says of the server that it met; `None` where it is no word about the server.
    pub(in crate::repository::mongo) fn of(error: &DriverError) -> Option<Self> {
        match error.kind.as_ref() {
            ErrorKind::Io(io) if io.kind() == std::io::ErrorKind::TimedOut => Some(Self::Silent),
            ErrorKind::Io(io) => Some(Self::read(&io.to_string())),
            ErrorKind::ConnectionPoolCleared { message, .. } => Some(Self::read(message)),
            ErrorKind::DnsResolve { .. } => Some(Self::NoName),
            ErrorKind::Authentication { .. } => Some(Self::Login),
            ErrorKind::Command(command) if super::code::GONE.contains(&command.code) => Some(Self::Changing),
            _ => None,
        }
    }

    /// What the words of the system or of the TLS library mean.
    pub(super) fn read(words: &str) -> Self {
        let lower = words.to_lowercase();
        let meant = WORDS.iter().find(|(words, _)| words.iter().any(|word| lower.contains(word)));
        meant.map_or(Self::Silent, |(_, fault)| *fault)
    }

    /// Whether something answered there.
    pub(super) fn answered(self) -> bool {
        !matches!(self, Self::Refused | Self::Silent | Self::NoName | Self::NoSocket | Self::Forbidden | Self::NoRoute)
    }

    /// Whether a way that others have to the server, e.g. behind a tunnel, is missing here.
    pub(super) fn is_out_of_reach(self) -> bool {
        !self.answered()
    }

    /// In a few words.
    pub(super) fn words(self, tls: AskedTls) -> &'static str {
        match self {
            Self::Refused => "connection refused",
            Self::Silent => "no answer in time",
            Self::NoName => "its name cannot be looked up",
            Self::NoSocket => "there is no such socket",
            Self::Forbidden => "the system does not let this user connect to it",
            Self::NoRoute => "the network cannot reach it",
            Self::Closed if tls.on => "it closed the connection when TLS was to begin",
            Self::Closed => "it closed the connection",
            Self::PlainAnswer => "it does not speak TLS",
            Self::UnknownAuthority if tls.authority => {
                "its TLS certificate was not signed by the authority in tlsCAFile"
            }
            Self::UnknownAuthority => "its TLS certificate was signed by nobody who is trusted here",
            Self::OtherName => "its TLS certificate is for another name",
            Self::Expired => "its TLS certificate has expired or is not valid yet",
            Self::OurCertificate => "it did not accept our TLS certificate, or wants one",
            Self::Handshake => "its TLS certificate or handshake was not accepted",
            Self::Login => "it refused the login",
            Self::Changing => "it is starting, stopping or changing its part in the set",
        }
    }

    /// What to do about just that.
    pub(super) fn hint(self, tls: AskedTls) -> Option<&'static str> {
        match self {
            Self::Closed if !tls.on => Some("if it wants TLS, set tls=true in the connection string"),
            // A server that wants one and gets none ends the connection, mostly without a word.
            Self::Closed if tls.authority && !tls.certificate => Some(
                "if it wants a certificate of ours, tlsCertificateKeyFile in the connection string names one and its key; if \
                 it has no TLS, leave tls=true and tlsCAFile out",
            ),
            Self::Closed if tls.certificate => Some(
                "see that an authority that it trusts has signed the certificate in tlsCertificateKeyFile; if it has no TLS, \
                 leave tls=true out of the connection string",
            ),
            Self::Closed | Self::PlainAnswer => {
                Some("if it has no TLS, leave tls=true out of the connection string (mongodb+srv:// wants tls=false)")
            }
            Self::UnknownAuthority if tls.authority => {
                Some("name the file of the authority that signed it as tlsCAFile in the connection string")
            }
            Self::UnknownAuthority | Self::Handshake => {
                Some("a private authority needs tlsCAFile in the connection string")
            }
            Self::OtherName => Some("name it as its certificate does"),
            Self::OurCertificate => {
                Some("tlsCertificateKeyFile in the connection string names a certificate and its key")
            }
            Self::NoName => Some("check how the host is spelt"),
            Self::NoSocket => Some("check the path of the socket"),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_kept_a_server_from_answering_is_told_apart() {
        for (said, fault) in [
            ("Connection refused (os error 111)", Fault::Refused),
            ("failed to lookup address information: Name or service not known", Fault::NoName),
            ("invalid peer certificate: UnknownIssuer", Fault::UnknownAuthority),
            ("invalid peer certificate: certificate not valid for name \"h\"; only for \"x\"", Fault::OtherName),
            ("invalid peer certificate: certificate expired: verification time 5", Fault::Expired),
            ("received fatal alert: CertificateRequired", Fault::OurCertificate),
            ("received corrupt message of type InvalidContentType", Fault::PlainAnswer),
            ("tls handshake eof", Fault::Closed),
            ("peer closed connection without sending TLS close_notify: https://docs.rs/rustls", Fault::Closed),
            ("unexpected end of file", Fault::Closed),
            ("Connection reset by peer (os error 104)", Fault::Closed),
            ("No route to host (os error 113)", Fault::NoRoute),
            ("No such file or directory (os error 2)", Fault::NoSocket),
            ("Permission denied (os error 13)", Fault::Forbidden),
            ("invalid peer certificate: BadSignature", Fault::UnknownAuthority),
            ("deadline has elapsed", Fault::Silent),
        ] {
            assert_eq!(Fault::read(said), fault, "{said}");
        }
    }

    #[test]
    fn tls_on_one_side_only_is_told_by_which_side() {
        let (off, on) = (AskedTls::default(), AskedTls { on: true, ..AskedTls::default() });
        assert!(Fault::Closed.hint(off).is_some_and(|hint| hint.contains("set tls=true")));
        assert!(Fault::Closed.hint(on).is_some_and(|hint| hint.contains("leave tls=true out")));
        let given = AskedTls { authority: true, ..on };
        assert!(Fault::Closed.hint(given).is_some_and(|hint| hint.contains("tlsCertificateKeyFile")));
        assert!(Fault::UnknownAuthority.words(given).contains("the authority in tlsCAFile"));
        assert!(Fault::UnknownAuthority.hint(given).is_some_and(|hint| hint.contains("that signed it")));
        assert!(Fault::PlainAnswer.answered() && Fault::Closed.answered() && !Fault::Refused.answered());
    }
}
