//! The sixteen provider faults of the FailoverBench method, one test each, calls counted.
//!
//! The primary misbehaves as scripted and a second provider is healthy, unless the scenario is
//! about the primary alone.
