// What is really seen: on screen, in the tab in front, in the window that has the focus.

export const attentive = () => !document.hidden && document.hasFocus();

/** Watches entries and tells the highest number seen. */
export class Attention {
  /** While it rests, what is seen is not told: somebody wants it to stay unread. */
  resting = false;
  #seen;
  #onScreen = new Map();

  /** @param {(seq: number) => void} seen */
  constructor(seen) {
    this.#seen = seen;
    addEventListener("focus", this.#report);
    document.addEventListener("visibilitychange", this.#report);
  }

  watch(entry) {
    this.#observer.observe(entry);
  }

  end() {
    this.#observer.disconnect();
    removeEventListener("focus", this.#report);
    document.removeEventListener("visibilitychange", this.#report);
  }

  #observer = new IntersectionObserver(
    (changes) => {
      for (const change of changes) {
        if (inSight(change)) this.#onScreen.set(change.target, Number(change.target.dataset.seq));
        else this.#onScreen.delete(change.target);
      }
      this.#report();
    },
    { threshold: [0, 0.5, 1] },
  );

  #report = () => {
    if (this.resting || !this.#onScreen.size || !attentive()) return;
    const highest = Math.max(...this.#onScreen.values());
    for (const entry of this.#onScreen.keys()) this.#observer.unobserve(entry);
    this.#onScreen.clear();
    this.#seen(highest);
  };
}

/** Half of it, or as much of a long one as fills half of the window. */
function inSight({ intersectionRatio, intersectionRect, isIntersecting }) {
  return isIntersecting && (intersectionRatio >= 0.5 || intersectionRect.height >= innerHeight / 2);
}
