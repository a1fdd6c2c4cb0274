// <connection-state>: seen only while the connection is not good, with how many replies wait; and while what is
// written elsewhere comes late, with a word when that is over.

import { live } from "./live.js";
import { counted, say } from "./sentences.js";

const SHOWN_AS = { offline: "offline", reconnecting: "reconnecting", "signed-out": "ended" };
const AT_ONCE = ["ended", "degraded"];
const PATIENCE = 1_500;
const GOOD_NEWS_FOR = 6_000;

class ConnectionState extends HTMLElement {
  #soon = null;
  #shown = null;

  connectedCallback() {
    live.subscribe("state", null, (message) => this.#changed(message));
  }

  /** A short break (a restarting node, a sleeping phone) is nobody's business. */
  #changed(message) {
    clearTimeout(this.#soon);
    this.dataset.now = message.state;
    const state = message.state === "live" && message.degraded ? "degraded" : SHOWN_AS[message.state];
    if (!state) this.#allIsWell();
    else if (!this.hidden || AT_ONCE.includes(state)) this.#show(state, message.waiting);
    else this.#soon = setTimeout(() => this.#show(state, message.waiting), PATIENCE);
  }

  /** Who was told that messages come late is told that they no longer do. */
  #allIsWell() {
    if (this.hidden) return;
    if (this.#shown === "degraded") this.#show("well", 0);
    if (this.#shown === "well") this.#soon = setTimeout(() => this.#hide(), GOOD_NEWS_FOR);
    else this.#hide();
  }

  #hide() {
    this.hidden = true;
    this.#shown = null;
  }

  #show(state, waiting) {
    this.hidden = false;
    this.#shown = state;
    for (const line of this.querySelectorAll("[data-state]")) {
      line.hidden = line.dataset.state !== state;
      const sentence = (waiting && counted(line, waiting)) || line.dataset.none;
      if (!line.hidden) say(line.querySelector(".sentence") ?? line, sentence);
    }
  }
}

customElements.define("connection-state", ConnectionState);
