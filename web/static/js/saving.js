// Saving by itself: 2 s after the last key, on leaving, and again until it succeeds. Knows neither pages nor forms.
//
// States: saved · unreachable (tries again by itself) · ended, another (until she has signed in) · refused (until
// something changes) · conflict, gone, sent (until she has chosen).

import { backoff } from "./backoff.js";

const PAUSE = 2_000;
const STATES = { 401: "ended", 403: "another", 404: "gone", 409: "sent", 412: "conflict", 413: "refused", 422: "refused" };
const CHOOSING = ["conflict", "gone", "sent"];
const SIGNED_OUT = ["ended", "another"];

export class Saving {
  state = "saved";
  #options;
  #saved;
  #timer = null;
  #running = null;
  #attempt = 0;

  /**
   * @param {{read: () => string, post: (options: {keepalive?: boolean}) => Promise<Response>,
   *   told: (state: string, answer?: Response) => void, pause?: number, wait?: (attempt: number) => number}} options
   *   `read` gives what is written now, to be compared; `post` sends it.
   */
  constructor(options) {
    this.#options = { pause: PAUSE, wait: backoff, ...options };
    this.#saved = options.read();
  }

  /** Whether something is written that the server is not known to have. */
  get dirty() {
    return this.#options.read() !== this.#saved;
  }

  /** What is kept there is something else than was thought: all of this is unsaved. */
  forgetSaved() {
    this.#saved = null;
  }

  changed() {
    if (CHOOSING.includes(this.state) || SIGNED_OUT.includes(this.state) || this.state === "unreachable") return;
    this.#later(this.#options.pause);
  }

  /** Saves all that is written by now; says whether that is done. */
  async flush() {
    for (let tries = 0; this.dirty && tries < 3; tries += 1) {
      if (!(await this.save())) return false;
    }
    return !this.dirty;
  }

  /** One attempt, the same one for all who ask meanwhile. */
  save(options = {}) {
    clearTimeout(this.#timer);
    this.#running ??= this.#attemptOnce(options).finally(() => (this.#running = null));
    return this.#running;
  }

  /** The page goes away: the last words still go out, and nobody hears the answer. */
  leave() {
    clearTimeout(this.#timer);
    if (this.dirty && !CHOOSING.includes(this.state)) this.#options.post({ keepalive: true }).catch(() => {});
  }

  /** Something may have got better: the network, the service, who is signed in. */
  again() {
    if (this.state === "unreachable" || SIGNED_OUT.includes(this.state)) this.save();
  }

  async #attemptOnce(options) {
    const text = this.#options.read();
    if (text === this.#saved) return this.#tell("saved");
    let answer;
    try {
      answer = await this.#options.post(options);
    } catch {
      return this.#tryLater();
    }
    const state = answer.ok ? "saved" : STATES[answer.status];
    if (!state) return this.#tryLater(Number(answer.headers.get("Retry-After")) * 1000);
    this.#attempt = 0;
    if (state === "saved") this.#saved = text;
    await this.#tell(state, answer);
    if (state === "saved" && this.dirty) this.#later(this.#options.pause);
    return state === "saved";
  }

  #tryLater(least = 0) {
    this.#later(Math.max(least || 0, this.#options.wait(this.#attempt++)));
    return this.#tell("unreachable");
  }

  #later(wait) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.save(), wait);
  }

  async #tell(state, answer) {
    this.state = state;
    await this.#options.told(state, answer);
    return state === "saved";
  }
}
