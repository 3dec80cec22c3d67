// Every format of a brief, to copy or to keep as a file.
import { ask } from "./api.js";
import { button, el, say } from "./dom.js";
import { text } from "./words.js";

const FORMATS = [
  ["Text", null, "txt", "text/plain;charset=utf-8"],
  ["Markdown", "text/markdown", "md"],
  ["HTML page", "text/html", "html"],
  ["JSON", "application/json", "json"],
  ["ninjs 3.1", "application/ninjs+json;version=3.1", "ninjs.json"],
  ["ninjs 2.2", "application/ninjs+json;version=2.2", "ninjs-2.2.json"],
];

// A menu for the brief that `current()` gives, with its review.
export function menu(current) {
  const told = el("p", { class: "fine", "aria-live": "polite" });
  const { kept } = current();
  const offered = FORMATS.filter(([, accept]) => kept || !accept || accept === "application/json");
  const rows = offered.map((format) => {
    const [name] = format;
    const run = (what, done) => async () => {
      told.textContent = "…";
      try {
        await what(format, current());
        told.textContent = done;
        say(done);
      } catch (error) {
        told.textContent = error.message;
      }
    };
    return el("tr", {},
      el("th", { scope: "row" }, name),
      el("td", {}, button("Copy", run(copy, `Copied as ${name}.`), { "aria-label": `Copy as ${name}` })),
      el("td", {}, button("Download", run(download, `Saved as ${name}.`), { "aria-label": `Download as ${name}` })));
  });
  const details = el("details", { class: "menu" },
    el("summary", {}, "Copy or download"),
    el("div", { class: "sheet-menu" }, el("table", {}, el("tbody", {}, rows)),
      !kept && el("p", { class: "fine" }, "Nothing of a confidential brief is kept, so it can be had only as it is here."),
      told));
  const shut = (event) => {
    if (details.open && !details.contains(event.target)) details.open = false;
  };
  details.addEventListener("toggle", () => {
    const change = details.open ? "addEventListener" : "removeEventListener";
    document[change]("click", shut);
  });
  details.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !details.open) return;
    details.open = false;
    details.querySelector("summary").focus();
  });
  return details;
}

async function contents([name, accept], { brief, review, kept }) {
  if (!accept) return text(brief, review);
  if (!kept) return JSON.stringify(brief, null, 2);
  return (await ask(`/v1/briefs/${brief.id}`, { accept })).text();
}

async function copy(format, current) {
  const body = await contents(format, current);
  if (navigator.clipboard) return navigator.clipboard.writeText(body);
  // Without encryption browsers have only the older way.
  const area = el("textarea", { class: "unseen", "aria-hidden": "true", tabindex: "-1" });
  area.value = body;
  document.body.append(area);
  area.select();
  const done = document.execCommand("copy");
  area.remove();
  if (!done) throw new Error("The browser does not let the page copy; download it.");
}

async function download(format, current) {
  const [, accept, ending, own] = format;
  const body = await contents(format, current);
  const type = own || accept.split(";")[0];
  const address = URL.createObjectURL(new Blob([body], { type }));
  const words = current.brief.headline.toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^-+|-+$/g, "");
  const name = `${words.slice(0, 60) || current.brief.id.slice(0, 8)}.${ending}`;
  el("a", { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}
