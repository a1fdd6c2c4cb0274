// <held-message>: a message on its way. Once it has left, leaves at another time, was taken back in another tab or came
// back, the page goes where it is now; the address knows.

import { getHtml } from "./api.js";
import { live } from "./live.js";
import { rendered } from "./trusted.js";

class HeldMessage extends HTMLElement {
  connectedCallback() {
    const { message, within } = this.dataset;
    live.subscribe("message", null, (news) => news.message === message && this.#heard(news.state));
    // It may have been taken back while the page was on its way.
    live.subscribe("missed", null, () => this.#heard("held").catch(() => {}));
    // Also where nothing is told, because there is no stream.
    setTimeout(() => this.#goOn(), Number(within) * 1_000);
    this.addEventListener("submit", () => (this.leaving = true));
  }

  /** That it is held is told of a new time, too. */
  async #heard(state) {
    if (state === "held") {
      const now = rendered(await getHtml(this.#address)).querySelector("held-message");
      if (now?.dataset.leaves === this.dataset.leaves) return;
    }
    this.#goOn();
  }

  #goOn() {
    if (!this.leaving) location.replace(this.#address);
  }

  /** Not that of a form that was refused. */
  get #address() {
    return `/discussions/${this.dataset.message}?box=sent`;
  }
}

customElements.define("held-message", HeldMessage);
