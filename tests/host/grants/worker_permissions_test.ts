import { assertEquals, assertThrows } from "@std/assert";
import { resolve } from "@std/path";
import { SandboxConfig } from "../../../src/config/sandbox_config.ts";
import { systemGrants } from "../../../src/host/grants/system_grants.ts";
import { PermissionDenied } from "../../../src/errors.ts";
import {
  networkPermissions,
  type WorkerPermissions,
  workerPermissions,
} from "../../../src/host/grants/worker_permissions.ts";

/** Those of the guests' workers, and the network of the fetching worker. */
function permissions(config: SandboxConfig): WorkerPermissions {
  const { directories } = systemGrants(config);
  const guest = workerPermissions(directories);
  assertEquals(guest.net, false);
  const { net, ...others } = networkPermissions(config.allowNetwork);
  assertEquals({ ...others, net: false }, NOTHING);
  return { ...guest, net };
}

const NOTHING: WorkerPermissions = {
  read: false,
  write: false,
  net: false,
  env: false,
  ffi: false,
  import: false,
  run: false,
  sys: false,
};

Deno.test("workerPermissions grants nothing by default", () => {
  const config = SandboxConfig.builder().build();
  assertEquals(permissions(config), NOTHING);
});

Deno.test("workerPermissions mirrors folders and hosts exactly", () => {
  const config = SandboxConfig.builder()
    .allowedPath("/a", "a")
    .allowedPath("/b", "/tmp/b", { write: true })
    .allowNetwork(["a.example", "b.example:8080"])
    .build();
  assertEquals(permissions(config), {
    ...NOTHING,
    read: [resolve("a"), "/tmp/b"],
    write: ["/tmp/b"],
    net: ["a.example", "b.example:8080"],
  });
});

Deno.test({
  name: "workerPermissions says which flag the host lacks",
  permissions: { read: ["/tmp"], net: ["a.example"] },
  fn() {
    const build = SandboxConfig.builder;
    const cases: [SandboxConfig, string][] = [
      [build().allowedPath("/x", "/etc").build(), "--allow-read=/etc"],
      [
        build().allowedPath("/x", "/tmp/x", { write: true }).build(),
        "--allow-write=/tmp/x",
      ],
      [build().allowNetwork(["b.example"]).build(), "--allow-net=b.example"],
      [build().allowNetwork(true).build(), "run Deno with --allow-net"],
    ];
    for (const [config, flag] of cases) {
      assertThrows(() => permissions(config), PermissionDenied, flag);
    }
    permissions(build().allowedPath("/x", "/tmp/x").build());
    permissions(build().allowNetwork(["a.example"]).build());
  },
});
