// <nudge-line>: dismissed in place, without moving to another page.

class NudgeLine extends HTMLElement {
  connectedCallback() {
    this.querySelector("form").addEventListener("submit", (event) => {
      event.preventDefault();
      fetch("/nudge", { method: "POST", redirect: "manual" }).catch(() => {});
      this.remove();
      document.getElementById("main").focus();
    });
  }
}

customElements.define("nudge-line", NudgeLine);
