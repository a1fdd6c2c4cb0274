// What holds for every form.

import { live } from "./live.js";
import { forget, forgetAll } from "./typed.js";

const AGAIN_AFTER = 3_000;

export function watchForms() {
  const sent = new WeakMap();
  addEventListener("pageshow", ({ persisted }) => persisted && location.reload());
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.method !== "post") return;
    // A double click sends once.
    if (Date.now() - (sent.get(form) ?? 0) < AGAIN_AFTER) return event.preventDefault();
    sent.set(form, Date.now());
    if (form.getAttribute("action") === "/sign-out") {
      forgetAll();
      live.signOut();
    }
    // This form ends the sign-in; its answer leads on, not the end of the stream.
    if (form.hasAttribute("data-ends-sign-in")) live.left = true;
  });
}

/** The server has what was typed: it says so on the page that follows. */
export function forgetSaved() {
  const saved = document.querySelector("meta[name=parley-forget]");
  if (saved) forget(`draft ${saved.content}`);
}
