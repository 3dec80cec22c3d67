// A brief as it comes along: events over one connection, taken up again where it was cut.
import { Refusal, refusal, send } from "./api.js";

const TRIES = 8;
const LAST = new Set(["brief", "problem"]);

// Calls `tell(name, data, id)` for each event of the request's stream until the last one. `lost(n)` is
// told that the connection is gone and will be tried again for the n-th time, `lost(0)` that it is back.
export async function follow(request, { signal, tell, lost }) {
  let last = null;
  let tries = 0;
  let next = request;
  for (;;) {
    try {
      const response = await next();
      if (!response.ok) throw await refusal(response);
      if (response.status === 204) return;
      if (!(response.headers.get("content-type") || "").startsWith("text/event-stream")) {
        tell("answer", await response.json(), null);
        return;
      }
      if (tries > 0) lost(0);
      tries = 0;
      const ended = await read(response.body, (event) => {
        last = event.id || last;
        tell(event.name, event.data, last);
      });
      if (ended) return;
    } catch (error) {
      const final = error instanceof Refusal && error.status > 0 && error.status < 500;
      if (signal.aborted || error.name === "AbortError" || final) throw error;
      if (!last) throw error;
    }
    if (!last) throw new Refusal({ title: "The connection was cut", detail: "Nothing had come yet; send the article again." });
    tries += 1;
    if (tries > TRIES) throw new Refusal({ title: "The connection is gone", detail: "The brief may still be made; look for it under recent briefs." });
    lost(tries);
    await pause(Math.min(500 * 2 ** tries, 10_000), signal);
    const id = last.slice(0, last.lastIndexOf("."));
    next = () => send(`/v1/briefs/${id}`, { accept: "text/event-stream", headers: { "last-event-id": last }, signal });
  }
}

// Reads events until the last one (true) or until the connection ends before it (false).
async function read(body, heard) {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let held = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return false;
    held += decoder.decode(value, { stream: true });
    for (let end = held.indexOf("\n\n"); end >= 0; end = held.indexOf("\n\n")) {
      const event = parse(held.slice(0, end));
      held = held.slice(end + 2);
      if (!event) continue;
      heard(event);
      if (LAST.has(event.name)) {
        reader.cancel().catch(() => {});
        return true;
      }
    }
  }
}

function parse(text) {
  const event = { id: "", name: "message", data: "" };
  for (const line of text.split("\n")) {
    const colon = line.indexOf(":");
    if (colon <= 0) continue;
    const value = line.slice(colon + 1).replace(/^ /, "");
    const field = line.slice(0, colon);
    if (field === "id") event.id = value;
    if (field === "event") event.name = value;
    if (field === "data") event.data += value;
  }
  if (!event.data) return null;
  return { ...event, data: JSON.parse(event.data) };
}

function pause(milliseconds, signal) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      reject(new DOMException("stopped", "AbortError"));
    }, { once: true });
  });
}
