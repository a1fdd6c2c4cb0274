// <message-list>: rows that stay true while one looks. The server renders them; here they are put in their place.
// Nothing moves under a hand: while somebody aims at a row, or has selected some, rows only change where they are, and
// what would come, go or change its place waits. A line above says how much that is.

import { getHtml } from "./api.js";
import { AIMING } from "./calm.js";
import { live } from "./live.js";
import { OlderRows } from "./older-rows.js";
import { counted, say } from "./sentences.js";
import { rendered } from "./trusted.js";

const AT_ONCE = 50;
const PAUSE = 300;

class MessageList extends HTMLElement {
  #changed = new Set();
  #held = new Set();
  /** Discussions that were lost while one looks: an answer that is on its way may still have them. */
  #losses = [];
  #over = false;
  #touched = 0;
  #timer = null;
  #older = null;

  connectedCallback() {
    this.rows = this.querySelector(".rows");
    this.#older = new OlderRows(this, () => this.#settled());
    if (this.dataset.box === "drafts") live.subscribe("message", null, ({ message }) => this.#note([message]));
    else this.#watchDiscussions();
    live.subscribe("missed", null, () => this.#catchUp().catch(() => {}));
    this.#watchHands();
    this.#newer.addEventListener("click", () => this.#showHeld());
    this.#older.lookOn();
  }

  #watchDiscussions() {
    for (const type of ["entry", "unread", "added"]) {
      live.subscribe(type, null, ({ discussion }) => discussion && this.#note([discussion]));
    }
    live.subscribe("view", null, ({ discussions }) => this.#note(discussions));
    // Whoever has lost a discussion no longer sees a word of it, wherever her hand is.
    live.subscribe("gone", null, ({ discussion }) => discussion && this.#lost(discussion));
  }

  #lost(discussion) {
    this.#losses.push(discussion);
    this.#put(discussion, null, true);
    this.#settled();
  }

  /** Brings these rows up to date at once, because whoever looks at them has asked for it. */
  async update(discussions) {
    for (let start = 0; start < discussions.length; start += AT_ONCE) {
      await this.#load(discussions.slice(start, start + AT_ONCE), { mayMove: true });
    }
    await this.#older.fill();
  }

  /** Those that are shown. */
  get discussions() {
    return [...this.rows.children].map((row) => row.dataset.discussion);
  }

  #note(discussions) {
    for (const discussion of discussions) {
      if (!("paged" in this.dataset) || this.#row(discussion)) this.#changed.add(discussion);
    }
    if (this.#changed.size) this.#timer ??= setTimeout(() => this.#refresh(), PAUSE);
  }

  async #refresh() {
    const ids = [...this.#changed].slice(0, AT_ONCE);
    ids.forEach((id) => this.#changed.delete(id));
    // What does not come (no connection) is asked for again once the stream is back.
    await this.#load(ids).catch(() => {});
    this.#timer = null;
    this.#note([]);
  }

  async #load(ids, { mayMove = !this.#isBusy } = {}) {
    const { box, query = "" } = this.dataset;
    const parameters = { box, ids: ids.join(), ...Object.fromEntries(new URLSearchParams(query)) };
    if ("selectable" in this.dataset) parameters.selectable = "yes";
    const known = this.#losses.length;
    const html = await getHtml("/fragments/rows", parameters);
    const lost = this.#losses.slice(known);
    const fresh = new Map([...rendered(html).querySelectorAll(".row")].map((row) => [row.dataset.discussion, row]));
    for (const id of ids) this.#put(id, lost.includes(id) ? null : fresh.get(id), mayMove);
    this.#settled();
    // The hand may have left meanwhile.
    this.#letGo();
  }

  #put(id, row, mayMove) {
    const old = this.#row(id);
    if (!row && !old) return void this.#held.delete(id);
    const stays = row && old && this.#next(row, old) === old.nextElementSibling;
    if (mayMove || stays) this.#held.delete(id);
    else if (old || this.#belongs(row)) this.#held.add(id);
    if (!row) {
      if (mayMove) old.remove();
      else old.dataset.leaving = "";
      return;
    }
    // A button that is pressed, or a row that is dragged, is not taken from under the hand.
    if (old?.matches(":active, [data-dragged]")) return void this.#note([id]);
    const focused = old && this.#carryOver(old, row);
    if (stays && old.isEqualNode(row)) return;
    if (old && (stays || !mayMove)) old.replaceWith(row);
    else if (mayMove && (old || this.#belongs(row))) {
      old?.remove();
      this.rows.insertBefore(row, this.#next(row));
    }
    if (focused) row.querySelector(focused).focus({ preventScroll: true });
  }

  /** What a row is besides what the server knows. Returns what of it has the focus. */
  #carryOver(old, row) {
    if (row.dataset.discussion === this.dataset.current) {
      row.dataset.current = "";
      row.querySelector(".row-link").setAttribute("aria-current", "page");
    }
    const box = row.querySelector(".row-check input");
    if (box) box.checked = old.querySelector(".row-check input").checked;
    const active = document.activeElement;
    return old.contains(active) && (active.matches(".row-link") ? ".row-link" : ".row-check input");
  }

  #next(row, except) {
    return [...this.rows.children].find((other) => other !== except && other.dataset.at < row.dataset.at) ?? null;
  }

  /** Whether a row that was not here is one of this page: not one of the pages before or after it. */
  #belongs(row) {
    const first = this.rows.firstElementChild;
    if ("paged" in this.dataset && first?.dataset.at < row.dataset.at) return false;
    return this.#next(row) !== null || !this.#older.link;
  }

  #settled() {
    const empty = this.querySelector(".empty");
    if (empty) empty.hidden = this.rows.childElementCount > 0 || this.#older.link !== null;
    const coming = [...this.#held].filter((id) => !("leaving" in (this.#row(id)?.dataset ?? {})));
    this.#newer.hidden = !coming.length;
    if (coming.length) say(this.#newer, counted(this.#newer, coming.length));
    this.dispatchEvent(new CustomEvent("rows-changed", { bubbles: true }));
  }

  async #catchUp() {
    const top = rendered(await getHtml(`/boxes/${this.dataset.box}${this.dataset.query ?? ""}`));
    const first = [...top.querySelectorAll(".row")].map((row) => row.dataset.discussion);
    this.#note([...first, ...this.discussions]);
  }

  #watchHands() {
    this.addEventListener("pointerenter", ({ pointerType }) => (this.#over = pointerType === "mouse"));
    this.addEventListener("pointerdown", () => (this.#touched = Date.now()), { passive: true });
    this.addEventListener("pointerleave", () => (this.#over = false));
    for (const type of ["pointerleave", "pointerdown", "selected", "dragend"]) {
      this.addEventListener(type, () => setTimeout(() => this.#letGo(), type === "pointerdown" ? AIMING : PAUSE));
    }
  }

  #letGo() {
    if (this.#held.size && !this.#isBusy) this.#note([...this.#held]);
  }

  async #showHeld() {
    const held = [...this.#held];
    this.#newer.hidden = true;
    await this.update(held).catch(() => this.#settled());
    const first = this.rows.querySelector(".row-link");
    first?.scrollIntoView({ block: "center" });
    first?.focus({ preventScroll: true });
  }

  get #isBusy() {
    // Who goes by keyboard takes the row along that has the focus.
    const isAimedAt = this.#over || Date.now() - this.#touched < AIMING;
    return isAimedAt || this.querySelector(".row :checked, .row[data-dragged]") !== null;
  }

  get #newer() {
    return this.querySelector(".new-above");
  }

  #row(discussion) {
    return this.rows.querySelector(`[data-discussion="${CSS.escape(discussion)}"]`);
  }
}

customElements.define("message-list", MessageList);
