// <reply-composer>: where a reply is written. What is typed survives a reload; what is sent goes to the outbox.

// Its files must be alive before what was chosen is put back.
import "./attachments.js";
import { excerptOf } from "./entries.js";
import { namesOf } from "./files.js";
import { live } from "./live.js";
import { newId } from "./identifier.js";
import { filled } from "./sentences.js";
import { forget, recall, remember, shelter } from "./typed.js";

const BODY_AT_MOST = 20_000;
const TYPING_EVERY = 8_000;

class ReplyComposer extends HTMLElement {
  #typingSince = 0;
  #isWaiting = false;
  #mentions = false;

  connectedCallback() {
    this.discussion = this.dataset.discussion;
    this.form = this.querySelector("form");
    this.text = this.form.elements.body;
    this.form.noValidate = true;
    this.quoting = this.querySelector(".quoting");
    this.error = this.querySelector("#reply-error");
    this.files = this.querySelector("attach-files");
    // Counted in characters below: the attribute counts UTF-16 units, and cuts a pasted text without a word.
    this.text.removeAttribute("maxlength");
    this.#restore();
    // Typed before the script was there.
    if (this.text.value) this.#keep();
    this.files.addEventListener("change", () => this.#keep());
    document.addEventListener("visibilitychange", this.#shelter);
    this.text.addEventListener("keydown", (event) => this.#key(event));
    this.text.addEventListener("input", () => this.#typed());
    this.text.addEventListener("blur", () => this.#typing(false));
    this.form.addEventListener("submit", (event) => (event.preventDefault(), this.#send()));
    this.querySelector(".quoting-cancel")?.addEventListener("click", (event) => this.#unquote(event));
    this.closest(".discussion").addEventListener("click", (event) => this.#quoteClicked(event));
  }

  disconnectedCallback() {
    this.#typing(false);
  }

  #key(event) {
    // While an input method composes, Enter chooses a word; 229 is what some browsers say instead.
    if (event.key !== "Enter" || event.isComposing || event.keyCode === 229) return;
    const withControl = event.ctrlKey || event.metaKey;
    const sends = withControl || (this.dataset.sendingKey === "enter" && !event.shiftKey && !event.altKey && !onGlass());
    if (!sends) return;
    event.preventDefault();
    this.#send();
  }

  async #send() {
    if (this.#isWaiting || !(await this.#filesAreThere())) return;
    const files = this.files.chosen;
    const text = this.text.value.toWellFormed?.() ?? this.text.value;
    // Files by themselves are called by their names, for whoever reads them by mail or in a list.
    const body = text.trim() ? text : namesOf(files);
    this.querySelector("message-text").write?.();
    const problem = !body.trim() ? "empty" : [...body.trim()].length > BODY_AT_MOST ? "tooLong" : null;
    this.#complain(problem);
    if (problem) return this.text.focus();
    const reply_to = Number(this.form.elements.reply_to.value) || undefined;
    live.post({ client_id: newId(), discussion: this.discussion, body, reply_to, files });
    this.#clear();
  }

  /** What is still being uploaded goes with the reply, or nothing goes. */
  async #filesAreThere() {
    this.#isWaiting = true;
    const complete = !this.files.busy || (await this.files.settled());
    this.#isWaiting = false;
    return complete;
  }

  #complain(problem) {
    this.error.hidden = !problem;
    this.error.textContent = problem ? this.error.dataset[problem] : "";
    this.text.toggleAttribute("aria-invalid", Boolean(problem));
  }

  #clear() {
    this.text.value = "";
    this.files.clear();
    this.#showQuoting(null);
    this.#typing(false);
    forget(this.#place);
    this.text.focus();
  }

  #typed() {
    this.#keep();
    this.#name();
    if (!this.error.hidden) this.#complain(null);
    this.#typing(this.text.value.trim() !== "");
  }

  /** Naming somebody is prepared for with the first sign. */
  async #name() {
    if (this.#mentions || !this.text.value.includes("@")) return;
    this.#mentions = true;
    const { Mentions } = await import("./mentions.js");
    new Mentions(this).look();
  }

  /** Tells the others, again every few seconds while it goes on: they let it expire. */
  #typing(on) {
    const now = Date.now();
    if (on ? now - this.#typingSince < TYPING_EVERY : !this.#typingSince) return;
    this.#typingSince = on ? now : 0;
    live.typing(this.discussion, on);
  }

  #quoteClicked(event) {
    const link = event.target.closest("a.quote");
    const entry = link?.closest(".entry");
    if (!entry) return;
    event.preventDefault();
    const name = entry.querySelector(".author").textContent;
    this.#showQuoting({
      seq: entry.dataset.seq,
      sentence: filled(this.quoting.dataset.sentence, { name }),
      text: excerptOf(entry.querySelector(".body").textContent),
    });
    this.#keep();
    this.text.focus();
  }

  #unquote(event) {
    event.preventDefault();
    this.#showQuoting(null);
    this.#keep();
    this.text.focus();
  }

  #showQuoting(quoted) {
    this.quoted = quoted;
    this.form.elements.reply_to.value = quoted?.seq ?? "";
    this.quoting.hidden = !quoted;
    this.quoting.querySelector(".quoting-name").textContent = quoted?.sentence ?? "";
    this.quoting.querySelector(".quoting-text").textContent = quoted?.text ?? "";
  }

  get #place() {
    return `reply ${this.discussion}`;
  }

  #keep() {
    const written = this.#written;
    if (written) remember(this.#place, written);
    else forget(this.#place);
  }

  /** What a tab holds that nobody looks at any more is found again in another one. */
  #shelter = () => {
    const written = this.#written;
    if (written && document.hidden) shelter(this.#place, written);
  };

  get #written() {
    const { value } = this.text;
    const files = this.files.chosen;
    return value || this.quoted || files.length ? { value, quoted: this.quoted, files } : null;
  }

  #restore() {
    const seq = this.form.elements.reply_to.value;
    const said = (part) => this.quoting.querySelector(part).textContent;
    if (seq) this.quoted = { seq, sentence: said(".quoting-name"), text: said(".quoting-text") };
    const kept = recall(this.#place);
    if (!kept) return;
    if (!this.text.value) this.text.value = kept.value;
    if (kept.files) this.files.chosen = kept.files;
    if (kept.quoted && this.quoting.hidden) this.#showQuoting(kept.quoted);
  }
}

/** A keyboard on the screen has no Shift+Enter: there Enter breaks the line, and the button sends. */
const onGlass = () => matchMedia("(hover: none) and (pointer: coarse)").matches;

customElements.define("reply-composer", ReplyComposer);
