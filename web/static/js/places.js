// Where somebody was in a log, kept in this tab: a reload and the way back lead to the same place.

const nameOf = (discussion) => `parley ${document.body.dataset.person} place ${discussion}`;

/** Keeps `place` (null: the end) for the next time that this page is loaded again. */
export function keepPlace(discussion, place) {
  try {
    sessionStorage.setItem(nameOf(discussion), JSON.stringify({ at: location.search, place }));
  } catch {
    // Full or forbidden: then the page begins as any other.
  }
}

/** Where one was on this very page before it was loaded again; undefined where one comes to it anew. */
export function keptPlace(discussion) {
  const kept = sessionStorage.getItem(nameOf(discussion));
  sessionStorage.removeItem(nameOf(discussion));
  const [how] = performance.getEntriesByType("navigation");
  if (!kept || !["reload", "back_forward"].includes(how?.type)) return undefined;
  const { at, place } = JSON.parse(kept);
  return at === location.search ? place : undefined;
}
