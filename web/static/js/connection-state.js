// <connection-state>: seen only while the connection is not good, with how many replies wait.

import { live } from "./live.js";
import { counted, say } from "./sentences.js";

const SHOWN_AS = { offline: "offline", reconnecting: "reconnecting", "signed-out": "ended" };
const PATIENCE = 1_500;

class ConnectionState extends HTMLElement {
  #soon = null;

  connectedCallback() {
    live.subscribe("state", null, (message) => this.#changed(message));
  }

  /** A short break (a restarting node, a sleeping phone) is nobody's business. */
  #changed(message) {
    clearTimeout(this.#soon);
    this.dataset.now = message.state;
    const state = SHOWN_AS[message.state];
    if (!state) this.hidden = true;
    else if (!this.hidden || state === "ended") this.#show(state, message.waiting);
    else this.#soon = setTimeout(() => this.#show(state, message.waiting), PATIENCE);
  }

  #show(state, waiting) {
    this.hidden = false;
    for (const line of this.querySelectorAll("[data-state]")) {
      line.hidden = line.dataset.state !== state;
      const sentence = waiting ? counted(line, waiting) : line.dataset.none;
      if (!line.hidden) say(line.querySelector(".sentence") ?? line, sentence);
    }
  }
}

customElements.define("connection-state", ConnectionState);
