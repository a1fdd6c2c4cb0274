// Parts of a page that the server renders anew when they change: <home-blocks>, <boxes-nav> and
// <waiting-messages>.

import { getHtml } from "./api.js";
import { Calm } from "./calm.js";
import { live } from "./live.js";
import { rendered } from "./trusted.js";

class LiveFragment extends HTMLElement {
  #calm = new Calm(this, () => this.#load(), 1_000);

  connectedCallback() {
    for (const type of this.types) live.subscribe(type, null, () => this.#calm.ask());
    live.subscribe("missed", null, () => this.#calm.ask());
  }

  ask() {
    this.#calm.ask();
  }

  async #load() {
    const fresh = rendered(await getHtml(this.dataset.href));
    return () => this.put(fresh);
  }

  /** At once, because whoever looks at it has asked for it. */
  async update() {
    (await this.#load())();
  }

  put(fresh) {
    this.replaceChildren(fresh);
  }
}

class HomeBlocks extends LiveFragment {
  types = ["entry", "unread", "added", "gone", "view", "message"];

  connectedCallback() {
    super.connectedCallback();
    live.subscribe("people", null, ({ within }) => setTimeout(() => this.ask(), Math.random() * within * 1000));
    this.#watch();
  }

  put(fresh) {
    super.put(fresh);
    this.#watch();
  }

  /** Those who are not shown and may belong here once they come. */
  #watch() {
    live.watch(this, (this.querySelector("[data-watch]")?.dataset.watch ?? "").split(" ").filter(Boolean));
  }
}

class WaitingMessages extends LiveFragment {
  types = ["message"];
}

class BoxesNav extends LiveFragment {
  types = ["unread", "added", "gone", "view", "message"];

  /** What is unread is said at once, together with the badge; the rest comes with the fragment. */
  connectedCallback() {
    super.connectedCallback();
    live.subscribe("count", null, ({ count, folders }) => this.#show(count, folders));
    this.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  /** On a narrow screen it is one line that scrolls. */
  put(fresh) {
    const { scrollLeft } = this.querySelector("ul");
    const said = this.querySelector(".folders-said");
    this.replaceChildren(fresh, ...(said ? [said] : []));
    this.querySelector("ul").scrollLeft = scrollLeft;
  }

  #show(count, folders) {
    const own = [...this.querySelectorAll("[data-folder]")];
    if (folders) for (const number of own) write(number, folders[number.dataset.folder] ?? 0);
    // What is kept in a folder is not in the inbox.
    const filed = own.reduce((sum, number) => sum + Number(number.textContent), 0);
    write(this.querySelector("[data-unread]"), Math.max(0, count - filed));
  }
}

function write(number, count) {
  number.textContent = count;
  number.hidden = !count;
}

customElements.define("home-blocks", HomeBlocks);
customElements.define("boxes-nav", BoxesNav);
customElements.define("waiting-messages", WaitingMessages);
