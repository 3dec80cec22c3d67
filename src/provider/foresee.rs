//! What a task would take, before anything is paid.
//!
//! Nothing is sent and nothing is kept. Tokens are estimated as the limits estimate them, from the very
//! request that would be sent; characters are counted. A provider whose prices are not configured has
//! no cost here, as it has none in a brief.

use super::{Call, Providers, attempt::Provider, journey::Candidate, usage::Price};
use crate::{
    brief::{Task, Usage},
    dialect::Ask,
};

/// What one task would take.
#[derive(Clone, Debug, PartialEq)]
pub struct Foreseen {
    /// An answer is kept and would serve: nothing would be paid.
    pub cached: bool,
    /// What each provider of the route would take, in the order in which they are tried; those that may
    /// not be given the task are left out.
    pub providers: Vec<Estimate>,
}

/// What one provider would take.
#[derive(Clone, Debug, PartialEq)]
pub struct Estimate {
    /// Its name in config.toml.
    pub provider: String,
    /// Characters, and tokens read and written, as far as they can be told.
    pub usage: Usage,
    /// United States dollars; `None` where its prices are not configured.
    pub cost_usd: Option<f64>,
}

impl Providers {
    /// What a task would take, before anything is paid.
    pub async fn foresee(&self, task: Task, call: &Call) -> Foreseen {
        let (journey, kept) = self.recollect(task, call).await;
        let open = journey.candidates.iter().filter(|candidate| candidate.is_open());
        let (task, complaints) = (&journey.task, &journey.complaints[..]);
        let ask = Ask { task, complaints, desk: journey.desk.as_deref() };
        let providers = open.map(|Candidate { provider, .. }| estimate(provider, &ask));
        Foreseen { cached: kept, providers: providers.collect() }
    }
}

fn estimate(provider: &Provider, ask: &Ask<'_>) -> Estimate {
    let usage = provider.expected(ask);
    let cost_usd = Price::of(&provider.place.config).map(|price| price.cost_usd(&usage));
    Estimate { provider: provider.name().to_owned(), usage, cost_usd }
}
