// How the gateway stands, drawn from what it counts; looked at again every few seconds while it is seen.
import { json } from "./api.js";
import { el, svg } from "./dom.js";
import { counted, lasted } from "./words.js";

const EVERY = 5000;
const host = () => document.getElementById("status");
let timer = 0;

const GOOD = new Set(["open", "ready"]);
const STATES = {
  open: ["✓", "Open"], ready: ["✓", "Ready"], probing: ["◐", "Trying again"], loading: ["◐", "Loading"],
  fetching: ["◐", "Fetching its model"], absent: ["○", "Not loaded yet"], shut: ["✕", "Left alone"], failed: ["✕", "Failed"],
};

export function begin() {
  end();
  look();
  timer = setInterval(() => {
    if (!document.hidden) look();
  }, EVERY);
}

export function end() {
  clearInterval(timer);
}

async function look() {
  try {
    const status = await json("/v1/status");
    host().replaceChildren(...drawn(status));
  } catch (error) {
    host().replaceChildren(el("p", { class: "notice bad" }, error.message));
  }
}

function drawn(status) {
  return [
    el("p", { class: "fine" }, `Version ${status.version}, up for ${lasted(status.uptime_s)}; as of ${new Date(status.now).toLocaleTimeString("en-GB")}.`,
      status.store.state !== "ok" && el("strong", { class: "bad-word" }, ` ✕ The state folder cannot be used: ${status.store.reason}`)),
    el("div", { class: "cards" },
      // Only an admin's key is told what all of it costs.
      status.spend && card("Spend today", spend(status.spend)),
      card("Cache", cache(status.cache)),
      card("Briefs", briefs(status.briefs))),
    el("h2", {}, "Providers"),
    el("div", { class: "providers" }, status.providers.map((one) => provider(one, status.tasks))),
  ];
}

function card(title, ...content) {
  return el("section", { class: "card" }, el("h2", {}, title), content);
}

function money(usd) {
  return usd === 0 ? "$0" : `$${usd.toFixed(usd < 1 ? 4 : 2)}`;
}

function big(number, text) {
  return el("p", { class: "big" }, el("strong", {}, number), " ", el("span", {}, text));
}

function spend({ today_usd: today, daily_bound_usd: bound, days }) {
  const calls = days[days.length - 1]?.calls || 0;
  return [
    big(money(today), bound === null ? `${counted(calls, "call")}; no daily bound is set` : `of ${money(bound)} a day; ${counted(calls, "call")}`),
    bound !== null && gauge(today, bound, `${Math.round((today / (bound || 1)) * 100)}% of today’s budget`),
    bars(days),
  ];
}

// Spend by day; where nothing costs money, calls.
function bars(days) {
  const costs = days.some((day) => day.usd > 0);
  const value = (day) => (costs ? day.usd : day.calls);
  const most = Math.max(...days.map(value), costs ? 0.0001 : 1);
  const [width, height, gap] = [280, 56, 4];
  const step = width / days.length;
  const say = (day) => `${day.day}: ${costs ? money(day.usd) : counted(day.calls, "call")}`;
  const drawn = days.map((day, index) => {
    const tall = value(day) > 0 ? Math.max(2, (value(day) / most) * height) : 1;
    const last = index === days.length - 1;
    return svg("rect", { x: index * step + gap / 2, y: height - tall, width: step - gap, height: tall, class: `${value(day) > 0 ? "bar" : "bar none"}${last ? " now" : ""}` }, svg("title", {}, say(day)));
  });
  const told = days.filter((day) => value(day) > 0).map(say).join("; ") || "nothing";
  return el("figure", {},
    svg("svg", { viewBox: `0 0 ${width} ${height}`, class: "chart", role: "img", "aria-label": `By day: ${told}` }, drawn),
    el("figcaption", {}, `${costs ? "Dollars" : "Calls"} by day, ${days[0]?.day} to today`));
}

function cache({ briefs: whole, tasks, answers_in_memory: answers, bytes_in_memory: bytes, bytes_at_most: most }) {
  const served = tasks.cached + tasks.joined + tasks.stale;
  return [
    el("div", { class: "beside" },
      ring(tasks.hit_rate, "of tasks were served without a call"),
      el("dl", { class: "pairs" },
        pair("Whole briefs", whole.hit_rate === null ? "none asked yet" : `${percent(whole.hit_rate)} (${whole.hits} of ${whole.hits + whole.misses})`),
        pair("Tasks kept", String(tasks.cached)), pair("Tasks shared", String(tasks.joined)),
        tasks.stale > 0 && pair("Past their time", String(tasks.stale)),
        pair("Called", `${tasks.called} of ${served + tasks.called}`))),
    gauge(bytes, most, `${counted(answers, "answer")} in memory, ${size(bytes)} of ${size(most)}`),
  ];
}

