import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  type Decision,
  learn,
  type Learned,
  learnedFile,
  type LearnOptions,
  type Proposal,
  ToolSandbox,
} from "../../../mod.ts";
import { FileProgram, FOLDER } from "../../hostile/file_program.ts";

const COPY = new URL("../../../fixtures/wasi/copy.wasm", import.meta.url);
const CAT = new URL("../../../fixtures/wasi/cat.wasm", import.meta.url);

/** A base folder with files. */
class Base implements Disposable {
  readonly path: string;

  /** @param dir Where it is; guests have a `/tmp` of their own. */
  constructor(files: Readonly<Record<string, string>>, dir?: string) {
    const made = Deno.makeTempDirSync(dir === undefined ? {} : { dir });
    this.path = Deno.realPathSync(made);
    for (const [name, text] of Object.entries(files)) {
      const path = `${this.path}/${name}`;
      Deno.mkdirSync(path.slice(0, path.lastIndexOf("/")), { recursive: true });
      Deno.writeTextFileSync(path, text);
    }
  }

  /** Learns from a program that is run. */
  async learn(
    source: URL | Uint8Array<ArrayBuffer>,
    args: readonly string[],
    options: LearnOptions = {},
  ): Promise<Learned> {
    return await learn(async (config) => {
      await using sandbox = new ToolSandbox(config);
      const module = await sandbox.loadModule(source);
      const result = await sandbox.run(module, { args });
      assertEquals(sandbox.lostWorkers, 0);
      return result;
    }, { base: this.path, limits: { maxWorkers: 1 }, ...options });
  }

  [Symbol.dispose](): void {
    Deno.removeSync(this.path, { recursive: true });
  }
}

function shown(grants: readonly Proposal[]): string[] {
  return grants.map((one) =>
    one.kind === "host" ? one.host : `${one.access} ${one.guest} ${one.host}`
  );
}

Deno.test("learn grants the one folder that a program reads", async () => {
  using base = new Base({ "data/in.csv": "a,b\n", "other/x": "x" });
  const { ended, rounds, grants, result } = await base
    .learn(CAT, ["/data/in.csv"]);
  assertEquals([ended, rounds, result.stdout], ["succeeded", 2, "a,b\n"]);
  assertEquals(shown(grants), [`read /data ${base.path}/data`]);
});

Deno.test("learn tells a folder to read from one to change, and changes nothing", async () => {
  using base = new Base({ "in/a.txt": "text", "out/b.txt": "old" });
  const learned = await base.learn(COPY, ["/in/a.txt", "/out/b.txt"]);
  assertEquals(learned.ended, "succeeded");
  assertEquals(shown(learned.grants), [
    `read /in ${base.path}/in`,
    `overlay /out ${base.path}/out`,
  ]);
  assertEquals(Deno.readTextFileSync(`${base.path}/out/b.txt`), "old");
  assert(learned.result.changes.isSettled);
  const { tools } = learnedFile(learned, {
    source: "copy.wasm",
    folder: base.path,
  });
  assertEquals(tools, [{
    source: "copy.wasm",
    grants: {
      allowedPaths: { "/in": "in", "/out": { host: "out", overlay: true } },
    },
    reasons: { "/in": "read /in/a.txt", "/out": "write /out/b.txt" },
  }]);
});

Deno.test("learn turns what is read into what is changed, for the part alone", async () => {
  using base = new Base({ "work/a.txt": "text", "work/out/b.txt": "old" });
  const same = await base.learn(COPY, ["/work/a.txt", "/work/c.txt"]);
  assertEquals(shown(same.grants), [`overlay /work ${base.path}/work`]);
  assertEquals(same.grants[0]!.reasons, [
    { asked: "read /work/a.txt", count: 1 },
    { asked: "write /work/c.txt", count: 1 },
  ]);
  const part = await base.learn(COPY, ["/work/a.txt", "/work/out/b.txt"]);
  assertEquals(shown(part.grants), [
    `read /work ${base.path}/work`,
    `overlay /work/out ${base.path}/work/out`,
  ]);
  assertEquals(part.ended, "succeeded");
});

Deno.test("learn ends when somebody says stop, and skips what is skipped", async () => {
  using base = new Base({ "data/in.csv": "a" });
  for (
    const [decision, ended, asked] of [
      ["stop", "stopped", 1],
      ["skip", "nothing left", 1],
    ] as [Decision, string, number][]
  ) {
    let questions = 0;
    const learned = await base.learn(CAT, ["/data/in.csv"], {
      decide: () => {
        questions++;
        return decision;
      },
    });
    assertEquals([learned.ended, questions], [ended, asked]);
    assertEquals(learned.grants, []);
  }
});

