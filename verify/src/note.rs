//! C2SP signed-note: texts signed by one or more keys, and C2SP tlog-cosignature version 1.
//!
//! Two signature types: 0x01 Ed25519 and 0x04 timestamped Ed25519 cosignature. A note is kept as
//! read, byte for byte; a text means nothing until a known key's signature has been verified.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;

use zeroize::Zeroizing;

use crate::encoding::{base64, base64_strict};
use crate::hash::sha256_parts;
use crate::keys::{KeyError, PublicKey, SecretKey};

/// Largest note in bytes.
pub const MAX_NOTE: usize = 1_000_000;

/// Most signature lines in a note.
pub const MAX_SIGNATURES: usize = 100;

const SIGNATURE_MARK: &str = "\u{2014} ";
const SECRET_PREFIX: &str = "PRIVATE+KEY+";

/// Signature types of C2SP signed-note that this crate knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum KeyKind {
    /// 0x01: Ed25519 over the note text.
    Ed25519,
    /// 0x04: timestamped Ed25519 checkpoint cosignature (tlog-cosignature `cosignature/v1`).
    CosignatureV1,
}

impl KeyKind {
    /// The signature type identifier byte.
    pub fn byte(self) -> u8 {
        match self {
            Self::Ed25519 => 0x01,
            Self::CosignatureV1 => 0x04,
        }
    }

    fn from_byte(byte: u8) -> Option<Self> {
        match byte {
            0x01 => Some(Self::Ed25519),
            0x04 => Some(Self::CosignatureV1),
            _ => None,
        }
    }
}

/// Why a note or a note key is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoteError {
    /// Over [`MAX_NOTE`] bytes.
    #[error("the note is over 1 MB")]
    TooLarge,
    /// A control character other than newline.
    #[error("the note has a control character other than newline")]
    ControlCharacter,
    /// No blank line between text and signatures.
    #[error("the note has no blank line before its signatures")]
    NoSignatureBlock,
    /// A signature line that is not `— name base64`.
    #[error("signature line {0} is malformed")]
    SignatureLine(usize),
    /// Over [`MAX_SIGNATURES`] lines.
    #[error("the note has over 100 signatures")]
    TooManySignatures,
    /// A text to be signed that does not end in newline, or holds control characters.
    #[error("a text to be signed ends in newline and has no other control character")]
    Text,
    /// Not `name+hexid+base64`.
    #[error("the key is not of the form name+id+base64")]
    KeyForm,
    /// An empty name, or one with spaces or plus signs.
    #[error("a key name is not empty and has no spaces or plus signs")]
    KeyName,
    /// A signature type this crate does not know.
    #[error("signature type {0:#04x} is not supported")]
    KeyType(u8),
    /// The id is not the hash of name, type and key.
    #[error("the key id does not belong to the name and key")]
    KeyId,
    /// Not a usable public key.
    #[error("{0}")]
    Key(#[from] KeyError),
}

/// Whether a key name is allowed: not empty, no Unicode spaces, no plus sign.
pub fn is_key_name(name: &str) -> bool {
    !name.is_empty()
        && !name
            .chars()
            .any(|c| c.is_whitespace() || c == '+' || c < ' ')
}

/// `SHA-256(name || 0x0A || type || public key)[:4]`, big-endian.
fn key_id(name: &str, kind: KeyKind, key: &PublicKey) -> u32 {
    let hash = sha256_parts(&[name.as_bytes(), b"\n", &[kind.byte()], key.as_bytes()]);
    u32::from_be_bytes([hash[0], hash[1], hash[2], hash[3]])
}

/// The parts of a written key; the bytes are a public key or a seed.
struct KeyText<'a> {
    name: &'a str,
    id: u32,
    kind: KeyKind,
    bytes: Zeroizing<[u8; 32]>,
}

/// Splits `name+hexid+base64(type || 32 bytes)`.
fn split_key(text: &str) -> Result<KeyText<'_>, NoteError> {
    let mut parts = text.splitn(3, '+');
    let (Some(name), Some(id), Some(data)) = (parts.next(), parts.next(), parts.next()) else {
        return Err(NoteError::KeyForm);
    };
    if !is_key_name(name) {
        return Err(NoteError::KeyName);
    }
    let id_form = id.len() == 8 && id.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
    if !id_form {
        return Err(NoteError::KeyForm);
    }
    let id = u32::from_str_radix(id, 16).map_err(|_| NoteError::KeyForm)?;
    let data = Zeroizing::new(base64_strict(data).map_err(|_| NoteError::KeyForm)?);
    let (kind, bytes) = data.split_first().ok_or(NoteError::KeyForm)?;
    let kind = KeyKind::from_byte(*kind).ok_or(NoteError::KeyType(*kind))?;
    let bytes = bytes.try_into().map_err(|_| NoteError::KeyForm)?;
    Ok(KeyText {
        name,
        id,
        kind,
        bytes: Zeroizing::new(bytes),
    })
}

