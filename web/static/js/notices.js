// What is said beside a message being written: when it was saved, why it is not yet, and what the writer may do.

import { filled, say } from "./sentences.js";
import { signInHere } from "./sign-in-here.js";
import { writeTime } from "./times.js";
import { rendered } from "./trusted.js";

export class Notices {
  #form;
  #state = "saved";

  /** `act`: save, keepMine(version), takeOther(address), keepAnew(state). */
  constructor(form, act) {
    this.#form = form;
    const on = (selector, does) =>
      form.addEventListener("click", (event) => {
        const clicked = event.target.closest(selector);
        if (!clicked) return;
        event.preventDefault();
        does(clicked);
      });
    on(".keep-mine", (button) => {
      const { version } = button.closest(".conflict").dataset;
      act.keepMine(version);
    });
    on(".take-other, .show-newer", (link) => act.takeOther(link.href));
    on(".keep-anew", () => act.keepAnew(this.#state));
    on(".sign-in-here", () => signInHere(act.save));
  }

  /** Shows the state of saving; `answer` tells more of it. */
  async show(state, answer, draft) {
    this.#state = state;
    const html = answer && ["conflict", "refused"].includes(state) ? rendered(await answer.text()) : "";
    this.#fill(".conflict-place", state === "conflict" ? html : "");
    this.#fill(".problems", state === "refused" ? html : "");
    if (state === "saved" && answer) this.#saved(answer.headers.get("Last-Modified"));
    for (const line of this.#form.querySelectorAll("[data-state]")) line.hidden = line.dataset.state !== state;
    this.#form.querySelector(".show-newer").href = `/drafts/${draft}`;
    this.#form.querySelector(".sent-link").href = `/discussions/${draft}`;
  }

  /** Leads to what must be done first. */
  point() {
    const place = this.#form.querySelector(".conflict, .problems .error") ?? this.#form.querySelector("[data-state]:not([hidden])");
    place?.scrollIntoView({ block: "center" });
    place?.querySelector("button, a")?.focus();
  }

  #fill(selector, content) {
    this.#form.querySelector(selector).replaceChildren(content);
  }

  #saved(at) {
    const line = this.#form.querySelector(".saved");
    const time = document.createElement("time");
    time.dataset.format = "clock";
    writeTime(time, new Date(at).toISOString());
    say(line, filled(line.dataset.sentence, { time: time.textContent }));
    line.title = time.title;
  }
}
