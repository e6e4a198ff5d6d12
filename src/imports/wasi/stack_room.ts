/** Checks for stack space before operations that must not be interrupted. */

/**
 * More stack than creating a file ever needs: 64 KiB, of which V8 needs 40 to
 * compile a function that was not called before.
 */
const ROOM: readonly number[] = new Array(8192).fill(0);

/**
 * Fails with a stack overflow unless there is enough space for what follows.
 *
 * The guest controls the stack depth when it calls an import. If the stack
 * would overflow halfway, for example after a file was created but before it
 * has its name, it overflows here, before anything has happened. The check
 * takes some microseconds.
 *
 * @throws {RangeError} when there is too little space.
 */
export function checkStackRoom(): void {
  // Arguments are always on the stack, whatever the compiler optimizes.
  Reflect.apply(ignore, undefined, ROOM);
}

function ignore(): void {}
