/** A whole schema: caches its compiled nodes and resolves references. */

import { quote } from "../quote.ts";
import type { CheckRun } from "./check_run.ts";
import { isRecord } from "./json_view.ts";
import { SchemaNode } from "./schema_node.ts";
import { UncheckableSchema } from "./step_budget.ts";

/** The cache of a schema's nodes. */
export class SchemaDocument {
  readonly #root: unknown;
  readonly #nodes = new Map<unknown, SchemaNode>();
  /** Named schemas, by the resource that they belong to. */
  readonly #anchors = new Map<unknown, ReadonlyMap<string, unknown>>();

  /** @param root The schema, which must not change afterwards. */
  constructor(root: unknown) {
    this.#root = root;
  }

  /** The node of the whole schema. */
  start(run: CheckRun): SchemaNode {
    return this.node(this.#root, this.#root, run);
  }

  /** The node of a subschema. */
  node(schema: unknown, root: unknown, run: CheckRun): SchemaNode {
    const known = this.#nodes.get(schema);
    if (known) return known;
    const node = new SchemaNode(
      schema,
      isResource(schema) ? schema : root,
      run,
    );
    this.#nodes.set(schema, node);
    return node;
  }

  /**
   * The node that a reference resolves to: `#`, a JSON pointer, or an anchor.
   *
   * @throws {UncheckableSchema} when it points outside of the schema, or
   * nowhere.
   */
  refer(reference: unknown, root: unknown, run: CheckRun): SchemaNode {
    if (typeof reference !== "string" || !reference.startsWith("#")) {
      throw new UncheckableSchema(
        `it refers to ${
          quote(reference)
        }, and only references inside of the schema, such as "#/$defs/name", are followed`,
      );
    }
    const fragment = decoded(reference.slice(1));
    run.budget.take(1 + fragment.length);
    const [aim, aimRoot] = fragment === "" || fragment.startsWith("/")
      ? pointed(fragment, root)
      : [this.#anchorsOf(root, run).get(fragment), root];
    if (aim === undefined) {
      throw new UncheckableSchema(
        `it refers to ${quote(reference)}, which is not there`,
      );
    }
    return this.node(aim, aimRoot, run);
  }

  #anchorsOf(root: unknown, run: CheckRun): ReadonlyMap<string, unknown> {
    const known = this.#anchors.get(root);
    if (known) return known;
    const anchors = new Map<string, unknown>();
    const pending: unknown[] = [root];
    for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
      run.budget.take(1);
      if (next !== root && isResource(next)) continue;
      for (const name of anchorNames(next)) anchors.set(name, next);
      if (typeof next !== "object" || next === null) continue;
      for (const member of Object.values(next)) {
        if (typeof member === "object" && member !== null) pending.push(member);
      }
    }
    this.#anchors.set(root, anchors);
    return anchors;
  }
}

/**
 * Whether a subschema has its own `$id`, and so is what `#` refers to inside
 * it.
 */
function isResource(schema: unknown): boolean {
  if (!isRecord(schema) || !Object.hasOwn(schema, "$id")) return false;
  const { $id } = schema;
  return typeof $id === "string" && !$id.startsWith("#");
}

function anchorNames(schema: unknown): string[] {
  if (!isRecord(schema)) return [];
  const { $anchor, $dynamicAnchor, $id } = schema;
  const names = [$anchor, $dynamicAnchor]
    .filter((name): name is string => typeof name === "string");
  // In draft 7, anchors are written in `$id`.
  if (typeof $id === "string" && $id.startsWith("#")) names.push($id.slice(1));
  return names;
}

/** The target of a JSON pointer, and what `#` refers to there. */
function pointed(pointer: string, from: unknown): [unknown, unknown] {
  let value = from;
  let root = from;
  for (const part of pointer.split("/").slice(1)) {
    const key = part.replaceAll("~1", "/").replaceAll("~0", "~");
    if (typeof value !== "object" || value === null) return [undefined, root];
    if (!Object.hasOwn(value, key)) return [undefined, root];
    value = (value as Record<string, unknown>)[key];
    if (isResource(value)) root = value;
  }
  return [value, root];
}

function decoded(fragment: string): string {
  try {
    return decodeURIComponent(fragment);
  } catch {
    return fragment;
  }
}
