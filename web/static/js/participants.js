// <participants-panel>: who is in, kept true as people come and go.

import { getHtml } from "./api.js";
import { live } from "./live.js";
import { rendered } from "./trusted.js";

const COMINGS_AND_GOINGS = ["added", "removed", "stopped"];
const REPLACED = [".participants-summary", ".participants-list"];

class ParticipantsPanel extends HTMLElement {
  #end;

  connectedCallback() {
    this.details = this.querySelector("details");
    this.#end = live.subscribe("entry", this.dataset.discussion, ({ kind }) => {
      if (COMINGS_AND_GOINGS.includes(kind)) this.#refresh();
    });
    document.addEventListener("click", this.#clickedOutside);
    // An Escape that the recipient field has used closes only its list.
    this.addEventListener("keydown", (event) => event.key === "Escape" && !event.defaultPrevented && this.#close());
    // The field is only needed once the panel is open.
    const open = () => this.details.open && import("./recipients.js");
    this.details.addEventListener("toggle", open);
    open();
  }

  disconnectedCallback() {
    this.#end();
    document.removeEventListener("click", this.#clickedOutside);
  }

  /** Only the list and its summary: an open panel and a half-filled form stay as they are. */
  async #refresh() {
    const fresh = rendered(await getHtml(`/fragments/participants/${this.dataset.discussion}`));
    for (const part of REPLACED) {
      const [old, now] = [this.querySelector(part), fresh.querySelector(part)];
      if (old && now) old.replaceChildren(...now.childNodes);
    }
    this.dispatchEvent(new CustomEvent("participants-changed", { bubbles: true }));
  }

  #clickedOutside = ({ target }) => {
    // A chip that its own click removed is no longer inside, but was.
    if (this.details.open && target.isConnected && !this.contains(target)) this.details.open = false;
  };

  #close() {
    if (!this.details.open) return;
    this.details.open = false;
    this.querySelector("summary").focus();
  }
}

customElements.define("participants-panel", ParticipantsPanel);
