// Single keys that do something anywhere but in a field. Who does not want them turns them off in the menu.

export function listenToKeys() {
  const link = document.querySelector("a[aria-keyshortcuts=n]");
  if (!link) return;
  document.addEventListener("keydown", (event) => {
    const alone = !(event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.repeat || event.defaultPrevented);
    if (alone && event.key === "n" && !isTyping(event.target) && !document.querySelector("dialog[open]")) {
      event.preventDefault();
      link.click();
    }
  });
}

const isTyping = (target) => target.closest("input, textarea, select, [contenteditable], [role=listbox], [role=grid], [role=tree]");
