// Files on their way to the server, two at once. What passes by itself is tried again a few times; the rest is told.

import { upload } from "./upload.js";

const AT_ONCE = 2;
const PASSING = [0, 429, 502, 503, 504];
const TRIES = 4;
const AGAIN_AFTER = 1_500;

export class Uploading {
  #waiting = [];
  #running = 0;
  #settled = null;
  #told;

  /**
   * Items have `upload`, with the `file` and what can `abort` it, and are wanted as long as they are connected.
   * @param {{progress: (item, part: number) => void, done: (item, brought) => void,
   *   failed: (item, error, isFinal: boolean) => void, unwanted: (brought) => void}} told
   */
  constructor(told) {
    this.#told = told;
  }

  /** Whether something is on its way. */
  get busy() {
    return this.#running + this.#waiting.length > 0;
  }

  /** Resolves once nothing is on its way any more. */
  async settled() {
    while (this.busy) await (this.#settled ??= Promise.withResolvers?.() ?? deferred()).promise;
  }

  add(item) {
    this.#waiting.push(item);
    this.#next();
  }

  drop(item) {
    this.#waiting = this.#waiting.filter((one) => one !== item);
    item.upload?.abort.abort();
    this.#isSettled();
  }

  #next() {
    while (this.#running < AT_ONCE && this.#waiting.length) this.#run(this.#waiting.shift());
  }

  async #run(item) {
    this.#running += 1;
    try {
      const brought = await this.#uploaded(item);
      if (item.isConnected) this.#told.done(item, brought);
      else this.#told.unwanted(brought);
    } catch (error) {
      const isFinal = error.status >= 400 && error.status < 500 && !PASSING.includes(error.status);
      if (item.isConnected) this.#told.failed(item, error, isFinal);
    }
    this.#running -= 1;
    this.#next();
    this.#isSettled();
  }

  async #uploaded(item) {
    const { file, abort } = item.upload;
    for (let tries = 1; ; tries += 1) {
      try {
        return await upload(file, { progress: (part) => this.#told.progress(item, part), signal: abort.signal });
      } catch (error) {
        if (!item.isConnected || !PASSING.includes(error.status) || tries === TRIES) throw error;
        // A folder that was dropped looks like a file until somebody reads it.
        if (error.status === 0 && !(await isReadable(file))) throw Object.assign(error, { code: "unreadable" });
        await new Promise((resume) => setTimeout(resume, AGAIN_AFTER * tries));
      }
    }
  }

  #isSettled() {
    if (this.busy) return;
    this.#settled?.resolve();
    this.#settled = null;
  }
}

async function isReadable(file) {
  try {
    await file.slice(0, 1).arrayBuffer();
    return true;
  } catch {
    return false;
  }
}

function deferred() {
  const made = {};
  made.promise = new Promise((resolve) => (made.resolve = resolve));
  return made;
}
