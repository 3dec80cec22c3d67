// The desk's newest briefs.
import { json } from "./api.js";
import { button, el } from "./dom.js";
import { mark } from "./sheet.js";
import { ago, dateline, tally, worst } from "./words.js";

const STATUS = { approved: ["✓", "Approved"], rejected: ["✕", "Rejected"], corrected: ["✎", "Corrected"] };
const host = () => document.getElementById("recent");

export async function refresh() {
  try {
    const { briefs, next } = await json("/v1/briefs?limit=12");
    if (briefs.length === 0) {
      host().replaceChildren(el("p", { class: "fine" }, "Briefs that you and your desk make are listed here."));
      return;
    }
    const list = el("ol", { class: "list" }, briefs.map(line));
    host().replaceChildren(list);
    more(list, next);
  } catch (error) {
    host().replaceChildren(el("p", { class: "fine" }, error.message));
  }
}

function more(list, next) {
  if (!next) return;
  const older = button("Older briefs", async () => {
    older.disabled = true;
    try {
      const page = await json(`/v1/briefs?limit=12&after=${encodeURIComponent(next)}`);
      const lines = page.briefs.map(line);
      list.append(...lines);
      older.remove();
      lines[0]?.querySelector("a").focus();
      more(list, page.next);
    } catch (error) {
      older.disabled = false;
      older.textContent = error.message;
    }
  }, { class: "quiet" });
  host().append(older);
}

function line(brief) {
  const found = tally({ ...brief.findings, info: 0 });
  const kind = worst(brief.findings);
  const [shape, word] = STATUS[brief.status] || [];
  const gone = brief.withdrawn || brief.superseded_by;
  return el("li", { class: gone ? "gone" : null },
    el("a", { href: `#/brief/${brief.id}` }, brief.headline),
    brief.title_ar && el("p", { class: "original", lang: "ar", dir: "rtl" }, brief.title_ar),
    el("p", { class: "about" },
      el("span", { class: `chip ${brief.status}` }, shape ? `${shape} ${word}` : "Draft"),
      brief.withdrawn ? el("span", {}, "Withdrawn") : brief.superseded_by && el("span", {}, "Superseded"),
      found && el("span", { class: `found ${kind}` }, mark(kind), ` ${found}`),
      dateline(brief.dateline) && el("span", {}, dateline(brief.dateline)),
      el("time", { datetime: brief.created }, ago(brief.created))));
}
