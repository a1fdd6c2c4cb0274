// <recipient-field>: people and groups by their first letters. A combobox with a list (ARIA practices): focus stays
// in the input, aria-activedescendant names the active option, chips are buttons to take off.

import { getJson } from "./api.js";
import { Chips, valueOf } from "./chips.js";
import { drawFace } from "./faces.js";
import { counted, filled, say } from "./sentences.js";
import { cloneOf } from "./templates.js";

const TYPING_PAUSE = 150;

class RecipientField extends HTMLElement {
  #options = [];
  /** What was typed when the list was asked for. */
  #shownFor = "";
  #active = -1;
  /** Whether the active option was gone to, and not only the first. */
  #isSteered = false;
  #timer = null;
  #asking = null;
  #chips;

  connectedCallback() {
    this.input = this.querySelector(".recipient-input");
    this.list = this.querySelector(".options");
    this.status = this.querySelector(".status");
    this.#chips = new Chips(this);
    this.querySelector(".choices")?.remove();
    this.#makeCombobox();
    this.input.addEventListener("input", () => this.#typed());
    this.input.addEventListener("keydown", (event) => this.#key(event));
    this.input.addEventListener("blur", () => this.#close());
    // Not by merely coming here: the list would lie over what one goes on to.
    this.input.addEventListener("click", () => this.#offer());
    // Before the input loses its focus, so that it keeps it.
    this.list.addEventListener("pointerdown", (event) => event.preventDefault());
    this.list.addEventListener("click", ({ target }) => this.#clicked(target.closest("[role=option]")));
    if (document.activeElement === this.input) this.#typed(); // who is quick has typed already
  }

  #makeCombobox() {
    const attributes = { role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": this.list.id };
    for (const [name, value] of Object.entries(attributes)) this.input.setAttribute(name, value);
  }

  #typed() {
    clearTimeout(this.#timer);
    this.#asking?.abort();
    this.#isSteered = false;
    const q = this.input.value.trim();
    if (!q) return this.#close();
    this.#timer = setTimeout(() => this.#search(q), TYPING_PAUSE);
  }

  /** Before a letter is typed: one's own lists and the latest correspondents. */
  #offer() {
    if (this.#opened || this.input.value.trim()) return false;
    this.#search("");
    return true;
  }

  async #search(q) {
    this.#asking = new AbortController();
    const { signal } = this.#asking;
    try {
      const found = await getJson(this.dataset.search, { q }, { signal });
      this.#show(found.items ?? found, q);
    } catch {
      if (!signal.aborted) this.#fail();
    }
  }

  #fail() {
    this.#close();
    say(this.status, this.dataset.failed);
  }

  #show(found, q) {
    // What is pressed stays until it is let go, and is chosen then.
    if (!this.contains(document.activeElement) || this.list.matches(":active")) return;
    const steeredTo = this.#isSteered ? valueOf(this.#options[this.#active]) : null;
    const taken = new Set(this.#chips.values);
    this.#options = found.filter((option) => !taken.has(valueOf(option)));
    this.#shownFor = q;
    this.list.replaceChildren(...this.#options.map((option, index) => this.#optionElement(option, index)));
    this.#expand(this.#options.length > 0);
    // What is merely offered is taken by nobody who only passes through.
    const same = this.#options.findIndex((option) => valueOf(option) === steeredTo);
    this.#activate(same < 0 && q && this.#options.length ? 0 : same);
    // In a panel that scrolls, the list may begin below its edge.
    this.list.scrollIntoView({ block: "nearest" });
    if (q) say(this.status, this.#options.length ? counted(this, this.#options.length, "found") : filled(this.dataset.nobody, { q }));
  }

  #optionElement(option, index) {
    const element = cloneOf("recipient-option");
    element.id = `${this.list.id}-${index}`;
    element.querySelector(".option-name").textContent = option.name;
    const sizes = { group: "members", list: "listed" }[option.type];
    element.querySelector(".option-detail").textContent = sizes ? counted(this, Number(option.detail), sizes) : (option.detail ?? "");
    if (option.because?.kind === "rule") element.title = filled(this.getAttribute(`data-because-${option.type}`), option.because);
    const unseen = element.querySelector(".option-why");
    if (!(unseen.hidden = !option.why)) unseen.textContent = this.dataset.unseen;
    const face = element.querySelector(".face");
    face.classList.toggle("group", Boolean(sizes));
    if (!sizes) drawFace(face, option);
    return element;
  }

  #key(event) {
    if (event.isComposing) return;
    const act = this.#keys[event.key];
    if (act?.call(this)) event.preventDefault();
  }

  // Each says whether the key was used.
  #keys = {
    ArrowDown: () => this.#move(1),
    ArrowUp: () => this.#move(-1),
    Home: () => this.#opened && this.#steer(0),
    End: () => this.#opened && this.#steer(this.#options.length - 1),
    // Never sends the form: in this field Enter takes what is active.
    Enter: () => (this.#isCurrent && this.#choose(this.#active), true),
    Escape: () => this.#opened && (this.#close(), true),
    Tab: () => (this.#isCurrent && this.input.value.trim() ? this.#choose(this.#active) : false),
    Backspace: () => this.input.value === "" && this.#chips.removeLast(),
  };

  #move(step) {
    if (!this.#opened) return this.#offer();
    const count = this.#options.length;
    const from = this.#active < 0 && step < 0 ? 0 : this.#active;
    return this.#steer((from + step + count) % count);
  }

  #steer(index) {
    this.#activate(index);
    return (this.#isSteered = true);
  }

  #activate(index) {
    this.#active = index;
    [...this.list.children].forEach((element, at) => element.setAttribute("aria-selected", String(at === index)));
    const element = this.list.children[index];
    if (element) this.input.setAttribute("aria-activedescendant", element.id);
    else this.input.removeAttribute("aria-activedescendant");
    element?.scrollIntoView({ block: "nearest" });
  }

  #clicked(element) {
    if (element) this.#choose([...this.list.children].indexOf(element));
  }

  #choose(index) {
    const option = this.#options[index];
    if (!option) return false;
    if (option.type === "list") this.#addListed(option);
    else this.#chips.add(option);
    this.input.value = "";
    this.#close();
    this.input.focus();
    say(this.status, filled(this.dataset.added, option));
    return true;
  }

  /** A list stands for those in it. */
  async #addListed({ id }) {
    try {
      const { members } = await getJson(`/api/lists/${id}`);
      const taken = new Set(this.#chips.values);
      for (const member of members) if (!taken.has(valueOf(member))) this.#chips.add(member);
    } catch {
      this.#fail();
    }
  }

  get #opened() {
    return this.input.getAttribute("aria-expanded") === "true";
  }

  /** Whether the list is the answer to what stands in the field: the one before may begin with somebody else. */
  get #isCurrent() {
    return this.#opened && this.#shownFor === this.input.value.trim();
  }

  /** What is chosen, to keep and to put back. */
  get chosen() {
    return this.#chips.chosen;
  }

  set chosen(recipients) {
    this.#chips.chosen = recipients;
  }

  #expand(open) {
    this.list.hidden = !open;
    this.input.setAttribute("aria-expanded", String(open));
  }

  #close() {
    clearTimeout(this.#timer);
    this.#asking?.abort();
    this.#options = [];
    this.#isSteered = false;
    this.list.replaceChildren();
    this.#activate(-1);
    this.#expand(false);
  }
}

customElements.define("recipient-field", RecipientField);
