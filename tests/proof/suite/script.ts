import { bitsFunction, halves, isPlain } from "./bits.ts";
import { NO_MODULE, outcome, text } from "./outcome.ts";
import type { Running, Way } from "./way.ts";

/** A value as `wasm-tools json-from-wast` writes it: numbers by their bits. */
interface SuiteValue {
  readonly type: string;
  readonly lane_type?: string;
  readonly value?: string | readonly string[];
}

interface SuiteAction {
  readonly type: "invoke" | "get";
  readonly module?: string;
  readonly field: string;
  readonly args?: readonly SuiteValue[];
}

/** One command of a script. */
export interface SuiteCommand {
  readonly type: string;
  readonly line: number;
  readonly name?: string;
  readonly as?: string;
  readonly filename?: string;
  readonly module_type?: string;
  readonly module?: string;
  readonly instance?: string;
  readonly action?: SuiteAction;
}

/** Runs one script in one way; answers what each command came to. */
export class Script {
  readonly #way: Way;
  readonly #read: (filename: string) => Uint8Array<ArrayBuffer>;
  readonly #named = new Map<string, Running>();
  readonly #definitions = new Map<string, Uint8Array<ArrayBuffer>>();
  readonly #calls = new WeakMap<object, (...args: never[]) => unknown>();
  #current: Running | undefined;

  constructor(way: Way, read: (filename: string) => Uint8Array<ArrayBuffer>) {
    this.#way = way;
    this.#read = read;
  }

  /** What a command came to, undefined when there is nothing to compare. */
  run(command: SuiteCommand): string | undefined {
    switch (command.type) {
      case "module":
        if (command.module_type !== "binary") return undefined;
        return outcome(() => this.#module(command));
      case "module_definition":
        this.#definitions.set(
          command.name ?? "",
          this.#read(command.filename!),
        );
        return undefined;
      case "module_instance":
        return outcome(() => this.#instance(command));
      case "register":
        return this.#register(command);
      case "assert_unlinkable":
      case "assert_uninstantiable":
        return outcome(() => {
          this.#way.instantiate(this.#read(command.filename!));
          return "instantiated";
        });
      case "assert_invalid":
      case "assert_malformed":
        if (command.module_type !== "binary") return undefined;
        return this.#way.compile(this.#read(command.filename!));
      default:
        return outcome(() => this.#act(command.action!));
    }
  }

  #module(command: SuiteCommand): string {
    this.#current = undefined;
    if (command.name !== undefined) this.#named.delete(command.name);
    return this.#keep(this.#read(command.filename!), command.name);
  }

  #instance(command: SuiteCommand): string {
    const bytes = this.#definitions.get(command.module ?? "")!;
    return this.#keep(bytes, command.instance);
  }

  #keep(bytes: Uint8Array<ArrayBuffer>, name: string | undefined): string {
    const running = this.#way.instantiate(bytes);
    this.#current = running;
    if (name !== undefined) this.#named.set(name, running);
    return "instantiated";
  }

  #register(command: SuiteCommand): string {
    const running = this.#find(command.name);
    if (!running) return NO_MODULE;
    this.#way.registered.set(command.as!, running.exports);
    return "registered";
  }

  #find(name: string | undefined): Running | undefined {
    return name === undefined ? this.#current : this.#named.get(name);
  }

  #act(action: SuiteAction): string {
    const running = this.#find(action.module);
    if (!running) return NO_MODULE;
    const found = running.exports[action.field];
    if (action.type === "get") {
      return text((found as WebAssembly.Global).value);
    }
    const type = running.types.get(action.field);
    const args = action.args ?? [];
    if (type && isPlain(type)) {
      const call = this.#bits(found as object, type);
      return text(call(...args.flatMap(bits) as never[]));
    }
    return text((found as (...args: unknown[]) => unknown)(...args.map(plain)));
  }

  #bits(
    target: object,
    type: Parameters<typeof bitsFunction>[1],
  ): (...args: never[]) => unknown {
    const known = this.#calls.get(target);
    if (known) return known;
    const made = bitsFunction(target as WebAssembly.ExportValue, type);
    this.#calls.set(target, made as never);
    return made as never;
  }
}

const LANE_BITS: Readonly<Record<string, number>> = {
  i8: 8,
  i16: 16,
  i32: 32,
  i64: 64,
  f32: 32,
  f64: 64,
};

/** The i64 that carry a value's bits. */
function bits(value: SuiteValue): bigint[] {
  if (value.type !== "v128") {
    return [BigInt.asIntN(64, BigInt(value.value as string))];
  }
  const width = LANE_BITS[value.lane_type!]!;
  let whole = 0n;
  (value.value as readonly string[]).forEach((lane, i) => {
    whole |= BigInt.asUintN(width, BigInt(lane)) << BigInt(i * width);
  });
  const count = halves(0x7b);
  return Array.from(
    { length: count },
    (_, i) => BigInt.asIntN(64, whole >> BigInt(64 * i)),
  );
}

/** A value for a function that takes references. */
function plain(value: SuiteValue): unknown {
  if (value.type.endsWith("ref") || value.type === "refnull") {
    const isNull = value.value === undefined || value.value === "null";
    return isNull ? null : `host ${value.value}`;
  }
  return value.type === "i64"
    ? BigInt(value.value as string)
    : Number(value.value);
}