/// A verifier key ("vkey"): whose signature lines to look for, and how to check them.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct VerifierKey {
    /// Key name as in signature lines.
    pub name: String,
    /// Key id: the hash of name, type and key.
    pub id: u32,
    /// Signature type.
    pub kind: KeyKind,
    /// The public key.
    pub key: PublicKey,
}

impl VerifierKey {
    /// A key under a name; refuses names the format does not allow.
    pub fn new(name: &str, kind: KeyKind, key: PublicKey) -> Result<Self, NoteError> {
        if !is_key_name(name) {
            return Err(NoteError::KeyName);
        }
        Ok(Self {
            name: name.into(),
            id: key_id(name, kind, &key),
            kind,
            key,
        })
    }

    /// Reads `name+hexid+base64(type || key)`.
    pub fn parse(text: &str) -> Result<Self, NoteError> {
        let text = split_key(text)?;
        let key = Self::new(text.name, text.kind, PublicKey::from_bytes(&text.bytes)?)?;
        if key.id == text.id {
            Ok(key)
        } else {
            Err(NoteError::KeyId)
        }
    }

    /// Checks one signature line's bytes (after the id) over a note text.
    fn check(&self, text: &str, bytes: &[u8]) -> Option<Signed> {
        match self.kind {
            KeyKind::Ed25519 => {
                let signature = bytes.try_into().ok()?;
                self.key
                    .verify(text.as_bytes(), signature)
                    .then_some(Signed { timestamp: None })
            }
            KeyKind::CosignatureV1 => {
                let (timestamp, signature) = bytes.split_first_chunk::<8>()?;
                let timestamp = u64::from_be_bytes(*timestamp);
                // tlog-cosignature: the timestamp must not exceed 2^63 − 1.
                i64::try_from(timestamp).ok()?;
                self.key
                    .verify(
                        cosignature_message(text, timestamp).as_bytes(),
                        signature.try_into().ok()?,
                    )
                    .then_some(Signed {
                        timestamp: Some(timestamp),
                    })
            }
        }
    }
}

impl fmt::Display for VerifierKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut data = Vec::with_capacity(33);
        data.push(self.kind.byte());
        data.extend_from_slice(self.key.as_bytes());
        write!(f, "{}+{:08x}+{}", self.name, self.id, base64(&data))
    }
}

/// A signer key: a name, a signature type and a secret key.
#[derive(Clone)]
pub struct SignerKey {
    verifier: VerifierKey,
    secret: SecretKey,
}

impl SignerKey {
    /// A signer from a 32-byte seed.
    pub fn from_seed(name: &str, kind: KeyKind, seed: &[u8; 32]) -> Result<Self, NoteError> {
        let secret = SecretKey::from_seed(seed);
        Ok(Self {
            verifier: VerifierKey::new(name, kind, secret.public())?,
            secret,
        })
    }

    /// Reads `PRIVATE+KEY+name+hexid+base64(type || seed)`, the form of Go's sumdb/note.
    pub fn parse(text: &str) -> Result<Self, NoteError> {
        let rest = text.strip_prefix(SECRET_PREFIX).ok_or(NoteError::KeyForm)?;
        let text = split_key(rest)?;
        let key = Self::from_seed(text.name, text.kind, &text.bytes)?;
        if key.verifier.id == text.id {
            Ok(key)
        } else {
            Err(NoteError::KeyId)
        }
    }

    /// The text [`parse`](Self::parse) reads: for a key file, never for a log or a message.
    pub fn to_secret_text(&self) -> Zeroizing<String> {
        let mut data = Zeroizing::new(Vec::with_capacity(33));
        data.push(self.verifier.kind.byte());
        data.extend_from_slice(self.secret.seed().as_slice());
        let data = Zeroizing::new(base64(&data));
        Zeroizing::new(format!(
            "{SECRET_PREFIX}{}+{:08x}+{}",
            self.verifier.name,
            self.verifier.id,
            data.as_str()
        ))
    }

    /// The key others verify with.
    pub fn verifier(&self) -> &VerifierKey {
        &self.verifier
    }

    /// One signature line, newline included, of `data` after the key id.
    fn line(&self, data: &[u8]) -> String {
        let mut bytes = self.verifier.id.to_be_bytes().to_vec();
        bytes.extend_from_slice(data);
        format!(
            "{SIGNATURE_MARK}{} {}\n",
            self.verifier.name,
            base64(&bytes)
        )
    }
}

impl fmt::Debug for SignerKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SignerKey({})", self.verifier)
    }
}

fn cosignature_message(text: &str, timestamp: u64) -> String {
    format!("cosignature/v1\ntime {timestamp}\n{text}")
}

