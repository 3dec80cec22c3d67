// Words that more than one part of the page says. They are those of the brief's other formats.

const MONTHS = ["January", "February", "March", "April", "May", "June", "July", "August",
  "September", "October", "November", "December"];
export const SEVERITIES = [["error", "Error"], ["warning", "Warning"], ["info", "Note"]];

export function severity(name) {
  return (SEVERITIES.find(([own]) => own === name) || ["", "Note"])[1];
}

export function counted(count, what) {
  return `${count.toLocaleString("en-GB")} ${what}${count === 1 ? "" : "s"}`;
}

// "2 errors, 1 warning"; empty where there is nothing.
export function tally(counts) {
  const told = SEVERITIES.filter(([name]) => counts[name] > 0);
  return told.map(([name, word]) => counted(counts[name], word.toLowerCase())).join(", ");
}

export function tallyOf(findings) {
  const counts = { error: 0, warning: 0, info: 0 };
  for (const finding of findings) counts[finding.severity] += 1;
  return counts;
}

export function worst(counts) {
  return SEVERITIES.map(([name]) => name).find((name) => counts[name] > 0) || "";
}

export function worstFirst(findings) {
  const rank = (finding) => SEVERITIES.findIndex(([name]) => name === finding.severity);
  return [...findings].sort((one, other) => rank(one) - rank(other));
}

// "Tehran, 18 January (IRNA)".
export function dateline(given) {
  if (!given) return "";
  const month = MONTHS[given.month - 1];
  const date = [given.day, month, given.year].filter(Boolean).join(" ");
  const place = [given.place, month ? date : ""].filter(Boolean).join(", ");
  return [place, given.agency ? `(${given.agency})` : ""].filter(Boolean).join(" ");
}

export function moment(text) {
  const at = new Date(text);
  if (Number.isNaN(at.getTime())) return text;
  const day = at.toLocaleDateString("en-GB", { day: "numeric", month: "long", year: "numeric" });
  return `${day}, ${at.toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" })}`;
}

// "just now", "12 minutes ago", "Tuesday, 14:05", "3 May 2026".
export function ago(text, now = Date.now()) {
  const at = new Date(text);
  const minutes = Math.floor((now - at.getTime()) / 60_000);
  if (!Number.isFinite(minutes)) return text;
  if (minutes < 1) return "just now";
  if (minutes < 60) return `${counted(minutes, "minute")} ago`;
  const time = at.toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
  if (minutes < 24 * 60) return `${counted(Math.floor(minutes / 60), "hour")} ago`;
  if (minutes < 6 * 24 * 60) return `${at.toLocaleDateString("en-GB", { weekday: "long" })}, ${time}`;
  return at.toLocaleDateString("en-GB", { day: "numeric", month: "long", year: "numeric" });
}

export function lasted(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor((whole % 3600) / 60)];
  const two = (number) => String(number).padStart(2, "0");
  return hours ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
}

// The engines that wrote a brief, each once, with its model.
export function engines(provenance) {
  const names = provenance.engines.map((used) => used.model ? `${used.provider} (${used.model})` : used.provider);
  return [...new Set(names)].join(", ") || "mujaz";
}

// One sentence: who wrote the brief and whether a person has approved it.
export function label(brief, review) {
  const by = engines(brief.provenance);
  if (brief.provenance.draft) return `Machine draft by ${by}; not reviewed by a person.`;
  const editor = review?.responsible_editor;
  const who = review?.reviewer || "a person";
  const named = editor && editor !== who ? `${who} (responsible editor: ${editor})` : who;
  return `Machine text by ${by}; reviewed and approved by ${named}.`;
}

// The English alone, for pasting, under its label.
export function text(brief, review) {
  const parts = [brief.headline, dateline(brief.dateline), label(brief, review)];
  parts.push(...brief.summary.map((passage) => passage.text));
  for (const section of brief.sections.filter((one) => one.passages.length)) {
    if (section.heading) parts.push(section.heading);
    parts.push(...section.passages.map((passage) => passage.text));
  }
  return parts.filter(Boolean).join("\n\n") + "\n";
}

// What stands in the way of publishing, one sentence each.
export function held(brief) {
  const told = [];
  const { release = {}, superseded_by: later, withdrawn } = brief;
  if (withdrawn) told.push(`The story was withdrawn (${moment(withdrawn)}): this brief must not be used.`);
  else if (release.status === "canceled") told.push("Withdrawn by its source: not to be published.");
  if (release.status === "withheld") told.push("Withheld by its source: not to be published.");
  if (release.embargoed_until) told.push(`Embargoed until ${moment(release.embargoed_until)}.`);
  if (later) told.push("A later version of this story has taken its place.");
  return told;
}
