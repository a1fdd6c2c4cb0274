// <people-search>: the directory, found as one types. The address keeps what is shown.

import { getHtml } from "./api.js";
import { counted, filled, say } from "./sentences.js";
import { rendered } from "./trusted.js";

const TYPING_PAUSE = 150;

class PeopleSearch extends HTMLElement {
  #timer = null;
  #asked = 0;

  connectedCallback() {
    this.form = this.querySelector("form");
    this.input = this.querySelector("input[type=search]");
    this.status = this.querySelector(".status");
    this.found = this.querySelector(".people-found");
    this.input.addEventListener("input", () => {
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.#find(), TYPING_PAUSE);
    });
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      clearTimeout(this.#timer);
      this.#find();
    });
  }

  async #find() {
    const asked = ++this.#asked;
    const given = Object.fromEntries([...new FormData(this.form)].filter(([, value]) => value.trim()));
    try {
      const fresh = rendered(await getHtml(this.dataset.href, given));
      if (asked !== this.#asked) return;
      this.found.replaceChildren(fresh);
      history.replaceState(null, "", `${this.form.getAttribute("action")}?${new URLSearchParams(given)}`);
      const number = this.found.querySelectorAll(".people > li").length;
      const q = given.q ?? "";
      say(this.status, number ? counted(this, number) : filled(this.dataset.nobody, { q }));
    } catch {
      if (asked === this.#asked) say(this.status, this.dataset.failed);
    }
  }
}

customElements.define("people-search", PeopleSearch);
