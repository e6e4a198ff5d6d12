/** A registry in the shape of JSR, on loopback. */

import type { JsrPackage } from "./jsr_package.ts";

/** A running registry. */
export interface JsrServer extends AsyncDisposable {
  /** `JSR_URL`, with a slash at the end. */
  readonly url: string;
  /** The paths that were asked for, in order. */
  readonly requests: readonly string[];
}

/**
 * Serves packages.
 *
 * @param extra Files that are no package's, by path with a leading slash.
 */
export async function serveJsr(
  packages: readonly JsrPackage[],
  extra: ReadonlyMap<string, Uint8Array<ArrayBuffer>> = new Map(),
): Promise<JsrServer> {
  const bodies = new Map<string, BodyInit>(extra);
  for (const one of packages) await addPackage(bodies, one);
  const requests: string[] = [];
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    (request) => {
      const { pathname } = new URL(request.url);
      requests.push(pathname);
      return answer(pathname, bodies.get(pathname));
    },
  );
  return {
    url: `http://127.0.0.1:${server.addr.port}/`,
    requests,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

async function addPackage(
  bodies: Map<string, BodyInit>,
  { name, version, exports, files, moduleGraph }: JsrPackage,
): Promise<void> {
  const manifest: Record<string, { size: number; checksum: string }> = {};
  for (const [path, bytes] of files) {
    const checksum = `sha256-${await sha256(bytes)}`;
    manifest[path] = { size: bytes.length, checksum };
    bodies.set(`/${name}/${version}${path}`, bytes);
  }
  const [scope, shortName] = name.slice(1).split("/");
  const versions = { [version]: {} };
  const meta = { scope, name: shortName, latest: version, versions };
  const versionMeta = { manifest, exports, moduleGraph2: moduleGraph };
  bodies.set(`/${name}/meta.json`, JSON.stringify(meta));
  bodies.set(`/${name}/${version}_meta.json`, JSON.stringify(versionMeta));
}

function answer(path: string, body: BodyInit | undefined): Response {
  if (body === undefined) return new Response("Not found", { status: 404 });
  const type = path.endsWith(".json")
    ? "application/json"
    : path.endsWith(".ts")
    ? "text/typescript"
    : path.endsWith(".js")
    ? "text/javascript"
    : "application/octet-stream";
  return new Response(body, { headers: { "content-type": type } });
}

async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", bytes);
  return new Uint8Array(digest).toHex();
}
