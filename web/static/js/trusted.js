// The only door to the browser's dangerous sinks: one Trusted Types policy. HTML that comes through here was
// rendered and sanitised by the server; everything else on a page is set as text.

const worker = new URL("./worker.js", import.meta.url).href;

const rules = {
  createHTML: (html) => html,
  createScriptURL: (url) => {
    if (url !== worker) throw new TypeError("not our worker");
    return url;
  },
};

const policy = globalThis.trustedTypes?.createPolicy("parley", rules) ?? rules;

/** What the server rendered, as nodes. */
export function rendered(html) {
  const template = document.createElement("template");
  template.innerHTML = policy.createHTML(html);
  return template.content;
}

export const workerUrl = () => policy.createScriptURL(worker);
