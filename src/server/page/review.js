// What a person decides about a brief: approve, correct, reject, each under a name.
import { Refusal, ask, refusal, send } from "./api.js";
import { button, el, say } from "./dom.js";
import { counted, moment } from "./words.js";

const WORDS = { unreviewed: "Not reviewed", approved: "Approved", corrected: "Corrected", rejected: "Rejected" };
// Who decided last on this page; gone when the page is.
let lastNames = { reviewer: "", responsible_editor: "" };

export async function read(id) {
  return (await ask(`/v1/briefs/${id}/review`)).json();
}

async function decide(id, review, decision) {
  const response = await send(`/v1/briefs/${id}/review`, {
    method: "PUT",
    json: decision,
    headers: { "if-match": `"${review.version}"` },
  });
  if (!response.ok) throw await refusal(response);
  return response.json();
}

// One line: what was decided, by whom, when.
export function standing(review) {
  if (!review || review.status === "unreviewed") return "";
  const who = [WORDS[review.status], review.reviewer && `by ${review.reviewer}`].filter(Boolean).join(" ");
  return [who, review.at && moment(review.at)].filter(Boolean).join(", ") + (review.note ? `: ${review.note}` : "");
}

// The buttons of a reviewer. `edited()` gives the English that was changed, or null while nothing is
// being edited; `edit(on)` begins and ends editing; `decided(review)` hears what holds then.
export function actions({ id, review, errors, edited, edit, decided }) {
  const opens = (asked) => () => dialog(asked, { id, review, errors, edited, decided });
  if (edited() !== null) {
    return [
      button("Save corrections …", opens("corrected"), { class: "primary" }),
      button("Cancel", () => edit(false), { class: "quiet" }),
    ];
  }
  return [
    review.status !== "approved" && button("Approve …", opens("approved"), { class: "primary" }),
    button("Correct", () => edit(true)),
    review.status !== "rejected" && button("Reject …", opens("rejected")),
    review.status !== "unreviewed" && button("Reopen …", opens("unreviewed"), { class: "quiet" }),
  ].filter(Boolean);
}

const ASKED = {
  approved: ["Approve this brief", "You have read the English against the Arabic. Under your name the draft label goes; that a machine wrote it stays.", "Approve"],
  corrected: ["Save your corrections", "Your words take the place of the machine’s in every format. The brief stays a draft until somebody approves it.", "Save"],
  rejected: ["Reject this brief", "Every format will say that it must not be published.", "Reject"],
  unreviewed: ["Reopen this brief", "It becomes a draft again. What was decided before stays in its history.", "Reopen"],
};

function dialog(asked, { id, review, errors, edited, decided }) {
  const [title, told, does] = ASKED[asked];
  const edits = edited();
  const wrong = el("p", { class: "wrong", role: "alert" });
  if (asked === "corrected" && Object.keys(edits).length === 0) {
    say("Nothing was changed yet.");
  }
  const reviewer = el("input", { id: "reviewer", name: "reviewer", required: true, maxlength: 200, autocomplete: "name", value: lastNames.reviewer });
  const editor = el("input", { id: "editor", name: "editor", maxlength: 200, autocomplete: "off", value: lastNames.responsible_editor });
  const note = el("textarea", { id: "note", name: "note", rows: 2, maxlength: 2000 });
  const also = el("input", { type: "checkbox", name: "also" });
  const confirm = el("button", { type: "submit", class: "primary" }, does);
  const box = el("dialog", { class: "box", "aria-labelledby": "box-heading" },
    el("form", { method: "dialog" },
      el("h2", { id: "box-heading" }, title),
      el("p", {}, told),
      asked === "approved" && errors > 0 && el("p", { class: "wrong" }, `The checks still find ${counted(errors, "error")} in it.`),
      el("label", { for: "reviewer" }, "Your name"), reviewer,
      el("label", { for: "editor" }, "Responsible editor, if somebody else"), editor,
      el("label", { for: "note" }, "A word to colleagues"), note,
      asked === "corrected" && el("label", { class: "check" }, also, el("span", {}, "I have read all of it: approve it as well")),
      wrong,
      el("p", { class: "go" }, confirm, button("Cancel", () => box.close(), { class: "quiet" }))));
  box.addEventListener("close", () => box.remove());
  box.querySelector("form").addEventListener("submit", async (event) => {
    event.preventDefault();
    confirm.disabled = true;
    lastNames = { reviewer: reviewer.value.trim(), responsible_editor: editor.value.trim() };
    const decision = {
      status: asked === "corrected" && also.checked ? "approved" : asked,
      reviewer: lastNames.reviewer,
      responsible_editor: lastNames.responsible_editor || null,
      note: note.value.trim() || null,
    };
    if (edits) decision.edits = { ...review.edits, ...edits };
    try {
      const now = await decide(id, review, decision);
      box.close();
      say(standing(now) || "Reopened.");
      decided(now);
    } catch (error) {
      confirm.disabled = false;
      const changed = error instanceof Refusal && error.status === 412;
      wrong.textContent = changed ? "Somebody else has decided in the meantime. Close this and look at the brief again." : error.message;
    }
  });
  document.body.append(box);
  box.showModal();
  reviewer.focus();
}

// All decisions, newest first.
export function history(review) {
  if (!review || review.history.length === 0) return null;
  const past = [...review.history].reverse();
  return el("details", { class: "more" },
    el("summary", {}, `Review history (${past.length})`),
    el("ol", {}, past.map((one) => el("li", {}, standing(one) || `Reopened by ${one.reviewer || "a person"} ${moment(one.at)}`))));
}
