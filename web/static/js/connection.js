// The one socket: greeting, resuming, heartbeat and coming back. Knows neither pages nor tabs.
//
// States: connecting (never been live) · live · reconnecting · offline · signed-out (the end: only a new page,
// signed in again, starts over).

import { backoff, crowded } from "./backoff.js";

const WELCOME_WITHIN = 15_000;
const PONG_WITHIN = 10_000;
const STEADY_AFTER = 10_000;
const SESSION_ENDED = 4403;
const EXPIRED = "session expired";
const SESSION_OVER = [4401, SESSION_ENDED];
const CROWDED = 4429;
const RESTARTING = 1012;

export class Connection {
  state = "connecting";
  #options;
  #socket = null;
  #attempt = 0;
  #welcomed = 0;
  #pingEvery = 25_000;
  #retry = null;
  #mayHurry = true;
  #ping = null;
  #deadline = null;
  #drain = null;

  /**
   * @param {{url: string, person: string, resume: () => Record<string, number>, hidden: () => boolean,
   *   frame: (frame: object) => void, changed: (state: string) => void, lost: (code: number) => void,
   *   ended: () => void}} options `ended`: somebody has ended this sign-in.
   */
  constructor(options) {
    this.#options = options;
  }

  /** Begins, also again after the end: a page that was just loaded may be signed in anew. */
  start() {
    if (!this.#socket && !this.#retry) this.#connect();
  }

  /** Sends a frame; false when there is no live stream to send it on. */
  send(frame) {
    if (this.state !== "live") return false;
    this.#socket.send(JSON.stringify(frame));
    return true;
  }

  /** Somebody looks again: no reason to wait any longer, every reason to doubt. */
  wake() {
    if (this.state === "live") this.#pingNow();
    else if (this.#retry && this.#mayHurry) this.#connect();
  }

  /** The network is back, perhaps for a whole school: soon, but not all at once. */
  online() {
    if (this.state === "live") this.#pingNow();
    else if (this.#retry && this.#mayHurry) this.#connectAfter(backoff(0));
  }

  stop() {
    this.#end("signed-out");
  }

  #connect() {
    clearTimeout(this.#retry);
    this.#retry = null;
    const socket = (this.#socket = new WebSocket(this.#options.url, "parley.v1"));
    socket.onopen = () => socket.send(JSON.stringify({ type: "hello", resume: this.#options.resume() }));
    socket.onmessage = ({ data }) => socket === this.#socket && this.#heard(JSON.parse(data));
    socket.onclose = ({ code, reason }) => socket === this.#socket && this.#closed(code, reason);
    this.#expect(WELCOME_WITHIN);
  }

  #heard(frame) {
    clearTimeout(this.#deadline);
    if (frame.type === "pong") return;
    // The hello was refused: the store is away for the moment.
    if (frame.type === "error" && this.state !== "live") return this.#again(0);
    if (frame.type === "welcome" && !this.#welcome(frame)) return;
    if (frame.type === "drain") {
      this.#drain = setTimeout(() => this.#again(RESTARTING), Math.random() * frame.within * 1000);
    }
    this.#options.frame(frame);
  }

  /** Another person may have signed in to this browser since: her stream is not for these pages. */
  #welcome(frame) {
    if (frame.person.id !== this.#options.person) {
      this.#end("signed-out");
      return false;
    }
    this.#welcomed = Date.now();
    this.#pingEvery = frame.ping_every * 1000;
    this.#ping = setInterval(() => this.#pingNow(), this.#pingEvery);
    this.#change("live");
    return true;
  }

  #pingNow() {
    this.send({ type: "ping", n: Date.now() });
    this.#expect(PONG_WITHIN);
  }

  /** Half-open connections say nothing: silence past the deadline is the end. Any frame counts as life. */
  #expect(within) {
    clearTimeout(this.#deadline);
    this.#deadline = setTimeout(() => this.#again(0), within);
  }

  #again(code) {
    const socket = this.#release();
    socket.close(1000);
    this.#closed(code);
  }

  #closed(code, reason = "") {
    this.#release();
    this.#options.lost(code);
    // Who was simply away for long goes on where she was once she has signed in again.
    if (code === SESSION_ENDED && reason !== EXPIRED) this.#options.ended();
    if (SESSION_OVER.includes(code)) return this.#change("signed-out");
    // Who is sent away without a welcome, by a node that stops, goes on waiting longer each time.
    const steady = this.#welcomed && Date.now() - this.#welcomed > STEADY_AFTER;
    if (steady || (this.#welcomed && code === RESTARTING)) this.#attempt = 0;
    this.#welcomed = 0;
    this.#mayHurry = code !== CROWDED;
    this.#connectAfter(this.#mayHurry ? backoff(this.#attempt++, this.#options.hidden()) : crowded());
    this.#change(navigator.onLine === false ? "offline" : "reconnecting");
  }

  #connectAfter(wait) {
    clearTimeout(this.#retry);
    this.#retry = setTimeout(() => this.#connect(), wait);
  }

  #end(state) {
    const socket = this.#release();
    socket?.close(1000);
    clearTimeout(this.#retry);
    this.#retry = null;
    this.#options.lost(1000);
    this.#change(state);
  }

  #release() {
    const socket = this.#socket;
    this.#socket = null;
    clearInterval(this.#ping);
    clearTimeout(this.#deadline);
    clearTimeout(this.#drain);
    return socket;
  }

  #change(state) {
    if (state === this.state) return;
    this.state = state;
    this.#options.changed(state);
  }
}
