/**
 * Imports of an instance that outlives a call: an instance keeps the functions
 * that it was created with, so these forward to the running call.
 */

import type { OpenFamily } from "../../imports/open_family.ts";

type ImportedFunction = (...args: unknown[]) => unknown;

interface Link {
  readonly module: string;
  readonly name: string;
  target: ImportedFunction;
}

/** The functions that a module imports, connected anew for each call. */
export class LinkedImports {
  /** The import object of the instance. */
  readonly imports: WebAssembly.Imports = Object.create(null);
  readonly #links: readonly Link[];

  constructor(module: WebAssembly.Module) {
    this.#links = WebAssembly.Module.imports(module)
      .filter(({ kind }) => kind === "function")
      .map(({ module, name }) => this.#link(module, name));
  }

  /** Connects every function to a call's families. */
  connect(families: ReadonlyMap<string, OpenFamily>): void {
    for (const link of this.#links) {
      const found = families.get(link.module)?.imports[link.name];
      link.target = typeof found === "function"
        ? found as ImportedFunction
        : unconnected;
    }
  }

  /** Disconnects from the last call. */
  disconnect(): void {
    for (const link of this.#links) link.target = unconnected;
  }

  #link(module: string, name: string): Link {
    const link: Link = { module, name, target: unconnected };
    const functions = this.imports[module] ??= Object.create(null);
    (functions as WebAssembly.ModuleImports)[name] = (...args: unknown[]) =>
      link.target(...args);
    return link;
  }
}

function unconnected(): never {
  throw new Error("Import was called outside of a call");
}