function percent(share) {
  return `${Math.round(share * 100)}%`;
}

function ring(share, what) {
  const radius = 30;
  const around = 2 * Math.PI * radius;
  const text = share === null ? "–" : percent(share);
  return svg("svg", { viewBox: "0 0 80 80", class: "ring", role: "img", "aria-label": share === null ? "No task was done yet" : `${text} ${what}` },
    svg("circle", { cx: 40, cy: 40, r: radius, class: "track" }),
    share > 0 && svg("circle", { cx: 40, cy: 40, r: radius, class: "fill", "stroke-dasharray": `${around * share} ${around}`, transform: "rotate(-90 40 40)" }),
    svg("text", { x: 40, y: 46, "text-anchor": "middle" }, text));
}

function briefs({ making, making_at_most: most, waiting, waiting_at_most: room, kept, kept_bytes: bytes }) {
  return [
    gauge(making, most, `${making} of ${most} being made`),
    gauge(waiting, room, `${waiting} of ${room} places in the queue taken`),
    el("dl", { class: "pairs" }, pair("Kept", `${kept.toLocaleString("en-GB")} (${size(bytes)})`)),
  ];
}

function pair(name, value) {
  return el("div", {}, el("dt", {}, name), el("dd", {}, value));
}

function size(bytes) {
  const units = ["B", "KB", "MB", "GB", "TB"];
  let unit = 0;
  let left = bytes;
  while (left >= 1000 && unit < units.length - 1) {
    left /= 1000;
    unit += 1;
  }
  return `${left < 10 && unit > 0 ? left.toFixed(1) : Math.round(left)} ${units[unit]}`;
}

// A bar with its meaning in words.
function gauge(used, of, text) {
  const share = of > 0 ? Math.min(1, used / of) : 0;
  const level = share >= 0.9 ? "high" : share >= 0.7 ? "mid" : "low";
  return el("div", { class: "gauge" },
    svg("svg", { viewBox: "0 0 100 4", preserveAspectRatio: "none", "aria-hidden": "true" },
      svg("rect", { width: 100, height: 4, class: "track" }),
      share > 0 && svg("rect", { width: Math.max(1, share * 100), height: 4, class: level })),
    el("span", {}, text));
}

const LIMITS = [
  ["at_once", "calls at once"], ["requests_per_minute", "calls this minute"], ["tokens_per_minute", "tokens this minute"],
  ["characters_per_minute", "characters this minute"], ["daily_characters", "characters today"],
];

function provider(one, tasks) {
  const [shape, word] = STATES[one.state] || ["●", one.state];
  const level = GOOD.has(one.state) ? "fine" : one.usable ? "busy" : "bad";
  const turns = one.tasks.map((task) => {
    const place = tasks[task].indexOf(one.name) + 1;
    return tasks[task].length > 1 ? `${task} (tried ${["first", "second", "third"][place - 1] || `as number ${place}`})` : task;
  });
  return el("section", { class: "card provider" },
    el("h3", {}, one.name, " ", el("span", { class: `chip ${level}` }, `${shape} ${word}`)),
    el("p", { class: "fine" }, [one.kind, one.model, turns.join(", ")].filter(Boolean).join(" · ")),
    one.reason && el("p", { class: "why" }, `${one.reason}${one.retry_in_s ? `; tried again in ${one.retry_in_s} s` : ""}`),
    calls(one.since_start),
    LIMITS.map(([name, what]) => {
      const limit = one.limits[name];
      return limit && gauge(limit.used, limit.of, `${limit.used.toLocaleString("en-GB")} of ${limit.of.toLocaleString("en-GB")} ${what}`);
    }),
    el("dl", { class: "pairs" },
      one.today.usd > 0 && pair("Today", money(one.today.usd)),
      one.since_start.input_tokens > 0 && pair("Tokens read, written", `${one.since_start.input_tokens.toLocaleString("en-GB")}, ${one.since_start.output_tokens.toLocaleString("en-GB")}`),
      one.since_start.characters > 0 && pair("Characters", one.since_start.characters.toLocaleString("en-GB"))));
}

// Calls since the start, the failed ones apart.
function calls({ calls: all, faults }) {
  if (all === 0) return el("p", { class: "fine" }, "No call since the start.");
  const bad = (faults / all) * 100;
  return el("div", { class: "gauge" },
    svg("svg", { viewBox: "0 0 100 4", preserveAspectRatio: "none", "aria-hidden": "true" },
      svg("rect", { width: 100, height: 4, class: "low" }),
      faults > 0 && svg("rect", { x: 100 - Math.max(1, bad), width: Math.max(1, bad), height: 4, class: "fault" })),
    el("span", {}, `${counted(all, "call")} since the start, ${faults ? `${faults} failed` : "none failed"}`));
}
