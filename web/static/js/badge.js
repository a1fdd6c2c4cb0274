// How much is new, the same number everywhere: banner, line under it, title, favicon, the installed app's icon.
// The number is the server's, never counted here.

import { live } from "./live.js";
import { counted, say } from "./sentences.js";

const ICON = 64;

class UnreadBadge extends HTMLElement {
  #here = null;
  #hereUnread = false;
  #count = 0;

  connectedCallback() {
    this.#count = Number(this.dataset.count);
    const log = document.querySelector("message-log");
    this.#here = log?.dataset.discussion;
    this.#hereUnread = Number(log?.dataset.read) < Number(log?.dataset.head);
    live.subscribe("count", null, ({ count }) => this.#show(count));
    live.subscribe("unread", null, ({ discussion, unread }) => {
      if (discussion === this.#here) this.#hereUnread = unread > 0;
      this.#showLine();
    });
    drawIcon(this.#count);
  }

  #show(count) {
    if (count === this.#count) return;
    this.#count = count;
    this.dataset.count = count;
    const number = this.querySelector(".count");
    number.hidden = !count;
    number.textContent = count;
    say(this.querySelector(".sentence"), count ? counted(this, count) : this.dataset.none);
    const title = document.querySelector("title");
    document.title = count ? `(${count}) ${title.dataset.title}` : title.dataset.title;
    drawIcon(count);
    if (count) navigator.setAppBadge?.(count).catch(() => {});
    else navigator.clearAppBadge?.().catch(() => {});
    this.#showLine();
  }

  /** Not for what is in front of her: the line is about other discussions than the one on this page. */
  #showLine() {
    const line = document.getElementById("new-message");
    if (!line) return;
    line.hidden = this.#count - (this.#hereUnread ? 1 : 0) <= 0;
    if (!line.hidden) say(line.querySelector("a"), counted(line, this.#count));
  }
}

function drawIcon(count) {
  const link = document.getElementById("favicon");
  if (!link) return;
  if (!count) return void (link.href = link.dataset.plain);
  const plain = new Image(ICON, ICON);
  plain.onload = () => {
    link.removeAttribute("type");
    link.href = withCount(plain, count);
  };
  plain.onerror = () => (link.href = link.dataset.new);
  plain.src = link.dataset.plain;
}

function withCount(plain, count) {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = ICON;
  const pen = canvas.getContext("2d");
  pen.drawImage(plain, 0, 0, ICON, ICON);
  pen.fillStyle = "#c22";
  pen.beginPath();
  pen.arc(ICON * 0.66, ICON * 0.66, ICON * 0.34, 0, 2 * Math.PI);
  pen.fill();
  pen.fillStyle = "#fff";
  pen.font = `bold ${count > 9 ? 30 : 40}px system-ui, sans-serif`;
  pen.textAlign = "center";
  pen.textBaseline = "middle";
  pen.fillText(count > 99 ? "99" : count, ICON * 0.66, ICON * 0.69);
  return canvas.toDataURL();
}

customElements.define("unread-badge", UnreadBadge);
