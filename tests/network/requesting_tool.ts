/** The fixture that makes the requests it is told to, and what it answers. */

import {
  type CallResult,
  type JsonValue,
  SandboxConfig,
  type SandboxConfigBuilder,
  SandboxedTool,
  type ToolCallOptions,
} from "../../mod.ts";

const WASM = new URL("../../fixtures/http/requests.wasm", import.meta.url);

/** What one request came to. */
export interface Outcome {
  readonly head?: {
    readonly status: number;
    readonly url: string;
    readonly headers: Readonly<Record<string, string>>;
  };
  readonly length?: number;
  readonly body?: string;
  /** The number of the error, and its text. */
  readonly errno?: number;
  readonly text?: string;
}

/** One request, and how to make it. */
export interface Told {
  readonly head?: Readonly<Record<string, unknown>>;
  /** The head as it is, in place of `head`. */
  readonly raw?: string;
  readonly body?: string;
  readonly repeat?: number;
}

/** How to make all of them. */
export interface Manner {
  readonly read?: number;
  readonly keep?: boolean;
  readonly length_only?: boolean;
  readonly one_by_one?: boolean;
  readonly spin?: boolean;
}

/** A loaded fixture. */
export class RequestingTool implements AsyncDisposable {
  readonly tool: SandboxedTool;

  private constructor(tool: SandboxedTool) {
    this.tool = tool;
  }

  /** Loads it into a sandbox of its own. */
  static async load(
    configure: (builder: SandboxConfigBuilder) => SandboxConfigBuilder,
  ): Promise<RequestingTool> {
    const config = configure(SandboxConfig.builder().maxWorkers(4)).build();
    const loaded = new RequestingTool(await SandboxedTool.load(WASM, config));
    // `deno test` checks the types of the fetching worker before it starts,
    // which takes longer than some deadlines here.
    while (!(await loaded.call([{ raw: "no request" }])).ok);
    return loaded;
  }

  /** Makes requests, and gives the whole result. */
  call(
    requests: readonly Told[],
    manner: Manner = {},
    options?: ToolCallOptions,
  ): Promise<CallResult<JsonValue>> {
    return this.tool.call({ requests, ...manner }, options);
  }

  /** Makes requests, and gives what each came to. */
  async outcomes(
    requests: readonly Told[],
    manner: Manner = {},
  ): Promise<Outcome[]> {
    const result = await this.call(requests, manner);
    if (!result.ok) throw result.error;
    return result.value as unknown as Outcome[];
  }

  /** Makes one request. */
  async outcome(
    head: Readonly<Record<string, unknown>>,
    body?: string,
  ): Promise<Outcome> {
    const told = body === undefined ? { head } : { head, body };
    const [outcome] = await this.outcomes([told]);
    return outcome!;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.tool[Symbol.asyncDispose]();
  }
}
