// The shared worker: one station for all tabs of one person. Its name holds the person, so that somebody else
// who signs in to this browser gets a worker, and a connection, of her own.

import { Station } from "./station.js";

let station = null;

self.addEventListener("connect", ({ ports: [port] }) => {
  port.onmessage = async ({ data }) => {
    // Until the station is open further words must wait in the port's queue.
    const later = [];
    port.onmessage = (event) => later.push(event);
    station ??= Station.open(data);
    (await station).attach(port, data);
    for (const event of later) port.onmessage(event);
  };
});
