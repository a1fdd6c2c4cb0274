// <live-person>: somebody as she is shown in a list, on her page, or only by the sign that one may write to her. When
// she is other than before, comes or goes, the server renders her anew.

import { getHtml } from "./api.js";
import { live } from "./live.js";
import { rendered } from "./trusted.js";

const MOST = 100;
const SIGNS = ["sign", "note"];
const shown = new Set();
const due = new Set();
let timer = null;

class LivePerson extends HTMLElement {
  connectedCallback() {
    shown.add(this);
    watch();
    // Where only a sign is shown, the server says which once it is on screen.
    if (SIGNS.includes(this.dataset.as) && !this.childNodes.length) renew([this.dataset.of]);
  }

  disconnectedCallback() {
    shown.delete(this);
    watch();
  }
}

const watch = () => live.watch(LivePerson, [...new Set([...shown].map(({ dataset }) => dataset.of))]);

/** Asks anew within `within` ms: where many show the same person, not all at once. */
export function renew(people, within = 0) {
  for (const person of people) due.add(person);
  timer ??= setTimeout(refresh, Math.random() * within);
}

async function refresh() {
  timer = null;
  // The blocks of the home page are rendered anew as a whole: who came may belong to another of them.
  const wanted = [...shown].filter((one) => due.has(one.dataset.of) && !one.closest("home-blocks"));
  due.clear();
  for (const form of new Set(wanted.map(({ dataset }) => dataset.as))) {
    const those = wanted.filter(({ dataset }) => dataset.as === form);
    for (let at = 0; at < those.length; at += MOST) await show(form, those.slice(at, at + MOST)).catch(() => {});
  }
}

/** Whoever is no longer in the directory has no sign any more; in a list of people she is gone. */
async function show(form, those) {
  const ids = [...new Set(those.map(({ dataset }) => dataset.of))].join();
  const fresh = rendered(await getHtml("/fragments/people/lines", { as: form, ids }));
  for (const old of those) {
    const now = fresh.querySelector(`[data-of="${CSS.escape(old.dataset.of)}"]`);
    if (now) put(old, now);
    else if (form === "row") old.closest("li")?.remove();
    else if (SIGNS.includes(form)) old.replaceChildren();
  }
}

/** The focus stays where it was, or beside it where that is gone. */
function put(old, now) {
  const focused = old.contains(document.activeElement) ? document.activeElement.className : null;
  old.toggleAttribute("data-online", now.hasAttribute("data-online"));
  old.replaceChildren(...now.cloneNode(true).childNodes);
  if (focused === null) return;
  const links = [...old.querySelectorAll("a")];
  (links.find((link) => link.className === focused) ?? links[0])?.focus();
}

live.subscribe("people", null, ({ changed, within }) => renew(changed, within * 1000));
live.subscribe("missed", null, () => renew([...shown].map(({ dataset }) => dataset.of)));

customElements.define("live-person", LivePerson);
