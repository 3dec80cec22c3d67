// One brief on the page: made before the reader's eyes, or read again.
import { Refusal, ask, json, send } from "./api.js";
import { button, el, say } from "./dom.js";
import { Evidence, motion } from "./evidence.js";
import { menu } from "./formats.js";
import * as review from "./review.js";
import { arabic, english, findingsList } from "./sheet.js";
import { follow } from "./stream.js";
import { counted, held, label, lasted, tally, tallyOf } from "./words.js";

const LEVELS = [["headline", "Headline"], ["brief", "Brief"], ["full", "Full text"]];
const may = document.body.dataset.may === "brief";

// What was handed in, by the id of its brief, so that another level of detail can be had of it. In
// memory alone, as long as the page is open.
const sources = new Map();
let shown = null;

const host = () => document.getElementById("brief");

// Makes a brief of what was handed in: {json} or {form}, with detail and confidential.
export function make(source, { named, made, refused }) {
  const reading = new Reading({ source, detail: source.detail, kept: !source.confidential });
  replace(reading);
  const request = () => send("/v1/briefs", {
    method: "POST", accept: "text/event-stream", signal: reading.stop.signal, ...carried(source),
  });
  reading.follow(request, { named, made, refused });
}

function carried({ article, file, detail, confidential }) {
  if (!file) return { json: { ...article, detail, confidential } };
  const body = new FormData();
  body.append("file", file);
  body.append("detail", detail);
  body.append("confidential", String(confidential));
  return { body };
}

// Shows the brief of this id, done or still in the making.
export function open(id) {
  if (shown?.id === id) return shown.again();
  const reading = new Reading({ id, source: sources.get(id) || null });
  replace(reading);
  const request = () => send(`/v1/briefs/${id}`, { accept: "text/event-stream", signal: reading.stop.signal });
  reading.follow(request, {});
}

// Leaves the brief; what is being made goes on.
export function leave() {
  shown?.rest();
}

function replace(reading) {
  shown?.rest();
  if (shown && !shown.over) shown.stop.abort();
  shown = reading;
  reading.draw();
}

class Reading {
  constructor({ id = null, source = null, detail = null, kept = true }) {
    Object.assign(this, { id, source, detail, kept, article: null, brief: null, opening: null, review: null, over: false, failed: null });
    Object.assign(this, { parts: new Map(), findings: [], plan: 0, done: 0, lost: 0, mending: 0, editing: false, began: Date.now() });
    this.stop = new AbortController();
  }

  async follow(request, { named, made, refused }) {
    const tell = (name, data, place) => {
      if (!this.id && place) {
        this.id = place.slice(0, place.lastIndexOf("."));
        named?.(this.id);
      }
      this.heard(name, data);
    };
    const lost = (tries) => {
      this.lost = tries;
      this.progress();
    };
    try {
      await follow(request, { signal: this.stop.signal, tell, lost });
      if (!this.brief && !this.failed) throw new Refusal({ title: "The brief is gone", detail: "It may have been forgotten." });
    } catch (error) {
      if (error.name === "AbortError") return;
      const known = error instanceof Refusal ? error.problem : { title: "Something went wrong on this page", detail: "Load it again." };
      this.failed = { status: error.status, ...known };
      // Refused before anything began: whoever handed it in sees why beside what they handed in.
      if (!this.id && refused) {
        shown = null;
        this.rest();
        return refused(this.failed);
      }
    }
    this.over = true;
    clearInterval(this.clock);
    if (this.brief) await this.complete(made);
    if (shown === this) this.draw();
    say(this.brief ? `The brief is ready: ${this.brief.headline}. ${tally(tallyOf(this.findings)) || "No findings"}.` : this.failed.title);
  }

