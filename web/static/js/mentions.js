// Naming somebody with @ while one writes a reply: a list of the participants whose names begin so.

import { drawFace } from "./faces.js";
import { counted, say } from "./sentences.js";
import { cloneOf } from "./templates.js";

const SIGN = /(?:^|[^\p{L}\p{N}])@([^@\n]{0,60})$/u;
const AT_MOST = 8;

export class Mentions {
  #composer;
  #text;
  #list;
  #status;
  #options = [];
  #active = -1;

  /** @param {HTMLElement} composer */
  constructor(composer) {
    this.#composer = composer;
    this.#text = composer.querySelector("textarea");
    this.#list = composer.querySelector(".mention-options");
    this.#status = composer.querySelector(".mention-status");
    for (const [name, value] of [["autocomplete", "list"], ["haspopup", "listbox"], ["controls", this.#list.id]]) {
      this.#text.setAttribute(`aria-${name}`, value);
    }
    // Before the composer hears of it: here, Enter chooses somebody.
    composer.addEventListener("keydown", (event) => this.#key(event), true);
    this.#text.addEventListener("input", () => this.look());
    this.#text.addEventListener("click", () => this.look());
    this.#text.addEventListener("blur", () => this.#close());
    // The field keeps the focus.
    this.#list.addEventListener("pointerdown", (event) => event.preventDefault());
    this.#list.addEventListener("click", ({ target }) => this.#clicked(target.closest("[role=option]")));
  }

  /** Shows whom the letters before the caret may mean. */
  look() {
    const { value, selectionStart, selectionEnd } = this.#text;
    const typed = selectionStart === selectionEnd && SIGN.exec(value.slice(0, selectionStart))?.[1];
    if (typeof typed !== "string" || typed.startsWith(" ")) return this.#close();
    this.#from = selectionStart - typed.length;
    this.#options = this.#people().filter(({ name }) => begins(name, typed)).slice(0, AT_MOST);
    if (!this.#options.length) return this.#close();
    this.#list.replaceChildren(...this.#options.map(option));
    this.#list.hidden = false;
    say(this.#status, counted(this.#status, this.#options.length, "found"));
    this.#activate(0);
  }

  #from = 0;

  #people() {
    const items = document.querySelectorAll(".participants-list > [data-person]");
    const people = [...items].map((item) => ({ id: item.dataset.person, name: item.querySelector(".participant-name").textContent }));
    return people.filter(({ id }) => id !== document.body.dataset.person);
  }

  #key(event) {
    if (this.#list.hidden || event.target !== this.#text || event.isComposing || event.keyCode === 229) return;
    const { length } = this.#options;
    const act = {
      ArrowDown: () => this.#activate((this.#active + 1) % length),
      ArrowUp: () => this.#activate((this.#active + length - 1) % length),
      Enter: () => this.#choose(),
      Tab: () => this.#choose(),
      Escape: () => this.#close(),
    }[event.key];
    if (!act || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
    event.preventDefault();
    event.stopPropagation();
    act();
  }

  #clicked(chosen) {
    if (!chosen) return;
    this.#activate([...this.#list.children].indexOf(chosen));
    this.#choose();
  }

  #choose() {
    const { name } = this.#options[this.#active];
    this.#text.setRangeText(`${name} `, this.#from, this.#text.selectionStart, "end");
    this.#close();
    this.#text.dispatchEvent(new Event("input", { bubbles: true }));
  }

  #activate(index) {
    this.#active = index;
    [...this.#list.children].forEach((each, at) => each.setAttribute("aria-selected", String(at === index)));
    this.#text.setAttribute("aria-activedescendant", this.#list.children[index].id);
    this.#list.children[index].scrollIntoView({ block: "nearest" });
  }

  #close() {
    this.#list.hidden = true;
    this.#text.removeAttribute("aria-activedescendant");
    say(this.#status, "");
  }
}

function option({ id, name }, index) {
  const made = cloneOf("recipient-option");
  made.id = `mention-${index}`;
  made.querySelector(".option-name").textContent = name;
  drawFace(made.querySelector(".face"), { id, name });
  return made;
}

const fold = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();

/** Whether a name, or a word of it, begins like this. */
function begins(name, typed) {
  const [whole, letters] = [fold(name), fold(typed)];
  return whole.startsWith(letters) || whole.split(/[\s-]+/).some((word) => word.startsWith(letters));
}
