// Names after an @ stand out in what was said. The text itself stays as the server has sent it.

const shown = globalThis.Highlight && new Highlight();
if (shown) CSS.highlights.set("mention", shown);

/** Highlights those whom `entry` names. */
export function highlight(entry) {
  if (!shown) return;
  const names = JSON.parse(entry.dataset.mentions).map((name) => `@${name}`);
  const texts = document.createTreeWalker(entry.querySelector(".body"), NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) for (const name of names) mark(texts.currentNode, name);
}

function mark(node, name) {
  for (let at = node.data.indexOf(name); at >= 0; at = node.data.indexOf(name, at + name.length)) {
    const range = new StaticRange({ startContainer: node, startOffset: at, endContainer: node, endOffset: at + name.length });
    shown.add(range);
  }
}
