// Elements out of values. A text is always text: no function here, or anywhere on the page, makes
// markup of one, and the page's policy forbids it.

// Marks that turn the writing direction of what follows could make a text read as another.
const TURNS = /[\u202A-\u202E\u2066-\u2069]/g;
const CONTROLS = /[\u0000-\u0008\u000B-\u001F\u007F-\u009F]/g;

export function plain(text) {
  return String(text).replace(TURNS, "").replace(CONTROLS, " ");
}

function fill(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name === "on") {
      for (const [event, heard] of Object.entries(value)) node.addEventListener(event, heard);
    } else {
      node.setAttribute(name, value === true ? "" : value);
    }
  }
  for (const child of children.flat(Infinity)) {
    if (child === null || child === undefined || child === false) continue;
    node.append(child instanceof Node ? child : plain(child));
  }
  return node;
}

export function el(tag, attributes = {}, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

export function svg(tag, attributes = {}, ...children) {
  return fill(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes, children);
}

export function button(text, pressed, attributes = {}) {
  return el("button", { type: "button", on: { click: pressed }, ...attributes }, text);
}

// Says something to who listens to the page, without moving the focus.
export function say(text) {
  const said = document.getElementById("said");
  if (said.textContent !== text) said.textContent = text;
}

// English that quotes Arabic: the quoted part keeps its own direction, or its figures would change
// places within the line.
export function withArabic(text) {
  const pieces = [];
  let rest = plain(text);
  for (;;) {
    const open = rest.indexOf("“");
    const close = open < 0 ? -1 : rest.indexOf("”", open);
    if (close < 0) return [...pieces, rest];
    const quoted = rest.slice(open + 1, close);
    pieces.push(rest.slice(0, open + 1));
    pieces.push(/[\u0600-\u06FF\u0750-\u077F\uFB50-\uFDFF\uFE70-\uFEFE]/.test(quoted)
      ? el("bdi", { lang: "ar" }, quoted) : quoted);
    rest = rest.slice(close);
    // The closing mark opens nothing.
    pieces.push(rest[0]);
    rest = rest.slice(1);
  }
}
