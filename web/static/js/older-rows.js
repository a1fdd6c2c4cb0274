// The rows that follow those of a list's page. Where the server has looked only so far back for what matches, this goes
// on looking until the page is full or the box ends.

import { getHtml } from "./api.js";
import { say } from "./sentences.js";
import { rendered } from "./trusted.js";

const FEW = 10;
const PAGE = 30;

export class OlderRows {
  #list;
  #told;
  #isLooking = false;

  /** `told` hears of rows that were added, and of the end of the box. */
  constructor(list, told) {
    this.#list = list;
    this.#told = told;
  }

  /** The link that leads on; null at the end. */
  get link() {
    return this.#list.querySelector(".older");
  }

  /** Where many rows have gone, those of the next page follow. */
  async fill() {
    if (this.link && this.#count < FEW) await this.#next();
    await this.lookOn();
  }

  /** What does not come leaves the link as it is. */
  async lookOn() {
    if (this.#isLooking) return;
    this.#isLooking = true;
    const status = this.#list.querySelector(".looking");
    try {
      while (this.link?.matches("[data-looking]") && this.#count < PAGE) {
        if (status) say(status, this.#count ? "" : status.dataset.busy);
        await this.#next();
      }
      status?.remove();
    } catch {
      if (status) say(status, status.dataset.paused);
    }
    this.#isLooking = false;
  }

  get #count() {
    return this.#list.rows.childElementCount;
  }

  async #next() {
    const link = this.link;
    const page = rendered(await getHtml(link.href));
    const known = new Set(this.#list.discussions);
    for (const row of page.querySelectorAll(".row")) {
      if (!known.has(row.dataset.discussion)) this.#list.rows.append(row);
    }
    const older = page.querySelector(".older");
    const hadFocus = document.activeElement === link;
    if (older) link.replaceWith(older);
    else link.remove();
    if (hadFocus) (older ?? this.#list.rows.querySelector(".row:last-child .row-link"))?.focus({ preventScroll: true });
    this.#told();
  }
}
