//! Who may use the gateway: API keys, what each may do, and where their hashes lie.
//!
//! `token` is the key as its holder has it, `file` the hashes in `state_dir/keys.toml`, `ring` the
//! hashes in memory, which follow the file as it changes. A key is shown once, by `mujaz key new`,
//! and is nowhere in the program afterwards: what is kept is its hash, and what passes through the
//! server is the [`Identity`] that the hash stands for.
//!
//! Never in a log, a metric or an error: a key, or any part of one.

pub mod file;
mod ring;
mod token;

use std::{collections::BTreeSet, fmt, str::FromStr};

use serde::{Deserialize, Serialize};

pub use self::{
    file::{Entry, KeyFile, KeysError},
    ring::Keyring,
    token::{Mistyped, PREFIX, Token},
};
use crate::config::Limits;

/// What a key may do.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    clap::ValueEnum,
)]
#[serde(rename_all = "kebab-case")]
pub enum Scope {
    /// Make briefs, split articles and forget briefs; reading is included.
    Brief,
    /// Use the endpoints of translation services.
    Translate,
    /// Read briefs.
    Read,
    /// Everything, and what concerns the gateway itself.
    Admin,
}

impl Scope {
    /// Every scope.
    pub const ALL: [Self; 4] = [Self::Brief, Self::Translate, Self::Read, Self::Admin];

    /// Its name in keys.toml, on the command line and in problems.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Brief => "brief",
            Self::Translate => "translate",
            Self::Read => "read",
            Self::Admin => "admin",
        }
    }

    /// Whether who holds `self` may do what asks for `wanted`.
    fn covers(self, wanted: Self) -> bool {
        self == wanted || self == Self::Admin || (self == Self::Brief && wanted == Self::Read)
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Scope {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        Self::ALL.into_iter().find(|scope| scope.name() == name).ok_or_else(|| {
            format!("`{name}` is no scope; a scope is brief, translate, read or admin")
        })
    }
}

/// Who makes a request; in the request's extensions for everything behind the gate.
#[derive(Clone, Debug, PartialEq)]
pub struct Identity {
    /// The key's name, for logs, the audit and limits; `anonymous` where no key is needed.
    pub name: String,
    /// The key's id; `None` where no key is needed.
    pub key: Option<String>,
    /// The desk that the key belongs to. Briefs are read within a desk.
    pub desk: Option<String>,
    /// What it may do.
    pub scopes: BTreeSet<Scope>,
    /// Its own limits; those of `[limits]` hold where it has none.
    pub limits: Limits,
    /// What its work may cost a day, in United States dollars.
    pub daily_budget_usd: Option<f64>,
}

impl Identity {
    /// Who comes without a key where none is needed: may do everything.
    #[must_use]
    pub fn anonymous() -> Self {
        Self {
            name: "anonymous".to_owned(),
            key: None,
            desk: None,
            scopes: Scope::ALL.into(),
            limits: Limits::default(),
            daily_budget_usd: None,
        }
    }

    /// Whether it may do what asks for `wanted`.
    #[must_use]
    pub fn may(&self, wanted: Scope) -> bool {
        self.scopes.iter().any(|scope| scope.covers(wanted))
    }

    /// Who else may read its briefs: the same string for all keys of a desk, else for all keys of
    /// its name, and empty where no key is needed.
    #[must_use]
    pub fn readers(&self) -> String {
        match (&self.desk, &self.key) {
            (Some(desk), _) => Self::readers_of(desk),
            (None, _) => self.payer(),
        }
    }

    /// Who pays for what it asks for: the same string for all keys of its name, and empty where no
    /// key is needed.
    #[must_use]
    pub fn payer(&self) -> String {
        self.key.as_ref().map_or_else(String::new, |_| format!("key:{}", self.name))
    }

    /// The keys of a desk, as [`Self::readers`] names them.
    #[must_use]
    pub fn readers_of(desk: &str) -> String {
        format!("desk:{desk}")
    }

    /// The desk among such readers.
    #[must_use]
    pub fn desk_of(readers: &str) -> Option<&str> {
        readers.strip_prefix("desk:")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(scopes: &[Scope]) -> Identity {
        Identity { scopes: scopes.iter().copied().collect(), ..Identity::anonymous() }
    }

    #[test]
    fn who_makes_briefs_may_read_them_and_an_admin_may_do_everything() {
        assert!(with(&[Scope::Brief]).may(Scope::Read));
        assert!(!with(&[Scope::Brief]).may(Scope::Translate));
        assert!(!with(&[Scope::Read]).may(Scope::Brief));
        assert!(Scope::ALL.into_iter().all(|scope| with(&[Scope::Admin]).may(scope)));
        assert!(!Scope::ALL.into_iter().any(|scope| with(&[]).may(scope)));
    }

    #[test]
    fn briefs_are_shared_within_a_desk_and_else_within_a_name() {
        let key = |name: &str, desk: Option<&str>| Identity {
            name: name.to_owned(),
            key: Some("1".to_owned()),
            desk: desk.map(str::to_owned),
            ..Identity::anonymous()
        };
        assert_eq!(key("a", Some("foreign")).readers(), key("b", Some("foreign")).readers());
        assert_ne!(key("a", None).readers(), key("b", None).readers());
        // A key cannot be named into a desk.
        assert_ne!(key("foreign", None).readers(), key("b", Some("foreign")).readers());
    }

    #[test]
    fn a_scope_is_read_back_from_its_name() {
        for scope in Scope::ALL {
            assert_eq!(scope.name().parse(), Ok(scope));
        }
        assert!("root".parse::<Scope>().is_err());
    }
}
