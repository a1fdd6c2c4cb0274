// The menu of an entry (quote, forward, copy its link, mark as unread from it): one for all, opened where it was asked for.

import { say } from "./sentences.js";

const GAP = 4;

let opened = null;

/** Opens the menu of the entry whose button is `more`. */
export function openMenu(log, more) {
  const menu = document.getElementById("entry-menu");
  if (!menu.dataset.ready) prepare(menu);
  opened = { log, more, entry: more.closest(".entry") };
  // Pressed again, the button only closes it.
  if (menu.dataset.closedBy === opened.entry.id) return delete menu.dataset.closedBy;
  menu.showPopover();
  place(menu, more);
  items(menu)[0].focus();
}

function prepare(menu) {
  menu.dataset.ready = "";
  menu.addEventListener("click", ({ target }) => act(menu, target.closest("[data-do]")?.dataset.do));
  menu.addEventListener("keydown", (event) => step(menu, event));
  menu.addEventListener("toggle", ({ newState }) => opened?.more.setAttribute("aria-expanded", String(newState === "open")));
  // A press outside closes the menu before the button that it may have hit hears of it.
  document.addEventListener("pointerdown", ({ target }) => {
    const pressed = target.closest("a.entry-more")?.closest(".entry");
    if (menu.matches(":popover-open") && pressed === opened?.entry) menu.dataset.closedBy = pressed.id;
    else delete menu.dataset.closedBy;
  }, true);
}

function place(menu, more) {
  const [button, card] = [more.getBoundingClientRect(), menu.getBoundingClientRect()];
  const below = button.bottom + GAP + card.height < innerHeight;
  menu.style.top = `${below ? button.bottom + GAP : Math.max(GAP, button.top - GAP - card.height)}px`;
  const start = document.dir === "rtl" ? button.left : button.right - card.width;
  menu.style.left = `${Math.min(Math.max(GAP, start), innerWidth - card.width - GAP)}px`;
}

const items = (menu) => [...menu.querySelectorAll("[role=menuitem]")];

function step(menu, event) {
  const all = items(menu);
  const at = all.indexOf(document.activeElement);
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: -1 }[event.key];
  if (event.key === "Tab") menu.hidePopover();
  if (to === undefined) return;
  event.preventDefault();
  all.at(to % all.length).focus();
}

async function act(menu, what) {
  if (!what) return;
  const { log, entry } = opened;
  menu.hidePopover();
  if (what === "quote") entry.querySelector(".quote").click();
  if (what === "forward") forward(entry.dataset);
  if (what === "copy") await copy(entry);
  if (what === "unread") await log.markUnread(Number(entry.dataset.seq)).then(() => tell("unread"), () => {});
}

/** By the form above the log, which forwards what the discussion began with. */
function forward({ seq }) {
  const form = document.querySelector("form.forward");
  form.elements.seq.value = seq;
  form.requestSubmit();
  form.elements.seq.value = "";
}

async function copy({ dataset: { seq } }) {
  const link = new URL(`?at=${seq}#e${seq}`, location.origin + location.pathname).href;
  try {
    await navigator.clipboard.writeText(link);
    tell("copied");
  } catch {
    // Where the clipboard is not to be had, the link stands in the address bar.
    location.assign(link);
  }
}

function tell(what) {
  const line = document.querySelector(".entry-said");
  say(line, "");
  say(line, line.dataset[what]);
}
