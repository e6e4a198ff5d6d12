/** Files that the user names: what goes wrong with one is the user's to mend. */

import { UsageError } from "./usage_error.ts";

/**
 * Does something that reads a file.
 *
 * @param what What is read, as it stands in the message.
 * @throws {UsageError} when it can't be read.
 */
export async function reading<Value>(
  what: string,
  read: () => Promise<Value>,
): Promise<Value> {
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    throw new UsageError(`Cannot read ${what}: ${error.message}`);
  }
}

/**
 * Does something that writes a file.
 *
 * @param what What is written, as it stands in the message.
 * @throws {UsageError} when it can't be written.
 */
export async function writing(
  what: string,
  write: () => Promise<void>,
): Promise<void> {
  try {
    await write();
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    throw new UsageError(`Cannot write ${what}: ${error.message}`);
  }
}
