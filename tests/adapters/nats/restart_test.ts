import { assert, assertEquals } from "@std/assert";
import { connect } from "@nats-io/transport-node";
import { ToolRegistry } from "../../../mod.ts";
import { remoteTools, serveTools } from "../../../src/adapters/nats/mod.ts";
import { NATS_SERVER, startNats } from "./nats_server.ts";
import { until } from "./until.ts";

const ECHO = new URL("../../../fixtures/tools/echo.wasm", import.meta.url);

Deno.test({
  name:
    "Services and callers find each other again when the server is started anew",
  ignore: NATS_SERVER === undefined,
  async fn() {
    const first = await startNats();
    const again = {
      servers: first.url,
      maxReconnectAttempts: -1,
      reconnectTimeWait: 100,
    };
    await using tools = new ToolRegistry();
    await tools.load(ECHO);
    await using service = await connect(again);
    await using caller = await connect(again);
    await using serving = await serveTools(service, tools);
    const [echo] = await remoteTools(caller, { silenceMs: 1_000 });
    assertEquals(await echo!.execute({ text: "one" }), { text: "one" });
    await first[Symbol.asyncDispose]();
    const lost = await echo!.call({ text: "two" }, { timeout: 2_000 });
    assert(!lost.ok && lost.error.kind !== "ExecutionFailed");
    {
      await using _second = await startNats("", first.port);
      await until("it answers again", async () => {
        return (await echo!.call({ text: "three" }, { timeout: 1_000 })).ok;
      });
    }
    // Nor does a service wait for a server that is away to be closed.
    const began = performance.now();
    await serving.close();
    assert(performance.now() - began < 15_000);
    await service.close();
    await caller.close();
  },
});
