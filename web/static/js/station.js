// What all tabs share: the one connection, the outbox, and who shows which discussion. It runs in the shared
// worker, or in the page itself where there is none; a tab talks to it through a message port either way.

import { hold, whenGone } from "./alive.js";
import { Connection } from "./connection.js";
import { newId } from "./identifier.js";
import { Outbox } from "./outbox.js";
import { Positions } from "./positions.js";
import { openShelf } from "./shelf.js";
import { Watched } from "./watched.js";

const NEWS = ["entry", "unread", "added", "gone", "view", "message", "people", "seen"];

export class Station {
  #tabs = new Map();
  #positions = new Positions();
  #watched = new Watched((people) => this.#connection.send({ type: "watch", people }));
  #presence = new Map();
  #reads = new Map();
  #count = null;
  /** What is unread in one's folders, where that was told since the greeting. */
  #folders;
  #degraded = false;
  /** When something was told last that a page shows. */
  #newsAt = 0;
  #connection;
  #outbox;
  #bell;

  /**
   * The shelf is open and the lock held before a tab hears of either: a reply handed over must find its place, and
   * a tab that asked for the lock first would take the station for dead.
   */
  static async open({ url, person }) {
    const lock = `parley-station-${newId()}`;
    const [shelf] = await Promise.all([openShelf(), hold(lock)]);
    return new Station({ url, person, shelf, lock });
  }

