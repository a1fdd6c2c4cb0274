// What the server has put into a page to be made many times.

/** A new copy of what the template called `id` holds. */
export const cloneOf = (id) => document.getElementById(id).content.firstElementChild.cloneNode(true);
