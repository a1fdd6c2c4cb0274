// Dragging rows onto a folder, the trash, or (out of a folder) the inbox. What is selected comes along.

const PLACES = "boxes-nav [data-place]";

/** `taken(row)`: what is dragged with a row, and how that is said; `dropped(what, action, folder)`. */
export function watchDragging(list, box, { taken, dropped }) {
  let what = null;

  list.addEventListener("dragstart", (event) => {
    const row = event.target.closest?.(".row");
    if (!row) return;
    const { rows, words, ...dragged } = taken(row);
    what = dragged;
    event.dataTransfer.effectAllowed = "copyLinkMove";
    event.dataTransfer.setDragImage(picture(words), 0, 0);
    for (const one of rows) one.dataset.dragged = "";
  });
  list.addEventListener("dragend", () => {
    what = null;
    document.querySelectorAll("[data-dragged]").forEach((row) => delete row.dataset.dragged);
    mark(null);
  });

  const over = (event) => {
    if (!what) return;
    const place = event.target.closest?.(PLACES);
    const deed = place && deedAt(place.dataset.place, box);
    mark(deed ? place : null);
    // Elsewhere, too: a browser would follow the link that is let go there.
    event.preventDefault();
    event.dataTransfer.dropEffect = deed ? "move" : "none";
  };
  document.addEventListener("dragenter", over);
  document.addEventListener("dragover", over);
  document.addEventListener("drop", (event) => {
    const place = event.target.closest?.(PLACES);
    const deed = what && place && deedAt(place.dataset.place, box);
    if (!deed) return;
    event.preventDefault();
    dropped(what, ...deed);
  });
}

/** What putting rows of `box` there means; null: nothing. */
function deedAt(place, box) {
  if (place === box) return null;
  if (place === "trash") return ["trash"];
  if (place.startsWith("folder:")) return ["move", place.slice("folder:".length)];
  const comesOut = box === "trash" || box.startsWith("folder:");
  return place === "inbox" && comesOut ? ["move", null] : null;
}

function mark(place) {
  for (const other of document.querySelectorAll("[data-drop]")) if (other !== place) delete other.dataset.drop;
  if (place) place.dataset.drop = "";
}

/** What is seen beside the pointer. */
function picture(words) {
  const shown = document.createElement("span");
  shown.className = "dragged";
  shown.textContent = words;
  document.body.append(shown);
  setTimeout(() => shown.remove());
  return shown;
}
