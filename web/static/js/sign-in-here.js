// Signing in again without leaving the page: what stands in it stays as it is.

import { live } from "./live.js";
import { say } from "./sentences.js";

/** Asks for login and password; calls `done` once the same person is signed in again. */
export function signInHere(done) {
  const dialog = document.getElementById("sign-in-here");
  const form = dialog.querySelector("form");
  const error = form.querySelector(".error");
  error.hidden = true;
  form.onsubmit = async (event) => {
    event.preventDefault();
    const wrong = await refusal(form);
    form.elements.password.value = "";
    error.hidden = !wrong;
    if (wrong) {
      say(error, error.dataset[wrong]);
      form.elements.password.focus();
      return;
    }
    dialog.close();
    live.signedIn();
    done();
  };
  dialog.querySelector(".close").onclick = () => dialog.close();
  dialog.showModal();
  form.elements.password.focus();
}

/** Why it did not work; nothing where it did. */
async function refusal(form) {
  const body = JSON.stringify({ login: form.elements.login.value, password: form.elements.password.value });
  const headers = { "Content-Type": "application/json" };
  const answer = await fetch("/api/session", { method: "POST", headers, body }).catch(() => null);
  if (answer?.ok) return null;
  return { 401: "wrong", 422: "wrong", 429: "often" }[answer?.status] ?? "failed";
}
