// What somebody is typing, kept in this tab until it is sent: a reload, a way back or a page in between loses
// nothing. Kept by person: whoever signs in next in this tab does not find it.

const nameOf = (place) => `parley ${document.body.dataset.person} typed ${place}`;

export function remember(place, what) {
  try {
    sessionStorage.setItem(nameOf(place), JSON.stringify(what));
  } catch {
    // Full or forbidden: then it lives in the field alone.
  }
}

export function recall(place) {
  const kept = sessionStorage.getItem(nameOf(place));
  return kept ? JSON.parse(kept) : null;
}

export function forget(place) {
  sessionStorage.removeItem(nameOf(place));
}

export function forgetAll() {
  const names = Object.keys(sessionStorage).filter((name) => name.startsWith(nameOf("")));
  for (const name of names) sessionStorage.removeItem(name);
}
