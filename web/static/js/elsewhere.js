// Whether a draft was saved somewhere else. Another tab of this browser tells it at once; another device is asked
// about when somebody comes back to the page, or to its form after a while: before she types on.

const OFTEN = 2_000;
const AFTER_A_WHILE = 20_000;

export class Elsewhere {
  #others = new BroadcastChannel(`parley-drafts-${document.body.dataset.person}`);
  #looked = Date.now();
  #read;
  #told;

  /**
   * @param {HTMLElement} place where she types
   * @param {{read: () => {draft: string, version: number} | null, told: (draft: string) => void}} options
   *   `read` gives what is here as it was saved, if nothing has changed since; `told` hears that there is a newer one.
   */
  constructor(place, { read, told }) {
    this.#read = read;
    this.#told = told;
    this.#others.onmessage = ({ data }) => this.#compare(data);
    addEventListener("focus", () => this.#look(OFTEN));
    document.addEventListener("visibilitychange", () => document.hidden || this.#look(OFTEN));
    for (const type of ["focusin", "keydown", "pointerdown"]) place.addEventListener(type, () => this.#look(AFTER_A_WHILE));
  }

  /** Tells the other tabs. */
  saved(draft, version) {
    this.#others.postMessage({ draft, version });
  }

  close() {
    this.#others.close();
  }

  async #look(pause) {
    const here = this.#read();
    if (!here || Date.now() - this.#looked < pause) return;
    this.#looked = Date.now();
    const answer = await fetch(`/api/messages/${here.draft}`, { method: "HEAD" }).catch(() => null);
    if (answer?.ok) this.#compare({ draft: here.draft, version: Number(answer.headers.get("ETag").replaceAll('"', "")) });
  }

  #compare({ draft, version }) {
    const here = this.#read();
    if (here?.draft === draft && version > here.version) this.#told(draft);
  }
}
