//! Limits, sizes and addresses: what the road never exceeds and never does.
