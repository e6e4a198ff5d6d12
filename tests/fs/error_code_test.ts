import { assertEquals, assertThrows } from "@std/assert";
import { join } from "@std/path";
import { codeOf } from "../../src/fs/error_code.ts";

/** What `act` fails with. */
function codeThrownBy(act: () => unknown): string | undefined {
  return codeOf(assertThrows(act, Error));
}

Deno.test({
  name: "codeOf knows the errors that Deno gives no name",
  ignore: Deno.build.os !== "linux",
  fn: () => {
    const path = Deno.makeTempFileSync();
    try {
      using file = Deno.openSync(path, { write: true });
      assertEquals(codeThrownBy(() => file.truncateSync(2 ** 62)), "EFBIG");
      const running = () => Deno.openSync(Deno.execPath(), { append: true });
      const code = codeThrownBy(running);
      // Whoever may not write to it does not get that far.
      if (code !== "EACCES") assertEquals(code, "ETXTBSY");
    } finally {
      Deno.removeSync(path);
    }
  },
});

Deno.test("codeOf reads the system's number, and not a path that has one", () => {
  const code = (message: string) => codeOf(new Error(message));
  assertEquals(code("Text file busy (os error 26): open 'a'"), "ETXTBSY");
  assertEquals(code("Never heard of (os error 9999): open 'a'"), "EIO");
  assertEquals(code("A bug: open '(b) (os error 27)'"), undefined);
  assertEquals(codeOf(new TypeError("A bug of ours")), undefined);
  const path = join("missing", "(os error 27)");
  assertEquals(codeThrownBy(() => Deno.statSync(path)), "ENOENT");
});
