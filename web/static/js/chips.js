// Who is chosen in a <recipient-field>: chips, each with a button that takes it off.

import { filled, say } from "./sentences.js";
import { cloneOf } from "./templates.js";

export const valueOf = ({ type, id }) => `${type}:${id}`;

export class Chips {
  #field;
  #list;

  /** `field` has an `input`, where the focus goes when no chip is left, and a `status`. */
  constructor(field) {
    this.#field = field;
    this.#list = field.querySelector(".chips");
    this.#list.addEventListener("click", (event) => this.#clicked(event));
  }

  /** `type:id` of each. */
  get values() {
    return [...this.#list.querySelectorAll("input")].map((input) => input.value);
  }

  /** What is chosen, to keep and to put back. */
  get chosen() {
    return [...this.#list.children].map((chip) => {
      const [type, id] = chip.querySelector("input").value.split(":");
      return { type, id, name: nameOf(chip) };
    });
  }

  set chosen(recipients) {
    this.#list.replaceChildren();
    for (const recipient of recipients) this.add(recipient);
  }

  add({ type, id, name }) {
    const chip = cloneOf("chip");
    const field = this.#field.dataset;
    const hidden = chip.querySelector("input");
    hidden.name = field.name;
    hidden.value = valueOf({ type, id });
    chip.querySelector(".chip-name").textContent = name;
    const remove = chip.querySelector(".remove");
    remove.value = `${field.name}:${hidden.value}`;
    remove.setAttribute("aria-label", filled(field.remove, { name }));
    if (type === "person") chip.querySelector(".chip-name").after(noted(id));
    this.#list.append(chip);
    this.#changed();
  }

  /** Takes off the last one; false where there is none. */
  removeLast() {
    const chip = this.#list.lastElementChild;
    if (chip) this.#remove(chip);
    return Boolean(chip);
  }

  #clicked(event) {
    const chip = event.target.closest(".remove")?.closest(".chip");
    if (!chip) return;
    event.preventDefault();
    const beside = chip.nextElementSibling ?? chip.previousElementSibling;
    this.#remove(chip);
    (beside?.querySelector(".remove") ?? this.#field.input).focus();
  }

  #remove(chip) {
    chip.remove();
    say(this.#field.status, filled(this.#field.dataset.removed, { name: nameOf(chip) }));
    this.#changed();
  }

  #changed() {
    this.#field.dispatchEvent(new Event("input", { bubbles: true }));
  }
}

const nameOf = (chip) => chip.querySelector(".chip-name").textContent;

/** Whether she can be reached is said in the chip, and stays true. */
function noted(id) {
  import("./people.js");
  const note = document.createElement("live-person");
  return Object.assign(note.dataset, { of: id, as: "note" }), note;
}
