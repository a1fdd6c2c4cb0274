// <own-view>: what one does with a discussion for oneself. What one does in another tab shows here, too.

import { getHtml } from "./api.js";
import { live } from "./live.js";
import { rendered } from "./trusted.js";

class OwnView extends HTMLElement {
  connectedCallback() {
    const { discussion } = this.dataset;
    live.subscribe("view", null, ({ discussions }) => discussions.includes(discussion) && this.#refresh());
    document.addEventListener("click", ({ target }) => target.isConnected && !this.contains(target) && this.#close());
    this.addEventListener("keydown", (event) => event.key === "Escape" && this.#close(true));
  }

  async #refresh() {
    const inside = this.contains(document.activeElement);
    this.replaceChildren(rendered(await getHtml(this.dataset.href)));
    if (inside) this.querySelector("summary").focus();
  }

  #close(focus = false) {
    const details = this.querySelector("details.own-view");
    if (!details?.open) return;
    details.open = false;
    if (focus) details.querySelector("summary").focus();
  }
}

customElements.define("own-view", OwnView);
