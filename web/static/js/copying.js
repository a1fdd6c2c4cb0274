// <copy-text>: a button that puts what another element holds on the clipboard. Where there is none to be had (over
// plain http) it stays away: the text is there to be selected.

import { say } from "./sentences.js";

class CopyText extends HTMLElement {
  connectedCallback() {
    if (!navigator.clipboard) return;
    this.hidden = false;
    this.querySelector("button").addEventListener("click", () => this.#copy());
  }

  async #copy() {
    const held = document.getElementById(this.dataset.of);
    try {
      await navigator.clipboard.writeText(held.value ?? held.textContent);
      say(this.querySelector("[role=status]"), this.dataset.copied);
    } catch {
      getSelection().selectAllChildren(held);
      held.select?.();
    }
  }
}

customElements.define("copy-text", CopyText);
