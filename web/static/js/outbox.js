// Replies on their way: kept on a shelf until the server has acknowledged them, posted in order within each
// discussion, each with the same client_id however often it is tried, so that it lands once.
//
// The head of a discussion's queue holds back the ones after it. A refusal takes a reply out of the way: it is
// kept as failed, to retry, copy or discard. Only the leader posts; others put on the shelf and ring.

import { newId } from "./identifier.js";

const ACK_WITHIN = 30_000;
const PASSING = ["rate_limited", "unavailable"];
const TOO_MUCH = [4400, 4413];
const BODY_AT_MOST = 20_000;

export class Outbox {
  #options;
  #replies = [];
  #flying = new Map();
  #live = false;
  #leading = false;
  #pause = null;

  /**
   * @param {{shelf: object, person: string, post: (reply: object) => boolean,
   *   told: (discussion: string, replies: object[]) => void, ring: () => void}} options
   */
  constructor(options) {
    this.#options = options;
  }

  get waiting() {
    return this.#replies.filter((reply) => !reply.failed).length;
  }

  of(discussion) {
    return this.#replies.filter((reply) => reply.discussion === discussion);
  }

  async add({ client_id, discussion, body, reply_to, files }) {
    const failed = [...body.trim()].length > BODY_AT_MOST ? "invalid_body" : null;
    const { person, shelf } = this.#options;
    await shelf.add({ client_id, person, discussion, body, reply_to, files, failed, at: Date.now() });
    await this.#changed();
  }

  /** Tries a failed reply again; under a new id only where the old one stands for something else. */
  async retry(clientId) {
    const reply = this.#find(clientId);
    if (!reply) return;
    const client_id = reply.failed === "client_id_reused" ? newId() : clientId;
    await this.#options.shelf.change({ ...reply, client_id, failed: null });
    await this.#changed();
  }

  /** The server has it (or its writer gave it up): off the shelf. */
  async remove(clientId) {
    this.#land(clientId);
    const reply = this.#find(clientId);
    if (!reply) return;
    await this.#options.shelf.remove(reply);
    await this.#changed();
  }

  /** An error frame answered a post: passing ones are waited out, others are told to the writer. */
  async refused(clientId, code, retryAfter) {
    if (!this.#flying.has(clientId)) return;
    this.#land(clientId);
    if (PASSING.includes(code)) return this.#wait(retryAfter ?? 2);
    await this.#fail(clientId, code);
  }

  welcome() {
    this.#live = true;
    this.#post();
  }

  /** Nobody knows what became of what was flying: it flies again, unless it is what broke the stream. */
  async lost(code) {
    this.#live = false;
    const flying = [...this.#flying.keys()];
    flying.forEach((clientId) => this.#land(clientId));
    if (TOO_MUCH.includes(code)) for (const clientId of flying) await this.#fail(clientId, "other");
  }

  lead() {
    this.#leading = true;
    return this.reload();
  }

  /** Another tab or worker put something on the shelf, or took it off. */
  async reload() {
    const before = new Set(this.#replies.map((reply) => reply.discussion));
    this.#replies = await this.#options.shelf.all(this.#options.person);
    for (const reply of this.#replies) before.add(reply.discussion);
    for (const discussion of before) this.#options.told(discussion, this.of(discussion));
    this.#post();
  }

  async clear() {
    await this.#options.shelf.clear(this.#options.person);
    await this.#changed();
  }

  #find(clientId) {
    return this.#replies.find((reply) => reply.client_id === clientId);
  }

  async #changed() {
    await this.reload();
    this.#options.ring();
  }

  async #fail(clientId, code) {
    const reply = this.#find(clientId);
    if (!reply) return;
    await this.#options.shelf.change({ ...reply, failed: code });
    await this.#changed();
  }

  #post() {
    if (!this.#live || !this.#leading || this.#pause) return;
    const begun = new Set();
    for (const reply of this.#replies) {
      if (reply.failed || begun.has(reply.discussion)) continue;
      begun.add(reply.discussion);
      if (!this.#flying.has(reply.client_id)) this.#fly(reply);
    }
  }

  #fly(reply) {
    const late = () => (this.#land(reply.client_id), this.#post());
    this.#flying.set(reply.client_id, setTimeout(late, ACK_WITHIN));
    this.#options.post(reply);
  }

  #land(clientId) {
    clearTimeout(this.#flying.get(clientId));
    this.#flying.delete(clientId);
  }

  #wait(seconds) {
    clearTimeout(this.#pause);
    this.#pause = setTimeout(() => {
      this.#pause = null;
      this.#post();
    }, seconds * 1000 * (1 + Math.random() / 4));
  }
}
