//! Who is signed in at the desk: challenges to sign, and what a signed one opens for a while.
//!
//! In memory only: after a start everybody signs in again, which takes one file. Tokens are kept as hashes, and go in the `Authorization` header, never
//! as cookies, so that no other site can use them. Must not know what they are used for, only how many tables
//! are looked through at once.

use crate::domain::Kind;
use gongshi_verify::encoding::{base64, base64_array};
use gongshi_verify::hash::{Hash, sha256};
use gongshi_verify::json::{self, Value};
use gongshi_verify::keys::{PublicKey, SecretKey};
use gongshi_verify::names::{AuthorityId, Origin};
use gongshi_verify::registry::{AuthorityState, Registry};
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// How long a challenge can be answered.
pub const CHALLENGE_SECONDS: u64 = 120;
/// How long a session lasts at most: a working day.
pub const SESSION_SECONDS: u64 = 8 * 3600;
/// Sessions of one authority; the oldest gives way, so that no authority can sign out another.
const MOST: usize = 16;
/// Bytes of a challenge: a random number, the moment, and the desk's own signature over both and whom they are for.
const RANDOM: usize = 16;
const MOMENT: usize = 8;
const CHALLENGE: usize = RANDOM + MOMENT + 64;

/// What is signed to sign in. Its label is no event's, so that neither can stand for the other.
#[must_use]
pub fn message(authority: &AuthorityId, challenge: &str, origin: &Origin) -> Vec<u8> {
    let members = Value::object([
        ("authority", authority.as_str().into()),
        ("challenge", challenge.into()),
        ("origin", origin.as_str().into()),
    ]);
    format!("gongshi/desk/v1\n{}", json::to_jcs(&members)).into_bytes()
}

/// Somebody with a key of an authority.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedIn {
    /// The authority.
    pub authority: AuthorityId,
    /// The key that signed.
    pub key: PublicKey,
}

impl SignedIn {
    /// The authority as it is registered, while the key is one of its own.
    #[must_use]
    pub fn state<'a>(&self, registry: &'a Registry) -> Option<&'a AuthorityState> {
        let state = registry.authority(&self.authority)?;
        let mut valid = state.keys.iter().filter(|key| key.ended_at.is_none());
        valid.any(|key| key.key == self.key).then_some(state)
    }
}

struct Session {
    token: Hash,
    who: SignedIn,
    made: Duration,
}

/// Tables looked through at once: apart from the public's searches, which they must not hold up.
const MOST_TABLES: usize = 4;

/// How long the desk has been there.
type Clock = Box<dyn Fn() -> Duration + Send + Sync>;

/// The challenges given and the sessions open.
///
/// A challenge is not kept: the desk knows its own by a signature, so that nobody can crowd out others by asking. Those that opened a session are, for as
/// long as they could be answered again.
pub struct Desk {
    key: SecretKey,
    clock: Clock,
    used: Mutex<VecDeque<(String, Duration)>>,
    sessions: Mutex<Vec<Session>>,
    tables: Arc<Semaphore>,
}

impl Default for Desk {
    fn default() -> Self {
        let began = Instant::now();
        Desk::timed(Box::new(move || began.elapsed()))
    }
}

impl Desk {
    fn timed(clock: Clock) -> Self {
        Desk {
            key: SecretKey::from_seed(&random()),
            clock,
            used: Mutex::default(),
            sessions: Mutex::default(),
            tables: Arc::new(Semaphore::new(MOST_TABLES)),
        }
    }

    /// A place for a table to be looked through, kept until it is dropped; `None` where all are taken.
    pub fn place(&self) -> Option<OwnedSemaphorePermit> {
        self.tables.clone().try_acquire_owned().ok()
    }

    /// A challenge for an authority, in base64.
    pub fn challenge(&self, authority: &AuthorityId) -> String {
        let mut bytes = [0; CHALLENGE];
        bytes[..RANDOM].copy_from_slice(&random::<RANDOM>());
        bytes[RANDOM..][..MOMENT].copy_from_slice(&(self.clock)().as_secs().to_be_bytes());
        let signature = self.key.sign(&stamped(authority, &bytes));
        bytes[RANDOM + MOMENT..].copy_from_slice(&signature);
        base64(&bytes)
    }

    /// Whether the challenge was given to that authority a moment ago.
    pub fn gave(&self, authority: &AuthorityId, text: &str) -> bool {
        let Ok(bytes) = base64_array::<CHALLENGE>(text) else {
            return false;
        };
        let (mut moment, mut signature) = ([0; MOMENT], [0; 64]);
        moment.copy_from_slice(&bytes[RANDOM..][..MOMENT]);
        signature.copy_from_slice(&bytes[RANDOM + MOMENT..]);
        let now = (self.clock)().as_secs();
        let age = now.checked_sub(u64::from_be_bytes(moment));
        let public = self.key.public();
        age.is_some_and(|age| age <= CHALLENGE_SECONDS)
            && public.verify(&stamped(authority, &bytes), &signature)
    }

    /// Opens a session by a challenge whose answer was found right: its token, in base64; `None` where the challenge has opened one already.
    pub fn open(&self, who: SignedIn, challenge: &str) -> Option<String> {
        let mut used = locked(&self.used);
        let now = (self.clock)();
        used.retain(|(_, at)| now.saturating_sub(*at).as_secs() <= CHALLENGE_SECONDS + 1);
        if used.iter().any(|(one, _)| one == challenge) {
            return None;
        }
        used.push_back((challenge.to_owned(), now));
        drop(used);
        let token = base64(&random::<32>());
        let mut all = self.open_sessions();
        let own = |one: &Session| one.who.authority == who.authority;
        if all.iter().filter(|one| own(one)).count() >= MOST
            && let Some(oldest) = all.iter().position(own)
        {
            all.remove(oldest);
        }
        all.push(Session {
            token: sha256(token.as_bytes()),
            who,
            made: now,
        });
        Some(token)
    }

