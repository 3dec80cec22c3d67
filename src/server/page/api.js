// Requests to the gateway. The session's cookie goes along by itself; a key is never in a script.

// What the gateway refuses, in its own words.
export class Refusal extends Error {
  constructor(problem, status = 0) {
    super(problem.detail || problem.title);
    this.problem = problem;
    this.status = status;
  }
}

export const SIGNED_OUT = "signed-out";

export async function refusal(response) {
  let problem = null;
  try {
    problem = await response.json();
  } catch {
    // Something between here and the gateway answered.
  }
  if (response.status === 401) document.dispatchEvent(new Event(SIGNED_OUT));
  const title = `The gateway answered with ${response.status}`;
  return new Refusal(problem?.title ? problem : { title, detail: "Try again in a moment." }, response.status);
}

export async function send(path, { method = "GET", accept = "application/json", json, body, headers = {}, signal } = {}) {
  const fields = { accept, ...headers };
  if (json !== undefined) fields["content-type"] = "application/json";
  try {
    return await fetch(path, {
      method,
      headers: fields,
      body: json !== undefined ? JSON.stringify(json) : body,
      signal,
      cache: "no-store",
      credentials: "same-origin",
    });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Refusal({ title: "The gateway does not answer", detail: "Look whether it runs and whether you are connected, then try again." });
  }
}

export async function ask(path, options) {
  const response = await send(path, options);
  if (!response.ok) throw await refusal(response);
  return response;
}

export async function json(path, options) {
  return (await ask(path, options)).json();
}
