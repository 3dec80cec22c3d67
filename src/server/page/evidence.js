// Pointing at a sentence shows the paragraphs that it rests on, and the other way round. A click or
// the enter key holds it; escape lets go. Beside the English the Arabic moves into view; on a narrow
// screen it is quoted below the sentence.
import { el } from "./dom.js";

const WAIT = 90;

export class Evidence {
  constructor(sheet, english, arabic) {
    Object.assign(this, { sheet, english, arabic, held: null, timer: 0 });
    const on = (node, event, heard) => node.addEventListener(event, heard);
    on(english, "mouseover", (event) => this.point(event.target.closest(".passage")));
    on(arabic, "mouseover", (event) => this.point(event.target.closest(".paragraph")));
    on(sheet, "mouseleave", () => this.point(null));
    on(sheet, "focusin", (event) => this.point(event.target.closest(".passage, .paragraph"), 0));
    on(english, "click", (event) => this.pressed(event, ".passage"));
    on(arabic, "click", (event) => this.pressed(event, ".paragraph"));
    on(sheet, "keydown", (event) => {
      if (event.key === "Escape" && this.held) this.hold(null);
    });
  }

  point(target, wait = WAIT) {
    clearTimeout(this.timer);
    if (this.held) return;
    this.timer = setTimeout(() => this.show(target), target ? wait : WAIT * 3);
  }

  pressed(event, kind) {
    const target = event.target.closest(kind);
    const other = event.target.closest("a, textarea, input, summary");
    const own = event.target.closest("button");
    if (!target || other || (own && !own.classList.contains("evidence"))) return;
    // Whoever selects text to copy it does not mean to press.
    if (!own && String(getSelection()).length > 0) return;
    this.hold(this.held === target ? null : target);
  }

  hold(target) {
    clearTimeout(this.timer);
    this.held = target;
    this.sheet.classList.toggle("holding", Boolean(target));
    for (const quoted of this.english.querySelectorAll(".quoted")) quoted.remove();
    for (const pressed of this.sheet.querySelectorAll('[aria-pressed="true"]')) pressed.setAttribute("aria-pressed", "false");
    this.show(target);
    if (!target) return;
    target.querySelector(".evidence")?.setAttribute("aria-pressed", "true");
    if (target.classList.contains("passage")) this.quote(target);
    else this.rests(target)[0]?.scrollIntoView({ block: "nearest", behavior: motion() });
  }

  // The places of a passage or paragraph on the other side.
  rests(target) {
    const ids = (target.dataset.sources || "").split(" ").filter(Boolean);
    if (target.classList.contains("passage")) {
      return ids.map((id) => document.getElementById(`ar-${id}`)).filter(Boolean);
    }
    const id = target.id.slice("ar-".length);
    const passages = [...this.english.querySelectorAll(".passage")];
    return passages.filter((one) => (one.dataset.sources || "").split(" ").includes(id));
  }

  show(target) {
    for (const lit of this.sheet.querySelectorAll(".lit")) lit.classList.remove("lit");
    if (!target || !target.isConnected) return;
    const others = this.rests(target);
    for (const lit of [target, ...others]) lit.classList.add("lit");
    if (target.classList.contains("passage") && others.length) this.bring(others[0], others[others.length - 1]);
  }

  // Moves the Arabic, and never the page, so that evidence is seen.
  bring(first, last) {
    const pane = this.arabic;
    if (getComputedStyle(pane).overflowY !== "auto" || pane.scrollHeight <= pane.clientHeight) return;
    const top = first.offsetTop;
    const bottom = last.offsetTop + last.offsetHeight;
    const seen = top >= pane.scrollTop && bottom <= pane.scrollTop + pane.clientHeight;
    if (!seen) pane.scrollTo({ top: Math.max(0, top - pane.clientHeight / 6), behavior: motion() });
  }

  quote(passage) {
    const texts = this.rests(passage).map((one) => {
      const text = one.querySelector(".arabic-text");
      return el("p", {}, text ? text.textContent : "");
    });
    if (!texts.length) return;
    passage.append(el("blockquote", { class: "quoted", lang: "ar", dir: "rtl" }, texts));
  }
}

export function motion() {
  return matchMedia("(prefers-reduced-motion: reduce)").matches ? "instant" : "smooth";
}
