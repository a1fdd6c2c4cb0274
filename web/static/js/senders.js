// <sender-choice>: people whose messages one may look for, by their first letters. The server says whom, as links.

import { getHtml } from "./api.js";
import { counted, filled, say } from "./sentences.js";
import { rendered } from "./trusted.js";

const TYPING_PAUSE = 150;

class SenderChoice extends HTMLElement {
  #timer = null;
  #asked = 0;

  connectedCallback() {
    this.input = this.querySelector("input[type=search]");
    this.list = this.querySelector(".senders");
    this.status = this.querySelector(".status");
    this.closest("[popover]").addEventListener("toggle", ({ newState }) => newState === "open" && this.#opened());
    this.input.addEventListener("input", () => {
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.#find(), TYPING_PAUSE);
    });
    // Who has typed enough takes the first.
    this.querySelector("form").addEventListener("submit", async (event) => {
      event.preventDefault();
      clearTimeout(this.#timer);
      await this.#find();
      if (this.input.value.trim()) this.list.querySelector("a")?.click();
    });
  }

  #opened() {
    this.input.focus();
    if (!this.#asked) this.#find();
  }

  async #find() {
    const asked = ++this.#asked;
    const q = this.input.value.trim();
    const filters = Object.fromEntries(new FormData(this.input.form));
    delete filters.sender;
    try {
      const found = rendered(await getHtml("/fragments/senders", { ...filters, box: this.dataset.box, q }));
      if (asked !== this.#asked) return;
      this.list.replaceChildren(found);
      const { childElementCount } = this.list;
      say(this.status, q && !childElementCount ? filled(this.dataset.nobody, { q }) : q ? counted(this, childElementCount) : "");
    } catch {
      if (asked === this.#asked) say(this.status, this.dataset.failed);
    }
  }
}

customElements.define("sender-choice", SenderChoice);
