// <draft-form>: a message being written. It is saved by itself, and kept in the browser until it is: nothing typed
// is lost by a reload, a way back, an outage, an ended session, or another tab on the same draft.

// Its files and recipient fields must be alive before what was chosen is put back.
import "./attachments.js";
import "./recipients.js";
import { Elsewhere } from "./elsewhere.js";
import { live } from "./live.js";
import { newId } from "./identifier.js";
import { Notices } from "./notices.js";
import { Saving } from "./saving.js";
import { forget, recall, remember, shelter } from "./typed.js";
import { asItCame, entriesOf, keptOf, putBack, written } from "./written.js";

const ANSWER_WITHIN = 15_000;
/** Browsers take no more than 64 KiB from a page that goes away. */
const LAST_WORDS = 60_000;
/** What is asked for without waiting for the save to succeed. */
const PATIENCE = 1_500;

class DraftForm extends HTMLElement {
  #saving;
  #notices;
  #clean;
  #submitting = false;
  /** Whether another page has been asked for, maybe this one again: it may be rendered before what is saved now. */
  #isLeaving = false;
  #elsewhere;

  connectedCallback() {
    this.form = this.querySelector("form");
    this.#clean = asItCame(this.form);
    this.#notices = new Notices(this, {
      save: () => this.#saving.again(),
      keepMine: (version) => this.#saveOver(version),
      takeOther: (address) => this.#take(address),
      keepAnew: (state) => this.#begin(state),
    });
    this.#saving = new Saving({
      read: () => written(this.form),
      post: (options) => this.#post(entriesOf(this.form), options),
      told: (state, answer) => this.#told(state, answer),
    });
    this.#elsewhere = new Elsewhere(this, {
      read: () => this.#kept,
      told: (draft) => this.#notices.show("elsewhere", null, draft),
    });
    this.#listen();
    const isTyped = !cameBack() && written(this.form) !== this.#clean;
    if (isTyped) this.#saving.forgetSaved();
    if (this.hasAttribute("data-unsaved")) this.#unsaved();
    else this.#restore();
    if (isTyped) this.#typed(); // who is quick has typed already
  }

  disconnectedCallback() {
    this.#elsewhere.close();
  }

  #listen() {
    for (const type of ["input", "change"]) this.addEventListener(type, () => this.#typed());
    this.form.addEventListener("submit", (event) => this.#submitted(event));
    this.form.elements.subject.addEventListener("keydown", (event) => {
      // Enter would press the form's first button.
      if (event.key === "Enter" && !event.isComposing) event.preventDefault();
    });
    document.addEventListener("visibilitychange", () => (document.hidden ? this.#hidden() : this.#saving.again()));
    for (const type of ["focus", "online"]) addEventListener(type, () => this.#saving.again());
    live.subscribe("state", null, ({ state }) => state === "live" && this.#saving.again());
    addEventListener("pagehide", () => this.#leave());
    addEventListener("beforeunload", (event) => {
      this.#isLeaving = true;
      // What can be saved is saved on leaving; who leaves something that cannot is asked.
      if (!live.left && !this.#submitting && this.#saving.dirty && this.#saving.state !== "saved") event.preventDefault();
    });
  }

  get #isNew() {
    return this.hasAttribute("data-new");
  }

  get #place() {
    return `draft ${this.#isNew ? "new" : this.dataset.draft}`;
  }

  #typed() {
    this.#isLeaving = false;
    this.#keep();
    this.#saving.changed();
  }

  #keep(put = remember) {
    const isSaved = !this.#saving.dirty;
    if (isSaved && !this.#isLeaving) return forget(this.#place);
    put(this.#place, { clean: this.#clean, draft: this.dataset.draft, isSaved, ...keptOf(this.form) });
  }

  /** The answer of this attempt, or none in time. */
  #post(entries, { keepalive = false, draft = this.#identifier, version = this.form.elements.version.value } = {}) {
    const body = new FormData();
    for (const [name, value] of [...entries, ["version", version], ["writer", this.dataset.writer]]) body.append(name, value);
    const size = new Blob(entries.flat()).size;
    const signal = AbortSignal.timeout(ANSWER_WITHIN);
    return fetch(`/fragments/drafts/${draft}`, { method: "POST", body, signal, keepalive: keepalive && size < LAST_WORDS });
  }

  get #identifier() {
    return (this.dataset.draft ||= newId().replaceAll("-", ""));
  }

  async #told(state, answer) {
    if (state === "saved") this.#saved(answer);
    else this.#keep(shelter);
    await this.#notices.show(state, answer, this.dataset.draft);
  }

  #saved(answer) {
    if (!answer) return;
    const version = answer.headers.get("ETag").replaceAll('"', "");
    this.form.elements.version.value = version;
    forget(this.#place);
    if (this.#isLeaving) this.#keep();
    if (this.#isNew) this.#becomeDraft();
    this.#showAddress();
    if (this.#saving.dirty) this.#keep();
    else this.querySelector("attach-files").forgetTakenOff();
    this.#elsewhere.saved(this.dataset.draft, Number(version));
  }

  #becomeDraft() {
    this.removeAttribute("data-new");
    this.form.elements.draft?.remove();
    // Its buttons are named so, too.
    this.form.setAttribute("action", `/drafts/${this.dataset.draft}`);
  }

  /** The draft's own, with the time that was chosen for it: no draft keeps that, and a reload must not lose it. */
  #showAddress() {
    const at = this.form.elements.send_at?.value;
    const query = at ? `?at=${encodeURIComponent(at)}` : "";
    history.replaceState(history.state, "", `/drafts/${this.dataset.draft}${query}`);
  }

  /** What was typed on top of what is kept now is put back; on top of something else, the server tells the two apart. */
  async #restore() {
    const kept = recall(this.#place);
    if (!kept?.entries) return;
    if (JSON.stringify(kept.entries) === this.#clean || (kept.isSaved && !this.#isBefore(kept))) return forget(this.#place);
    if (this.#isNew && ((kept.clean ?? this.#clean) !== this.#clean || (await this.#isSafe(kept)))) return;
    if (this.#isNew && kept.draft) {
      this.dataset.draft = kept.draft;
      if (this.form.elements.draft) this.form.elements.draft.value = kept.draft;
    }
    putBack(this.form, kept);
    this.#typed();
  }

  /** Whether this page was asked for again before that was saved, and rendered without it. */
  #isBefore({ version }) {
    return cameBack() && Number(this.form.elements.version.value) < Number(version);
  }

  /** Who begins another message gets an empty form: the one before went out as a draft when she left. */
  async #isSafe(kept) {
    if (cameBack()) return false;
    const answer = await this.#post(kept.entries, kept).catch(() => null);
    if (!answer?.ok) return written(this.form) !== this.#clean;
    forget(this.#place);
    return true;
  }

  /** The page shows what a form held that could not be kept or sent. Loaded again it is as it is kept by then. */
  #unsaved() {
    this.#saving.forgetSaved();
    if (this.querySelector(".conflict")) return (this.#saving.state = "conflict");
    this.#clean = null;
    history.replaceState(history.state, "", this.form.getAttribute("action"));
    this.#typed();
  }

  #hidden() {
    if (this.#saving.dirty && this.#saving.state === "saved") this.#saving.save({ keepalive: true });
  }

  #leave() {
    if (this.#submitting || !this.#saving.dirty) return;
    this.#keep(shelter);
    this.#saving.leave();
  }

  /** First kept, then done: a form that is sent when nobody answers, or nobody is signed in, would be lost. */
  async #submitted(event) {
    if (this.#submitting) return;
    event.preventDefault();
    const button = event.submitter;
    const action = button?.name === "action" ? button.value : "";
    if (action === "save") return this.#saveNow();
    const isSafe = this.#saving.flush();
    // "later" and "later:2026-11-23T08:00" send as well.
    if (!/^(send|later)/.test(action)) await Promise.race([isSafe, after(PATIENCE)]);
    else if (!(await isSafe)) return this.#notices.point();
    // Not before this event is over: a form does not submit while it does.
    await after(0);
    this.#submitting = true;
    this.form.requestSubmit(button);
    // The page stays where something else has held the form back, such as a second click.
    after(PATIENCE).then(() => (this.#submitting = false));
  }

  #saveNow() {
    if (this.#isNew) this.#saving.forgetSaved();
    return this.#saving.flush();
  }

  #saveOver(version) {
    this.form.elements.version.value = version;
    this.#saving.forgetSaved();
    return this.#saving.save();
  }

  #take(address) {
    forget(this.#place);
    this.#submitting = true;
    location.assign(address);
  }

  /** The draft is gone or sent: what is written here begins another one. */
  #begin(state) {
    if (state === "sent") this.dataset.draft = newId().replaceAll("-", "");
    forget(this.#place);
    this.setAttribute("data-new", "");
    return this.#saveOver(0);
  }

  /** What is here as it was saved, if nothing has changed since. */
  get #kept() {
    if (this.#isNew || this.#saving.state !== "saved" || this.#saving.dirty) return null;
    return { draft: this.dataset.draft, version: Number(this.form.elements.version.value) };
  }
}

/** A browser puts back by itself what it had in its fields, which may be older than what is kept. */
function cameBack() {
  const [way] = performance.getEntriesByType("navigation");
  return ["reload", "back_forward"].includes(way?.type);
}

const after = (wait) => new Promise((resume) => setTimeout(resume, wait));

customElements.define("draft-form", DraftForm);
