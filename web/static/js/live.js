// A tab's side of the live stream. The station it talks to runs in the shared worker, or here where there is
// none. Elements subscribe; what a late one must know (state, counts, waiting replies, who is here) is repeated.

import { hold, whenGone } from "./alive.js";
import { newId } from "./identifier.js";
import { workerUrl } from "./trusted.js";
import { forgetAll } from "./typed.js";

const REPEATED = ["state", "count", "outbox", "presence"];

class Live {
  state = "connecting";
  #person;
  #url;
  #port = null;
  #lock = null;
  #subscribers = new Set();
  #latest = new Map();
  #open = new Map();
  #watched = new Map();
  #watching;
  #unsaid = [];
  #alone = !globalThis.SharedWorker;
  #leaving = null;
  /** Whether this page is being left because its sign-in is over: nobody is to be asked. */
  left = false;

  /** Begins once all elements of the page have said what they show. */
  async start({ person, url }) {
    this.#person = person;
    this.#url = new URL(url, location.href.replace(/^http/, "ws")).href;
    if (navigator.locks) await hold((this.#lock = `parley-tab-${newId()}`));
    this.#leaving = new BroadcastChannel(`parley-sign-out-${person}`);
    this.#leaving.onmessage = () => this.#signedOutElsewhere();
    this.#connect();
    addEventListener("pagehide", () => this.#tell({ do: "bye" }));
    addEventListener("online", () => this.#tell({ do: "online" }));
    document.addEventListener("visibilitychange", () => this.#tell({ do: "visible", on: !document.hidden }));
  }

  /**
   * Calls back with each message of a type, of one discussion or (null) of all. Returns how to stop it. `missed` is
   * heard when something may have happened that this page was not told.
   */
  subscribe(type, discussion, callback) {
    const subscriber = { type, discussion, callback };
    this.#subscribers.add(subscriber);
    const latest = this.#latest.get(key(type, discussion));
    if (latest) callback(latest);
    return () => this.#subscribers.delete(subscriber);
  }

  /** `discussion` is on this page, shown up to `head`. */
  open(discussion, head) {
    this.#open.set(discussion, head);
    if (this.#port) this.#tell({ do: "open", discussion, head });
  }

  close(discussion) {
    this.#open.delete(discussion);
    this.#tell({ do: "close", discussion });
  }

  /** This part of the page (`by`) shows these people: when they are other than before, `people` is heard. */
  watch(by, people) {
    if (people.length) this.#watched.set(by, people);
    else this.#watched.delete(by);
    clearTimeout(this.#watching);
    this.#watching = setTimeout(() => this.#tellWatched());
  }

  #tellWatched() {
    this.#tell({ do: "watch", people: [...new Set([...this.#watched.values()].flat())] });
  }

  /** Hands a reply over. A note stays until the station has shelved it: a tab may close in between. */
  post(reply) {
    this.#note(reply.client_id, reply);
    this.#heard({ type: "handed", discussion: reply.discussion, reply });
    this.#tell({ do: "post", reply });
  }

  retry(client_id) {
    this.#tell({ do: "retry", client_id });
  }

  discard(client_id) {
    this.#note(client_id, null);
    this.#tell({ do: "discard", client_id });
  }

  read(discussion, seq) {
    this.#tell({ do: "read", discussion, seq });
  }

  unread(discussion, seq) {
    this.#tell({ do: "send", frame: { type: "unread", discussion, seq } });
  }

  typing(discussion, on) {
    this.#tell({ do: "send", frame: { type: "typing", discussion, on } });
  }

  /** Forgets everything that waits: the next person at this browser must not find it. */
  signOut() {
    this.#notes().forEach(([name]) => localStorage.removeItem(name));
    this.#leaving?.postMessage("left");
    this.#tell({ do: "signOut" });
  }

  /** Signed out in another tab of this browser: nothing is shown or kept here any more. */
  #signedOutElsewhere() {
    forgetAll();
    this.#leave("/sign-in");
  }

  /** The sign-in of this page was ended. What was typed is kept for her who comes back; nothing stays on the screen. */
  #leave(address) {
    if (this.left) return;
    this.left = true;
    document.body.hidden = true;
    location.replace(address);
  }

  /** The same person has signed in again: the stream begins anew. */
  signedIn() {
    this.#tell({ do: "signedIn" });
  }

  async #connect() {
    const hello = { person: this.#person, url: this.#url, visible: !document.hidden, lock: this.#lock, since: performance.timeOrigin };
    hello.open = [...this.#open];
    if (this.#port) this.#port.onmessage = null;
    this.#port = this.#alone ? await stationHere(hello) : this.#share(hello);
    this.#port.onmessage = ({ data }) => this.#heard(data);
    for (const message of this.#unsaid.splice(0)) this.#tell(message);
    if (this.#watched.size) this.#tellWatched();
    for (const [, reply] of this.#notes()) this.#tell({ do: "post", reply });
  }

  #share(hello) {
    // extendedLifetime: between two pages there is a moment without any tab, and the socket should outlive it.
    const options = { type: "module", name: `parley-${this.#person}`, extendedLifetime: true };
    const shared = new SharedWorker(workerUrl(), options);
    shared.onerror = () => {
      this.#alone = true;
      this.#connect();
    };
    shared.port.postMessage(hello);
    return shared.port;
  }

  #heard(message) {
    if (message.type === "station") return whenGone(message.lock, () => this.#connect());
    // The same page leads to signing in, or is shown again to her who has just signed in in another tab.
    if (message.type === "ended") return this.#leave(location.pathname + location.search);
    if (message.type === "outbox") for (const { client_id } of message.replies) this.#note(client_id, null);
    if (message.type === "ack") this.#note(message.client_id, null);
    if (message.type === "entry" && this.#open.has(message.discussion)) {
      this.#open.set(message.discussion, Math.max(message.seq, this.#open.get(message.discussion)));
    }
    const hasMissed = message.type === "state" && this.#stands(message);
    if (REPEATED.includes(message.type)) this.#latest.set(key(message.type, message.discussion), message);
    this.#hand(message);
    if (hasMissed) this.#hand({ type: "missed" });
  }

  /** Whether the stream is there now, but was not all the time since this page was rendered. */
  #stands({ state, missed }) {
    const before = this.#latest.get(key("state"))?.state ?? "live";
    this.state = state;
    return state === "live" && (missed || before !== "live");
  }

  #hand(message) {
    for (const { type, discussion, callback } of [...this.#subscribers]) {
      if (type === message.type && (discussion === null || discussion === message.discussion)) callback(message);
    }
  }

  #tell(message) {
    if (this.#port) this.#port.postMessage(message);
    else this.#unsaid.push(message);
  }

  #notes() {
    const prefix = noteOf(this.#person, "");
    const names = Object.keys(localStorage).filter((name) => name.startsWith(prefix));
    return names.map((name) => [name, JSON.parse(localStorage.getItem(name))]);
  }

  #note(clientId, reply) {
    const name = noteOf(this.#person, clientId);
    if (reply) localStorage.setItem(name, JSON.stringify(reply));
    else localStorage.removeItem(name);
  }
}

/** Without a shared worker each tab has a station, and a connection, of its own. */
async function stationHere(hello) {
  const { Station } = await import("./station.js");
  const station = await Station.open(hello);
  const { port1, port2 } = new MessageChannel();
  // The channel only carries messages once somebody listens; what is sent before waits.
  setTimeout(() => station.attach(port1, hello));
  return port2;
}

const key = (type, discussion) => `${type} ${discussion ?? ""}`;
const noteOf = (person, clientId) => `parley ${person} handed ${clientId}`;

export const live = new Live();
