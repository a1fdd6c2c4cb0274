// <box-selection>: rows that are selected, with a range, by keyboard, or all at once; and what is done to them.

import { getHtml } from "./api.js";
import { Deeds } from "./deeds.js";
import { watchDragging } from "./dragging.js";
import { live } from "./live.js";
import { watchKeys, watchMenu } from "./row-keys.js";
import { counted, say } from "./sentences.js";
import { rendered } from "./trusted.js";
import { UndoNotice } from "./undo-notice.js";

class BoxSelection extends HTMLElement {
  /** The discussion whose row was chosen last; the row itself may be another one by now. */
  #anchor = null;
  #withShift = false;

  connectedCallback() {
    this.list = this.querySelector("message-list");
    this.bar = this.querySelector("#selection");
    this.count = this.bar.querySelector(".selection-count");
    this.everything = this.bar.elements.everything;
    this.notice = new UndoNotice(this.querySelector(".undo-notice"));
    this.deeds = new Deeds(this.list, this.notice);
    this.question = this.querySelector("#ask-delete");
    this.#listen();
    watchKeys(this);
    document.querySelectorAll(".choices-card").forEach(watchMenu);
    watchDragging(this.list, this.dataset.box, {
      taken: (row) => this.#taken(row),
      dropped: (what, action, folder) => this.#run(what, action, folder),
    });
    live.subscribe("view", null, ({ tree }) => tree && this.#renewMenu().catch(() => {}));
    this.#show();
  }

  get selected() {
    return this.#boxes.filter((box) => box.checked).map((box) => box.closest(".row"));
  }

  /** Selects a row or lets go of it; `range`: all from the one before. */
  toggle(row, on = !boxOf(row).checked, { range = false } = {}) {
    const rows = this.#boxes.map((box) => box.closest(".row"));
    const from = range ? rows.findIndex((one) => idOf(one) === this.#anchor) : -1;
    const to = rows.indexOf(row);
    const some = from < 0 ? [row] : rows.slice(Math.min(from, to), Math.max(from, to) + 1);
    for (const one of some) boxOf(one).checked = on;
    if (!on) this.everything.checked = false;
    this.#anchor = idOf(row);
    this.#show();
  }

  clear() {
    for (const box of this.#boxes) box.checked = false;
    this.everything.checked = false;
    this.#show();
  }

  /** What the key that deletes does. */
  remove() {
    this.#do(this.dataset.box === "trash" ? "ask" : "trash");
  }

  get #boxes() {
    return [...this.list.querySelectorAll(".row .row-check input")];
  }

  #listen() {
    const all = this.querySelector(".select-all");
    if (all) all.hidden = false;
    this.all = all?.querySelector("input");
    this.all?.addEventListener("change", () => this.#selectShown(this.all.checked));
    this.everything.addEventListener("change", () => this.#selectShown(this.everything.checked));
    this.list.addEventListener("click", (event) => this.#clicked(event));
    this.list.addEventListener("change", ({ target }) => {
      const range = this.#withShift;
      this.#withShift = false;
      this.toggle(target.closest(".row"), target.checked, { range });
    });
    this.list.addEventListener("rows-changed", () => this.#show());
    const deselect = this.bar.querySelector(".deselect");
    deselect.hidden = false;
    deselect.addEventListener("click", () => (this.#focusRow(this.#rowIndex(this.selected[0])), this.clear()));
    this.bar.addEventListener("submit", (event) => {
      event.preventDefault();
      const { name, value } = event.submitter;
      document.getElementById("move-menu")?.hidePopover();
      if (name === "move") this.#do("move", value === "none" ? null : value);
      else this.#do(value);
    });
    this.querySelector("#empty-trash")?.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#ask(this.#all());
    });
    this.question?.addEventListener("close", () => {
      if (this.question.returnValue === "delete") this.#run(this.asked, "delete");
    });
  }

  /** A click beside the box, too, and with Shift: browsers do not agree on what that does to a label. */
  #clicked(event) {
    const label = event.target.closest(".row-check");
    if (!label || !event.shiftKey) return;
    this.#withShift = true;
    if (event.target.matches("input")) return;
    event.preventDefault();
    this.#withShift = false;
    this.toggle(label.closest(".row"), undefined, { range: true });
  }

  #selectShown(on) {
    for (const box of this.#boxes) box.checked = on;
    if (!on) this.everything.checked = false;
    this.#show();
  }

  #show() {
    const { length } = this.selected;
    if (this.everything.checked) for (const box of this.#boxes) box.checked = true;
    if (this.all) {
      this.all.checked = length > 0 && length === this.#boxes.length;
      this.all.indeterminate = length > 0 && !this.all.checked;
      this.all.disabled = !this.#boxes.length;
    }
    // Where all is shown, the box above the rows is enough.
    const hasMore = this.list.querySelector(".older") || "paged" in this.list.dataset;
    this.everything.closest("label").hidden = !hasMore && !this.everything.checked;
    const words = this.everything.checked ? this.count.dataset.everything : counted(this.count, length);
    say(this.count, length ? words : "");
    this.list.dispatchEvent(new CustomEvent("selected"));
  }

  #taken(row) {
    const rows = boxOf(row).checked ? this.selected : [row];
    const isAll = rows.length > 1 && this.everything.checked;
    const what = isAll ? this.#all() : { ids: rows.map(idOf) };
    return { ...what, rows, words: isAll ? this.count.dataset.everything : counted(this.count, rows.length) };
  }

  /** All that is here now: not what comes in meanwhile. */
  #all() {
    const { box, query, until } = this.dataset;
    const filters = new URLSearchParams(query);
    const shown = [...this.list.querySelectorAll(".row")].map((row) => row.dataset.at);
    const all = { box, until: [until, ...shown].sort().at(-1) };
    if (filters.has("unread")) all.unread = true;
    if (filters.has("attachment")) all.attachments = true;
    if (filters.has("from")) all.from = filters.get("from");
    return { all };
  }

  #do(action, folder) {
    const what = this.everything.checked ? this.#all() : { ids: this.selected.map(idOf) };
    if (!what.all && !what.ids.length) return;
    if (action === "ask") this.#ask(what);
    else this.#run(what, action, folder);
  }

  #ask(what) {
    this.asked = what;
    const title = this.question.querySelector("h2");
    title.textContent = what.all ? title.dataset.everything : counted(title, what.ids.length);
    this.question.returnValue = "";
    this.question.showModal();
  }