  heard(name, data) {
    if (name === "article") this.article = data;
    if (name === "plan") this.plan = data.tasks;
    if (name === "finding") this.findings.push(data);
    if (name === "mending") this.mending = data.tasks;
    if (name === "section") {
      this.done += 1;
      this.parts.set(data.section.id, data.section);
      say(`${this.done} of ${counted(this.plan, "part")} done`);
    }
    if (name === "opening") {
      this.done += 1;
      this.opening = data;
      say(`The headline is there: ${data.headline}`);
    }
    if (name === "brief") {
      this.brief = data;
      this.id = data.id;
      this.findings = data.findings;
    }
    if (name === "problem") this.failed = data;
    // A job that is over and has no brief.
    if (name === "answer") this.failed = data.problem || { title: "There is no brief", detail: "It waits, or it could not be made. Look again later." };
    if (!["brief", "problem", "answer"].includes(name) && shown === this) this.draw();
  }

  // What belongs to a brief that is done: its Arabic where it did not come along, and its review.
  async complete(made) {
    if (this.source) sources.set(this.id, this.source);
    if (!this.kept) return made?.(this);
    try {
      const path = `/v1/briefs/${this.id}`;
      const [article, standing] = await Promise.all([
        this.article || json(`${path}/article`).catch((error) => (error.status === 404 ? null : Promise.reject(error))),
        review.read(this.id),
      ]);
      Object.assign(this, { article, review: standing });
    } catch (error) {
      say(error.message);
    }
    this.detail = this.detail || (made ? null : guessed(this.brief));
    made?.(this);
  }

  rest() {
    clearInterval(this.clock);
  }

  again() {
    if (!this.over) this.tick();
  }

  draw() {
    const before = focused();
    const held = this.evidence?.held?.id;
    const scrolled = host().querySelector(".arabic-pane")?.scrollTop || 0;
    if (this.failed) host().replaceChildren(this.problem());
    else host().replaceChildren(this.bar(), ...this.notices(), this.tools(), this.sheet(), ...this.after());
    const pane = host().querySelector(".arabic-pane");
    if (pane) pane.scrollTop = scrolled;
    const again = held && !this.editing && document.getElementById(held);
    if (again) this.evidence.hold(again);
    before?.()?.focus({ preventScroll: true });
    document.title = `${(this.brief || this.opening)?.headline || "A brief in the making"} · mujaz`;
    this.progress();
    if (!this.over) this.tick();
  }

  // The label, always in view, and what a reviewer does.
  bar() {
    const draft = this.brief ? this.brief.provenance.draft : true;
    const status = this.review?.status;
    const word = { approved: "Approved", rejected: "Rejected", corrected: "Draft, corrected" }[status] || "Draft";
    const shape = { approved: "✓ ", rejected: "✕ " }[status] || "";
    const said = this.brief ? label(this.brief, this.review) : "Machine draft in the making; not reviewed by a person.";
    const told = review.standing(this.review);
    const bar = el("div", { class: `standing ${status || "unreviewed"}${draft ? " draft" : ""}` },
      el("p", { class: "label" }, el("strong", {}, shape + word), " ", said,
        told && status !== "approved" && el("span", { class: "decided" }, ` ${told}.`)),
      el("div", { class: "deeds" }, this.deeds()));
    if (!this.over) bar.append(this.meter());
    return bar;
  }

  deeds() {
    if (!this.over) return [button("Stop", () => this.cancel(), { class: "quiet" })];
    if (!may || !this.kept || !this.review || this.brief.withdrawn) return [];
    return review.actions({
      id: this.id,
      review: this.review,
      errors: tallyOf(this.findings).error,
      edited: () => (this.editing ? this.edited() : null),
      edit: (on) => {
        this.editing = on;
        this.draw();
        if (on) host().querySelector(".edit")?.focus();
      },
      decided: (now) => this.decided(now),
    });
  }

  edited() {
    const changed = [...host().querySelectorAll(".edit")].filter((area) => area.value.trim() !== area.defaultValue.trim());
    return Object.fromEntries(changed.map((area) => [area.dataset.place, area.value]));
  }

  async decided(now) {
    this.review = now;
    this.editing = false;
    this.brief = await json(`/v1/briefs/${this.id}`);
    this.findings = this.brief.findings;
    this.draw();
    host().querySelector(".deeds button")?.focus();
  }

  meter() {
    this.bits = { bar: el("progress", { "aria-label": "How far the brief is" }), text: el("span", {}), time: el("span", { class: "time", "aria-hidden": "true" }) };
    return el("div", { class: "meter" }, this.bits.bar, this.bits.text, this.bits.time);
  }

