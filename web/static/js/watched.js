// Whom the tabs show, all together: told to the server whenever that is another set of people than before.

const MOST = 500;
const GATHER = 50;

export class Watched {
  #tabs = new Map();
  #told = "";
  #timer = null;
  #tell;

  /** `tell` says it to the server; false while there is no line to say it on. */
  constructor(tell) {
    this.#tell = tell;
  }

  set(tab, people) {
    this.#tabs.set(tab, people);
    this.#soon();
  }

  delete(tab) {
    if (this.#tabs.delete(tab)) this.#soon();
  }

  /** A new connection knows nobody yet. */
  again() {
    this.#told = "";
    this.#soon();
  }

  #soon() {
    this.#timer ??= setTimeout(() => this.#say(), GATHER);
  }

  #say() {
    this.#timer = null;
    const people = [...new Set([...this.#tabs.values()].flat())].slice(0, MOST);
    const wanted = people.toSorted().join();
    if (wanted !== this.#told && this.#tell(people)) this.#told = wanted;
  }
}
