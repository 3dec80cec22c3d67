// Which view is shown, by the address behind the #; the rest is in the files beside this one.
import { SIGNED_OUT } from "./api.js";
import * as compose from "./compose.js";
import { say } from "./dom.js";
import * as reading from "./reading.js";
import * as recent from "./recent.js";
import * as status from "./status.js";

const TITLE = document.title;
const views = [...document.querySelectorAll("main > .view")];

// Shows one view, marks it in the navigation, and moves the focus there where a person went.
function show(name, moved = true) {
  document.querySelector("main > .notice")?.remove();
  for (const view of views) view.hidden = view.dataset.view !== name;
  for (const link of document.querySelectorAll(".views a")) {
    if (link.dataset.view === name) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  document.body.dataset.shows = name;
  if (!moved) return;
  scrollTo({ top: 0, behavior: "instant" });
  document.getElementById("main").focus({ preventScroll: true });
}

function route(moved = true) {
  const [, place = "", id = ""] = location.hash.match(/^#\/([a-z]*)\/?([0-9a-f-]*)$/) || [];
  status.end();
  if (place !== "brief") reading.leave();
  document.title = TITLE;
  if (place === "brief" && id) {
    show("brief", moved);
    return reading.open(id);
  }
  if (place === "status") {
    show("status", moved);
    document.title = `Status · ${TITLE}`;
    return status.begin();
  }
  show("new", moved);
  return recent.refresh();
}

document.addEventListener(SIGNED_OUT, () => {
  say("Your session has ended. Sign in again.");
  // What was typed and read is unpublished: the page that asks for a key shows none of it.
  location.replace("/");
});
document.querySelector(".views").hidden = false;
document.querySelector(".recent").hidden = false;
// The link that skips to the content is no view.
document.querySelector(".skip").addEventListener("click", (event) => {
  event.preventDefault();
  document.getElementById("main").focus();
});
compose.begin({ started: () => show("brief"), back: () => show("new") });
addEventListener("hashchange", () => route());
// A page that the browser kept for its back button may be another person's by now.
addEventListener("pageshow", (event) => {
  if (event.persisted) location.reload();
});
if (!document.querySelector("main > .notice")) route(false);
else recent.refresh();

// The label stays in view, and the Arabic ends where the window does.
const measured = new ResizeObserver(() => {
  const bar = document.querySelector("#brief .standing");
  document.documentElement.style.setProperty("--bar", `${bar ? bar.offsetHeight : 0}px`);
});
measured.observe(document.getElementById("brief"));
