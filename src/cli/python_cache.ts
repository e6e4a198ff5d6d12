/** Caches a started Python in a folder named by the user. */

/** What a cached state depends on. */
export interface CachedPython {
  readonly source: string;
  readonly imports: readonly string[];
}

/**
 * One file in the folder. Its name depends on the interpreter and the imports,
 * so that different ones use different files; its content is validated when it
 * is loaded.
 */
export class PythonCache {
  readonly #folder: string;
  readonly #file: string;

  private constructor(folder: string, name: string) {
    this.#folder = folder;
    this.#file = `${folder}/${name}`;
  }

  /** @throws when the interpreter can't be read. */
  static async open(
    folder: string,
    { source, imports }: CachedPython,
  ): Promise<PythonCache> {
    const about = JSON.stringify([await stamp(source), imports]);
    const hash = await crypto.subtle
      .digest("SHA-256", new TextEncoder().encode(about));
    const name = new Uint8Array(hash).toHex().slice(0, 32);
    return new PythonCache(folder, `python-${name}.snapshot`);
  }

  /** The cached state, if there is one that this process can read. */
  async read(): Promise<Uint8Array | undefined> {
    try {
      return await Deno.readFile(this.#file);
    } catch {
      return undefined;
    }
  }

  /**
   * Writes a state atomically: concurrent readers see the old one or the new
   * one.
   */
  async write(bytes: Uint8Array): Promise<void> {
    await Deno.mkdir(this.#folder, { recursive: true });
    const temporary = `${this.#file}.${crypto.randomUUID()}`;
    try {
      await Deno.writeFile(temporary, bytes, { mode: 0o600, createNew: true });
      await Deno.rename(temporary, this.#file);
    } catch (error) {
      await Deno.remove(temporary).catch(() => {});
      throw error;
    }
  }
}

/** Identifies an interpreter without reading all of it. */
async function stamp(source: string): Promise<readonly unknown[]> {
  try {
    const { size, mtime } = await Deno.stat(source);
    return [await Deno.realPath(source), size, mtime?.getTime()];
  } catch {
    return [source];
  }
}
