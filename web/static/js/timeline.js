// <message-log>: a discussion's entries, placed by number as they come from the stream, filled from the API where
// some are missing, with one's own replies that are still on their way at the end.

import { getJson } from "./api.js";
import { Attention, attentive } from "./attention.js";
import { continues, dayLine, entryOf, newLine } from "./entries.js";
import { live } from "./live.js";
import { Pending } from "./pending.js";
import { Scrolling } from "./scrolling.js";
import { counted, say } from "./sentences.js";
import { dayOf } from "./times.js";

const EARLIER_AT_ONCE = 50;
const LATER_AT_ONCE = 200;
const ROUNDS = 5;

class MessageLog extends HTMLElement {
  #early = new Map();
  #below = 0;
  #behind = false;
  #filling = false;
  #ends = [];

  connectedCallback() {
    const { discussion, last, read, partial } = this.dataset;
    this.discussion = discussion;
    this.self = document.body.dataset.person;
    this.list = this.querySelector(".entries");
    this.last = Number(last);
    this.read = Number(read);
    this.partial = partial !== undefined;
    this.button = document.querySelector(".new-below");
    this.button.addEventListener("click", () => this.#toEnd());
    this.pending = new Pending(this);
    this.scrolling = new Scrolling(this, () => this.#moved());
    this.attention = new Attention((seq) => this.#saw(seq));
    this.scrolling.begin();
    for (const entry of this.list.querySelectorAll("[data-seq]")) if (seqOf(entry) > this.read) this.attention.watch(entry);
    this.#watchEarlier();
    this.#subscribe();
    // A page that ends before the log does wants to know of what is new, not all that is in between.
    live.open(discussion, this.partial ? Number(this.dataset.head) : this.last);
  }

  disconnectedCallback() {
    live.close(this.discussion);
    this.scrolling.end();
    this.attention.end();
    this.#ends.forEach((end) => end());
  }

  entry(seq) {
    return this.list.querySelector(`#e${seq}`);
  }

  /** Who wrote an earlier line, and what; null where one may not see it, or it does not come. */
  async quoted(seq) {
    const shown = this.entry(seq);
    const text = (part) => shown.querySelector(part).textContent;
    if (shown) return { name: text(".author"), text: text(".body"), here: true };
    const { items } = await this.#entries({ after: seq - 1, limit: 1 }).catch(() => ({ items: [] }));
    return items[0]?.seq === seq ? { name: items[0].author.name, text: items[0].body, here: false } : null;
  }

  #subscribe() {
    const on = (type, react) => this.#ends.push(live.subscribe(type, this.discussion, react));
    on("entry", (line) => this.#take(line));
    on("behind", () => this.#fill());
    on("resumed", ({ how }) => how === "reset" && this.#fill());
    on("unread", ({ read_seq }) => (this.read = read_seq));
    on("handed", ({ reply }) => this.pending.show(reply));
    on("outbox", ({ replies }) => this.pending.list(replies));
    on("ack", ({ client_id, seq }) => this.pending.sent(client_id, seq));
    this.#ends.push(live.subscribe("state", null, ({ state }) => {
      this.pending.connected(state === "live");
      if (state === "live" && this.#behind) this.#fill();
    }));
  }

  /** Takes a line from the stream: in its turn, or kept until what is missing before it is there. */
  #take(line) {
    if (line.seq <= this.last) return;
    if (this.partial) return this.#takeElsewhere(line);
    this.#early.set(line.seq, line);
    this.#placeInTurn();
    if (this.#early.size) this.#fill();
  }

  /** This page ends before the log does: one's own reply leads to where it stands. */
  #takeElsewhere(line) {
    if (line.author.id !== this.self) this.#announceBelow(line);
    else if (this.pending.has(line.client_id)) location.assign(`?at=${line.seq}#e${line.seq}`);
  }

  #placeInTurn() {
    for (let line; (line = this.#early.get(this.last + 1)); ) {
      this.#early.delete(line.seq);
      this.#place(line);
    }
  }

  #place(line) {
    this.last = line.seq;
    const own = line.author.id === this.self;
    const entry = entryOf(line, this.self, (seq) => this.quoted(seq));
    const followed = this.scrolling.atEnd;
    if (own) this.list.querySelector("#new")?.remove();
    else if (entry.dataset.kind === "reply" && !attentive()) this.#markNew();
    this.pending.settle(line.client_id);
    this.#join(entry, this.pending.first);
    this.attention.watch(entry);
    if (followed) this.#follow();
    else if (!own) this.#announceBelow(line);
    this.dispatchEvent(new CustomEvent("entry-placed", { bubbles: true, detail: line }));
  }

  /** Puts an entry before `next` (null: at the end), with the line of its day if it begins one. */
  #join(entry, next) {
    const before = next ? next.previousElementSibling : this.list.lastElementChild;
    const previous = before?.id === "new" ? before.previousElementSibling : before;
    const sameDay = previous?.dataset.at && dayOf(previous.dataset.at) === dayOf(entry.dataset.at);
    if (!sameDay) this.list.insertBefore(dayLine(entry.dataset.at), next);
    entry.classList.toggle("continued", Boolean(sameDay) && before === previous && continues(entry, previous));
    this.list.insertBefore(entry, next);
  }

