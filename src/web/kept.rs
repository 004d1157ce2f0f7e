//! The last few values of something dear to make, each made once however many ask for it at the same time.
//!
//! Bounded by number: whoever keeps something here makes values of bounded size. What a key's value is must never change;
//! what changes has the cursor it was made at in its key.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

type Slot<V> = Arc<Mutex<Option<Arc<V>>>>;

/// The last few values by their keys.
pub(in crate::web) struct Kept<K, V> {
    most: usize,
    /// The one asked for last stands last.
    slots: Mutex<VecDeque<(K, Slot<V>)>>,
}

impl<K: PartialEq, V> Kept<K, V> {
    /// At most so many.
    pub fn new(most: usize) -> Self {
        Kept {
            most,
            slots: Mutex::default(),
        }
    }

    /// The value of a key. Whoever asks while it is being made waits for it.
    ///
    /// # Errors
    /// That of `make`; the next to ask makes it again.
    pub fn get<E>(&self, key: K, make: impl FnOnce() -> Result<V, E>) -> Result<Arc<V>, E> {
        const WHOLE: &str = "no holder of this lock panics";
        let slot = {
            let mut slots = self.slots.lock().expect(WHOLE);
            let at = slots.iter().position(|(one, _)| *one == key);
            let (key, slot) = at
                .and_then(|at| slots.remove(at))
                .unwrap_or_else(|| (key, Slot::default()));
            if slots.len() >= self.most {
                slots.pop_front();
            }
            slots.push_back((key, slot.clone()));
            slot
        };
        // A maker that panicked has left nothing behind.
        let mut value = slot.lock().unwrap_or_else(|failed| failed.into_inner());
        if let Some(value) = value.as_ref() {
            return Ok(value.clone());
        }
        let made = Arc::new(make()?);
        *value = Some(made.clone());
        Ok(made)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::convert::Infallible;
    use std::sync::atomic::{AtomicU32, Ordering};

    #[test]
    fn a_value_is_made_once_and_the_oldest_goes_first() {
        let kept = Kept::new(2);
        let made = AtomicU32::new(0);
        let get = |key: u32| {
            let value = kept.get(key, || {
                made.fetch_add(1, Ordering::Relaxed);
                Ok::<_, Infallible>(key * 10)
            });
            (*value.unwrap(), made.load(Ordering::Relaxed))
        };
        assert_eq!((get(1), get(2), get(1)), ((10, 1), (20, 2), (10, 2)));
        // 2 was asked for longest ago.
        assert_eq!((get(3), get(1), get(2)), ((30, 3), (10, 3), (20, 4)));
        assert_eq!(kept.get(9, || Err::<u32, _>("no")), Err("no"));
        assert_eq!(get(9), (90, 5));
    }

    #[test]
    fn all_who_ask_at_once_get_the_one_value() {
        let kept: Kept<u8, u32> = Kept::new(1);
        let made = AtomicU32::new(0);
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    let value = kept.get(7, || {
                        std::thread::sleep(std::time::Duration::from_millis(20));
                        Ok::<_, Infallible>(made.fetch_add(1, Ordering::Relaxed))
                    });
                    assert_eq!(*value.unwrap(), 0);
                });
            }
        });
    }
}
