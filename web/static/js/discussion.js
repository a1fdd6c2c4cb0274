// A discussion's page: its elements, and what happens when one loses it.

import "./company.js";
import "./own-view.js";
import "./participants.js";
import "./composer.js";
import "./timeline.js";
import { live } from "./live.js";
import { forget } from "./typed.js";

/** Nothing of a discussion stays on the page once it is lost: only a sentence why, one's own words, and a way on. */
function watch(room) {
  const { discussion } = room.dataset;
  const leave = (why) => empty(room, discussion, why);
  live.subscribe("gone", discussion, ({ why }) => leave(why));
  live.subscribe("resumed", discussion, ({ how }) => how === "gone" && leave("removed"));
  room.addEventListener("room-gone", ({ detail }) => leave(detail));
}

function empty(room, discussion, why) {
  const template = room.querySelector("#gone");
  if (!template) return;
  const farewell = template.content.cloneNode(true).firstElementChild;
  const sentences = [...farewell.querySelectorAll("[data-why]")];
  for (const sentence of sentences) sentence.hidden = sentence.dataset.why !== why;
  const unsent = room.querySelector("#reply-body")?.value ?? "";
  farewell.querySelector("#unsent").value = unsent;
  farewell.querySelector(".unsent").hidden = !unsent.trim();
  const back = room.querySelector(".back");
  forget(`reply ${discussion}`);
  room.replaceChildren(...(back ? [back] : []), farewell);
  document.title = document.querySelector("title").dataset.title = sentences.find(({ hidden }) => !hidden)?.textContent ?? "";
  farewell.tabIndex = -1;
  farewell.focus();
}

document.querySelectorAll(".discussion[data-discussion]").forEach(watch);