  progress() {
    if (this.over || !this.bits) return;
    const { bar, text, time } = this.bits;
    bar.max = this.plan || 1;
    if (this.plan) bar.value = this.done;
    else bar.removeAttribute("value");
    const words = this.plan ? `${this.done} of ${counted(this.plan, "part")}` : "Reading the article";
    const mending = this.mending ? `Writing ${counted(this.mending, "part")} again that failed the checks` : words;
    text.textContent = this.lost ? `The connection is gone; trying again (${this.lost})` : mending;
    time.textContent = lasted((Date.now() - this.began) / 1000);
  }

  tick() {
    clearInterval(this.clock);
    this.clock = setInterval(() => this.progress(), 1000);
  }

  notices() {
    if (!this.brief) return [];
    const { supersedes, superseded_by: later, changes } = this.brief;
    const link = (id, text) => el("a", { href: `#/brief/${id}` }, text);
    return [
      ...held(this.brief).map((text) => el("p", { class: "held", role: "note" }, text, " ", later && text.startsWith("A later") && link(later, "Read that one"))),
      supersedes && el("p", { class: "told", role: "note" },
        changes?.correction ? "The agency corrected this story. " : "This takes the place of an earlier version. ",
        changed(changes), link(supersedes, "Read the earlier one")),
    ].filter(Boolean);
  }

  tools() {
    const level = el("fieldset", { class: "segments" }, el("legend", {}, "How much"),
      LEVELS.map(([name, word]) => el("label", { title: this.reach(name) ? null : "Hand in the article again for this" },
        el("input", { type: "radio", name: "level", value: name, checked: name === this.detail, disabled: !this.over || this.editing || !this.reach(name), on: { change: () => this.switch(name) } }),
        el("span", {}, word))));
    const current = () => ({ brief: this.brief, review: this.review, kept: this.kept });
    return el("div", { class: "tools" }, level,
      this.over && menu(current),
      this.over && this.kept && may && button("Forget", () => this.forget(), { class: "quiet" }));
  }

  // Another level can be asked for where the article is at hand.
  reach(name) {
    return name === this.detail || (this.source && may);
  }

  switch(detail) {
    const source = { ...this.source, detail };
    make(source, { named: (id) => history.replaceState(null, "", `#/brief/${id}`) });
    say(`Making it as ${detail}`);
  }

  sheet() {
    const left = el("div", { class: "english", lang: "en" }, english(this, { editing: this.editing }));
    const right = el("div", { class: "arabic-pane arabic", lang: this.article?.language || "ar", dir: "rtl", role: "region", "aria-label": "The Arabic article", tabindex: "0" }, arabic(this));
    const sheet = el("article", { class: `sheet${this.editing ? " editing" : ""}` }, left, right);
    this.evidence = this.editing ? null : new Evidence(sheet, left, right);
    left.addEventListener("click", (event) => {
      const link = event.target.closest("[data-within]");
      if (!link) return;
      event.preventDefault();
      const list = document.getElementById(link.dataset.within);
      list?.scrollIntoView({ block: "start", behavior: motion() });
      list?.focus({ preventScroll: true });
    });
    return sheet;
  }

  after() {
    if (!this.brief) return [];
    const go = (finding) => {
      const place = finding.passage && document.getElementById(`en-${finding.passage}`);
      const target = place || document.getElementById(`ar-${finding.sources[0]}`) || document.getElementById("en-headline");
      target.scrollIntoView({ block: "center", behavior: motion() });
      (target.querySelector(".evidence") || host().querySelector(".arabic-pane")).focus({ preventScroll: true });
    };
    return [findingsList(this, { go }), el("div", { class: "after" }, names(this.brief), review.history(this.review), facts(this.brief))].filter(Boolean);
  }

