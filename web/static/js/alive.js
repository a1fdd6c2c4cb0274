// Who is still there. A tab (or the worker) holds a lock for as long as it lives; the browser releases it
// whatever way it ends, so that the other side, waiting in line, learns of it. Locks exist over https and on
// localhost only: elsewhere nobody is missed before the browser itself says so.

/** Holds `name` until this tab or worker ends. Resolves once it is held. */
export function hold(name) {
  if (!navigator.locks) return Promise.resolve();
  return new Promise((held) => {
    navigator.locks.request(name, () => new Promise(() => held()));
  });
}

/** Calls `gone` when whoever holds `name` has ended. */
export function whenGone(name, gone) {
  navigator.locks?.request(name, gone);
}
