// Lists that stay true while one looks: <message-list>, <home-blocks>, <boxes-nav>. The server renders what they
// show; here it is only put in its place.

import { getHtml } from "./api.js";
import { Calm } from "./calm.js";
import { live } from "./live.js";
import { rendered } from "./trusted.js";

const AT_ONCE = 50;

class MessageList extends HTMLElement {
  #changed = new Set();
  #calm = new Calm(this, () => this.#refresh());

  connectedCallback() {
    if (this.dataset.box === "drafts") return;
    this.rows = this.querySelector(".rows");
    for (const type of ["entry", "unread", "added"]) {
      live.subscribe(type, null, ({ discussion }) => discussion && this.#note([discussion]));
    }
    live.subscribe("gone", null, ({ discussion }) => (this.#row(discussion)?.remove(), this.#emptied()));
    // What happened while there was no stream is not told: look at all that is shown.
    let down = false;
    live.subscribe("state", null, ({ state }) => {
      if (state === "live" && down) this.#note([...this.rows.children].map((row) => row.dataset.discussion));
      down = state !== "live";
    });
  }

  #note(discussions) {
    for (const discussion of discussions) {
      if (!("paged" in this.dataset) || this.#row(discussion)) this.#changed.add(discussion);
    }
    if (this.#changed.size) this.#calm.ask();
  }

  async #refresh() {
    const ids = [...this.#changed].slice(0, AT_ONCE);
    const html = await getHtml("/fragments/rows", { box: this.dataset.box, ids: ids.join() });
    ids.forEach((id) => this.#changed.delete(id));
    const fresh = new Map([...rendered(html).querySelectorAll(".row")].map((row) => [row.dataset.discussion, row]));
    for (const id of ids) this.#put(id, fresh.get(id));
    this.#emptied();
    if (this.#changed.size) this.#calm.ask();
  }

  #emptied() {
    const empty = this.querySelector(".empty");
    if (empty) empty.hidden = this.rows.childElementCount > 0;
  }

  #put(discussion, row) {
    const old = this.#row(discussion);
    // The server only looks at the top of a box: on a later page an absent row may just be further down.
    if (!row) return "paged" in this.dataset || old?.remove();
    const focused = old?.contains(document.activeElement);
    if (discussion === this.dataset.current) {
      row.dataset.current = "";
      row.querySelector(".row-link").setAttribute("aria-current", "page");
    }
    old?.remove();
    const next = [...this.rows.children].find((other) => other.dataset.at < row.dataset.at);
    this.rows.insertBefore(row, next ?? null);
    if (focused) row.querySelector(".row-link").focus({ preventScroll: true });
  }

  #row(discussion) {
    return this.rows.querySelector(`[data-discussion="${CSS.escape(discussion)}"]`);
  }
}

class LiveFragment extends HTMLElement {
  #calm = new Calm(this, () => this.#refresh(), 1_000);

  connectedCallback() {
    for (const type of this.types) live.subscribe(type, null, () => this.#calm.ask());
    let down = false;
    live.subscribe("state", null, ({ state }) => {
      if (state === "live" && down) this.#calm.ask();
      down = state !== "live";
    });
  }

  async #refresh() {
    const fresh = rendered(await getHtml(this.dataset.href));
    this.replaceChildren(fresh);
  }
}

class HomeBlocks extends LiveFragment {
  types = ["entry", "unread", "added", "gone"];
}

class BoxesNav extends LiveFragment {
  types = ["unread", "added", "gone"];

  /** What is unread is said at once, together with the badge; the rest comes with the fragment. */
  connectedCallback() {
    super.connectedCallback();
    live.subscribe("count", null, ({ count }) => {
      const number = this.querySelector("[data-unread]");
      number.textContent = count;
      number.hidden = !count;
    });
  }
}

customElements.define("message-list", MessageList);
customElements.define("home-blocks", HomeBlocks);
customElements.define("boxes-nav", BoxesNav);
