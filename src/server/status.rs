//! `GET /v1/status`: how the gateway stands, for people: providers, breakers, limits, caches, spend.
//!
//! Counts and names of the configuration alone; no key and no text is in it. It reads what is in
//! memory and today's sums in the store, and asks no provider. What all of it costs is an admin's to
//! know, here as in `/metrics`; a key sees its own budget.

use axum::{
    Json,
    extract::State as Shared,
    response::{IntoResponse, Response},
};
use jiff::{Timestamp, ToSpan, civil::Date, tz::TimeZone};
use serde_json::{Value, json};

use super::{State, gate::Caller, problem::Problem};
use crate::{
    clock,
    config::ProviderConfig,
    keys::{Identity, Scope},
    provider::{Load, Standing},
    store::{DaySpend, Spent, WHOLE},
};

/// Days of spend that are shown, today included.
const DAYS: i64 = 14;

/// The whole status.
#[utoipa::path(
    get,
    path = "/v1/status",
    operation_id = "status",
    tag = "gateway",
    responses(
        (status = 200, body = serde_json::Value, description = "Providers, caches and queue; for a key of the scope `admin` spend too."),
        (status = 503),
    )
)]
pub(super) async fn read(
    Shared(state): Shared<State>,
    Caller(identity): Caller,
) -> Result<Response, Problem> {
    let now = clock::utc();
    let days = days(&state, now).await?;
    let (briefs, bytes) = state.store.briefs().size().await.unwrap_or_default();
    let trouble = state.store.trouble();
    let server = &state.gateway.config.server;
    let crowd = state.admission.standing();
    let costs = identity.may(Scope::Admin);
    let mut status = json!({
        "now": now.to_string(),
        "version": env!("CARGO_PKG_VERSION"),
        "uptime_s": state.started.elapsed().as_secs(),
        "providers": providers(&state, &days, (now, costs)),
        "tasks": {
            "translate": state.gateway.config.tasks.translate,
            "summarize": state.gateway.config.tasks.summarize,
        },
        "cache": cache(&state),
        "briefs": {
            "making": crowd.turns_taken,
            "making_at_most": server.max_briefs,
            "waiting": crowd.waiting,
            "waiting_at_most": server.queue,
            "kept": briefs,
            "kept_bytes": bytes,
        },
        "client": client(&state, &identity),
        "store": {
            "state": if trouble.is_some() { "degraded" } else { "ok" },
            "reason": trouble,
        },
    });
    if costs {
        status["spend"] = spend(&state, &days, now);
    }
    Ok(Json(status).into_response())
}

fn today(now: Timestamp) -> Date {
    TimeZone::UTC.to_datetime(now).date()
}

async fn days(state: &State, now: Timestamp) -> Result<Vec<DaySpend>, Problem> {
    let first = today(now).checked_sub((DAYS - 1).days()).unwrap_or(today(now));
    Ok(state.store.spend().since(WHOLE, first).await?)
}

fn providers(state: &State, days: &[DaySpend], (now, costs): (Timestamp, bool)) -> Vec<Value> {
    let providers = &state.gateway.providers;
    let shown = providers.standing().into_iter().map(|standing| {
        let one = &standing.state;
        let named = |config: &&ProviderConfig| config.name == one.name;
        let config = state.gateway.config.providers.iter().find(named);
        let own = days.iter().filter(|day| day.day == today(now) && day.provider == one.name);
        let today = own.map(|day| day.spent).fold(Spent::default(), Spent::plus);
        let mut shown = provider(state, &standing, config, today);
        if costs {
            shown["today"]["usd"] = json!(usd(today.micro_usd));
        }
        shown
    });
    shown.collect()
}

