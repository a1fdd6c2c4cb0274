// <draft-form>: a message being written is not lost by a reload, a way back or a page in between, and a tab is not
// closed over it without a question.

// Its recipient fields must be alive before what was chosen is put back.
import "./recipients.js";
import { forget, recall, remember } from "./typed.js";

class DraftForm extends HTMLElement {
  #clean;
  #leaving = false;

  connectedCallback() {
    this.form = this.querySelector("form");
    this.#clean = JSON.stringify(this.#state());
    this.#restore();
    this.addEventListener("input", () => this.#keep());
    this.form.addEventListener("submit", () => (this.#leaving = true));
    this.form.elements.subject?.addEventListener("keydown", (event) => {
      // Enter would press the form's first button.
      if (event.key === "Enter" && !event.isComposing) event.preventDefault();
    });
    document.addEventListener("click", ({ target }) => {
      // A page of ours in between loses nothing: the text waits in this tab.
      if (target.closest("a[href]")?.origin === location.origin) this.#leaving = true;
    });
    addEventListener("pageshow", () => (this.#leaving = false));
    addEventListener("beforeunload", (event) => {
      if (!this.#leaving && this.#dirty) event.preventDefault();
    });
  }

  get #place() {
    return `draft ${this.dataset.draft || "new"}`;
  }

  get #dirty() {
    return JSON.stringify(this.#state()) !== this.#clean;
  }

  #state() {
    const { subject, body } = this.form.elements;
    const chosen = [...this.querySelectorAll("recipient-field")].map((field) => [field.dataset.name, field.chosen]);
    return { subject: subject?.value, body: body?.value, chosen };
  }

  #keep() {
    this.#leaving = false;
    if (this.#dirty) remember(this.#place, { version: this.dataset.version, clean: this.#clean, ...this.#state() });
    else forget(this.#place);
  }

  /** Puts back what was typed on top of the same text; a draft changed elsewhere since is shown as it is now. */
  #restore() {
    const kept = recall(this.#place);
    if (!kept || kept.clean !== this.#clean) return;
    for (const name of ["subject", "body"]) if (kept[name] !== undefined) this.form.elements[name].value = kept[name];
    for (const [name, chosen] of kept.chosen) {
      const field = this.querySelector(`recipient-field[data-name="${name}"]`);
      if (field) field.chosen = chosen;
    }
  }
}

customElements.define("draft-form", DraftForm);
