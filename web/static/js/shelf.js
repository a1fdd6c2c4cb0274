// Where replies wait until the server has them: IndexedDB, shared by all tabs, outliving them. In memory where
// a browser forbids it (some private modes): then a reply survives an outage, but not the last tab.

/** Asks the shelf for what to put on it; `order` is given by the shelf and says who was first. */
export async function openShelf(factory = globalThis.indexedDB) {
  try {
    return new Shelf(await open(factory));
  } catch {
    return new Tray();
  }
}

class Shelf {
  constructor(database) {
    this.database = database;
  }

  /** All replies of a person, oldest first. */
  async all(person) {
    const found = await this.#run("readonly", (replies) => replies.index("person").getAll(person));
    return found.sort((a, b) => a.order - b.order);
  }

  /** Puts a reply on the shelf once: the same `client_id` again changes nothing. */
  async add(reply) {
    try {
      await this.#run("readwrite", (replies) => replies.add(reply));
    } catch (error) {
      if (error?.name !== "ConstraintError") throw error;
    }
  }

  change(reply) {
    return this.#run("readwrite", (replies) => replies.put(reply));
  }

  remove(reply) {
    return this.#run("readwrite", (replies) => replies.delete(reply.order));
  }

  async clear(person) {
    for (const reply of await this.all(person)) await this.remove(reply);
  }

  #run(mode, act) {
    return new Promise((resolve, reject) => {
      const transaction = this.database.transaction("replies", mode);
      const request = act(transaction.objectStore("replies"));
      transaction.oncomplete = () => resolve(request.result);
      transaction.onabort = () => reject(transaction.error ?? request.error);
    });
  }
}

/** The same in memory. */
export class Tray {
  #replies = [];
  #order = 0;

  async all(person) {
    return this.#replies.filter((reply) => reply.person === person).map((reply) => ({ ...reply }));
  }

  async add(reply) {
    if (this.#replies.some((other) => other.client_id === reply.client_id)) return;
    this.#replies.push({ ...reply, order: ++this.#order });
  }

  async change(reply) {
    this.#replies = this.#replies.map((other) => (other.order === reply.order ? { ...reply } : other));
  }

  async remove(reply) {
    this.#replies = this.#replies.filter((other) => other.order !== reply.order);
  }

  async clear(person) {
    this.#replies = this.#replies.filter((reply) => reply.person !== person);
  }
}

function open(factory) {
  return new Promise((resolve, reject) => {
    const request = factory.open("parley", 1);
    request.onupgradeneeded = () => {
      const replies = request.result.createObjectStore("replies", { keyPath: "order", autoIncrement: true });
      replies.createIndex("client_id", "client_id", { unique: true });
      replies.createIndex("person", "person");
    };
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}
