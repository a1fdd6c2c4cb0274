// Lists are live, but nothing moves under a finger: while somebody aims at a list, its changes wait.

/** How long (ms) somebody who has moved or touched may still be about to click. */
export const AIMING = 1_500;

/**
 * Changes `element` when nobody is about to click in it, and at most every `pause` ms. `prepare` fetches what is to come
 * and gives back what puts it there; who aims by then has her way, and it is fetched again later.
 */
export class Calm {
  #element;
  #prepare;
  #pause;
  #timer = null;
  #aimed = 0;
  #last = 0;

  constructor(element, prepare, pause = 300) {
    this.#element = element;
    this.#prepare = prepare;
    this.#pause = pause;
    const aimed = () => (this.#aimed = Date.now());
    for (const type of ["pointermove", "pointerdown"]) element.addEventListener(type, aimed, { passive: true });
    element.addEventListener("pointerleave", () => (this.#aimed = 0));
  }

  ask() {
    this.#timer ??= setTimeout(() => this.#try(), this.#pause);
  }

  async #try() {
    this.#timer = null;
    const wait = Math.max(this.#aimedFor, this.#last + this.#pause - Date.now());
    if (wait > 0) {
      this.#timer = setTimeout(() => this.#try(), wait);
      return;
    }
    this.#last = Date.now();
    // A fragment that does not come (no connection) is asked for again with the next change or welcome.
    const put = await this.#prepare().catch(() => null);
    if (this.#aimedFor > 0) this.ask();
    else put?.();
  }

  /** For how long (ms) somebody may still be about to click, to let go of what she presses, or to press a key. */
  get #aimedFor() {
    const isHeld = this.#element.matches(":active") || keyboardIn(this.#element);
    return Math.max(this.#aimed + AIMING - Date.now(), isHeld ? AIMING : 0);
  }
}

const keyboardIn = (element) => element.contains(document.activeElement) && document.activeElement.matches(":focus-visible");