  constructor({ url, person, shelf, lock }) {
    this.lock = lock;
    this.#bell = new BroadcastChannel(`parley-outbox-${person}`);
    this.#bell.onmessage = () => this.#outbox.reload();
    this.#outbox = new Outbox({
      shelf,
      person,
      post: (reply) => this.#post(reply),
      told: (discussion, replies) => this.#told(discussion, replies),
      ring: () => this.#bell.postMessage("changed"),
    });
    this.#connection = new Connection({
      url,
      person,
      resume: () => this.#positions.resume(this.#open),
      hidden: () => ![...this.#tabs.values()].some((tab) => tab.visible),
      frame: (frame) => this.#heard(frame),
      changed: () => this.#tell(this.#state()),
      lost: (code) => this.#lost(code),
      ended: () => this.#tell({ type: "ended" }),
    });
    hold(`parley-poster-${person}`).then(() => this.#outbox.lead());
    this.#outbox.reload();
  }

  /** Takes in a tab. Its first word names what it shows, so that the first greeting resumes it. */
  attach(port, { visible, open, lock, since }) {
    this.#tabs.set(port, { visible, open: new Set() });
    port.onmessage = ({ data }) => this.#commands[data.do](port, data);
    if (lock) whenGone(lock, () => this.#detach(port));
    port.postMessage({ type: "station", lock: this.lock });
    for (const [discussion, head] of open) this.#show(port, discussion, head);
    // What was told while the page was on its way, it may be without.
    port.postMessage({ ...this.#state(), missed: since < this.#newsAt });
    if (this.#count !== null) port.postMessage({ type: "count", count: this.#count, folders: this.#folders });
    this.#connection.start();
    if (visible) this.#connection.wake();
  }

  #commands = {
    open: (port, { discussion, head }) => this.#show(port, discussion, head),
    close: (port, { discussion }) => this.#hide(port, discussion),
    post: (_, { reply }) => this.#outbox.add(reply),
    retry: (_, { client_id }) => this.#outbox.retry(client_id),
    discard: (_, { client_id }) => this.#outbox.remove(client_id),
    read: (_, { discussion, seq }) => this.#read(discussion, seq),
    watch: (port, { people }) => this.#watched.set(port, people),
    send: (_, { frame }) => this.#connection.send(frame),
    visible: (port, { on }) => {
      this.#tabs.get(port).visible = on;
      if (on) this.#connection.wake();
    },
    online: () => this.#connection.online(),
    signedIn: () => this.#connection.start(),
    bye: (port) => this.#detach(port),
    signOut: () => {
      this.#outbox.clear();
      this.#connection.stop();
    },
  };

  #show(port, discussion, head) {
    const tab = this.#tabs.get(port);
    const others = this.#open.has(discussion);
    tab.open.add(discussion);
    if (this.#positions.open(discussion, head)) port.postMessage({ type: "behind", discussion });
    port.postMessage({ type: "outbox", discussion, replies: this.#outbox.of(discussion) });
    if (!others) this.#connection.send({ type: "open", discussion });
    else if (this.#presence.has(discussion)) port.postMessage(this.#presence.get(discussion));
  }

  #hide(port, discussion) {
    if (!this.#tabs.get(port)?.open.delete(discussion) || this.#open.has(discussion)) return;
    this.#presence.delete(discussion);
    this.#connection.send({ type: "close", discussion });
  }

  #detach(port) {
    for (const discussion of this.#tabs.get(port)?.open ?? []) this.#hide(port, discussion);
    this.#tabs.delete(port);
    this.#watched.delete(port);
    port.close();
  }

  get #open() {
    return new Set([...this.#tabs.values()].flatMap((tab) => [...tab.open]));
  }

  #post({ client_id, discussion, body, reply_to, files }) {
    const frame = { type: "post", id: client_id, discussion, client_id, body };
    if (reply_to) frame.reply_to = reply_to;
    if (files?.length) frame.attachments = files.map((file) => file.id);
    return this.#connection.send(frame);
  }

  /** What was read while the line was down is said once it is back. */
  #read(discussion, seq) {
    if (this.#connection.send({ type: "read", discussion, seq })) return;
    this.#reads.set(discussion, Math.max(seq, this.#reads.get(discussion) ?? 0));
  }

  #heard(frame) {
    if (NEWS.includes(frame.type)) this.#newsAt = moment();
    this.#react[frame.type]?.(frame);
    this.#tell(frame);
  }

  #react = {
    welcome: (frame) => {
      this.#stands(frame);
      for (const discussion of this.#open) this.#connection.send({ type: "open", discussion });
      for (const [discussion, seq] of this.#reads) this.#connection.send({ type: "read", discussion, seq });
      this.#reads.clear();
      this.#watched.again();
      this.#folders = undefined;
      this.#counted(frame.unread);
      this.#outbox.welcome();
    },
    status: (frame) => this.#stands(frame),
    unread: (frame) => this.#counted(frame.count, frame.folders),
    view: (frame) => this.#counted(frame.count, frame.folders),
    entry: (frame) => {
      this.#positions.advance(frame.discussion, frame.seq);
      if (frame.client_id) this.#outbox.remove(frame.client_id);
    },
    ack: (frame) => this.#outbox.remove(frame.client_id),
    error: (frame) => this.#outbox.refused(frame.id, frame.code, frame.retry_after),
    added: (frame) => this.#positions.advance(frame.discussion, frame.head),
    resumed: (frame) => frame.how === "reset" && this.#positions.advance(frame.discussion, frame.head),
    gone: (frame) => this.#positions.forget(frame.discussion),
    presence: (frame) => this.#presence.set(frame.discussion, frame),
  };

  #lost(code) {
    this.#positions.lost(this.#open);
    this.#presence.clear();
    this.#outbox.lost(code);
  }

  /** What is written elsewhere comes late for a while; every greeting says anew whether it does. */
  #stands({ status }) {
    this.#degraded = status === "degraded";
    this.#tell(this.#state());
  }

  #counted(count, folders = this.#folders) {
    this.#count = count;
    this.#folders = folders;
    this.#tell({ type: "count", count, folders });
  }

  #told(discussion, replies) {
    this.#tell({ type: "outbox", discussion, replies });
    this.#tell(this.#state());
  }

  #state() {
    const { state } = this.#connection;
    return { type: "state", state, waiting: this.#outbox.waiting, degraded: this.#degraded };
  }

  #tell(message) {
    for (const port of this.#tabs.keys()) port.postMessage(message);
  }
}

/** Now, as pages tell it, too (ms). */
const moment = () => performance.timeOrigin + performance.now();
