//! One binary for every test of the whole: it links once, and its parts share one support.

mod carriers;
mod command;
mod config;
mod http;
mod reading;
mod tidy;
