// What is done to rows of a list, said with its way back, and shown in the list at once.

import { file, putBack } from "./filing.js";

const MOST_SHOWN_AT_ONCE = 200;

export class Deeds {
  /** Settled when the list shows what was done last. */
  shown = Promise.resolve();
  #list;
  #notice;

  constructor(list, notice) {
    this.#list = list;
    this.#notice = notice;
  }

  /** Does `action` to `what` (`{ids}` or `{all}`); whether all of it could be done. */
  async run(what, action, folder) {
    const changed = [];
    this.#notice.show("busy");
    let isDone = false;
    try {
      await file(what, action, folder, (some) => changed.push(...some));
      const undo = action !== "delete" && changed.length ? () => this.#undo(changed) : null;
      this.#notice.show(changed.length ? action : "none", changed.length, undo);
      isDone = true;
    } catch (refused) {
      const why = refused.status === 422 && folder ? "gone" : "failed";
      this.#notice.show(changed.length ? "partly" : why);
    }
    this.shown = this.#update(changed, what.all);
    return isDone;
  }

  async #undo(changed) {
    this.#notice.show("busy");
    try {
      await putBack(changed);
      this.#notice.show("undo", changed.length);
    } catch {
      this.#notice.show("failed");
    }
    this.shown = this.#update(changed);
  }

  async #update(changed, all) {
    const ids = changed.map(({ id }) => id);
    if (all) ids.push(...this.#list.discussions);
    // What is far below need not be put in its place.
    await this.#list.update([...new Set(ids)].slice(0, MOST_SHOWN_AT_ONCE)).catch(() => {});
  }
}
