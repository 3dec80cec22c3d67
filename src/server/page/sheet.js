// The two columns: English on the left, the Arabic that it rests on to the right.
import { button, el, withArabic } from "./dom.js";
import { severity, tally, tallyOf, dateline, worst, worstFirst } from "./words.js";

// Everything that is shown of one brief. `parts` are the sections that have come so far.
//   article   as it was read, or null
//   brief     whole, or null while it is made
//   parts     section id → section
//   opening   {headline, summary}, or null
//   findings  so far
export function english(state, { editing = false } = {}) {
  const { brief, article } = state;
  const opening = brief || state.opening;
  const numbers = numbered(article);
  const at = notesBy(state.findings);
  const show = (passage, place) => passageOf(passage, place, { numbers, notes: at(place), editing });
  const head = el("header", { class: "head", id: "en-headline" },
    kicker(brief || article),
    opening
      ? (editing ? field("headline", opening.headline, "Headline", "headline")
        : el("h1", {}, opening.headline))
      : el("h1", { class: "pending" }, "The headline is being written"),
    notes(at("headline")),
    place(brief || article),
    findingsLine(state.findings, brief));
  const summary = opening && opening.summary.length > 0 && el("section", { class: "summary", "aria-labelledby": "summary-heading" },
    el("h2", { class: "rubric", id: "summary-heading" }, "In brief"),
    notes(at("summary")),
    opening.summary.map((passage, index) => show(passage, `summary.${index}`)));
  return [head, summary, sections(state).map((one) => section(one, { show, at, editing, brief }))];
}

function kicker(of) {
  const agency = of?.dateline?.agency;
  return agency && el("p", { class: "kicker" }, agency);
}

function place(of) {
  const text = dateline(of?.dateline);
  return text && el("p", { class: "dateline" }, text);
}

// The sections in the article's order, with those that have not come yet.
function sections({ article, brief, parts }) {
  if (brief) return brief.sections.map((own) => ({ id: own.id, own }));
  return (article?.sections || []).map((of) => ({ id: of.id, own: parts.get(of.id), heading: of.heading }));
}

function section({ id, own, heading }, { show, at, editing, brief }) {
  const label = own?.heading || own?.heading_ar || heading;
  if (own && own.passages.length === 0 && !label) return null;
  const arabic = !own?.heading;
  const attributes = { id: `en-${id}.heading`, class: arabic ? "untranslated" : null, lang: arabic ? "ar" : null, dir: arabic ? "rtl" : null };
  const heads = label && (editing && own?.heading
    ? field(`${id}.heading`, own.heading, "Subhead", "subhead")
    : el("h2", attributes, label));
  const pending = !own && !brief;
  const silent = own && own.passages.length === 0;
  return el("section", { class: `part${pending ? " pending" : ""}`, id: `en-${id}`, "aria-labelledby": heads && !editing ? `en-${id}.heading` : null, "aria-busy": pending },
    heads,
    notes([...at(id), ...at(`${id}.heading`)]),
    own && own.passages.map((passage, index) => show(passage, `${id}.${index}`)),
    silent && brief && el("p", { class: "unsaid" }, "Told in the summary, or left out of this brief."),
    pending && el("p", { class: "waiting" }, "Waiting for its English"));
}

function passageOf(passage, at, { numbers, notes: found, editing }) {
  const sources = passage.sources.map((id) => numbers.get(id) ?? id);
  const name = sources.length ? `Evidence: paragraph${sources.length > 1 ? "s" : ""} ${sources.join(", ")}` : "";
  const missing = found.some((finding) => finding.code === "passage-missing");
  const grade = worst(tallyOf(found));
  const classes = ["passage", grade === "info" ? "note" : grade, missing ? "missing" : ""].filter(Boolean);
  return el("div", { class: classes.join(" "), id: `en-${at}`, "data-sources": passage.sources.join(" ") },
    editing
      ? field(at, passage.text, `Passage ${at}`, "passage-field")
      : el("p", {}, el("span", { class: "english-text", dir: "ltr" }, passage.text), " ",
        sources.length > 0 && el("button", { type: "button", class: "evidence", "aria-pressed": "false", "aria-label": name, title: name }, `¶\u202F${sources.join(", ")}`)),
    notes(found));
}

