// The browser shows one page going over into the next. Where another move, or a tab that nobody sees, comes in
// between, it gives that up: nothing is wrong then, and nobody has to hear of it.

export function letTransitionsGo() {
  for (const type of ["pageswap", "pagereveal"]) addEventListener(type, ({ viewTransition }) => letGo(viewTransition));
  // It may have begun before this script.
  letGo(document.activeViewTransition);
}

function letGo(transition) {
  for (const step of ["ready", "finished", "updateCallbackDone"]) transition?.[step]?.catch(() => {});
}
