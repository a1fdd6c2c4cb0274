// Sentences come from the page, whole, in its language; here they only get their numbers and names.

const rules = new Intl.PluralRules(document.documentElement.lang || "en");

/** `sentence` with its {placeholders} filled. */
export function filled(sentence, values) {
  return (sentence ?? "").replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
}

/** The sentence of `element` for `n`: data-one or data-other; with a prefix, data-<prefix>-one or -other. */
export function counted(element, n, prefix = "") {
  const form = rules.select(n) === "one" ? "one" : "other";
  return filled(element.getAttribute(`data-${prefix && `${prefix}-`}${form}`), { n: n.toLocaleString(locale()) });
}

export const locale = () => document.body.dataset.locale || document.documentElement.lang;

/** Sets a text only where it changes: a live region must not speak without reason. */
export function say(element, text) {
  if (element.textContent !== text) element.textContent = text;
}