function field(at, text, label, kind) {
  const rows = Math.max(1, Math.ceil(text.length / 62));
  const area = el("textarea", { class: `edit ${kind}`, "data-place": at, "aria-label": label, rows, lang: "en", dir: "ltr" });
  area.value = text;
  area.defaultValue = text;
  return area;
}

// The findings at a place, worst first.
function notesBy(findings) {
  const sorted = worstFirst(findings);
  return (at) => sorted.filter((finding) => finding.passage === at);
}

function notes(found) {
  if (!found.length) return null;
  return el("ul", { class: "notes" }, found.map(note));
}

function note(finding) {
  const kind = finding.severity === "info" ? "note" : finding.severity;
  return el("li", { class: kind }, el("strong", {}, mark(kind), severity(finding.severity)), " ", withArabic(finding.message));
}

// A shape for each severity, so that it is not colour alone that tells.
export function mark(kind) {
  const shape = { error: "✕", warning: "▲", note: "●" }[kind];
  return el("span", { class: "mark", "aria-hidden": "true" }, shape || "●");
}

function findingsLine(findings, brief) {
  const counts = tallyOf(findings);
  const text = tally(counts);
  if (!text) return brief && el("p", { class: "tally clear" }, el("span", { class: "mark", "aria-hidden": "true" }, "✓"), " The checks found nothing to point at.");
  const kind = worst(counts);
  return el("p", { class: "tally" },
    el("a", { class: kind === "info" ? "note" : kind, href: "#findings", "data-within": "findings" }, text), " to check before use");
}

// The list of all findings, each with the way to its place.
export function findingsList(state, { go }) {
  const sorted = worstFirst(state.findings);
  if (!sorted.length) return null;
  const numbers = numbered(state.article);
  return el("section", { class: "findings", id: "findings", tabindex: "-1", "aria-labelledby": "findings-heading" },
    el("h2", { id: "findings-heading" }, "To check before use"),
    el("ol", {}, sorted.map((finding) => {
      const kind = finding.severity === "info" ? "note" : finding.severity;
      const sources = finding.sources.map((id) => numbers.get(id) ?? id);
      return el("li", { class: kind },
        el("p", {}, el("strong", {}, mark(kind), severity(finding.severity)), " ", withArabic(finding.message)),
        el("p", { class: "where" },
          (finding.passage || finding.sources[0]) && button("Show it", () => go(finding), { class: "link" }),
          sources.length > 0 && ` paragraph${sources.length > 1 ? "s" : ""} ${sources.join(", ")} · `,
          el("code", {}, finding.code)));
    })));
}

// Paragraphs are numbered through the article, from 1.
function numbered(article) {
  const paragraphs = (article?.sections || []).flatMap((one) => one.paragraphs);
  return new Map(paragraphs.map((paragraph, index) => [paragraph.id, index + 1]));
}

// The Arabic as it was read.
export function arabic({ article, findings, brief }) {
  if (!article) return [el("p", { class: "unsaid", lang: "en", dir: "ltr" }, "The Arabic of this brief was not kept.")];
  const numbers = numbered(article);
  const cited = new Set([...(brief?.summary || []), ...(brief?.sections || []).flatMap((one) => one.passages)].flatMap((one) => one.sources));
  const own = (id) => findings.filter((finding) => !finding.passage && finding.sources.includes(id));
  return [
    el("header", { class: "head" },
      article.title && el("p", { class: "title" }, article.title),
      article.byline && el("p", { class: "dateline" }, article.byline),
      article.dateline && el("p", { class: "dateline" }, article.dateline.raw)),
    article.sections.map((one) => el("section", {},
      one.heading && el("h3", {}, one.heading),
      one.paragraphs.map((paragraph) => {
        const found = own(paragraph.id);
        return el("div", { class: `paragraph${cited.has(paragraph.id) || !brief ? " cited" : ""}`, id: `ar-${paragraph.id}` },
          el("p", {}, el("span", { class: "number", lang: "en", dir: "ltr", "aria-label": `Paragraph ${numbers.get(paragraph.id)}` }, String(numbers.get(paragraph.id))), " ",
            el("span", { class: "arabic-text" }, paragraph.text)),
          found.length > 0 && el("div", { lang: "en", dir: "ltr" }, notes(found)));
      }))),
  ];
}
