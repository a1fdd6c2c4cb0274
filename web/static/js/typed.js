// What somebody is typing, kept in this tab until it is sent: a reload, a way back or a page in between loses
// nothing. Kept by person: whoever signs in next in this tab does not find it. What could not be saved in time is
// sheltered beyond the tab's own life.

let isOver = false;

const nameOf = (place) => `parley ${document.body.dataset.person} typed ${place}`;

export function remember(place, what) {
  put(sessionStorage, place, what);
}

/** Also after the tab is closed: the next page at this place finds it. */
export function shelter(place, what) {
  put(localStorage, place, what);
}

export function recall(place) {
  const kept = sessionStorage.getItem(nameOf(place)) ?? localStorage.getItem(nameOf(place));
  return kept ? JSON.parse(kept) : null;
}

export function forget(place) {
  for (const storage of [sessionStorage, localStorage]) storage.removeItem(nameOf(place));
}

/** Somebody signs out: nothing is kept any more, not even by what the page does on being left. */
export function forgetAll() {
  isOver = true;
  for (const storage of [sessionStorage, localStorage]) {
    const names = Object.keys(storage).filter((name) => name.startsWith(nameOf("")));
    for (const name of names) storage.removeItem(name);
  }
}

function put(storage, place, what) {
  if (isOver) return;
  try {
    storage.setItem(nameOf(place), JSON.stringify(what));
  } catch {
    // Full or forbidden: then it lives in the field alone.
  }
}
