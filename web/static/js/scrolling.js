// Where a log stands: kept at its end while one is there, still while one reads higher up.

const NEAR_THE_END = 48;

export class Scrolling {
  /** The reader is at the end: what comes in is followed. */
  atEnd = true;
  /** The page ends before the log does: then its end is nothing to be kept at. */
  loose = false;
  #log;
  #moved;

  /** @param {HTMLElement} log @param {() => void} moved called when the reader has scrolled */
  constructor(log, moved) {
    this.#log = log;
    this.#moved = moved;
  }

  begin() {
    // The window scrolls where it is too low for a log that scrolls in itself; scroll events do not bubble.
    for (const target of [this.#log, window]) target.addEventListener("scroll", this.#scrolled, { passive: true });
    this.#sizes.observe(this.#log);
    this.#sizes.observe(this.#log.querySelector(".entries"));
    this.aim();
  }

  /** To where the address leads, else to what is new, else to the end. */
  aim() {
    const aim = document.getElementById(location.hash.slice(1)) ?? document.getElementById("new");
    if (aim) aim.scrollIntoView({ block: aim.id === "new" ? "start" : "center" });
    else this.toEnd();
    this.#scrolled();
  }

  /** Where one is: the first entry on screen and its distance from the top; null at the end. */
  get place() {
    if (this.atEnd && !this.loose) return null;
    const top = this.#top;
    const entries = [...this.#log.querySelectorAll(".entries > [data-seq]")];
    const first = entries.find((entry) => entry.getBoundingClientRect().bottom > top);
    return first ? { seq: Number(first.dataset.seq), top: first.getBoundingClientRect().top - top } : null;
  }

  /** Back to such a place: `entry` so far from the top. */
  goTo(entry, { top }) {
    this.scroller.scrollTop += entry.getBoundingClientRect().top - this.#top - top;
    this.#scrolled();
  }

  /** The page goes on to the end of the log now. */
  tighten() {
    this.loose = false;
    this.#scrolled();
  }

  end() {
    window.removeEventListener("scroll", this.#scrolled);
    this.#sizes.disconnect();
  }

  get scroller() {
    return getComputedStyle(this.#log).overflowY === "auto" ? this.#log : document.scrollingElement;
  }

  toEnd() {
    const scroller = this.scroller;
    scroller.scrollTop = scroller.scrollHeight;
    this.atEnd = true;
  }

  /** As far towards the end as `line` stays in sight: for a reader who is not looking. */
  toEndFrom(line) {
    this.toEnd();
    if (line.getBoundingClientRect().top < this.#top) line.scrollIntoView({ block: "start" });
  }

  /** Runs `change`, which adds lines above, without moving what is on screen. */
  still(anchor, change) {
    const scroller = this.scroller;
    scroller.style.overflowAnchor = "none";
    const before = anchor.getBoundingClientRect().top;
    change();
    scroller.scrollTop += anchor.getBoundingClientRect().top - before;
    requestAnimationFrame(() => (scroller.style.overflowAnchor = ""));
  }

  get #top() {
    return this.scroller === this.#log ? this.#log.getBoundingClientRect().top : 0;
  }

  #scrolled = () => {
    const { scrollHeight, scrollTop, clientHeight } = this.scroller;
    this.atEnd = scrollHeight - scrollTop - clientHeight < NEAR_THE_END;
    this.#moved();
  };

  // Runs before the new size is painted, so the end never flickers. Also when the composer grows.
  #sizes = new ResizeObserver(() => this.atEnd && !this.loose && this.toEnd());
}
