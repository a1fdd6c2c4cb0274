// Doing something to many discussions at once, and taking it back. The server answers with how they were before.

import { sendJson } from "./api.js";

const BULK = "/api/discussions/bulk";
const MOST_AT_ONCE = 1_000;
const MOST_BACK = 5_000;

/**
 * Does `action` to `what`: `{ids}`, or `{all}` of a box. `told` gets each part of what has changed, so that it is known
 * also where a later part fails.
 */
export async function file(what, action, folder, told) {
  const request = folder === undefined ? { action } : { action, folder };
  if (what.all) {
    let cursor = null;
    do {
      const done = await sendJson("POST", BULK, { ...request, all: what.all, cursor });
      told(done.changed);
      cursor = done.next;
    } while (cursor);
    return;
  }
  for (const ids of parts(what.ids, MOST_AT_ONCE)) told((await sendJson("POST", BULK, { ...request, ids })).changed);
}

/** Puts them back as they were. */
export async function putBack(changed) {
  for (const some of parts(changed, MOST_BACK)) await sendJson("POST", BULK, { action: "undo", changed: some });
}

function parts(all, most) {
  const some = [];
  for (let start = 0; start < all.length; start += most) some.push(all.slice(start, start + most));
  return some;
}
