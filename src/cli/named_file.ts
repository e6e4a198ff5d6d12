/** Files named by the user, whose errors are usage errors. */

import { UsageError } from "./usage_error.ts";

/**
 * Runs an operation that reads a file.
 *
 * @param what What is read, for the message.
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
 * Runs an operation that writes a file.
 *
 * @param what What is written, for the message.
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
