/** Counts TCP sockets from outside of whatever has opened them. */

/** How many TCP sockets this process has open. */
export function openSockets(): number {
  const tcp = new Set<string>();
  for (const file of ["/proc/net/tcp", "/proc/net/tcp6"]) {
    for (const line of Deno.readTextFileSync(file).split("\n").slice(1)) {
      const inode = line.trim().split(/ +/)[9];
      if (inode !== undefined) tcp.add(`socket:[${inode}]`);
    }
  }
  let count = 0;
  for (const { name } of Deno.readDirSync("/proc/self/fd")) {
    try {
      if (tcp.has(Deno.readLinkSync(`/proc/self/fd/${name}`))) count++;
    } catch {
      // It was that of the listing.
    }
  }
  return count;
}

/** Waits until no more than so many are open; rejects after two seconds. */
export async function socketsLeft(most: number): Promise<void> {
  for (let waited = 0; openSockets() > most; waited += 20) {
    if (waited > 2000) {
      throw new Error(`${openSockets()} sockets are open, expected ${most}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
