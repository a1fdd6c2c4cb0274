// What of a log is not on its page: loaded as one comes near an edge, asks for it, or comes back to where one was.

import { getJson } from "./api.js";
import { whenNear } from "./paging.js";

const AT_ONCE = 50;
const MANY_AT_ONCE = 200;
const ROUNDS = 5;

export class Loading {
  #log;
  #add;
  #ended;

  /**
   * @param {HTMLElement} log
   * @param {{add: (line: object) => void, ended: () => void}} told `add` puts a line at the end of the page; `ended`:
   *   the page goes on to the end of the log now
   */
  constructor(log, { add, ended }) {
    this.#log = log;
    this.#add = add;
    this.#ended = ended;
  }

  /** Part of the log, as the API gives it. */
  entries(parameters) {
    return getJson(`/api/discussions/${this.#log.discussion}/entries`, parameters);
  }

  /** Loads as one comes near the edges of the page. Returns what stops it. */
  watch() {
    const ways = [[".earlier", () => this.#earlier(AT_ONCE)], [".later", () => this.#next(AT_ONCE)]];
    return ways.flatMap(([edge, load]) => {
      const link = this.#log.querySelector(edge);
      return link ? [whenNear(link, load)] : [];
    });
  }

  /** Back to where one was when the page was left. */
  async comeBack(place) {
    const { lines, scrolling } = this.#log;
    if (place === undefined) return;
    // Of what has come meanwhile one wants to see the first.
    if (place === null) return this.#log.querySelector("#new") || this.#log.partial || scrolling.toEnd();
    for (let round = 0; round < ROUNDS && !lines.entry(place.seq); round++) {
      const isEarlier = place.seq < Number(lines.first.dataset.seq);
      const more = isEarlier ? this.#earlier(MANY_AT_ONCE) : this.#next(MANY_AT_ONCE);
      if (!(await more.catch(() => false))) break;
    }
    const entry = lines.entry(place.seq);
    if (entry) scrolling.goTo(entry, place);
  }

  /** Whether there was anything to load. */
  async #earlier(limit) {
    const link = this.#log.querySelector(".earlier");
    if (!link) return false;
    const { lines, scrolling, dataset } = this.#log;
    const { items, next } = await this.entries({ before: dataset.next, limit });
    scrolling.still(lines.first, () => lines.prepend(items));
    if (next !== null) dataset.next = next;
    else this.#edgeReached(link);
    return true;
  }

  async #next(limit) {
    const link = this.#log.querySelector(".later");
    if (!link) return false;
    const { items, next } = await this.entries({ after: this.#log.last, limit });
    for (const line of items) this.#add(line);
    this.#log.lines.foundNew();
    if (next !== null) return true;
    this.#edgeReached(link);
    this.#ended();
    return true;
  }

  #edgeReached(link) {
    if (document.activeElement === link) this.#log.focus({ preventScroll: true });
    link.closest("p").remove();
  }
}