fn check_text(text: &str) -> Result<(), NoteError> {
    let clean = text.bytes().all(|b| b >= b' ' || b == b'\n');
    if clean && text.ends_with('\n') {
        Ok(())
    } else {
        Err(NoteError::Text)
    }
}

/// Signs `text` (ending in newline) with a key of type 0x01; gives the whole note.
pub fn sign_note(text: &str, key: &SignerKey) -> Result<String, NoteError> {
    check_text(text)?;
    if key.verifier.kind != KeyKind::Ed25519 {
        return Err(NoteError::KeyType(key.verifier.kind.byte()));
    }
    let line = key.line(&key.secret.sign(text.as_bytes()));
    Ok(format!("{text}\n{line}"))
}

/// Cosigns a checkpoint's note text at `timestamp` (POSIX seconds) with a key of type 0x04; gives
/// the signature line, newline included, to be appended to the note.
pub fn cosign(text: &str, timestamp: u64, key: &SignerKey) -> Result<String, NoteError> {
    check_text(text)?;
    if key.verifier.kind != KeyKind::CosignatureV1 {
        return Err(NoteError::KeyType(key.verifier.kind.byte()));
    }
    let signature = key
        .secret
        .sign(cosignature_message(text, timestamp).as_bytes());
    let mut data = timestamp.to_be_bytes().to_vec();
    data.extend_from_slice(&signature);
    Ok(key.line(&data))
}

/// One signature line of a note.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoteSignature {
    /// Key name.
    pub name: String,
    /// Key id.
    pub id: u32,
    /// Signature bytes after the id; what they are depends on the key's type.
    pub bytes: Vec<u8>,
    /// The line as read, newline included.
    pub line: String,
}

/// What a verified signature says besides who signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Signed {
    /// POSIX seconds of a cosignature; `None` for a plain Ed25519 signature.
    pub timestamp: Option<u64>,
}

/// What a note says about one key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignatureCheck {
    /// The key signed the text.
    Verified(Signed),
    /// A line claims to be this key's and is not: the whole note should be refused.
    Invalid,
    /// No line of this key.
    Absent,
}

/// A parsed signed note; its signatures are not yet verified.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Note {
    /// The signed text, final newline included.
    pub text: String,
    /// The signature lines, in order.
    pub signatures: Vec<NoteSignature>,
}

impl Note {
    /// Reads a note; the text is separated from the signatures by the last blank line.
    pub fn parse(note: &str) -> Result<Self, NoteError> {
        if note.len() > MAX_NOTE {
            return Err(NoteError::TooLarge);
        }
        if note.bytes().any(|b| b < b' ' && b != b'\n') {
            return Err(NoteError::ControlCharacter);
        }
        let blank = note.rfind("\n\n").ok_or(NoteError::NoSignatureBlock)?;
        let (text, block) = (&note[..=blank], &note[blank + 2..]);
        if block.is_empty() {
            return Err(NoteError::NoSignatureBlock);
        }
        let mut signatures = Vec::new();
        for line in block.split_inclusive('\n') {
            if signatures.len() == MAX_SIGNATURES {
                return Err(NoteError::TooManySignatures);
            }
            let signature =
                NoteSignature::parse(line).ok_or(NoteError::SignatureLine(signatures.len() + 1))?;
            signatures.push(signature);
        }
        Ok(Self {
            text: text.to_string(),
            signatures,
        })
    }

    /// Checks every line of `key`. Where a cosigner signed twice, the earlier time counts: by then
    /// it had seen the text. One bad line makes the key's answer [`SignatureCheck::Invalid`].
    pub fn verify(&self, key: &VerifierKey) -> SignatureCheck {
        let mut found: Option<Signed> = None;
        for line in &self.signatures {
            if line.name != key.name || line.id != key.id {
                continue;
            }
            let Some(signed) = key.check(&self.text, &line.bytes) else {
                return SignatureCheck::Invalid;
            };
            found = Some(match found {
                Some(earlier) if earlier.timestamp <= signed.timestamp => earlier,
                _ => signed,
            });
        }
        found.map_or(SignatureCheck::Absent, SignatureCheck::Verified)
    }
}

impl fmt::Display for Note {
    /// The note as it was read.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.text)?;
        self.signatures
            .iter()
            .try_for_each(|signature| f.write_str(&signature.line))
    }
}

impl NoteSignature {
    /// Reads one line `— name base64`, newline included.
    pub fn parse(line: &str) -> Option<Self> {
        let (name, data) = line
            .strip_prefix(SIGNATURE_MARK)?
            .strip_suffix('\n')?
            .split_once(' ')?;
        let data = base64_strict(data).ok()?;
        let (id, bytes) = data.split_first_chunk::<4>()?;
        if bytes.is_empty() || !is_key_name(name) {
            return None;
        }
        Some(Self {
            name: name.to_string(),
            id: u32::from_be_bytes(*id),
            bytes: bytes.to_vec(),
            line: line.to_string(),
        })
    }
}
