//! Secrets at rest.
//!
//! What must be read back (tokens, codes, PINs) is sealed with AES-256-GCM under one of `SECRET_KEYS`; the seal is
//! bound to the table, column and row it was made for, so that a sealed value copied elsewhere does not open. What
//! must only be recognised (link tokens, API keys, states) is kept as its SHA-256 digest: they are 192 random bits or
//! more, so a plain digest cannot be searched.

use std::sync::Arc;

use aws_lc_rs::{
    aead::{AES_256_GCM, Aad, Nonce, RandomizedNonceKey},
    digest, hmac,
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use secrecy::SecretString;
use uuid::Uuid;

use crate::error::{Error, Result};

/// The first byte of everything sealed: the layout below it.
const LAYOUT: u8 = 1;
const NONCE: usize = 12;
/// The longest id of a key.
pub const LONGEST_ID: i32 = 32;

/// Seals and opens secrets. Cheap to clone.
#[derive(Clone)]
pub struct Sealer(Arc<[Key]>);

struct Key {
    id: String,
    secret: RandomizedNonceKey,
    /// Proves that the key is held, and nothing else: derived, so that it opens nothing.
    proof: hmac::Key,
}

/// Where a sealed value lives. It opens nowhere else.
#[derive(Clone, Copy)]
pub struct Place {
    /// The table.
    pub table: &'static str,
    /// The column.
    pub column: &'static str,
    /// The row's id.
    pub row: Uuid,
}

impl Place {
    /// A place in a row that has a digest in place of an id.
    #[must_use]
    pub fn of_digest(table: &'static str, column: &'static str, digest: &[u8]) -> Self {
        let row = digest.first_chunk::<16>().copied().map_or(Uuid::nil(), Uuid::from_bytes);
        Self { table, column, row }
    }

    fn bound(&self) -> Vec<u8> {
        [self.table.as_bytes(), b"\0", self.column.as_bytes(), b"\0", self.row.as_bytes()].concat()
    }
}

impl Sealer {
    /// Reads `SECRET_KEYS`: one or more `id:base64 of 32 bytes`, comma separated. The first seals, all open.
    ///
    /// # Errors
    /// A sentence that says which entry is malformed and how one is made; never the entry's secret.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut keys = Vec::new();
        for (at, entry) in text.split(',').map(str::trim).filter(|entry| !entry.is_empty()).enumerate() {
            let nth = at + 1;
            let (id, secret) =
                entry.split_once(':').ok_or(format!("key {nth} has no ':' between its id and secret"))?;
            if id.is_empty() || id.len() > 32 || !id.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b)) {
                return Err(format!("the id of key {nth} must be 1 to 32 letters, digits, '-', '_' or '.'"));
            }
            if keys.iter().any(|key: &Key| key.id == id) {
                return Err(format!("the key id {id:?} stands there twice"));
            }
            let secret = STANDARD.decode(secret).map_err(|_| format!("the secret of key {id:?} is not base64"))?;
            let proof = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &secret), b"setuplinks: who holds this key");
            let secret = RandomizedNonceKey::new(&AES_256_GCM, &secret).map_err(|_| {
                format!("the secret of key {id:?} must be 32 bytes; make one with: openssl rand -base64 32")
            })?;
            let proof = hmac::Key::new(hmac::HMAC_SHA256, proof.as_ref());
            keys.push(Key { id: id.to_owned(), secret, proof });
        }
        if keys.is_empty() {
            return Err("no key given; make one with: echo \"k1:$(openssl rand -base64 32)\"".to_owned());
        }
        Ok(Self(keys.into()))
    }

    /// Seals `secret` for `place` with the first key: layout, key id, nonce, ciphertext and tag.
    pub fn seal(&self, place: Place, secret: &str) -> Result<Vec<u8>> {
        let key = self.0.first().ok_or_else(|| Error::Internal("no key to seal with".to_owned()))?;
        let mut body = secret.as_bytes().to_vec();
        let nonce = key
            .secret
            .seal_in_place_append_tag(Aad::from(place.bound()), &mut body)
            .map_err(|_| Error::Internal("sealing failed".to_owned()))?;
        Ok([self.prefix().as_slice(), nonce.as_ref(), &body].concat())
    }

    /// Opens what was sealed for `place`.
    pub fn open(&self, place: Place, sealed: &[u8]) -> Result<SecretString> {
        self.try_open(place, sealed).ok_or_else(|| Error::Sealed(format!("{}.{}", place.table, place.column)))
    }

    /// The ids of the keys, the one that seals first.
    pub fn key_ids(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|key| key.id.as_str())
    }

    /// How everything begins that is sealed now: layout and key id.
    #[must_use]
    pub fn prefix(&self) -> Vec<u8> {
        let id = self.key_ids().next().unwrap_or_default();
        [&[LAYOUT, u8::try_from(id.len()).unwrap_or(u8::MAX)], id.as_bytes()].concat()
    }

    /// What only a holder of these keys can say of a nonce: one line for each key.
    #[must_use]
    pub fn vouch(&self, nonce: &str) -> Vec<String> {
        self.0.iter().map(|key| hex(hmac::sign(&key.proof, nonce.as_bytes()))).collect()
    }

    /// Whether a holder of one of these keys said `sign` of the nonce.
    #[must_use]
    pub fn vouches(&self, nonce: &str, sign: &str) -> bool {
        self.vouch(nonce).iter().any(|own| own == sign)
    }

    fn try_open(&self, place: Place, sealed: &[u8]) -> Option<SecretString> {
        let (&[layout, id_length], rest) = sealed.split_first_chunk()?;
        let (id, rest) = rest.split_at_checked(usize::from(id_length))?;
        let (nonce, body) = rest.split_first_chunk::<NONCE>()?;
        let key = self.0.iter().find(|key| key.id.as_bytes() == id).filter(|_| layout == LAYOUT)?;
        let mut body = body.to_vec();
        let plain = key.secret.open_in_place(Nonce::from(nonce), Aad::from(place.bound()), &mut body).ok()?;
        Some(SecretString::from(std::str::from_utf8(plain).ok()?))
    }
}

