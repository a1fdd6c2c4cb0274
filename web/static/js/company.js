// Who else is about: <typing-line>, <presence-line> and <seen-line> of a discussion.

import { live } from "./live.js";
import { counted, filled, locale, say } from "./sentences.js";

const TYPING_LASTS = 12_000;
const NAMES_AT_MOST = 10;

class CompanyLine extends HTMLElement {
  #ends = [];

  connectedCallback() {
    this.room = this.closest(".discussion");
    this.begin(this.room.dataset.discussion);
  }

  disconnectedCallback() {
    this.#ends.forEach((end) => end());
  }

  on(type, discussion, react) {
    this.#ends.push(live.subscribe(type, discussion, react));
  }

  show(sentence) {
    this.hidden = !sentence;
    say(this, sentence);
  }
}

class TypingLine extends CompanyLine {
  #writing = new Map();

  begin(discussion) {
    this.on("typing", discussion, ({ person, on }) => (on ? this.#begins(person) : this.#stops(person.id)));
    // Who is removed writes no more, either.
    this.on("entry", discussion, ({ author, about }) => (this.#stops(author.id), this.#stops(about?.id)));
    this.on("state", null, ({ state }) => state !== "live" && [...this.#writing.keys()].forEach((id) => this.#stops(id)));
  }

  #begins({ id, name }) {
    clearTimeout(this.#writing.get(id)?.expiry);
    this.#writing.set(id, { name, expiry: setTimeout(() => this.#stops(id), TYPING_LASTS) });
    this.#render();
  }

  #stops(id) {
    clearTimeout(this.#writing.get(id)?.expiry);
    if (this.#writing.delete(id)) this.#render();
  }

  #render() {
    const [a, b] = [...this.#writing.values()].map(({ name }) => name);
    const { one, two, many } = this.dataset;
    this.show(filled([null, one, two][this.#writing.size] ?? (this.#writing.size ? many : ""), { a, b }));
  }
}

class PresenceLine extends CompanyLine {
  #here = [];

  begin(discussion) {
    this.on("presence", discussion, ({ here }) => this.#render(here));
    this.on("state", null, ({ state }) => state !== "live" && this.#render([]));
    this.room.addEventListener("participants-changed", () => this.#render(this.#here));
  }

  #render(here) {
    this.#here = here;
    const others = here.filter(({ id }) => id !== document.body.dataset.person);
    const present = new Set(others.map(({ id }) => id));
    for (const face of this.room.querySelectorAll(".face[data-person]")) {
      face.toggleAttribute("data-here", present.has(face.dataset.person));
    }
    this.show(others.length === 1 ? filled(this.dataset.one, others[0]) : others.length ? counted(this, others.length) : "");
  }
}

/** Who has read all, under one's own last words. */
class SeenLine extends CompanyLine {
  begin(discussion) {
    this.on("seen", discussion, ({ person, seq }) => this.#mark(person.id, seq));
    this.room.addEventListener("entry-placed", ({ detail }) => this.#written(detail));
    this.room.addEventListener("participants-changed", () => this.#render());
    this.#render();
  }

  /** Who writes has read what was there. */
  #written({ author, seq, kind }) {
    if (kind === "reply") this.#mark(author.id, seq);
    else this.#render();
  }

  #mark(person, seq) {
    const item = this.room.querySelector(`.participants-list [data-person="${CSS.escape(person)}"]`);
    if (item) item.dataset.read = Math.max(seq, Number(item.dataset.read));
    this.#render();
  }

  #render() {
    const own = document.body.dataset.person;
    const last = [...this.room.querySelectorAll(".entries > [data-seq]")].at(-1);
    const others = [...this.room.querySelectorAll(".participants-list [data-person]")].filter(({ dataset }) => dataset.person !== own);
    const spoken = ["message", "reply"].includes(last?.dataset.kind);
    if (!spoken || last.dataset.author !== own) return this.show("");
    const readers = others.filter(({ dataset }) => Number(dataset.read) >= Number(last.dataset.seq));
    const names = readers.map((item) => item.querySelector(".participant-name").textContent);
    const { everyone, names: some } = this.dataset;
    const list = () => new Intl.ListFormat(locale(), { type: "conjunction" }).format(names.slice(0, NAMES_AT_MOST));
    const all = names.length === others.length && names.length > 1;
    this.show(all ? everyone : names.length ? filled(some, { names: list() }) : "");
  }
}

customElements.define("typing-line", TypingLine);
customElements.define("presence-line", PresenceLine);
customElements.define("seen-line", SeenLine);
