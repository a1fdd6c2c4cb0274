// What was done, and for some seconds the way back.

import { counted, say } from "./sentences.js";

const SHOWN = 10_000;

export class UndoNotice {
  #form;
  #text;
  #button;
  #undo = null;
  #timer = null;

  constructor(form) {
    this.#form = form;
    this.#text = form.querySelector("[role=status]");
    this.#button = form.querySelector(".undo");
    form.addEventListener("submit", (event) => {
      if (!this.#undo) return;
      event.preventDefault();
      this.undo();
    });
    // Who reaches for it has all the time she needs.
    for (const type of ["pointerleave", "focusout"]) form.addEventListener(type, () => this.#hideLater());
  }

  /** Says what became of it; `undo` takes it back. */
  show(what, n = 0, undo = null) {
    this.#undo = undo;
    this.#form.hidden = false;
    if (this.#button) this.#button.hidden = !undo;
    say(this.#text, this.#text.dataset[what] ?? counted(this.#text, n, what));
    this.#hideLater();
  }

  /** Takes it back; false when there is nothing to take back. */
  undo() {
    const undo = this.#undo;
    this.#undo = null;
    undo?.();
    return undo !== null;
  }

  #hideLater() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      if (this.#form.matches(":hover, :focus-within")) return;
      this.#form.hidden = true;
      this.#undo = null;
      this.#text.textContent = "";
    }, SHOWN);
  }
}
