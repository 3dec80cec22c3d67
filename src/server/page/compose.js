// Handing in an article: pasted, chosen, dropped anywhere on the page, or by its address.
import { el, say } from "./dom.js";
import { make } from "./reading.js";

const form = document.getElementById("compose");

export function begin({ started, back }) {
  if (!form) return;
  for (const part of form.querySelectorAll(".scripted")) part.hidden = false;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    hand({ started, back });
  });
  form.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit();
  });
  form.elements.file.addEventListener("change", clearRefusal);
  form.elements.text.addEventListener("input", clearRefusal);
  dropping();
}

function hand({ started, back }) {
  const { text, file, url, detail, confidential } = form.elements;
  const given = [text.value.trim() && "text", file.files.length > 0 && "file", url?.value.trim() && "url"].filter(Boolean);
  if (given.length === 0) return refuse("Paste an article, or choose a file, first.", text);
  if (given.length > 1) return refuse("Give one thing at a time: the text, a file or an address. Clear the others.", form.elements[given[1]]);
  const source = { detail: detail.value, confidential: confidential.checked };
  if (given[0] === "file") source.file = file.files[0];
  else source.article = given[0] === "url" ? { url: url.value.trim() } : { text: text.value };
  clearRefusal();
  started();
  make(source, {
    named: (id) => history.pushState(null, "", `#/brief/${id}`),
    made: () => form.reset(),
    refused: (problem) => {
      back();
      refuse([problem.title, problem.detail].filter(Boolean).join(". ").replace("..", "."), text);
    },
  });
}

function refuse(message, field) {
  document.getElementById("refusal").replaceChildren(el("p", { class: "wrong" }, message));
  field.focus();
}

function clearRefusal() {
  document.getElementById("refusal").replaceChildren();
}

// A file may be dropped anywhere while the form is there.
function dropping() {
  const isFile = (event) => event.dataTransfer?.types.includes("Files");
  const here = () => !form.closest(".view").hidden;
  let inside = 0;
  const over = (on) => document.body.classList.toggle("dropping", on);
  addEventListener("dragenter", (event) => {
    if (!isFile(event) || !here()) return;
    inside += 1;
    over(true);
  });
  addEventListener("dragleave", (event) => {
    if (!isFile(event)) return;
    inside = Math.max(0, inside - 1);
    if (inside === 0) over(false);
  });
  addEventListener("dragover", (event) => {
    if (isFile(event)) event.preventDefault();
  });
  addEventListener("drop", (event) => {
    if (!isFile(event)) return;
    event.preventDefault();
    inside = 0;
    over(false);
    if (!here() || event.dataTransfer.files.length === 0) return;
    form.elements.text.value = "";
    form.elements.file.files = event.dataTransfer.files;
    clearRefusal();
    say(`${event.dataTransfer.files[0].name} is chosen.`);
    form.querySelector("[type=submit]").focus();
  });
}
