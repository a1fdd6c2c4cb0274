// A person's face: her initials on one of eight tints, as the server draws it.

const TINTS = 8;

export function drawFace(face, { id, name }) {
  const words = name.trim().split(/\s+/);
  const ends = words.length > 1 ? [words[0], words.at(-1)] : words;
  face.classList.add(`tint-${parseInt(id.slice(-2), 16) % TINTS}`);
  face.textContent = ends.map((word) => [...word][0] ?? "").join("").toLocaleUpperCase();
}
