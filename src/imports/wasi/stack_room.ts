/** Room on the stack, asked for before something that must not stop half-way. */

/**
 * Words that are more than making a file ever needs: 64 KiB, of which V8 wants
 * 40 for compiling a function that was not called before.
 */
const ROOM: readonly number[] = new Array(8192).fill(0);

/**
 * Fails, as running out of stack does, unless there is room for what follows.
 *
 * The guest decides how deep the stack is when it calls an import. Where it
 * would end after a file was made and before the file has its name, say, it
 * ends here, before anything has happened. That takes some microseconds.
 *
 * @throws {RangeError} when there is too little room.
 */
export function checkStackRoom(): void {
  // Arguments lie on the stack, whatever the compiler makes of the rest.
  Reflect.apply(ignore, undefined, ROOM);
}

function ignore(): void {}
