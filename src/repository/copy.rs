//! Exact copies of sessions: what a deletion leaves, and what can be put back.

use std::{fmt, sync::Arc};

use bson::{Bson, RawDocumentBuf};

use crate::session::SessionKey;

/// Everything that is stored of one session, byte for byte. It holds the viewer password in clear.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub enum SessionCopy {
    /// The document of a database, in BSON.
    Document(RawDocumentBuf),
    /// The session's folder as a tar archive, whose paths begin with `session_<id>/`. Clones share it: it may be large.
    Folder(Arc<Vec<u8>>),
}

impl SessionCopy {
    /// What was kept as bytes; `None` where they are neither kind.
    #[must_use]
    pub fn from_bytes(bytes: Vec<u8>) -> Option<Self> {
        // Where an archive has its mark, a document may hold the same letters, but not the length of the whole at its start.
        if is_document(&bytes) {
            return RawDocumentBuf::from_bytes(bytes).ok().map(Self::Document);
        }
        Self::begins_archive(&bytes).then(|| Self::Folder(bytes.into()))
    }

    /// Whether an archive begins so: with its mark.
    pub(crate) fn begins_archive(bytes: &[u8]) -> bool {
        bytes.get(257..262) == Some(b"ustar")
    }

    /// The session's `_id`; `None` where none can be read.
    #[must_use]
    pub fn session(&self) -> Option<SessionKey> {
        match self {
            Self::Document(document) => {
                let id = document.get("_id").ok()??;
                Bson::try_from(id).ok().map(SessionKey::new)
            }
            Self::Folder(archive) => {
                let mut archive = tar::Archive::new(archive.as_slice());
                let first = archive.entries().ok()?.next()?.ok()?;
                let path = first.path().ok()?;
                let folder = path.components().next()?.as_os_str().to_str()?;
                folder.strip_prefix("session_").map(SessionKey::from)
            }
        }
    }

    /// The bytes to keep.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        match self {
            Self::Document(document) => document.as_bytes(),
            Self::Folder(archive) => archive,
        }
    }
}

/// A document begins with its own length and ends with a zero.
fn is_document(bytes: &[u8]) -> bool {
    let length = bytes.first_chunk().map(|length| u32::from_le_bytes(*length) as usize);
    length == Some(bytes.len()) && bytes.last() == Some(&0)
}

/// The kind and the size alone: the content is private.
impl fmt::Debug for SessionCopy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match self {
            Self::Document(_) => "Document",
            Self::Folder(_) => "Folder",
        };
        write!(f, "{kind}({} bytes)", self.as_bytes().len())
    }
}

/// What became of a session that was to be deleted as it was copied.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum CopiedDeletion {
    /// It is deleted, and the copy is what it was.
    Done,
    /// It is deleted, and it had changed since it was copied: this is what it was.
    Overtaken(SessionCopy),
    /// It has changed since it was copied, and is still there.
    Changed,
}

#[cfg(test)]
mod tests {
    use bson::doc;

    use super::*;

    #[test]
    fn kept_bytes_are_known_again_and_others_are_not() {
        let document = SessionCopy::Document(RawDocumentBuf::try_from(&doc! { "_id": "ustar" }).unwrap());
        let mut archive = vec![0; 1024];
        archive[257..262].copy_from_slice(b"ustar");
        let archive = SessionCopy::Folder(archive.into());
        for copy in [document, archive] {
            assert_eq!(SessionCopy::from_bytes(copy.as_bytes().to_vec()), Some(copy));
        }
        for other in [&b""[..], b"{}", &[5, 0, 0, 0, 1], &[0; 600]] {
            assert_eq!(SessionCopy::from_bytes(other.to_vec()), None);
        }
        assert!(!format!("{:?}", SessionCopy::Folder(b"secret".to_vec().into())).contains("secret"));
    }

    #[test]
    fn a_copy_names_its_session() {
        let document = SessionCopy::Document(RawDocumentBuf::try_from(&doc! { "n": 1, "_id": 5_i64 }).unwrap());
        assert_eq!(document.session(), Some(SessionKey::new(Bson::Int64(5))));
        let mut archive = tar::Builder::new(Vec::new());
        let mut header = tar::Header::new_ustar();
        header.set_size(0);
        let long = "x".repeat(180);
        archive.append_data(&mut header, format!("session_{long}/session.json"), &b""[..]).unwrap();
        let folder = SessionCopy::Folder(archive.into_inner().unwrap().into());
        assert_eq!(folder.session(), Some(SessionKey::from(long)));
        for odd in [SessionCopy::Folder(b"no archive".to_vec().into()), SessionCopy::Folder(Vec::<u8>::new().into())] {
            assert_eq!(odd.session(), None);
        }
        let nameless = SessionCopy::Document(RawDocumentBuf::try_from(&doc! { "n": 1 }).unwrap());
        assert_eq!(nameless.session(), None);
    }
}
