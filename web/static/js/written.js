// What a form of a message holds: to send, to compare, to keep, and to put back.

const APART = ["version", "draft", "writer"];
const PARTS = "recipient-field, [data-keeps]";
const FIELDS = "input:not([type=hidden], [type=file], [name$=_search]), textarea, select";

/** Everything typed and chosen as names and values; what only steers the form is left out. */
export function entriesOf(form) {
  return [...new FormData(form)].filter(
    ([name, value]) => typeof value === "string" && !APART.includes(name) && !name.endsWith("_search"),
  );
}

/** The same as one text, to compare. */
export const written = (form) => JSON.stringify(entriesOf(form));

/** The same as the server made it, whatever was typed before there was a script to see it. */
export function asItCame(form) {
  const copy = form.cloneNode(true);
  copy.reset();
  return written(copy);
}

/** What to keep so that `putBack` can restore it. Parts are elements with `chosen`, such as recipient fields. */
export function keptOf(form) {
  const parts = [...form.querySelectorAll(PARTS)].map((part) => [part.dataset.name, part.chosen]);
  return { version: form.elements.version.value, entries: entriesOf(form), parts };
}

export function putBack(form, { version, entries, parts }) {
  form.elements.version.value = version;
  for (const field of form.querySelectorAll(FIELDS)) {
    const values = entries.filter(([name]) => name === field.name).map(([, value]) => value);
    if (["checkbox", "radio"].includes(field.type)) field.checked = values.includes(field.value);
    else if (values.length) field.value = values[0];
  }
  for (const [name, chosen] of parts) {
    const part = [...form.querySelectorAll(PARTS)].find((one) => one.dataset.name === name);
    if (part) part.chosen = chosen;
  }
}
