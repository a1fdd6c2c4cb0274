// <participants-panel>: who is in, kept true as people come and go.

import { getHtml } from "./api.js";
import { live } from "./live.js";
import { askIn } from "./questions.js";
import { filled } from "./sentences.js";
import { rendered } from "./trusted.js";

const COMINGS_AND_GOINGS = ["added", "removed", "stopped"];
const REPLACED = [".participants-summary", ".participants-list", ".delivery-summary", ".participants-without"];

class ParticipantsPanel extends HTMLElement {
  #end;
  #endSeen;
  #endMissed;
  /** Whose button in the list had the focus last, and where it stood. */
  #place = {};

  connectedCallback() {
    this.details = this.querySelector("details");
    this.#end = live.subscribe("entry", this.dataset.discussion, ({ kind }) => {
      if (COMINGS_AND_GOINGS.includes(kind)) this.#refresh();
    });
    this.#endSeen = live.subscribe("seen", this.dataset.discussion, ({ person, seq }) => seq > 0 && this.#opened(person.id));
    this.#endMissed = live.subscribe("missed", null, () => this.#missed());
    document.addEventListener("click", this.#clickedOutside);
    // An Escape that the recipient field has used closes only its list.
    this.addEventListener("keydown", (event) => event.key === "Escape" && this.#escaped(event));
    this.addEventListener("focusin", ({ target }) => this.#remember(target));
    askIn(this, () => this.querySelector(".participants-list").contains(document.activeElement) || this.#refocus());
    // The field and the signs that one may write to somebody are only needed once the panel is open.
    const open = () => this.details.open && (import("./recipients.js"), import("./people.js"));
    this.details.addEventListener("toggle", open);
    open();
  }

  disconnectedCallback() {
    this.#end();
    this.#endSeen();
    this.#endMissed();
    document.removeEventListener("click", this.#clickedOutside);
  }

  /** Only the list and its summary: an open panel and a half-filled form stay as they are. */
  async #refresh() {
    const fresh = rendered(await getHtml(`/fragments/participants/${this.dataset.discussion}`));
    const focused = this.querySelector(".participants-list").contains(document.activeElement);
    for (const part of REPLACED) {
      const [old, now] = [this.querySelector(part), fresh.querySelector(part)];
      // What is as it was stays under the hand.
      if (!old || !now || old.isEqualNode(now)) continue;
      Object.assign(old.dataset, now.dataset);
      old.replaceChildren(...now.childNodes);
    }
    if (focused) this.#refocus();
    this.dispatchEvent(new CustomEvent("participants-changed", { bubbles: true }));
  }

  /** For the author: somebody has opened her message. */
  #opened(person) {
    const sign = this.querySelector(`.participants-list [data-person="${CSS.escape(person)}"] .participant-delivery[data-opened]`);
    if (!sign) return;
    sign.textContent = sign.dataset.opened;
    delete sign.dataset.opened;
    const summary = this.querySelector(".delivery-summary");
    summary.dataset.now = Number(summary.dataset.now) + 1;
    summary.textContent = filled(summary.dataset.sentence, { opened: summary.dataset.now, received: summary.dataset.received });
  }

  /** Who has opened it meanwhile is told by nobody. */
  #missed() {
    if (!this.querySelector(".delivery-summary").hidden) this.#refresh().catch(() => {});
  }

  #clickedOutside = ({ target }) => {
    // A chip that its own click removed is no longer inside, but was.
    if (this.details.open && target.isConnected && !this.contains(target)) this.details.open = false;
  };

  #escaped({ target, defaultPrevented }) {
    if (!defaultPrevented && !target.closest("dialog")) this.#close();
  }

  #remember(target) {
    const item = target.closest(".participants-list > li");
    if (item) this.#place = { person: item.dataset.person, index: [...item.parentElement.children].indexOf(item) };
  }

  /** The focus stays with the same person; who is out leaves it to the next one. */
  #refocus() {
    const { person, index } = this.#place;
    const items = [...this.querySelectorAll(".participants-list > li")];
    const same = items.findIndex((item) => item.dataset.person === person);
    const from = same < 0 ? index : same;
    const buttons = [...items.slice(from), ...items.slice(0, from).reverse()].map((item) => item.querySelector("button"));
    (buttons.find(Boolean) ?? this.querySelector("summary")).focus();
  }

  #close() {
    if (!this.details.open) return;
    this.details.open = false;
    this.querySelector("summary").focus();
  }
}

customElements.define("participants-panel", ParticipantsPanel);
