// How long to wait before the next attempt. Full jitter: a random moment of a window that doubles, so that
// thousands of browsers cut off at once do not come back at once.

const SHOWN = { first: 1_000, most: 20_000 };
const HIDDEN = { first: 4_000, most: 120_000 };

/** Milliseconds before attempt number `attempt` (from 0); nobody is looking when `hidden`. */
export function backoff(attempt, hidden = false, random = Math.random) {
  const { first, most } = hidden ? HIDDEN : SHOWN;
  return random() * Math.min(most, first * 2 ** attempt);
}

/** Milliseconds to wait after the server refused one connection too many: long, and not all at once. */
export function crowded(random = Math.random) {
  return 30_000 + random() * 60_000;
}
