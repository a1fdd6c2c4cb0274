// <held-message>: a message on its way. Once it has left, was taken back in another tab or came back, the page goes
// where it is now; the address knows.

import { live } from "./live.js";

class HeldMessage extends HTMLElement {
  connectedCallback() {
    const { message, within } = this.dataset;
    live.subscribe("message", null, (news) => news.message === message && news.state !== "held" && this.#goOn());
    // Also where nothing is told, because there is no stream.
    setTimeout(() => this.#goOn(), Number(within) * 1_000);
    this.querySelector("form").addEventListener("submit", () => (this.undoing = true));
  }

  #goOn() {
    if (!this.undoing) location.reload();
  }
}

customElements.define("held-message", HeldMessage);
