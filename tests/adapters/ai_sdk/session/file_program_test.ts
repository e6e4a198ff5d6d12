import { assertEquals } from "@std/assert";
import { readFixture } from "../../../../fixtures/manifest.ts";
import { FILE_ERRNO } from "../../../../src/adapters/ai_sdk/session/file_error.ts";
import { FILE_PROGRAM } from "../../../../src/adapters/ai_sdk/session/file_program.ts";
import { Errno } from "../../../../src/imports/wasi/errno.ts";

Deno.test("The file program of a session is the fixture", async () => {
  const fixture = await readFixture("wasi/session_files");
  assertEquals(FILE_PROGRAM, fixture.toBase64());
});

Deno.test("The numbers that it ends with are WASI's", () => {
  for (const [name, number] of Object.entries(FILE_ERRNO)) {
    assertEquals(Errno[name as keyof typeof Errno], number, name);
  }
});
