//! One binary for every test of the whole: it links once, and its parts share one support.

mod reading;
mod tidy;
