//! With whom a caller shares what is kept, and by whose prompts its answers are made.
//!
//! `cache.cache_scope` says who is given again what somebody else has paid for. Every key under which
//! something is kept holds the [`Sharing`] of whoever asked: of a task's answer, of a text in English, of
//! a whole brief, of work under way. So those who do not share neither find nor wait for one another's.
//! Who may *read* a brief by its id is another question, which `answers` and `kept` answer.

use crate::{
    config::CacheScope,
    keys::Identity,
    provider::{Account, Call},
};

/// Whose answers serve a caller.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Sharing {
    /// The desk whose prompts make its answers.
    pub(super) desk: Option<String>,
    /// The same for all who share; empty where everybody does.
    pub(super) scope: String,
}

impl Sharing {
    /// Of who makes a request.
    pub(super) fn of(scope: CacheScope, identity: &Identity) -> Self {
        Self::between(scope, &identity.readers(), &identity.payer())
    }

    /// Of whoever's brief these may read and this account pays for.
    pub(super) fn of_readers(scope: CacheScope, readers: &str, account: &Account) -> Self {
        Self::between(scope, readers, &account.scope)
    }

    fn between(scope: CacheScope, readers: &str, payer: &str) -> Self {
        let desk = Identity::desk_of(readers).map(str::to_owned);
        Self { desk, scope: scope.among(readers, payer).to_owned() }
    }

    /// `call`, sharing so.
    pub(super) fn on(self, call: Call) -> Call {
        let Self { desk, scope } = self;
        Call { desk, scope, ..call }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(name: &str, desk: Option<&str>) -> Identity {
        let (key, desk) = (Some("1a2b3c4d".to_owned()), desk.map(str::to_owned));
        Identity { name: name.to_owned(), key, desk, ..Identity::anonymous() }
    }

    #[test]
    fn answers_are_shared_by_all_by_a_desk_or_by_nobody_else() {
        let sport = ["anna", "ben"].map(|name| key(name, Some("sport")));
        let foreign = key("carl", Some("foreign"));
        let alone = key("dora", None);
        let scope = |scope, identity| Sharing::of(scope, identity).scope;
        for one in [&sport[0], &sport[1], &foreign, &alone] {
            assert_eq!(scope(CacheScope::All, one), "");
        }
        let by_desk = [&sport[0], &sport[1], &foreign, &alone].map(|i| scope(CacheScope::Desk, i));
        assert_eq!(by_desk, ["desk:sport", "desk:sport", "desk:foreign", "key:dora"]);
        let by_key = [&sport[0], &sport[1], &foreign, &alone].map(|i| scope(CacheScope::Key, i));
        assert_eq!(by_key, ["key:anna", "key:ben", "key:carl", "key:dora"]);
    }

    #[test]
    fn a_job_shares_as_the_key_that_asked_for_it_and_a_push_as_its_desk() {
        let anna = key("anna", Some("sport"));
        let account = Account { scope: anna.payer(), ..Account::default() };
        for scope in [CacheScope::All, CacheScope::Desk, CacheScope::Key] {
            let of_job = Sharing::of_readers(scope, &anna.readers(), &account);
            assert_eq!(of_job, Sharing::of(scope, &anna));
        }
        let pushed = |scope| Sharing::of_readers(scope, "desk:sport", &Account::default()).scope;
        assert_eq!(pushed(CacheScope::All), "");
        assert_eq!([CacheScope::Desk, CacheScope::Key].map(pushed), ["desk:sport"; 2]);
    }
}
