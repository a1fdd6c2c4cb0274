// <print-page>: all of a discussion is on the page; now it goes to the printer.

class PrintPage extends HTMLElement {
  connectedCallback() {
    const again = document.querySelector(".print-again");
    again.hidden = false;
    again.addEventListener("click", () => print());
    // Not before everything is there, pictures too.
    if (document.readyState === "complete") print();
    else addEventListener("load", () => print(), { once: true });
  }
}

customElements.define("print-page", PrintPage);
