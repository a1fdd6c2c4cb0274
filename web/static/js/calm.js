// Lists are live, but nothing moves under a finger: while somebody aims at a list, its changes wait.

/** How long (ms) somebody who has moved or touched may still be about to click. */
export const AIMING = 1_500;

/** Runs `change` on `element` when nobody is about to click in it, and at most every `pause` ms. */
export class Calm {
  #element;
  #change;
  #pause;
  #timer = null;
  #aimed = 0;
  #last = 0;

  constructor(element, change, pause = 300) {
    this.#element = element;
    this.#change = change;
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
    const now = Date.now();
    const wait = Math.max(this.#aimed + AIMING - now, this.#last + this.#pause - now, keyboardIn(this.#element) ? AIMING : 0);
    if (wait > 0) {
      this.#timer = setTimeout(() => this.#try(), wait);
      return;
    }
    this.#last = now;
    // A fragment that does not come (no connection) is asked for again with the next change or welcome.
    await this.#change().catch(() => {});
  }
}

const keyboardIn = (element) => element.contains(document.activeElement) && document.activeElement.matches(":focus-visible");
