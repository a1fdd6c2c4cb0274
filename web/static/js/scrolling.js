// Where a log stands: kept at its end while one is there, still while one reads higher up.

const NEAR_THE_END = 48;

export class Scrolling {
  /** The reader is at the end: what comes in is followed. */
  atEnd = true;
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
    const aim = document.getElementById(location.hash.slice(1)) ?? document.getElementById("new");
    if (aim) aim.scrollIntoView({ block: location.hash ? "center" : "start" });
    else this.toEnd();
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
    const top = this.scroller === this.#log ? this.#log.getBoundingClientRect().top : 0;
    if (line.getBoundingClientRect().top < top) line.scrollIntoView({ block: "start" });
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

  #scrolled = () => {
    const { scrollHeight, scrollTop, clientHeight } = this.scroller;
    this.atEnd = scrollHeight - scrollTop - clientHeight < NEAR_THE_END;
    this.#moved();
  };

  // Runs before the new size is painted, so the end never flickers. Also when the composer grows.
  #sizes = new ResizeObserver(() => this.atEnd && this.toEnd());
}
