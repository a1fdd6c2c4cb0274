// Times as the server writes them, in the person's zone: refreshed while the page stays open, and for entries
// that came in since.

import { locale, say } from "./sentences.js";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const made = new Map();

/** The day, as 2026-11-21, that a moment falls on for this person. */
export const dayOf = (moment) => format({ year: "numeric", month: "2-digit", day: "2-digit" }, "en-CA").format(new Date(moment));

/** Writes `moment` (ISO) into a <time> in the way its data-format asks for. */
export function writeTime(time, moment) {
  time.dateTime = moment;
  if (time.dataset.format !== "day") {
    time.title = format({ dateStyle: "long", timeStyle: "long" }).format(new Date(moment));
  }
  refresh(time);
}

/** Keeps relative times and the names of days true. */
export function keepTimes() {
  const all = () => document.querySelectorAll("time[data-format=row], time[data-format=day]").forEach(refresh);
  setInterval(() => document.hidden || all(), MINUTE);
  document.addEventListener("visibilitychange", () => document.hidden || all());
}

function refresh(time) {
  if (time.dateTime) say(time, shapes[time.dataset.format](time.dateTime));
}

const shapes = {
  clock: (moment) => format({ hour: "2-digit", minute: "2-digit" }).format(new Date(moment)),
  row: (moment) => {
    const age = Date.now() - new Date(moment);
    if (age < MINUTE) return ago(0, "second", "auto");
    if (age < HOUR) return ago(age / MINUTE, "minute");
    if (age < DAY) return ago(age / HOUR, "hour");
    const sameYear = dayOf(moment).slice(0, 4) === dayOf(Date.now()).slice(0, 4);
    return format({ day: "numeric", month: "short", ...(sameYear ? {} : { year: "numeric" }) }).format(new Date(moment));
  },
  day: (day) => {
    if (day === dayOf(Date.now())) return document.body.dataset.today;
    if (day === dayOf(Date.now() - DAY)) return document.body.dataset.yesterday;
    // A bare date is midnight UTC: it is to be read there, not in the person's zone.
    return format({ dateStyle: "full", timeZone: "UTC" }).format(new Date(day));
  },
};

function ago(amount, unit, numeric = "always") {
  return new Intl.RelativeTimeFormat(locale(), { numeric, style: "short" }).format(-Math.floor(amount), unit);
}

function format(options, language = locale()) {
  const name = language + JSON.stringify(options);
  if (!made.has(name)) {
    const timeZone = document.body.dataset.timeZone || undefined;
    made.set(name, new Intl.DateTimeFormat(language, { timeZone, ...options }));
  }
  return made.get(name);
}
