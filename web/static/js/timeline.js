// <message-log>: a discussion's entries, placed by number as they come from the stream, filled from the API where
// some are missing, with one's own replies that are still on their way at the end.

import { send } from "./api.js";
import { Attention, attentive } from "./attention.js";
import { addressOf, showMentions } from "./entries.js";
import { Lines } from "./lines.js";
import { live } from "./live.js";
import { Loading } from "./loading.js";
import { Pending } from "./pending.js";
import { keepPlace, keptPlace } from "./places.js";
import { Scrolling } from "./scrolling.js";
import { counted, say } from "./sentences.js";

const LATER_AT_ONCE = 200;
const ROUNDS = 5;

class MessageLog extends HTMLElement {
  #early = new Map();
  #below = 0;
  #behind = false;
  #filling = false;
  #ends = [];
  #loading;

  connectedCallback() {
    const { discussion, last, read, partial } = this.dataset;
    this.discussion = discussion;
    this.self = document.body.dataset.person;
    this.lines = new Lines(this);
    this.list = this.lines.list;
    this.last = Number(last);
    this.read = Number(read);
    this.partial = partial !== undefined;
    if (this.#leadsElsewhere()) return;
    this.button = document.querySelector(".new-below");
    this.button.addEventListener("click", () => this.#toEnd());
    this.pending = new Pending(this);
    this.scrolling = new Scrolling(this, () => this.#moved());
    this.scrolling.loose = this.partial;
    this.attention = new Attention((seq) => this.#saw(seq));
    this.scrolling.begin();
    for (const entry of this.list.querySelectorAll("[data-seq]")) if (seqOf(entry) > this.read) this.attention.watch(entry);
    this.#loading = new Loading(this, { add: (line) => this.#add(line), ended: () => this.#joinsTheStream() });
    this.#ends.push(...this.#loading.watch());
    this.addEventListener("click", (event) => this.#clicked(event));
    this.#loading.comeBack(keptPlace(discussion));
    addEventListener("pagehide", () => keepPlace(discussion, this.scrolling.place));
    showMentions(this.list.querySelectorAll("[data-mentions]"));
    for (const more of this.list.querySelectorAll(".entry-more")) more.setAttribute("aria-haspopup", "menu");
    this.#subscribe();
    // A page that ends before the log does wants to know of what is new, not all that is in between.
    live.open(discussion, this.partial ? Number(this.dataset.head) : this.last);
  }

  disconnectedCallback() {
    live.close(this.discussion);
    this.scrolling?.end();
    this.attention?.end();
    this.#ends.forEach((end) => end());
  }

  entry(seq) {
    return this.lines.entry(seq);
  }

  /** Who wrote an earlier line, and what; null where one may not see it, or it does not come. */
  async quoted(seq) {
    const shown = this.entry(seq);
    const text = (part) => shown.querySelector(part).textContent;
    if (shown) return { name: text(".author"), text: text(".body"), here: true };
    const { items } = await this.#loading.entries({ after: seq - 1, limit: 1 }).catch(() => ({ items: [] }));
    return items[0]?.seq === seq ? { name: items[0].author.name, text: items[0].body, here: false } : null;
  }

  /** From this entry on all is unread, and stays so while one goes on looking at it. */
  async markUnread(seq) {
    this.attention.resting = true;
    await send("PUT", `/api/discussions/${this.discussion}/unread`, { seq });
    this.read = seq - 1;
    this.lines.newBefore(this.entry(seq));
  }

  /** An address that names an entry which is not on this page leads to the page that has it. */
  #leadsElsewhere() {
    const seq = Number(location.hash.match(/^#e(\d{1,9})$/)?.[1]);
    const { from, head } = this.dataset;
    const asked = new URLSearchParams(location.search).get("at");
    if (!seq || this.entry(seq) || seq < from || seq > head || Number(asked) === seq) return false;
    location.replace(addressOf(seq));
    return true;
  }

  #clicked(event) {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    const more = event.target.closest("a.entry-more");
    if (more) {
      event.preventDefault();
      import("./entry-menu.js").then(({ openMenu }) => openMenu(this, more));
    }
    // What is quoted may have been loaded since.
    const quoted = event.target.closest("a.quoted");
    const seq = quoted?.hash.slice(2);
    if (seq && this.entry(seq)) {
      event.preventDefault();
      location.hash = `e${seq}`;
      this.entry(seq).scrollIntoView({ block: "center" });
    }
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
    this.#early.set(line.seq, line);
    if (line.author.id !== this.self) this.#announceBelow(line);
    else if (this.pending.has(line.client_id)) location.assign(addressOf(line.seq));
  }

  #placeInTurn() {
    for (let line; (line = this.#early.get(this.last + 1)); ) {
      this.#early.delete(line.seq);
      this.#place(line);
    }
  }

  #place(line) {
    const own = line.author.id === this.self;
    const followed = this.scrolling.atEnd;
    if (own) this.#spoke();
    else if (line.kind === "reply" && !attentive()) this.#markNew();
    this.#add(line);
    if (followed) this.#follow();
    else if (!own) this.#announceBelow(line);
    this.dispatchEvent(new CustomEvent("entry-placed", { bubbles: true, detail: line }));
  }

  /** Puts the next line at the end, before what is still on its way. */
  #add(line) {
    this.last = line.seq;
    const entry = this.lines.made(line);
    this.pending.settle(line.client_id);
    this.lines.join(entry, this.pending.first);
    if (line.seq > this.read) this.attention.watch(entry);
  }

  /** Who writes has read what was there. */
  #spoke() {
    this.lines.noNew();
    this.attention.resting = false;
  }

  /** The line before what came while nobody looked; one that still stands higher up stays. */
  #markNew() {
    const standing = this.list.querySelector("#new");
    if (!standing || this.read >= this.last) this.lines.newBefore(this.pending.first);
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
      const { items, next } = await this.#loading.entries({ after: this.last, limit: LATER_AT_ONCE });
      for (const line of items) if (line.seq > this.last) this.#early.set(line.seq, line);
      this.#placeInTurn();
      if (next === null) return true;
    }
    return false;
  }

  /** The page goes on to the end of the log now: what the stream brought meanwhile is in turn, or has been loaded. */
  #joinsTheStream() {
    this.partial = false;
    this.scrolling.tighten();
    for (const seq of this.#early.keys()) if (seq <= this.last) this.#early.delete(seq);
    this.#placeInTurn();
    if (this.#early.size) this.#fill();
  }
}

const seqOf = (entry) => Number(entry.dataset.seq);

customElements.define("message-log", MessageLog);
