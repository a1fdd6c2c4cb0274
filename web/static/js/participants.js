// <participants-panel>: who is in, kept true as people come and go.

import { getHtml } from "./api.js";
import { live } from "./live.js";
import { askIn } from "./questions.js";
import { filled } from "./sentences.js";
import { rendered } from "./trusted.js";

const COMINGS_AND_GOINGS = ["added", "removed", "stopped"];
const REPLACED = [".participants-summary", ".participants-list", ".delivery-summary", ".participants-without"];

class ParticipantsPanel extends HTMLElement {
  #ends = [];
  /** The last line of a coming or going that was heard of. */
  #latest = 0;
  #renewed = Promise.resolve();
  /** Whose button in the list had the focus last, and where it stood. */
  #place = {};

  connectedCallback() {
    this.details = this.querySelector("details");
    this.#subscribe();
    document.addEventListener("click", this.#clickedOutside);
    // An Escape that the recipient field has used closes only its list.
    this.addEventListener("keydown", (event) => event.key === "Escape" && this.#escaped(event));
    this.addEventListener("focusin", ({ target }) => this.#remember(target));
    askIn(this, () => this.#listHasFocus || this.#refocus());
    // The field and the signs that one may write to somebody are only needed once the panel is open.
    const open = () => this.details.open && (import("./recipients.js"), import("./people.js"));
    this.details.addEventListener("toggle", open);
    open();
  }

  disconnectedCallback() {
    this.#ends.forEach((end) => end());
    document.removeEventListener("click", this.#clickedOutside);
  }

  #subscribe() {
    const on = (type, react) => this.#ends.push(live.subscribe(type, this.dataset.discussion, react));
    on("entry", (line) => this.#heard(line));
    // What the stream did not bring, the log has fetched.
    this.closest(".discussion").addEventListener("entry-placed", ({ detail }) => this.#heard(detail));
    on("seen", ({ person, seq }) => seq > 0 && this.#opened(person.id));
    // For the author: who has opened it meanwhile is told by nobody.
    const told = () => this.querySelector(".delivery-summary").hidden || this.#renew();
    this.#ends.push(live.subscribe("missed", null, told));
  }

  #heard({ kind, seq }) {
    if (!COMINGS_AND_GOINGS.includes(kind) || seq <= this.#latest) return;
    this.#latest = seq;
    this.#renew();
  }

  /** One after the other: of two answers the older must not come last. */
  #renew() {
    this.#renewed = this.#renewed.then(() => this.#refresh()).catch(() => {});
  }

  /** Only the list and its summary: an open panel and a half-filled form stay as they are. */
  async #refresh() {
    const fresh = rendered(await getHtml(`/fragments/participants/${this.dataset.discussion}`));
    const hadFocus = this.#listHasFocus;
    for (const part of REPLACED) {
      const [old, now] = [this.querySelector(part), fresh.querySelector(part)];
      // What is as it was stays under the hand.
      if (!old || !now || old.isEqualNode(now)) continue;
      Object.assign(old.dataset, now.dataset);
      old.replaceChildren(...now.childNodes);
    }
    if (hadFocus && !this.#listHasFocus) this.#refocus();
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

  get #listHasFocus() {
    return this.querySelector(".participants-list").contains(document.activeElement);
  }

  #close() {
    if (!this.details.open) return;
    this.details.open = false;
    this.querySelector("summary").focus();
  }
}

customElements.define("participants-panel", ParticipantsPanel);
