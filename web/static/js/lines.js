// The lines of a log in their places: the days they belong to, who goes on speaking, the line before what is new.

import { continues, dayLine, entryOf, newLine } from "./entries.js";
import { dayOf } from "./times.js";

const SPOKEN = ["message", "reply"];

export class Lines {
  #log;
  #unreadAfter;

  /** @param {HTMLElement} log the log; what is after `data-read` was unread when the page was opened */
  constructor(log) {
    this.#log = log;
    this.list = log.querySelector(".entries");
    const { read, head } = log.dataset;
    this.#unreadAfter = Number(read) < Number(head) ? Number(read) : null;
  }

  get first() {
    return this.list.querySelector("[data-seq]");
  }

  entry(seq) {
    return this.list.querySelector(`#e${seq}`);
  }

  /** The element of a line, not yet in its place. */
  made(line) {
    return entryOf(line, this.#log.self, (seq) => this.#log.quoted(seq));
  }

  /** Puts an entry before `next` (null: at the end), with the line of its day if it begins one. */
  join(entry, next) {
    const before = next ? next.previousElementSibling : this.list.lastElementChild;
    const previous = before?.id === "new" ? before.previousElementSibling : before;
    const sameDay = previous?.dataset.at && dayOf(previous.dataset.at) === dayOf(entry.dataset.at);
    if (!sameDay) this.list.insertBefore(dayLine(entry.dataset.at), next);
    entry.classList.toggle("continued", Boolean(sameDay) && before === previous && continues(entry, previous));
    this.list.insertBefore(entry, next);
  }

  /** Puts earlier lines before all that is here. */
  prepend(items) {
    const first = this.first;
    const top = first.previousElementSibling;
    const line = top?.id === "new" ? top : null;
    const above = line ? line.previousElementSibling : top;
    const firstDay = above?.classList.contains("day") ? above : null;
    for (const item of items) this.join(this.made(item), firstDay ?? line ?? first);
    const last = items.at(-1);
    if (!last) return;
    if (dayOf(last.at) === dayOf(first.dataset.at)) {
      firstDay?.remove();
      first.classList.toggle("continued", !line && continues(first, this.entry(last.seq)));
    }
    this.foundNew();
  }

  /** The line before what was unread when the page was opened, once its first entry has been loaded. */
  foundNew() {
    if (this.#unreadAfter === null || this.list.querySelector("#new")) return;
    const from = Number(this.#log.dataset.from);
    if (Number(this.first.dataset.seq) > Math.max(this.#unreadAfter + 1, from)) return;
    const unread = [...this.list.querySelectorAll("[data-seq]")].find((entry) => this.#isUnread(entry));
    if (unread) this.newBefore(unread);
  }

  /** The line before what is new stands before this entry (null: at the end), and nowhere else. */
  newBefore(entry) {
    this.list.querySelector("#new")?.remove();
    this.list.insertBefore(newLine(), entry);
    entry?.classList.remove("continued");
  }

  /** Nothing is new any more. */
  noNew() {
    this.#unreadAfter = null;
    this.list.querySelector("#new")?.remove();
  }

  #isUnread({ dataset }) {
    return Number(dataset.seq) > this.#unreadAfter && SPOKEN.includes(dataset.kind) && dataset.author !== this.#log.self;
  }
}
