// One file on its way to the server, with its progress. Knows no page.

import { Refused } from "./api.js";

/** Resolves to what the server says of the file; rejects with `Refused` (status 0: nobody answered). */
export function upload(file, { progress, signal }) {
  const request = new XMLHttpRequest();
  const body = new FormData();
  body.append("file", file, file.name);
  return new Promise((resolve, reject) => {
    const refuse = () => reject(new Refused(request.status, request.response?.code));
    request.responseType = "json";
    request.upload.onprogress = (event) => progress(event.loaded / Math.max(1, event.total));
    request.onload = () => (request.status === 201 ? resolve(request.response) : refuse());
    request.onerror = request.onabort = refuse;
    signal.addEventListener("abort", () => request.abort());
    request.open("POST", "/api/attachments");
    request.send(body);
  });
}
