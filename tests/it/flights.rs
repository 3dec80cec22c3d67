//! Who pays, who shares, and what is kept.
