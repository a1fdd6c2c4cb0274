// <message-text>: the text to write, or to see as its readers will, of a message or a reply. The server renders it, as it will be.

import { rendered } from "./trusted.js";

class MessageText extends HTMLElement {
  connectedCallback() {
    this.text = this.querySelector("textarea");
    this.shown = this.querySelector(".preview");
    this.buttons = [...this.querySelectorAll(".choice button")];
    for (const button of this.buttons) button.addEventListener("click", (event) => this.#clicked(event, button));
    // Put back or changed from elsewhere, it is the text that counts.
    if (this.text.hidden) this.#show(true);
    for (const button of this.buttons) if (this.buttons.length === 1) button.value = "preview";
  }

  /** Counts what was to be shown; an answer that comes after something else was asked for is late. */
  #asked = 0;

  /** Back to the text, which was sent or is not right yet. */
  write() {
    this.#show(false);
  }

  async #clicked(event, button) {
    event.preventDefault();
    // One button alone goes to and fro.
    const preview = this.buttons.length === 1 ? !this.text.hidden : button.value === "preview";
    if (preview === this.text.hidden) return;
    // As high as what was there, so that nothing below moves more than it must.
    this.shown.style.minBlockSize = `${this.text.offsetHeight}px`;
    await this.#show(preview);
    (preview ? this.shown : this.text).focus({ preventScroll: true });
  }

  async #show(preview) {
    const asked = ++this.#asked;
    const content = preview ? await this.#rendered() : "";
    if (asked !== this.#asked) return;
    this.shown.replaceChildren(content);
    this.shown.hidden = !preview;
    this.text.hidden = preview;
    for (const button of this.buttons) button.setAttribute("aria-pressed", String((button.value !== "write") === preview));
  }

  async #rendered() {
    const body = new URLSearchParams({ body: this.text.value });
    const answer = await fetch("/fragments/preview", { method: "POST", body }).catch(() => null);
    return answer?.ok ? rendered(await answer.text()) : this.shown.dataset.failed;
  }
}

customElements.define("message-text", MessageText);
