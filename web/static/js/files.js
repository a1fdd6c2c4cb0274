// Files as they stand in a log: links, and previews of images, made from the page's own template.

import { locale } from "./sentences.js";

const STEPS = [["megabyte", 1_000_000], ["kilobyte", 1_000]];

/** Puts what an entry carries into its list. */
export function fillFiles(list, files) {
  list.replaceChildren(...files.map(fileOf));
  list.hidden = !files.length;
}

/** What files without a word say: their names are their text, which is then not shown beside them. */
export const namesOf = (files) => files.map((file) => file.name).join(", ");

/** The size as people read it, as the server writes it: 1.2 MB, 1,2 Mo, 400 octets. */
export function sizeOf(bytes) {
  const [unit, step] = STEPS.find(([, least]) => bytes >= least) ?? ["byte", 1];
  const value = bytes / step;
  const maximumFractionDigits = step > 1 && value < 10 ? 1 : 0;
  const unitDisplay = step > 1 ? "short" : "long";
  return value.toLocaleString(locale(), { style: "unit", unit, unitDisplay, maximumFractionDigits });
}

function fileOf(file) {
  const template = document.getElementById("file");
  const item = template.content.firstElementChild.cloneNode(true);
  const link = item.querySelector(".file-link");
  link.href = `/api/attachments/${file.id}`;
  link.download = file.name;
  link.querySelector(".file-name").textContent = file.name;
  link.querySelector(".file-size").textContent = sizeOf(file.size);
  const picture = item.querySelector(".file-picture");
  if (file.width) fillPicture(picture, file, template.dataset);
  else picture.remove();
  return item;
}

function fillPicture(picture, file, { widest, highest }) {
  const scale = Math.min(1, widest / file.width, highest / file.height);
  const image = picture.querySelector("img");
  image.alt = file.name;
  image.width = Math.round(file.width * scale);
  image.height = Math.round(file.height * scale);
  picture.href = image.src = `/api/attachments/${file.id}/preview`;
}
