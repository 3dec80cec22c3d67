//! What a running server cannot change: a socket that is bound, a folder that is open, sizes that
//! were handed out.

use super::Config;

/// One key that stays as it was at the start.
struct Fixed {
    name: &'static str,
    /// Puts the old value into the new configuration; whether it was another.
    keep: fn(&Config, &mut Config) -> bool,
}

macro_rules! fixed {
    ($($section:ident.$key:ident)*) => {
        [$(Fixed {
            name: concat!(stringify!($section), ".", stringify!($key)),
            keep: |old, new| {
                let differs = old.$section.$key != new.$section.$key;
                new.$section.$key.clone_from(&old.$section.$key);
                differs
            },
        }),*]
    };
}

/// Carries what cannot change from the old configuration into the new one. Gives the names of the
/// keys whose new values wait for a restart.
pub fn keep(old: &Config, new: &mut Config) -> Vec<&'static str> {
    let fixed = fixed![
        server.listen server.state_dir server.max_connections cache.disk_bytes jobs.workers
        shared.url_env shared.store_text shared.prefix shared.timeout shared.connect_timeout
        shared.lease telemetry.format telemetry.otlp_endpoint
    ];
    fixed.iter().filter(|one| (one.keep)(old, new)).map(|one| one.name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_change_is_named_and_everything_else_is_taken() {
        let old = Config::default();
        let mut new = Config::default();
        new.server.listen = "127.0.0.1:9".parse().unwrap();
        new.jobs.workers = 3;
        new.server.max_briefs = 5;
        assert_eq!(keep(&old, &mut new), ["server.listen", "jobs.workers"]);
        let mut taken = old.clone();
        taken.server.max_briefs = 5;
        assert_eq!(new, taken);
        assert_eq!(keep(&old, &mut new), [""; 0], "it is told once for each change");
    }
}
