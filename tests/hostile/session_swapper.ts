/** Swaps a folder for a link to a secret and back, as fast as it goes. */

/** Where, and for how long. */
interface Order {
  readonly host: string;
  readonly secret: string;
  readonly forMs: number;
}

/** The part of the worker's global scope that is used here. */
interface WorkerScope {
  onmessage: ((event: MessageEvent<Order>) => void) | null;
  postMessage(message: "ready" | "done"): void;
}

const scope = globalThis as unknown as WorkerScope;

scope.onmessage = ({ data }: MessageEvent<Order>) => {
  const { host, secret, forMs } = data;
  const folder = `${host}/d`;
  const link = `${host}/link`;
  const away = `${host}/away`;
  Deno.symlinkSync(secret, link);
  scope.postMessage("ready");
  const until = performance.now() + forMs;
  while (performance.now() < until) {
    attempt(() => Deno.renameSync(folder, away));
    attempt(() => Deno.renameSync(link, folder));
    attempt(() => Deno.renameSync(folder, link));
    // Whoever writes makes the folder that was away.
    attempt(() => Deno.removeSync(folder, { recursive: true }));
    attempt(() => Deno.renameSync(away, folder));
  }
  scope.postMessage("done");
};

function attempt(act: () => void): void {
  try {
    act();
  } catch {
    // Somebody else was there first; the next round is another chance.
  }
}