  async #run(what, action, folder) {
    const place = this.#rowIndex(this.selected[0]);
    const hadFocus = this.#hasFocus;
    if (await this.deeds.run(what, action, folder)) this.clear();
    await this.deeds.shown;
    // Who has begun something else meanwhile stays there.
    if (hadFocus && this.#hasFocus) this.#focusRow(place);
  }

  /** Also where what had it is gone. */
  get #hasFocus() {
    return this.contains(document.activeElement) || document.activeElement === document.body;
  }

  #rowIndex(row) {
    return [...this.list.querySelectorAll(".row")].indexOf(row);
  }

  /** Where the hand was: at the row that now stands in that place, else at the box's name. */
  #focusRow(index) {
    const rows = [...this.list.querySelectorAll(".row-link")];
    const next = rows[Math.min(Math.max(index, 0), rows.length - 1)] ?? document.getElementById("box-title");
    next.focus({ preventScroll: true });
  }

  /** The folders to choose from are others. */
  async #renewMenu() {
    const page = rendered(await getHtml(location.href));
    const [menu, fresh] = [this.querySelector("#move-menu"), page.querySelector("#move-menu")];
    if (menu && fresh && !menu.matches(":popover-open")) menu.replaceChildren(...fresh.childNodes);
  }
}

const boxOf = (row) => row.querySelector(".row-check input");
const idOf = (row) => row.dataset.discussion;

customElements.define("box-selection", BoxSelection);
