// Asking before somebody is out of a discussion: in a dialog of the page, where without scripts a page asks.

import { send } from "./api.js";
import { filled } from "./sentences.js";

/** Opens the dialogs of a participants' panel; `closed(person)` is told when the question about a person is over. */
export function askIn(panel, closed) {
  const [stop, remove] = ["#ask-stop", "#ask-remove"].map((id) => panel.querySelector(id));
  panel.addEventListener("click", (event) => {
    const { target } = event;
    const asking = target.closest(".stop, .remove-participant");
    if (asking && !elsewhere(event)) {
      event.preventDefault();
      if (asking.matches(".stop")) stop.showModal();
      else askToRemove(remove, asking.closest("[data-person]"));
    }
    // The dialog itself is only hit beside its form.
    if (target === stop || target === remove || target.closest("dialog .close")) target.closest("dialog").close();
  });
  remove.addEventListener("submit", (event) => (event.preventDefault(), carryOut(remove)));
  remove.addEventListener("close", () => closed(remove.dataset.person));
}

function askToRemove(dialog, item) {
  const title = dialog.querySelector("h2");
  const name = item.querySelector(".participant-name").textContent;
  title.textContent = filled(title.dataset.sentence, { name });
  dialog.dataset.person = item.dataset.person;
  dialog.querySelector(".error").hidden = true;
  dialog.showModal();
}

async function carryOut(dialog) {
  const { person } = dialog.dataset;
  if (dialog.dataset.busy === person) return;
  dialog.dataset.busy = person;
  try {
    await send("DELETE", `/api/discussions/${dialog.querySelector("form").dataset.discussion}/participants/${person}`);
    dialog.close();
  } catch (refused) {
    // Out already: that is what was wanted.
    if (refused.status === 404) dialog.close();
    else complain(dialog, refused.status === 403 ? "forbidden" : "failed");
  } finally {
    delete dialog.dataset.busy;
  }
}

function complain(dialog, why) {
  const error = dialog.querySelector(".error");
  error.textContent = error.dataset[why];
  error.hidden = false;
}

/** A link that is to open in a tab or window of its own leads to the page. */
const elsewhere = (event) => event.ctrlKey || event.metaKey || event.shiftKey;
