// Keys on the rows of a box: arrows go up and down, Space selects, Delete deletes. Single letters do the same for those
// who have not turned them off: j, k, x, and m, which opens "Move to…". Only where the focus is on a row: screen
// readers that read with keys of their own keep them.

const CONTROL = ".row-link, .row-check input";

export function watchKeys(selection) {
  const { list } = selection;
  const letters = document.querySelector("[aria-keyshortcuts=n]") !== null;

  list.addEventListener("keydown", (event) => {
    const control = event.target.closest(CONTROL);
    if (!control || event.ctrlKey || event.metaKey || event.altKey) return;
    const row = control.closest(".row");
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    const does = keys[key];
    if (!does || (/^[a-z]$/.test(key) && !letters) || does(row, control, event) === false) return;
    event.preventDefault();
  });

  document.addEventListener("keydown", (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.shiftKey || event.key !== "z" || isText(event.target)) return;
    if (selection.notice.undo()) event.preventDefault();
  });

  const step = (forward) => (row, control, { shiftKey }) => {
    const next = forward ? row.nextElementSibling : row.previousElementSibling;
    if (!next) return;
    if (shiftKey) for (const one of [row, next]) selection.toggle(one, true);
    next.querySelector(control.matches("a") ? ".row-link" : ".row-check input").focus();
  };
  const toggle = (row, _, { shiftKey }) => selection.toggle(row, undefined, { range: shiftKey });
  const keys = {
    ArrowDown: step(true),
    ArrowUp: step(false),
    j: step(true),
    k: step(false),
    x: toggle,
    // A check box knows this key itself.
    " ": (row, control, event) => control.matches("a") && (toggle(row, control, event), true),
    Escape: () => selection.selected.length > 0 && (selection.clear(), true),
    Delete: (row) => {
      if (!selection.selected.length) selection.toggle(row, true);
      selection.remove();
    },
    m: (row) => {
      const menu = document.getElementById("move-menu");
      if (!menu) return false;
      if (!selection.selected.length) selection.toggle(row, true);
      menu.showPopover({ source: document.querySelector("[popovertarget=move-menu]") });
    },
  };
}

/** Arrows go through the choices of a card that is open. */
export function watchMenu(card) {
  card.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step) return;
    const choices = [...card.querySelectorAll(":scope li a, :scope li button")];
    choices.at((choices.indexOf(document.activeElement) + step) % choices.length)?.focus();
    event.preventDefault();
  });
}

const isText = (target) => target.matches("textarea, [contenteditable], input:not([type=checkbox])");