Deno.test("learn proposes nothing that is secret, hidden, the system's or a way out", async () => {
  using base = new Base({
    ".ssh/id_rsa": "key",
    "keys/server.pem": "key",
    "app/.env": "PASSWORD=1",
    "app/main.py": "print()",
    "fine/a": "a",
  });
  Deno.symlinkSync(`${base.path}/fine`, `${base.path}/link`);
  Deno.symlinkSync("/etc", `${base.path}/etc_link`);
  const asked = [
    "/.ssh/id_rsa",
    "/~/.ssh/id_rsa",
    "/root/.ssh/id_rsa",
    "/keys/server.pem",
    "/app/main.py",
    "/link/a",
    "/etc_link/passwd",
    "/etc/passwd",
    "/proc/self/environ",
    "/proc/1/root/etc/shadow",
    "/dev/sda",
    "/sys/kernel",
    "/var/run/docker.sock",
    "/nothing/there",
    "/fine/../app/main.py",
    "/fine/a\u001b[2J",
    "/fine/\u202ea",
    "/fine/a:b",
    "/fine/\ud83d\ude00/a",
  ];
  for (const path of asked) {
    const proposed: Proposal[] = [];
    const program = new FileProgram();
    const text = program.text(path.slice(1));
    program.call("path_open", FOLDER, 0, ...text, 0, 2n, 0n, 0, 0);
    const learned = await base.learn(program.build(), [], {
      home: base.path,
      decide: (one) => {
        proposed.push(one);
        return "accept";
      },
    });
    assertEquals([path, shown(proposed)], [path, []]);
    assertEquals([learned.ended, learned.rounds], ["nothing left", 1]);
    assertEquals(learned.withheld.length, 1, path);
  }
});

Deno.test("learn proposes neither a home nor what a home is in", async () => {
  using base = new Base({ "a.txt": "a", "home/me/b.txt": "b" });
  const home = { home: `${base.path}/home/me` };
  const asked = async (path: string, options: LearnOptions) =>
    shown((await base.learn(CAT, [path], options)).grants);
  assertEquals(await asked("/a.txt", home), []);
  assertEquals(await asked("/home/me/b.txt", home), []);
  assertEquals(await asked("/a.txt", {}), [`read / ${base.path}`]);
  // A home is often named by a link.
  using elsewhere = new Base({});
  Deno.symlinkSync(base.path, `${elsewhere.path}/link`);
  const linked = { home: `${elsewhere.path}/link/home/me` };
  assertEquals(await asked("/a.txt", linked), []);
  assertEquals(await asked("/home/me/b.txt", linked), []);
  const itself = `${elsewhere.path}/link`;
  assertEquals(await asked("/a.txt", { home: itself, base: itself }), []);
});

Deno.test("learn proposes no folder of the system, unless the base is in it", async () => {
  using base = new Base({ "a.txt": "a" }, "/var/tmp");
  const asked = async (path: string, options: LearnOptions) => {
    const { grants } = await base.learn(CAT, [path], {
      home: undefined,
      maxRounds: 2,
      decide: () => "accept",
      ...options,
    });
    return shown(grants);
  };
  const path = `${base.path}/a.txt`;
  assertEquals(await asked(path, { base: "/" }), []);
  const below = path.slice("/var/tmp".length);
  assertEquals((await asked(below, { base: "/var/tmp" })).length, 1);
  assertEquals(await asked("/a.txt", {}), [`read / ${base.path}`]);
  assertEquals(await asked("/proc/sys/kernel/hostname", { base: "/" }), []);
  assertEquals(await asked("/etc/hostname", { base: "/" }), []);
});

Deno.test("learn proposes no folder that the sandbox keeps files of its own in", async () => {
  using base = new Base({ "a.txt": "a", "data/b.txt": "b" });
  for (const place of ["", "/data"]) {
    const cacheDirectory = `${base.path}${place}/cache`;
    Deno.mkdirSync(cacheDirectory, { mode: 0o700 });
    const limits = { maxWorkers: 1, cacheDirectory };
    const whole = await base.learn(CAT, ["/a.txt"], { limits });
    assertEquals([whole.ended, whole.grants], ["nothing left", []]);
    const { grants } = await base.learn(CAT, ["/data/b.txt"], { limits });
    assertEquals(grants.length, place === "" ? 1 : 0);
  }
});

Deno.test("learn proposes a folder elsewhere, and does not accept it by itself", async () => {
  using base = new Base({});
  using elsewhere = new Base({ "a.txt": "a" }, Deno.env.get("HOME"));
  const path = `${elsewhere.path}/a.txt`;
  const alone = await base.learn(CAT, [path]);
  assertEquals(shown(alone.skipped), [
    `read ${elsewhere.path} ${elsewhere.path}`,
  ]);
  const asked = await base.learn(CAT, [path], { decide: () => "accept" });
  assertEquals([asked.ended, asked.result.stdout], ["succeeded", "a"]);
});

Deno.test("learn ends, whatever a guest asks for", async () => {
  const names = Array.from({ length: 40 }, (_, i) => `f${i}/a`);
  using base = new Base(Object.fromEntries(names.map((name) => [name, "a"])));
  const paths = names.map((name) => `/${name}`);
  const learned = await base.learn(CAT, paths, { maxRounds: 4 });
  assertEquals([learned.ended, learned.rounds], ["rounds", 4]);
  assertEquals(learned.grants.length, 4);
  const program = new FileProgram();
  program.loop(100_000, () => program.open(program.numbered, 0, 0, 2n));
  const endless = await base.learn(program.build(), []);
  assertEquals([endless.ended, endless.rounds], ["nothing left", 1]);
  assertEquals(endless.withheld.length, 32);
});

Deno.test("learn takes no option that grants, and nothing unknown", async () => {
  const attempt = () => Promise.reject(new Error("called"));
  for (
    const options of [
      { limits: { allowedPaths: { "/": "/" } } },
      { limits: { functions: {} } },
      { limits: { maxWorkers: 0 } },
      { maxRounds: 65 },
      { round: 1 },
    ]
  ) {
    await assertRejects(
      () => learn(attempt, options as LearnOptions),
      Error,
      "Cannot",
    );
  }
});