  problem() {
    const { title, detail, request_id: id, status, providers } = this.failed;
    return el("section", { class: "notice bad", role: "alert" },
      el("h1", {}, title),
      el("p", {}, detail),
      providers?.length > 0 && el("ul", {}, providers.map((one) => el("li", {}, `${one.provider}: ${one.detail}`))),
      id && el("p", { class: "fine" }, "If you ask for help, give this number: ", el("code", {}, id)),
      el("p", { class: "go" },
        status !== 404 && this.source && button("Try again", () => make(this.source, { named: (at) => history.replaceState(null, "", `#/brief/${at}`) }), { class: "primary" }),
        button("Back", home)));
  }

  async cancel() {
    this.stop.abort();
    if (this.id && this.kept) await send(`/v1/briefs/${this.id}`, { method: "DELETE" }).catch(() => {});
    this.over = true;
    this.rest();
    say("Stopped.");
    shown = null;
    home();
  }

  async forget() {
    if (!confirm("Forget this brief, its Arabic and what was decided about it, everywhere? This cannot be undone.")) return;
    try {
      await ask(`/v1/briefs/${this.id}`, { method: "DELETE" });
    } catch (error) {
      return say(error.message);
    }
    sources.delete(this.id);
    shown = null;
    say("Forgotten.");
    home();
  }
}

// How to find what has the focus, after the brief was drawn again.
function focused() {
  const active = document.activeElement;
  if (!active || !host().contains(active)) return null;
  const passage = active.closest(".passage")?.id;
  if (passage) return () => document.getElementById(passage)?.querySelector(".evidence");
  if (active.matches(".arabic-pane")) return () => host().querySelector(".arabic-pane");
  const { tagName, textContent, value } = active;
  const alike = (one) => one.textContent === textContent && one.value === value;
  return () => [...host().querySelectorAll(tagName)].find(alike);
}

function home() {
  if (location.hash === "#/") dispatchEvent(new HashChangeEvent("hashchange"));
  else location.hash = "#/";
}

// At which level a brief was made, from what it holds.
function guessed(brief) {
  const passages = brief.sections.flatMap((one) => one.passages);
  return passages.length ? "brief" : "headline";
}

function changed(changes) {
  if (!changes) return "";
  const count = (list, word) => list.length > 0 && `${counted(list.length, "section")} ${word}`;
  const told = [changes.title && "another title", count(changes.added, "new"), count(changes.changed, "changed"), count(changes.removed, "gone")].filter(Boolean);
  return told.length ? `What is different: ${told.join(", ")}. ` : "";
}

function names(brief) {
  if (!brief.names?.length) return null;
  return el("details", { class: "more" },
    el("summary", {}, `Names (${brief.names.length})`),
    el("table", { class: "names" },
      el("thead", {}, el("tr", {}, ["Arabic", "English", "What", "From"].map((word) => el("th", { scope: "col" }, word)))),
      el("tbody", {}, brief.names.map((name) => el("tr", {},
        el("td", { lang: "ar", dir: "rtl" }, name.ar), el("td", {}, name.en), el("td", {}, name.kind), el("td", {}, name.from))))));
}

function facts(brief) {
  const { provenance, usage, release = {} } = brief;
  const work = [
    `${counted(usage.sections, "section")}, ${usage.cached_sections} from the cache`,
    counted(usage.provider_calls, "provider call"),
    usage.input_tokens > 0 && `${counted(usage.input_tokens, "token")} read`,
    usage.output_tokens > 0 && `${counted(usage.output_tokens, "token")} written`,
    usage.characters > 0 && `${counted(usage.characters, "character")} translated`,
    usage.cost_usd !== null && `$${usage.cost_usd.toFixed(4)}`,
  ].filter(Boolean).join("; ");
  const engines = provenance.engines.map((used) => `${used.task}: ${used.provider}${used.model ? `, ${used.model}` : ""}`).join("; ");
  const told = [["Engines", engines], ["Work", work], ["Source item", release.uri], ["Source SHA-256", provenance.source_sha256],
    ["Prompts", provenance.prompts], ["Glossary", provenance.glossary], ["Brief", brief.id]];
  return el("details", { class: "more" },
    el("summary", {}, "How this was made"),
    el("dl", { class: "facts" }, told.filter(([, value]) => value).map(([name, value]) => el("div", {}, el("dt", {}, name), el("dd", {}, value)))));
}
