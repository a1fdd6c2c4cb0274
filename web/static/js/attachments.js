// <attach-files>: files that go with what is being written: chosen, dropped on the form or pasted into it. Each is
// uploaded at once; what is there is a hidden field of the form, and can be taken off again. While something is still
// on its way the form is not sent.

import { send } from "./api.js";
import { sizeOf } from "./files.js";
import { filled } from "./sentences.js";
import { Uploading } from "./uploading.js";

class AttachFiles extends HTMLElement {
  #uploading = new Uploading({
    progress: (item, part) => (item.querySelector("progress").value = part),
    done: (item, brought) => this.#done(this.#arrived(item, brought), brought),
    failed: (item, error, isFinal) => this.#failed(item, error, isFinal),
    unwanted: ({ id }) => letGo(id),
  });
  #takenOff = new Set();

  connectedCallback() {
    this.list = this.querySelector(".files");
    this.template = this.querySelector("template");
    this.error = this.querySelector(".files-problem");
    this.form = this.closest("form");
    const input = this.querySelector("input[type=file]");
    // Where scripts upload, the form has nothing to bring.
    input.removeAttribute("name");
    input.addEventListener("change", () => (this.add([...input.files]), (input.value = "")));
    this.list.addEventListener("click", (event) => this.#clicked(event));
    this.form.addEventListener("paste", (event) => this.#pasted(event));
    const place = this.closest(".discussion") ?? this.form;
    for (const type of ["dragenter", "dragover", "dragleave", "drop"]) {
      place.addEventListener(type, (event) => this.#dragged(event, place));
    }
    // Before anybody else hears of it: what is still on its way goes with the rest, or nothing does.
    this.form.parentElement.addEventListener("submit", (event) => this.#submitted(event), { capture: true });
  }

  /** What is there, to be sent, kept and put back. */
  get chosen() {
    return [...this.list.children].filter((item) => item.dataset.file).map((item) => JSON.parse(item.dataset.file));
  }

  set chosen(files) {
    for (const item of [...this.list.children]) if (item.dataset.file) item.remove();
    this.list.prepend(...files.map((file) => this.#arrived(this.#itemFor(file), file)));
  }

  /** Whether something is on its way. */
  get busy() {
    return this.#uploading.busy;
  }

  /** Resolves once nothing is on its way any more: to whether all of it is there. */
  async settled() {
    await this.#uploading.settled();
    return !this.querySelector("[data-failed]");
  }

  /** A draft was saved without what was taken off: nothing carries it any more. */
  forgetTakenOff() {
    for (const id of this.#takenOff) letGo(id);
    this.#takenOff.clear();
  }

  clear() {
    this.list.replaceChildren();
    this.#complain(null);
  }

  add(files) {
    this.#complain(null);
    for (const file of files) {
      const problem = this.#problemWith(file);
      if (problem) this.#complain(problem, file.name);
      else this.#begin(file);
    }
  }

  #problemWith(file) {
    const sizes = [...this.list.children].map((item) => Number(item.dataset.size));
    if (file.size > Number(this.dataset.largest)) return "file_too_large";
    if (sizes.length >= Number(this.dataset.most)) return "too_many";
    return sizes.reduce((sum, size) => sum + size, file.size) > Number(this.dataset.together) ? "too_large" : null;
  }

  #begin(file) {
    const item = this.#itemFor(file);
    item.upload = { file, abort: new AbortController() };
    this.list.append(item);
    this.#uploading.add(item);
  }

  #itemFor({ name, size }) {
    const item = this.template.content.firstElementChild.cloneNode(true);
    item.dataset.size = size;
    item.querySelector(".file-name").textContent = name;
    item.querySelector(".file-size").textContent = sizeOf(size);
    const remove = item.querySelector(".remove .visually-hidden");
    remove.textContent = filled(remove.dataset.sentence, { name });
    return item;
  }

  #arrived(item, file) {
    const { id, name, size, media_type, width, height } = file;
    item.dataset.file = JSON.stringify({ id, name, size, media_type, width, height });
    item.querySelector("progress").remove();
    item.querySelector(".again").remove();
    item.querySelector(".file-name").textContent = name;
    item.prepend(Object.assign(document.createElement("input"), { type: "hidden", name: "attachments", value: id }));
    delete item.upload;
    return item;
  }

  #done(item, { name }) {
    this.#say("done", name);
    this.#changed();
  }

  #failed(item, { code }, isFinal) {
    const { name } = item.upload.file;
    if (isFinal) item.remove();
    else this.#offerAgain(item, true);
    this.#complain(code in this.error.dataset ? code : "other", name);
  }

  #offerAgain(item, failed) {
    item.toggleAttribute("data-failed", failed);
    item.querySelector("progress").hidden = failed;
    item.querySelector(".again").hidden = item.querySelector(".file-waits").hidden = !failed;
  }

  #clicked(event) {
    const item = event.target.closest(".file");
    if (event.target.closest(".again")) {
      this.#offerAgain(item, false);
      this.#complain(null);
      this.#uploading.add(item);
    }
    if (!event.target.closest(".remove")) return;
    event.preventDefault();
    this.#remove(item);
  }

  #remove(item) {
    const next = item.nextElementSibling ?? item.previousElementSibling;
    item.remove();
    this.#uploading.drop(item);
    if (item.dataset.file) this.#takenOff.add(JSON.parse(item.dataset.file).id);
    if (!this.closest("draft-form")) this.forgetTakenOff();
    this.#complain(null);
    this.#say("removed", item.querySelector(".file-name").textContent);
    (next?.querySelector(".remove") ?? this.querySelector("input[type=file]")).focus();
    this.#changed();
  }

  #changed() {
    this.dispatchEvent(new Event("change", { bubbles: true }));
  }

  #say(what, name) {
    const said = this.querySelector(".progress-said");
    said.textContent = filled(said.dataset[what], { name });
  }

  #complain(problem, name) {
    if (!problem) {
      this.error.replaceChildren();
      this.error.hidden = true;
      return;
    }
    const most = { file_too_large: sizeOf(this.dataset.largest), too_large: sizeOf(this.dataset.together) }[problem];
    const line = document.createElement("p");
    line.textContent = filled(this.error.dataset[problem], { name, most: most ?? this.dataset.most });
    this.error.hidden = false;
    this.error.append(line);
  }

  #pasted(event) {
    const files = [...(event.clipboardData?.files ?? [])];
    // Text that an office program copies comes with a picture of itself.
    if (!files.length || event.clipboardData.types.includes("text/plain")) return;
    event.preventDefault();
    this.add(files);
  }

  #dragged(event, place) {
    if (!event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    const leaves = event.type === "dragleave" && !place.contains(event.relatedTarget);
    place.toggleAttribute("data-dropping", event.type !== "drop" && !leaves);
    if (event.type === "drop") this.add([...event.dataTransfer.files]);
  }

  #submitted(event) {
    if (event.target !== this.form || !this.busy) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    const { submitter } = event;
    this.settled().then((complete) => complete && this.form.requestSubmit(submitter));
  }
}

/** Its room is free again at once. What something else carries stays, and what is not reached is found by housekeeping. */
function letGo(id) {
  send("DELETE", `/api/attachments/${id}`).catch(() => {});
}

customElements.define("attach-files", AttachFiles);
