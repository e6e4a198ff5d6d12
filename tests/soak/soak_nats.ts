// deno-lint-ignore-file no-console
/**
 * Many calls of tools that three processes serve, of which one is killed in the
 * middle, one drained and one more started: every call ends, none is answered
 * twice, and none is lost but those that the killed process had.
 *
 *     deno run -A tests/soak/soak_nats.ts [CALLS]
 */

import { connect } from "@nats-io/transport-node";
import type { SandboxErrorKind } from "../../mod.ts";
import { type RemoteTool, remoteTools } from "../../src/adapters/nats/mod.ts";
import { FRAME_KINDS } from "../../src/adapters/nats/frames.ts";
import { startNats } from "../adapters/nats/nats_server.ts";
import { delay, until } from "../adapters/nats/until.ts";

/** What came of it. */
export interface NatsSoakReport {
  readonly calls: number;
  /** Calls that were answered, each with what it asked for. */
  readonly answered: number;
  /** Answers that were another call's. */
  readonly wrong: number;
  /** Results on the wire beyond one for each try. */
  readonly answeredTwice: number;
  /** Failures of calls that began before the process was killed, by kind. */
  readonly failedBefore: Readonly<Partial<Record<SandboxErrorKind, number>>>;
  /** Failures of all others, and of those that may run twice. */
  readonly failedElse: readonly string[];
  /** How the drained process ended. */
  readonly drainedCode: number;
  readonly drainedText: string;
  readonly seconds: number;
}

const IN_FLIGHT = 32;
/** The server may send calls to a process until it sees that it has ended. */
const NOTICED_MS = 250;

/** A process that serves. */
class Service {
  readonly child: Deno.ChildProcess;
  readonly #reading: Promise<void>;
  text = "";

  constructor(url: string) {
    this.child = new Deno.Command(Deno.execPath(), {
      args: [
        "run",
        "-A",
        new URL("nats_service.ts", import.meta.url).pathname,
        url,
      ],
      cwd: new URL("../../", import.meta.url),
      stdin: "null",
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    this.#reading = this.#read();
  }

  async serves(): Promise<void> {
    await until("it serves", () => this.text.includes("serving"), 60_000);
  }

  async ended(): Promise<number> {
    await this.#reading;
    return (await this.child.status).code;
  }

  async kill(): Promise<void> {
    try {
      this.child.kill("SIGKILL");
    } catch {
      // It has ended already.
    }
    await this.ended();
  }

  async #read(): Promise<void> {
    const text = this.child.stdout.pipeThrough(new TextDecoderStream());
    for await (const piece of text) this.text += piece;
  }
}

/** Runs it to its end. */
export async function soakNats(calls: number): Promise<NatsSoakReport> {
  await using server = await startNats();
  const services = [1, 2, 3].map(() => new Service(server.url));
  const connection = await connect({ servers: server.url });
  const spying = await connect({ servers: server.url });
  try {
    await Promise.all(services.map((one) => one.serves()));
    const results = countResults(spying);
    const tools = await remoteTools(connection, { names: ["again", "echo"] });
    const run = new Run(calls, tools);
    const began = performance.now();
    const lanes = Array.from({ length: IN_FLIGHT }, () => run.lane());
    await until("a third is done", () => run.ended >= calls / 3, 600_000);
    await services[0]!.kill();
    run.killed = performance.now() + NOTICED_MS;
    services.push(new Service(server.url));
    await until("half is done", () => run.ended >= calls / 2, 600_000);
    services[1]!.child.kill("SIGTERM");
    const drainedCode = await services[1]!.ended();
    await Promise.all(lanes);
    const seconds = (performance.now() - began) / 1_000;
    await delay(200);
    return {
      calls: run.ended,
      answered: run.answered,
      wrong: run.wrong,
      answeredTwice: results.twice,
      failedBefore: run.failedBefore,
      failedElse: run.failedElse,
      drainedCode,
      drainedText: services[1]!.text,
      seconds,
    };
  } finally {
    await connection.close();
    await spying.close();
    await Promise.all(services.map((one) => one.kill()));
  }
}

/** Hears every answer on the server, and notices a second one of a try. */
function countResults(
  connection: Awaited<ReturnType<typeof connect>>,
): { twice: number } {
  const seen = new Set<string>();
  const count = { twice: 0 };
  connection.subscribe("_INBOX.>", {
    callback: (_, { subject, data }) => {
      if (data[0] !== 1 || data[1] !== FRAME_KINDS.Result) return;
      if (seen.has(subject)) count.twice++;
      seen.add(subject);
    },
  });
  return count;
}

class Run {
  readonly #calls: number;
  readonly #tools: readonly RemoteTool[];
  readonly failedBefore: Partial<Record<SandboxErrorKind, number>> = {};
  readonly failedElse: string[] = [];
  /** When no call can have reached the killed process any more. */
  killed = Infinity;
  answered = 0;
  wrong = 0;
  ended = 0;
  #begun = 0;

  constructor(calls: number, tools: readonly RemoteTool[]) {
    this.#calls = calls;
    this.#tools = tools;
  }

  async lane(): Promise<void> {
    while (this.#begun < this.#calls) {
      const id = `call ${this.#begun++}`;
      await this.#call(this.#tools[this.#begun % 2]!, id);
      this.ended++;
    }
  }

  async #call(tool: RemoteTool, text: string): Promise<void> {
    const began = performance.now();
    const result = await tool.call({ text });
    if (result.ok) {
      this.answered++;
      const { value } = result;
      const isOwn = (value as { text?: string } | null)?.text === text;
      if (!isOwn) this.wrong++;
      return;
    }
    const { kind, message } = result.error;
    if (began <= this.killed && tool.schema().name === "echo") {
      this.failedBefore[kind] = (this.failedBefore[kind] ?? 0) + 1;
    } else {
      this.failedElse.push(`${tool.schema().name}: ${message}`);
    }
  }
}

if (import.meta.main) {
  const report = await soakNats(Number(Deno.args[0] ?? 10_000));
  console.log(report);
  const lost = report.failedBefore.WorkerLost ?? 0;
  const isGood = report.wrong + report.answeredTwice === 0 &&
    report.failedElse.length === 0 && report.drainedCode === 0 &&
    report.answered + lost === report.calls;
  Deno.exit(isGood ? 0 : 1);
}
