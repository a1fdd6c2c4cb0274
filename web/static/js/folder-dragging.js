// Dragging a folder into another one, or onto "Folders" beside the boxes: three levels at most, never into itself.
// By keyboard, and without scripts, its own page does the same.

import { getHtml, sendJson } from "./api.js";
import { live } from "./live.js";
import { filled, say } from "./sentences.js";
import { rendered } from "./trusted.js";

const LEVELS = 3;
const FOLDERS = ".folder-tree a, .folder-list .folder-link";
const PLACES = `${FOLDERS}, .folders-link a`;

const nav = document.querySelector("boxes-nav");
let dragged = null;

document.addEventListener("dragstart", ({ target, dataTransfer }) => {
  const link = target.closest?.(FOLDERS);
  if (!link) return;
  dragged = idOf(link);
  dataTransfer.effectAllowed = "copyLinkMove";
});
document.addEventListener("dragend", () => {
  dragged = null;
  mark(null);
});
for (const type of ["dragenter", "dragover"]) {
  document.addEventListener(type, (event) => {
    if (!dragged) return;
    const place = placeAt(event.target);
    mark(place);
    // Elsewhere, too: a browser would follow the link that is let go there.
    event.preventDefault();
    event.dataTransfer.dropEffect = place ? "move" : "none";
  });
}
document.addEventListener("drop", (event) => {
  const place = dragged && placeAt(event.target);
  if (!place) return;
  event.preventDefault();
  move(dragged, idOf(place));
});
live.subscribe("view", null, ({ tree }) => tree && renewList().catch(() => {}));

/** Where the folder that is dragged may be put, if that is here. */
function placeAt(target) {
  const place = target.closest?.(PLACES);
  return place && fits(dragged, idOf(place)) ? place : null;
}

function fits(folder, into) {
  const tree = treeShown();
  if (!tree.has(folder) || tree.get(folder).parent === into) return false;
  for (let one = into; one; one = tree.get(one)?.parent) if (one === folder) return false;
  return level(tree, into) + height(tree, folder) <= LEVELS;
}

function treeShown() {
  return new Map(
    [...nav.querySelectorAll(".folder-tree a")].map((link) => [
      idOf(link),
      { parent: link.dataset.parent || null, name: link.querySelector(".label").textContent },
    ]),
  );
}

const level = (tree, folder) => (folder ? 1 + level(tree, tree.get(folder)?.parent) : 0);

function height(tree, folder) {
  const inside = [...tree.keys()].filter((one) => tree.get(one).parent === folder);
  return 1 + Math.max(0, ...inside.map((one) => height(tree, one)));
}

async function move(folder, into) {
  const status = nav.querySelector(".folders-said");
  const tree = treeShown();
  const names = { name: tree.get(folder).name, folder: tree.get(into)?.name };
  try {
    await sendJson("PATCH", `/api/folders/${folder}`, { parent: into });
    await Promise.all([nav.update(), renewList()]);
    say(status, filled(status.dataset[into ? "moved" : "out"], names));
  } catch ({ status: refused }) {
    say(status, filled(status.dataset[refused === 422 ? "refused" : "failed"], names));
  }
}

/** The page of all folders shows them, too, and offers them as places. */
async function renewList() {
  if (!document.querySelector(".folder-list")) return;
  const page = rendered(await getHtml(location.href));
  for (const part of [".folder-list", "#folder-parent"]) {
    const [old, fresh] = [document.querySelector(part), page.querySelector(part)];
    if (old && fresh && !old.contains(document.activeElement)) old.replaceWith(fresh);
  }
}

function mark(place) {
  for (const other of document.querySelectorAll("[data-drop]")) if (other !== place) delete other.dataset.drop;
  if (place) place.dataset.drop = "";
}

/** "Folders" itself is no folder: what is put there lies beside the boxes. */
function idOf(link) {
  return link.dataset.place?.startsWith("folder:") ? link.dataset.place.slice("folder:".length) : null;
}
