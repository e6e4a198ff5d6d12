/** Checks that a snapshot file was made for the module and grants at hand. */

import { MAX_TABLE_ENTRIES, PAGE_BYTES } from "../../contract/page_bytes.ts";
import type { InstancePlan } from "../../contract/instance_plan.ts";
import type { MemoryDirectory } from "../../contract/system_grants.ts";
import { checkGuestPath } from "../../config/guest_path.ts";
import { TABLE_ENTRY_BYTES } from "../../prepare/rewrite/growth.ts";
import { quote } from "../../quote.ts";
import { grantedBases } from "./granted_bases.ts";
import type { HeadDirectory, SnapshotHead } from "./snapshot_head.ts";
import { refused } from "./snapshot_refusal.ts";

/** Maximum number of a file's names in a message. */
const MAX_LISTED = 8;

/** What a snapshot must match. */
export interface SnapshotTarget {
  /** The module. */
  readonly sha256: string;
  readonly plan: InstancePlan;
  /** Total size limit of the in-memory directories. */
  readonly maxFileBytes: number;
  /** The guest paths of the granted host directories. */
  readonly hostDirectories: readonly string[];
  readonly memoryDirectories: readonly MemoryDirectory[];
  /** The descriptor limit; each directory takes one. */
  readonly maxDescriptors: number;
}

/** @throws {ExecutionFailed} when the file was made for something else. */
export async function checkTarget(
  head: SnapshotHead,
  target: SnapshotTarget,
): Promise<void> {
  const { plan, hostDirectories } = target;
  if (head.sha256 !== target.sha256) throw refused("it is of another module");
  if (head.engine !== Deno.version.v8) {
    throw refused(
      `it was taken with V8 ${quote(head.engine)}, this is ${Deno.version.v8}`,
    );
  }
  if (head.globals !== plan.state.globals.length) {
    throw refused("its globals are not those of the module");
  }
  checkSpaces(head, plan);
  if (head.hostDirectories.join("\0") !== hostDirectories.join("\0")) {
    const listed = head.hostDirectories.slice(0, MAX_LISTED)
      .map((one) => quote(one)).join(", ");
    throw refused(
      `it was taken with other host directories: ${listed || "none"}`,
    );
  }
  await checkDirectories(head.directories, target);
}

function checkSpaces({ memories, tables }: SnapshotHead, plan: InstancePlan) {
  const fits = memories.length === plan.memories.length &&
    memories.every(({ pages }, index) => {
      const { initialPages, maximumPages } = plan.memories[index]!;
      return pages >= initialPages && pages <= maximumPages;
    });
  if (!fits) throw refused("its memories are not those of the module");
  const fit = tables.length === plan.state.tables.length &&
    tables.every((length, index) => {
      const { minimum, maximum } = plan.state.tables[index]!;
      return length >= minimum && length <= (maximum ?? Infinity);
    });
  if (!fit) throw refused("its tables are not those of the module");
  const entries = tables.reduce((sum, length) => sum + length, 0);
  if (entries > MAX_TABLE_ENTRIES) {
    throw refused(
      `its tables have ${entries} entries, limit is ${MAX_TABLE_ENTRIES}`,
    );
  }
  const bytes = memories.reduce(
    (sum, { pages }) => sum + pages * PAGE_BYTES,
    entries * TABLE_ENTRY_BYTES,
  );
  if (bytes > plan.maxMemoryBytes) {
    throw refused(
      `its memories and tables take ${bytes} bytes, limit is ${plan.maxMemoryBytes}`,
    );
  }
}

async function checkDirectories(
  directories: readonly HeadDirectory[],
  target: SnapshotTarget,
): Promise<void> {
  const { maxFileBytes, maxDescriptors, hostDirectories } = target;
  if (directories.length > maxDescriptors) {
    throw refused(
      `it has ${directories.length} directories, limit of descriptors is ${maxDescriptors}`,
    );
  }
  const names = new Set(hostDirectories);
  for (const { guest } of directories) {
    if (names.has(guest) || !isGuestPath(guest)) {
      throw refused(`it has no directory, or two, at ${quote(guest)}`);
    }
    names.add(guest);
  }
  const room = directories.reduce((sum, one) => sum + one.maxBytes, 0);
  if (room > maxFileBytes) {
    throw refused(
      `its directories may hold ${room} bytes, limit is ${maxFileBytes}`,
    );
  }
  await checkBases(directories, target);
}

async function checkBases(
  directories: readonly HeadDirectory[],
  { memoryDirectories }: SnapshotTarget,
): Promise<void> {
  const based = directories.filter(({ base }) => base !== "");
  if (based.length === 0) return;
  const bases = await grantedBases(memoryDirectories);
  for (const { guest, base } of based) {
    if (bases.get(guest) !== base) {
      throw refused(`${quote(guest)} is granted with other files than it was`);
    }
  }
}

function isGuestPath(guest: string): boolean {
  try {
    return checkGuestPath("snapshot", guest) === guest;
  } catch {
    return false;
  }
}
