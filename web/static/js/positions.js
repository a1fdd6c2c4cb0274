// How far this browser has seen each discussion's log, by number: what a resume asks for, and whether a page
// that was just loaded is level with the stream. No socket, no DOM.

const RESUMED_AT_MOST = 200;

export class Positions {
  #seen = new Map();
  #greeted = false;

  /**
   * A page shows `discussion` up to `head`. True when entries may be missing that the stream will not bring:
   * the page was rendered before something that has already gone by, or before the stream began.
   */
  open(discussion, head) {
    const seen = this.#seen.get(discussion);
    if (seen !== undefined) return seen > head;
    this.#seen.set(discussion, head);
    return this.#greeted;
  }

  /** The stream brought `seq`, or begins after it. */
  advance(discussion, seq) {
    if (seq > (this.#seen.get(discussion) ?? 0)) this.#seen.set(discussion, seq);
  }

  forget(discussion) {
    this.#seen.delete(discussion);
  }

  /** The `resume` of a `hello`: the last seen number of each open discussion, the latest opened if too many. */
  resume(open) {
    this.#greeted = true;
    const kept = [...open].filter((discussion) => this.#seen.has(discussion)).slice(-RESUMED_AT_MOST);
    return Object.fromEntries(kept.map((discussion) => [discussion, this.#seen.get(discussion)]));
  }

  /** The stream broke: of what is not open nothing is known any more. */
  lost(open) {
    this.#greeted = false;
    const kept = new Set(open);
    for (const discussion of this.#seen.keys()) if (!kept.has(discussion)) this.#seen.delete(discussion);
  }
}
