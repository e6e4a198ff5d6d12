/** What the runner loads, by what `deno info` knows of its imports. */

const ROOT = new URL("../../", import.meta.url);
const RUNNER = new URL("tool-runner.ts", ROOT).href;

interface InfoModule {
  readonly specifier: string;
  readonly dependencies?: readonly {
    readonly isDynamic?: boolean;
    readonly code?: { readonly specifier: string };
  }[];
}

/**
 * The modules that are loaded from `tool-runner.ts` on.
 *
 * @param follows Whether an import is followed.
 * @returns those, and all that there are.
 */
export async function loadedModules(
  follows: (specifier: string, isDynamic: boolean) => boolean,
): Promise<{ readonly loaded: Set<string>; readonly all: string[] }> {
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["info", "--json", "tool-runner.ts"],
    cwd: ROOT,
  }).output();
  const { modules } = JSON.parse(new TextDecoder().decode(stdout)) as {
    modules: InfoModule[];
  };
  const byName = new Map(modules.map((one) => [one.specifier, one]));
  const loaded = new Set<string>();
  const waiting = [RUNNER];
  for (let one = waiting.pop(); one; one = waiting.pop()) {
    if (loaded.has(one)) continue;
    loaded.add(one);
    const { dependencies = [] } = byName.get(one) ?? {};
    for (const { isDynamic = false, code } of dependencies) {
      if (code && follows(code.specifier, isDynamic)) {
        waiting.push(code.specifier);
      }
    }
  }
  return { loaded, all: [...byName.keys()] };
}
