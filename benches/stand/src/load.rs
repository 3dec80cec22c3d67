//! A closed loop of requests over so many connections, each sending its next request when its last
//! was answered; every body differs from all others, where that is asked for.
//!
//! `stand load URL --shape SHAPE [--sections N] [--connections N] [--seconds S | --requests N]
//! [--key KEY] [--same] [--from N]` prints one line of JSON: requests a second, latencies in
//! milliseconds, statuses, and bytes of the last answer. HTTP/1.1 on raw sockets: what the load
//! itself takes is taken from what is measured, and is the same for all of it.

use std::{
    cell::Cell,
    collections::BTreeMap,
    rc::Rc,
    time::{Duration, Instant},
};

use futures_util::future::try_join_all;
use serde_json::json;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};
use url::Url;

use crate::{
    Outcome, argument,
    copy::{self, Body},
};

/// What the connections share.
struct Plan {
    url: Url,
    head: String,
    body: Body,
    same: bool,
    next: Cell<u32>,
    last: u32,
    end: Instant,
}

/// What one connection saw.
#[derive(Default)]
struct Seen {
    micros: Vec<u32>,
    statuses: BTreeMap<u16, u64>,
    bytes: usize,
}

/// Sends, and prints what came of it.
pub(crate) async fn run(arguments: &[&str]) -> Outcome<()> {
    let option = |name: &str| {
        let at = arguments.iter().position(|argument| *argument == name)?;
        arguments.get(at + 1).copied()
    };
    let number = |name: &str, default: u32| option(name).map_or(Ok(default), str::parse);
    let sections = option("--sections").unwrap_or("4");
    let shape = option("--shape").unwrap_or("translate");
    let (first, requests) = (number("--from", 1)?, option("--requests"));
    let count = requests.map_or(Ok(u32::MAX - first), str::parse)?;
    let seconds = if requests.is_some() { 600 } else { number("--seconds", 5)? };
    let body = copy::body(&[shape, sections])?;
    let url = Url::parse(argument(arguments, 0)?)?;
    let plan = Rc::new(Plan {
        head: head(&url, &body, option("--key"), shape),
        url,
        body,
        same: arguments.contains(&"--same"),
        next: Cell::new(first),
        last: first + count,
        end: Instant::now() + Duration::from_secs(seconds.into()),
    });
    let began = Instant::now();
    let connections = number("--connections", 32)?;
    let all = try_join_all((0..connections).map(|_| connection(Rc::clone(&plan)))).await?;
    report(all, began.elapsed(), plan.body.bytes().len());
    Ok(())
}

fn head(url: &Url, body: &Body, key: Option<&str>, shape: &str) -> String {
    let kind = if shape == "article" { "text/plain; charset=utf-8" } else { "application/json" };
    let key = key.map(|key| format!("authorization: Bearer {key}\r\n")).unwrap_or_default();
    format!(
        "POST {} HTTP/1.1\r\nhost: {}\r\ncontent-type: {kind}\r\n{key}content-length: {}\r\n\r\n",
        url.path(),
        url.authority(),
        body.bytes().len()
    )
}

async fn connection(plan: Rc<Plan>) -> Outcome<Seen> {
    let host = plan.url.host_str().ok_or("no host")?;
    let port = plan.url.port().ok_or("no port")?;
    let mut stream = TcpStream::connect((host, port)).await?;
    stream.set_nodelay(true)?;
    let (mut body, mut seen) = (plan.body.clone(), Seen::default());
    let (mut request, mut buffer) = (Vec::new(), Vec::with_capacity(64 << 10));
    while plan.next.get() < plan.last && Instant::now() < plan.end {
        let number = plan.next.get();
        plan.next.set(number + 1);
        if !plan.same {
            body.number(number);
        }
        request.clear();
        request.extend_from_slice(plan.head.as_bytes());
        request.extend_from_slice(body.bytes());
        let sent = Instant::now();
        stream.write_all(&request).await?;
        let (status, bytes) = answer(&mut stream, &mut buffer).await?;
        seen.micros.push(u32::try_from(sent.elapsed().as_micros())?);
        *seen.statuses.entry(status).or_default() += 1;
        seen.bytes = bytes;
    }
    Ok(seen)
}

/// Reads one answer whole: its status and the length of its body.
async fn answer(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> Outcome<(u16, usize)> {
    buffer.clear();
    let head = loop {
        if stream.read_buf(buffer).await? == 0 {
            return Err("the connection was closed".into());
        }
        if let Some(end) = memchr::memmem::find(buffer, b"\r\n\r\n") {
            break end + 4;
        }
    };
    let text = std::str::from_utf8(&buffer[..head])?.to_ascii_lowercase();
    let status = text.get(9..12).ok_or("no status")?.parse()?;
    let length = text.lines().find_map(|line| line.strip_prefix("content-length:"));
    let length: usize = length.ok_or("an answer of unknown length")?.trim().parse()?;
    while buffer.len() < head + length {
        if stream.read_buf(buffer).await? == 0 {
            return Err("an answer broke off".into());
        }
    }
    Ok((status, length))
}

fn report(all: Vec<Seen>, took: Duration, sent: usize) {
    let mut statuses: BTreeMap<u16, u64> = BTreeMap::new();
    let received = all.first().map_or(0, |one| one.bytes);
    let mut micros: Vec<u32> = Vec::new();
    for one in all {
        one.statuses.into_iter().for_each(|(status, n)| *statuses.entry(status).or_default() += n);
        micros.extend(one.micros);
    }
    micros.sort_unstable();
    let share = |share: f64| {
        let at = ((micros.len() as f64 * share) as usize).min(micros.len().saturating_sub(1));
        micros.get(at).map_or(0.0, |micros| f64::from(*micros) / 1e3)
    };
    let told = json!({
        "rps": micros.len() as f64 / took.as_secs_f64(),
        "p50": share(0.5), "p90": share(0.9), "p99": share(0.99), "max": share(1.0),
        "requests": micros.len(), "statuses": statuses, "sent": sent, "received": received,
    });
    println!("{told}");
}
