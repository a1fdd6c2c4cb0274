// The HTTP API and the server's fragments of pages.

/** Answers that are not good: `status`, and the problem's stable `code` where there is one. */
export class Refused extends Error {
  constructor(status, code) {
    super(`${status} ${code ?? ""}`);
    this.status = status;
    this.code = code;
  }
}

export async function getJson(path, parameters = {}, { signal } = {}) {
  return (await get(path, parameters, "application/json", signal)).json();
}

export async function getHtml(path, parameters = {}) {
  return (await get(path, parameters, "text/html")).text();
}

/** Does something that answers nothing; `what` is told in JSON. */
export function send(method, path, what) {
  const headers = { Accept: "application/json", ...(what && { "Content-Type": "application/json" }) };
  return good(new URL(path, location.href), { method, headers, body: what && JSON.stringify(what) });
}

/** Does something that is told in JSON, and answers in it. */
export async function sendJson(method, path, what) {
  const headers = { Accept: "application/json", "Content-Type": "application/json" };
  return (await good(new URL(path, location.href), { method, headers, body: JSON.stringify(what) })).json();
}

function get(path, parameters, accept, signal) {
  const url = new URL(path, location.href);
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
  return good(url, { headers: { Accept: accept }, signal });
}

async function good(url, options) {
  const answer = await fetch(url, options);
  if (answer.ok) return answer;
  const problem = await answer.json().catch(() => ({}));
  throw new Refused(answer.status, problem.code);
}
