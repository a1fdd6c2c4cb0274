// One's own replies on their way, at the end of the log: shown from what the outbox says, by client_id, until the
// stream brings the entry itself.

import { pendingOf } from "./entries.js";
import { live } from "./live.js";

export class Pending {
  #log;
  #handed = new Set();
  #sent = new Set();
  #live = live.state === "live";

  /** @param {import("./timeline.js").MessageLog} log */
  constructor(log) {
    this.#log = log;
    log.addEventListener("click", ({ target }) => this.#clicked(target));
  }

  get first() {
    return this.#log.list.querySelector(".pending");
  }

  has(clientId) {
    return Boolean(clientId && this.#find(clientId));
  }

  /** A reply just written here: shown at once, before the outbox has it. */
  show(reply) {
    this.#handed.add(reply.client_id);
    this.#place(reply);
    this.#log.scrolling.toEnd();
  }

  /** All replies of this discussion that wait, in order. */
  list(replies) {
    const waiting = new Set(replies.map((reply) => reply.client_id));
    for (const reply of replies) {
      this.#handed.delete(reply.client_id);
      this.#place(reply);
    }
    for (const shown of this.#shown()) {
      const { client } = shown.dataset;
      if (!waiting.has(client) && !this.#handed.has(client) && !this.#sent.has(client)) shown.remove();
    }
  }

  /** Acknowledged: it has its number. The entry itself follows on the stream, or is here already. */
  sent(clientId, seq) {
    const shown = this.#find(clientId);
    if (!shown) return;
    if (seq <= this.#log.last) return shown.remove();
    this.#sent.add(clientId);
    shown.dataset.state = "sent";
  }

  /** The entry with this client_id takes its place. */
  settle(clientId) {
    if (!clientId) return;
    this.#sent.delete(clientId);
    this.#find(clientId)?.remove();
  }

  connected(live) {
    this.#live = live;
    for (const shown of this.#shown()) if (["sending", "waiting"].includes(shown.dataset.state)) this.#mark(shown, null);
  }

  #place(reply) {
    if (this.#placed(reply.client_id) || this.#sent.has(reply.client_id)) return;
    let shown = this.#find(reply.client_id);
    if (!shown) {
      const { person, personName } = document.body.dataset;
      shown = pendingOf(reply, { id: person, name: personName }, (seq) => this.#log.quoted(seq));
      this.#log.list.append(shown);
    }
    this.#mark(shown, reply.failed);
  }

  #mark(shown, failed) {
    shown.dataset.state = failed ? "failed" : this.#live ? "sending" : "waiting";
    const reasons = document.getElementById("refusals").content;
    const reason = failed && (reasons.querySelector(`[data-code="${failed}"]`) ?? reasons.querySelector("[data-code=other]"));
    shown.querySelector(".reason").textContent = reason ? reason.textContent : "";
  }

  #clicked(target) {
    const { client } = target.closest(".pending")?.dataset ?? {};
    if (!client) return;
    const act = target.closest(".retry") ? "retry" : target.closest(".discard") ? "discard" : null;
    if (!act) return;
    live[act](client);
    // The button goes, and the focus must not go with it.
    document.getElementById("reply-body")?.focus();
  }

  #shown() {
    return this.#log.list.querySelectorAll(".pending");
  }

  #find(clientId) {
    return this.#log.list.querySelector(`.pending[data-client="${CSS.escape(clientId)}"]`);
  }

  #placed(clientId) {
    return this.#log.list.querySelector(`[data-seq][data-client="${CSS.escape(clientId)}"]`);
  }
}