/// The id of the key that something was sealed with; `None` for what was never sealed.
#[must_use]
pub fn key_id(sealed: &[u8]) -> Option<&str> {
    let (&[_, length], rest) = sealed.split_first_chunk()?;
    std::str::from_utf8(rest.get(..usize::from(length))?).ok()
}

/// A digest of something anybody could guess: only who has the key can find out by trying.
#[must_use]
pub fn keyed_digest(key: &str, text: &str) -> [u8; 32] {
    let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key.as_bytes()), text.as_bytes());
    let mut digest = [0; 32];
    digest.copy_from_slice(tag.as_ref());
    digest
}

/// The SHA-256 digest by which something secret is recognised.
#[must_use]
pub fn digest(secret: impl AsRef<[u8]>) -> Vec<u8> {
    digest::digest(&digest::SHA256, secret.as_ref()).as_ref().to_vec()
}

/// HMAC-SHA256 of `message` under `key`.
#[must_use]
pub fn hmac_sha256(key: &[u8], message: &[u8]) -> Vec<u8> {
    hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), message).as_ref().to_vec()
}

/// Lower-case hexadecimal HMAC-SHA256 of `message` under `key`.
#[must_use]
pub fn hmac_sha256_hex(key: &str, message: &str) -> String {
    hex(hmac_sha256(key.as_bytes(), message.as_bytes()))
}

/// Bytes as lower-case hexadecimal digits.
#[must_use]
pub fn hex(bytes: impl AsRef<[u8]>) -> String {
    use std::fmt::Write as _;
    bytes.as_ref().iter().fold(String::new(), |mut digits, byte| {
        let _ = write!(digits, "{byte:02x}");
        digits
    })
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret as _;

    use super::*;

    const OLD: &str = "old:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
    const NEW: &str = "new:AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=";

    fn place(row: u128) -> Place {
        Place { table: "signups", column: "token", row: Uuid::from_u128(row) }
    }

    #[test]
    fn holders_of_a_key_know_each_other_and_nobody_else() {
        let (one, both) = (Sealer::parse(NEW).unwrap(), Sealer::parse(&format!("{OLD},{NEW}")).unwrap());
        let nonce = "00112233445566778899aabbccddeeff";
        let sign = &one.vouch(nonce)[0];
        assert!(both.vouches(nonce, sign), "a key that is being rotated is held all the same");
        assert!(!both.vouches("another", sign));
        assert!(!Sealer::parse(OLD).unwrap().vouches(nonce, sign));
        assert_eq!(key_id(&one.seal(place(1), "x").unwrap()), Some("new"));
        assert_eq!(key_id(b"x"), None);
    }

    #[test]
    fn a_secret_opens_where_it_was_sealed_and_nowhere_else() {
        let sealer = Sealer::parse(NEW).unwrap();
        let sealed = sealer.seal(place(1), "EAA-secret").unwrap();
        assert_eq!(sealer.open(place(1), &sealed).unwrap().expose_secret(), "EAA-secret");
        assert!(sealer.open(place(2), &sealed).is_err());
        assert!(sealer.open(Place { column: "code", ..place(1) }, &sealed).is_err());
        assert!(!sealed.windows(10).any(|part| part == b"EAA-secret"));
    }

    #[test]
    fn a_changed_or_cut_seal_does_not_open() {
        let sealer = Sealer::parse(NEW).unwrap();
        let sealed = sealer.seal(place(1), "EAA-secret").unwrap();
        for at in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[at] ^= 1;
            assert!(sealer.open(place(1), &changed).is_err(), "byte {at}");
            assert!(sealer.open(place(1), &sealed[..at]).is_err(), "length {at}");
        }
    }

    #[test]
    fn the_first_key_seals_and_all_open() {
        let before = Sealer::parse(OLD).unwrap().seal(place(1), "kept").unwrap();
        let both = Sealer::parse(&format!("{NEW},{OLD}")).unwrap();
        assert_eq!(both.open(place(1), &before).unwrap().expose_secret(), "kept");
        let after = both.seal(place(1), "kept").unwrap();
        assert!(Sealer::parse(OLD).unwrap().open(place(1), &after).is_err());
        assert!(Sealer::parse(NEW).unwrap().open(place(1), &after).is_ok());
    }

    #[test]
    fn a_malformed_key_is_refused_in_words_that_do_not_repeat_it() {
        for (text, says) in [
            ("", "no key given"),
            ("c2VjcmV0", "no ':'"),
            ("k1:c2VjcmV0", "32 bytes"),
            ("k1:not base64", "not base64"),
            (":AAAA", "the id of key 1"),
            (&format!("{OLD},{OLD}"), "twice"),
        ] {
            let refused = Sealer::parse(text).err().unwrap();
            assert!(refused.contains(says), "{refused}");
            assert!(!refused.contains("c2VjcmV0"), "{refused}");
        }
    }

    #[test]
    fn the_hmac_is_that_of_rfc_4231() {
        assert_eq!(
            hmac_sha256_hex("Jefe", "what do ya want for nothing?"),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        );
    }
}