fn provider(
    state: &State,
    standing: &Standing,
    config: Option<&ProviderConfig>,
    today: Spent,
) -> Value {
    let (one, tasks) = (&standing.state, &state.gateway.config.tasks);
    let names = [("translate", &tasks.translate), ("summarize", &tasks.summarize)];
    let does = names.into_iter().filter(|(_, list)| list.contains(&one.name));
    let Load { requests, tokens, characters, seats } = standing.load;
    let gauge = |used: Option<(u64, u64)>| used.map(|(used, of)| json!({ "used": used, "of": of }));
    let daily = config.and_then(|config| config.daily_characters);
    let totals = standing.totals;
    json!({
        "name": one.name,
        "kind": config.map(|config| config.kind),
        "model": config.and_then(|config| config.model.as_deref()),
        "tasks": does.map(|(name, _)| name).collect::<Vec<_>>(),
        "state": one.state,
        "usable": one.usable,
        "reason": one.reason,
        "retry_in_s": standing.shut_for().map(|wait| wait.as_secs_f64().ceil()),
        "limits": {
            "at_once": { "used": seats.0, "of": seats.1 },
            "requests_per_minute": gauge(requests),
            "tokens_per_minute": gauge(tokens),
            "characters_per_minute": gauge(characters),
            "daily_characters": gauge(daily.map(|of| (today.characters, of))),
        },
        "since_start": {
            "calls": totals.calls,
            "faults": totals.faults,
            "input_tokens": totals.input_tokens,
            "output_tokens": totals.output_tokens,
            "characters": totals.characters,
        },
        "today": { "calls": today.calls, "characters": today.characters },
    })
}

/// How often something kept served, since the start.
fn cache(state: &State) -> Value {
    let tally = state.gateway.providers.tally();
    let (found, missed) = state.answers.asked();
    let (entries, bytes) = state.gateway.providers.cache_size();
    let served = tally.cached + tally.stale + tally.joined;
    json!({
        "briefs": { "hits": found, "misses": missed, "hit_rate": rate(found, missed) },
        "tasks": {
            "cached": tally.cached,
            "stale": tally.stale,
            "joined": tally.joined,
            "called": tally.called,
            "hit_rate": rate(served, tally.called),
        },
        "answers_in_memory": entries,
        "bytes_in_memory": bytes,
        "bytes_at_most": state.gateway.config.cache.memory_bytes,
    })
}

/// A share between 0 and 1; none of nothing.
#[expect(clippy::cast_precision_loss, reason = "a share to four digits")]
fn rate(hits: u64, misses: u64) -> Option<f64> {
    let all = hits + misses;
    (all > 0).then(|| (hits as f64 / all as f64 * 1e4).round() / 1e4)
}

fn spend(state: &State, days: &[DaySpend], now: Timestamp) -> Value {
    let today = today(now);
    let shown = (0..DAYS).rev().filter_map(|ago| {
        let day = today.checked_sub(ago.days()).ok()?;
        let own = days.iter().filter(|one| one.day == day).map(|one| one.spent);
        let spent = own.fold(Spent::default(), Spent::plus);
        let characters = spent.characters;
        Some(json!({
            "day": day.to_string(), "usd": usd(spent.micro_usd), "calls": spent.calls,
            "characters": characters,
        }))
    });
    let kept: u64 = days.iter().filter(|one| one.day == today).map(|one| one.spent.micro_usd).sum();
    // What is held for calls under way is in memory alone.
    let spent = kept.max(state.gateway.providers.micro_usd_today());
    json!({
        "today_usd": usd(spent),
        "daily_bound_usd": state.gateway.providers.micro_usd_bound().map(usd),
        "days": shown.collect::<Vec<_>>(),
    })
}

#[expect(clippy::cast_precision_loss, reason = "a sum of 2^53 millionths is beyond any budget")]
fn usd(micro: u64) -> f64 {
    micro as f64 / 1e6
}

/// What the caller may do and how much of it.
fn client(state: &State, identity: &Identity) -> Value {
    let limits = identity.limits.over(state.gateway.config.limits);
    let scopes = Scope::ALL.into_iter().filter(|scope| identity.may(*scope));
    json!({
        "name": identity.name,
        "desk": identity.desk,
        "may": scopes.map(Scope::name).collect::<Vec<_>>(),
        "limits": {
            "requests_per_minute": limits.requests_per_minute,
            "characters_per_minute": limits.characters_per_minute,
            "concurrent_briefs": limits.concurrent_briefs,
            "daily_requests": limits.daily_requests,
            "daily_characters": limits.daily_characters,
        },
        "daily_budget_usd": identity.daily_budget_usd,
    })
}