    /// Who has that token.
    pub fn who(&self, token: &str) -> Option<SignedIn> {
        let token = sha256(token.as_bytes());
        let all = self.open_sessions();
        let found = all.iter().find(|one| one.token == token);
        found.map(|one| one.who.clone())
    }

    fn open_sessions(&self) -> MutexGuard<'_, Vec<Session>> {
        let now = (self.clock)();
        let mut all = locked(&self.sessions);
        all.retain(|one| now.saturating_sub(one.made).as_secs() < SESSION_SECONDS);
        all
    }

    /// Ends a session.
    pub fn close(&self, token: &str) {
        let token = sha256(token.as_bytes());
        locked(&self.sessions).retain(|one| one.token != token);
    }
}

/// Whether an authority may publish records of the kind from a table.
pub(crate) fn may_fill(state: &AuthorityState, kind: Kind) -> bool {
    let mut kinds = state.kinds.iter();
    kind.importable() && kinds.any(|name| name.as_str() == kind.as_str())
}

/// What the desk signs of a challenge.
fn stamped(authority: &AuthorityId, challenge: &[u8; CHALLENGE]) -> Vec<u8> {
    let mut said = format!("gongshi/desk-challenge/v1\n{authority}\n").into_bytes();
    said.extend_from_slice(&challenge[..RANDOM + MOMENT]);
    said
}

fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).expect("the system has a random generator");
    bytes
}

fn locked<T>(lock: &Mutex<T>) -> MutexGuard<'_, T> {
    lock.lock().expect("no holder of this lock panics")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicU64, Ordering};

    fn id(text: &str) -> AuthorityId {
        AuthorityId::parse(text).unwrap()
    }

    fn who(authority: &str) -> SignedIn {
        SignedIn {
            authority: id(authority),
            key: SecretKey::from_seed(&[1; 32]).public(),
        }
    }

    #[test]
    fn a_challenge_is_the_desk_s_own_of_one_authority_and_opens_once() {
        let desk = Desk::default();
        let text = desk.challenge(&id("610323-SCJG"));
        assert_ne!(text, desk.challenge(&id("610323-SCJG")));
        assert!(desk.gave(&id("610323-SCJG"), &text));
        assert!(!desk.gave(&id("610323-YJJ"), &text));
        assert!(!Desk::default().gave(&id("610323-SCJG"), &text));
        for wrong in ["", "other", &text[1..]] {
            assert!(!desk.gave(&id("610323-SCJG"), wrong));
        }
        // Another moment is another challenge.
        let mut bytes = base64_array::<CHALLENGE>(&text).unwrap();
        bytes[RANDOM + MOMENT - 1] ^= 1;
        assert!(!desk.gave(&id("610323-SCJG"), &base64(&bytes)));
        assert!(desk.open(who("610323-SCJG"), &text).is_some());
        assert_eq!(desk.open(who("610323-SCJG"), &text), None);
    }

    #[test]
    fn challenges_and_sessions_grow_old() {
        let now = Arc::new(AtomicU64::new(5));
        let clock = now.clone();
        let desk = Desk::timed(Box::new(move || {
            Duration::from_secs(clock.load(Ordering::Relaxed))
        }));
        let pass = |seconds| now.fetch_add(seconds, Ordering::Relaxed);
        let (first, second) = (desk.challenge(&id("A")), desk.challenge(&id("A")));
        pass(CHALLENGE_SECONDS);
        assert!(desk.gave(&id("A"), &first));
        let token = desk.open(who("A"), &first).unwrap();
        // As long as it could be answered again, it is known that it was.
        assert_eq!(desk.open(who("A"), &first), None);
        pass(1);
        assert!(!desk.gave(&id("A"), &second));
        pass(SESSION_SECONDS - 2);
        assert_eq!(desk.who(&token), Some(who("A")));
        pass(1);
        assert_eq!(desk.who(&token), None);
    }

    #[test]
    fn sessions_end_and_the_oldest_of_the_same_authority_gives_way() {
        let desk = Desk::default();
        let open = |authority: &str| {
            let text = desk.challenge(&id(authority));
            desk.open(who(authority), &text).unwrap()
        };
        let other = open("610323-YJJ");
        let first = open("610323-SCJG");
        assert_eq!(desk.who(&first), Some(who("610323-SCJG")));
        assert_eq!(desk.who("other"), None);
        desk.close(&first);
        assert_eq!(desk.who(&first), None);
        let (first, second) = (open("610323-SCJG"), open("610323-SCJG"));
        for _ in 0..MOST - 1 {
            open("610323-SCJG");
        }
        assert_eq!(desk.who(&first), None);
        assert_eq!(desk.who(&second), Some(who("610323-SCJG")));
        assert_eq!(desk.who(&other), Some(who("610323-YJJ")));
    }

    #[test]
    fn what_is_signed_is_no_event() {
        let said = message(
            &id("610323-SCJG"),
            "x",
            &Origin::parse("a.example/log").unwrap(),
        );
        let said = String::from_utf8(said).unwrap();
        assert_eq!(
            said,
            "gongshi/desk/v1\n{\"authority\":\"610323-SCJG\",\"challenge\":\"x\",\"origin\":\"a.example/log\"}"
        );
    }
}