  /** The line before what came while nobody looked; one that still stands higher up stays. */
  #markNew() {
    const standing = this.list.querySelector("#new");
    if (standing && this.read < this.last - 1) return;
    standing?.remove();
    this.list.insertBefore(newLine(), this.pending.first);
  }

  #follow() {
    const line = this.list.querySelector("#new");
    if (line && !attentive()) this.scrolling.toEndFrom(line);
    else this.scrolling.toEnd();
  }

  #announceBelow(line) {
    if (line.kind !== "reply") return;
    this.#below += 1;
    say(this.button, counted(this.button, this.#below));
    this.button.hidden = false;
  }

  #toEnd() {
    if (this.partial) return location.assign(location.pathname);
    this.scrolling.toEnd();
    this.focus({ preventScroll: true });
  }

  #moved() {
    if (!this.scrolling.atEnd || this.partial) return;
    this.#below = 0;
    if (this.button) this.button.hidden = true;
  }

  #saw(seq) {
    if (seq <= this.read) return;
    this.read = seq;
    live.read(this.discussion, seq);
  }

  /** Fetches what the stream will not bring. Very much of it: the page is loaded anew, at its end. */
  async #fill() {
    if (this.partial || this.#filling) return;
    this.#filling = true;
    try {
      this.#behind = !(await this.#fetchLater());
      if (this.#behind) location.reload();
    } catch (refused) {
      this.#behind = true;
      if (refused.status === 404) this.dispatchEvent(new CustomEvent("room-gone", { bubbles: true, detail: "removed" }));
    } finally {
      this.#filling = false;
    }
  }

  async #fetchLater() {
    for (let round = 0; round < ROUNDS; round++) {
      const { items, next } = await this.#entries({ after: this.last, limit: LATER_AT_ONCE });
      for (const line of items) if (line.seq > this.last) this.#early.set(line.seq, line);
      this.#placeInTurn();
      if (next === null) return true;
    }
    return false;
  }

  #entries(parameters) {
    return getJson(`/api/discussions/${this.discussion}/entries`, parameters);
  }

  #watchEarlier() {
    const link = this.querySelector(".earlier");
    if (!link) return;
    let loading = false;
    const load = async () => {
      if (loading) return;
      loading = true;
      await this.#fetchEarlier(link).catch(() => {});
      loading = false;
      // A short page leaves the link in sight: observe anew, to be told again.
      near.unobserve(link);
      if (link.isConnected) near.observe(link);
    };
    const near = new IntersectionObserver(([{ isIntersecting }]) => isIntersecting && load(), { rootMargin: "400px 0px" });
    link.addEventListener("click", (event) => (event.preventDefault(), load()));
    near.observe(link);
    this.#ends.push(() => near.disconnect());
  }

  async #fetchEarlier(link) {
    const { items, next } = await this.#entries({ before: this.dataset.next, limit: EARLIER_AT_ONCE });
    const first = this.list.querySelector("[data-seq]");
    this.scrolling.still(first, () => this.#prepend(items, first));
    if (next !== null) return (this.dataset.next = next);
    if (document.activeElement === link) this.focus({ preventScroll: true });
    link.closest(".earlier-line").remove();
  }

  #prepend(items, first) {
    const top = first.previousElementSibling;
    const firstDay = top?.classList.contains("day") ? top : null;
    const next = firstDay ?? first;
    for (const line of items) this.#join(entryOf(line, this.self, (seq) => this.quoted(seq)), next);
    const last = items.at(-1);
    if (!last || dayOf(last.at) !== dayOf(first.dataset.at)) return;
    firstDay?.remove();
    first.classList.toggle("continued", continues(first, this.entry(last.seq)));
  }
}

const seqOf = (entry) => Number(entry.dataset.seq);

customElements.define("message-log", MessageLog);
