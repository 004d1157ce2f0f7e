//! Offline verification of a Gongshi log.
