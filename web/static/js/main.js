// What a page needs to come alive, and no more. Elements say what they show as they are defined; then the stream
// begins.

import { forgetSaved, watchForms } from "./forms.js";
import { listenToKeys } from "./keys.js";
import { live } from "./live.js";
import { keepTimes } from "./times.js";
import { letTransitionsGo } from "./transitions.js";

const MODULES = {
  "unread-badge": "./badge.js",
  "connection-state": "./connection-state.js",
  "home-blocks, boxes-nav, waiting-messages": "./fragments.js",
  "live-person:not([data-as=sign])": "./people.js",
  "people-search": "./directory.js",
  "message-list": "./rows.js",
  ".folder-tree": "./folder-dragging.js",
  "box-selection": "./selection.js",
  "sender-choice": "./senders.js",
  ".message-form recipient-field": "./recipients.js",
  "draft-form": "./draft.js",
  "held-message": "./held.js",
  "message-text": "./preview.js",
  "nudge-line": "./nudge.js",
  ".discussion[data-discussion]": "./discussion.js",
  "print-page": "./print-page.js",
  "copy-text": "./copying.js",
};

document.documentElement.classList.add("scripted");
forgetSaved();
watchForms();
keepTimes();
listenToKeys();
letTransitionsGo();

const needed = Object.keys(MODULES).filter((selector) => document.querySelector(selector));
await Promise.all(needed.map((selector) => import(MODULES[selector])));

const { person, live: url } = document.body.dataset;
if (person) live.start({ person, url });
