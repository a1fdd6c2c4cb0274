// Lines of a log as elements: the page's own templates, filled with text. Nothing here knows where they go.

import { drawFace } from "./faces.js";
import { fillFiles, namesOf } from "./files.js";
import { cloneOf } from "./templates.js";
import { dayOf, writeTime } from "./times.js";
import { rendered } from "./trusted.js";

const QUOTED_AT_MOST = 140;
const TOGETHER_WITHIN = 5 * 60_000;

/** The element of a line; `self` is the reader; `quoted` gives name, text and place of an earlier line. */
export function entryOf(line, self, quoted) {
  const spoken = line.kind === "message" || line.kind === "reply";
  const entry = cloneOf(spoken ? "entry" : `system-${line.kind}`);
  entry.id = `e${line.seq}`;
  Object.assign(entry.dataset, { seq: line.seq, kind: line.kind, author: line.author.id, at: line.at });
  entry.querySelector(".author").textContent = line.author.name;
  const at = entry.querySelector(".at");
  if (at) {
    at.href = addressOf(line.seq);
    writeTime(at.querySelector("time"), line.at);
  }
  if (spoken) fillSpoken(entry, line, self, quoted);
  else if (line.about) entry.querySelector(".about").textContent = line.about.name;
  return entry;
}

/** Where an entry stands, beside the box that is beside this page. */
export const addressOf = (seq) => `?at=${seq}${boxAfter("&")}#e${seq}`;

/** The element of a reply that is still on its way. */
export function pendingOf(reply, author, quoted) {
  const entry = cloneOf("entry-pending");
  entry.dataset.client = reply.client_id;
  entry.dataset.author = author.id;
  entry.querySelector(".author").textContent = author.name;
  drawFace(entry.querySelector(".face"), author);
  entry.querySelector(".body").textContent = reply.body;
  const files = entry.querySelector(".pending-files");
  files.textContent = namesOf(reply.files ?? []);
  files.hidden = !files.textContent;
  entry.querySelector(".body").hidden = reply.body === files.textContent;
  fillQuoted(entry, reply.reply_to, quoted);
  return entry;
}

export function dayLine(moment) {
  const line = cloneOf("day");
  line.dataset.day = dayOf(moment);
  writeTime(line.querySelector("time"), line.dataset.day);
  return line;
}

export const newLine = () => cloneOf("new-line");

/** What is quoted of an entry: one line, cut at a length. */
export function excerptOf(text) {
  const line = text.trim().replace(/\s+/g, " ");
  const letters = [...line];
  return letters.length > QUOTED_AT_MOST ? `${letters.slice(0, QUOTED_AT_MOST).join("")}…` : line;
}

/** Whether `entry` goes on right after `previous`: same writer, same day, minutes apart, quoting nothing. */
export function continues(entry, previous) {
  if (!previous?.dataset.at || !entry.dataset.at || isSystem(entry) || isSystem(previous)) return false;
  return (
    entry.dataset.author === previous.dataset.author &&
    !entry.dataset.replyTo &&
    !entry.querySelector(".quoted:not([hidden])") &&
    new Date(entry.dataset.at) - new Date(previous.dataset.at) < TOGETHER_WITHIN
  );
}

const isSystem = (entry) => entry.classList.contains("system");

function fillSpoken(entry, line, self, quoted) {
  if (line.client_id) entry.dataset.client = line.client_id;
  if (line.reply_to) entry.dataset.replyTo = line.reply_to;
  entry.classList.toggle("own", line.author.id === self);
  drawFace(entry.querySelector(".face"), line.author);
  const body = entry.querySelector(".body");
  body.classList.toggle("rich", Boolean(line.html));
  if (line.html) body.replaceChildren(rendered(line.html));
  else body.textContent = line.body;
  if (line.attachments?.length) {
    fillFiles(entry.querySelector(".files"), line.attachments);
    body.hidden = line.body === namesOf(line.attachments);
  }
  entry.querySelector(".entry-more").href = `${location.pathname}/entries/${line.seq}${boxAfter("?")}`;
  const quote = entry.querySelector(".quote");
  if (quote) quote.href = `?reply_to=${line.seq}${boxAfter("&")}#composer`;
  fillQuoted(entry, line.reply_to, quoted);
  if (line.mentions) fillMentions(entry, line.mentions, self);
}

function fillMentions(entry, mentions, self) {
  const me = mentions.some(({ id }) => id === self);
  entry.dataset.mentions = JSON.stringify(mentions.map(({ name }) => name));
  entry.classList.toggle("mentions-me", me);
  entry.querySelector(".calls-me").hidden = !me;
  showMentions([entry]);
}

/** Whoever is named with @ stands out; most pages have nobody. */
export function showMentions(entries) {
  const naming = [...entries].filter(({ dataset }) => dataset.mentions);
  if (naming.length) import("./mentioned.js").then(({ highlight }) => naming.forEach(highlight));
}

/** The quoted line may have to be fetched: until its words are there, the link stays away. */
async function fillQuoted(entry, seq, quoted) {
  if (!seq) return;
  const original = await quoted(seq);
  if (!original) return;
  const link = entry.querySelector(".quoted");
  link.href = original.here ? `#e${seq}` : addressOf(seq);
  link.querySelector(".quoted-author").textContent = original.name;
  link.querySelector(".quoted-text").textContent = excerptOf(original.text);
  link.hidden = false;
}

function boxAfter(sign) {
  const box = new URLSearchParams(location.search).get("box");
  return box ? `${sign}box=${encodeURIComponent(box)}` : "";
}
