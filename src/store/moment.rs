//! Moments as keys: microseconds since 1970, which sort as time does.

use jiff::Timestamp;

/// The key of a moment; all before 1970 are one.
pub(super) fn key(moment: Timestamp) -> u64 {
    u64::try_from(moment.as_microsecond()).unwrap_or(0)
}

/// The moment of a key.
pub(super) fn of(key: u64) -> Timestamp {
    let micros = i64::try_from(key).unwrap_or(i64::MAX);
    Timestamp::from_microsecond(micros).unwrap_or(Timestamp::MAX)
}

/// The moment this long before `now`; the first of all where there is none.
pub(super) fn before(now: Timestamp, age: std::time::Duration) -> Timestamp {
    now.checked_sub(age).unwrap_or(Timestamp::MIN)
}
