import { assertEquals, assertThrows } from "@std/assert";
import { parseDirectory, parseHosts } from "../../src/cli/grant.ts";
import { UsageError } from "../../src/cli/usage_error.ts";

Deno.test("parseDirectory splits at the last separator", () => {
  const directories = {
    "./data::/data": { host: "./data", guest: "/data" },
    "C:\\x::/g": { host: "C:\\x", guest: "/g" },
    "\\\\server\\share::/g": { host: "\\\\server\\share", guest: "/g" },
    "odd::name::/g": { host: "odd::name", guest: "/g" },
    ".": { host: ".", guest: "/" },
    "data": { host: "data", guest: "/data" },
    "./data/in/": { host: "./data/in/", guest: "/data/in" },
    "/srv/data": { host: "/srv/data", guest: "/srv/data" },
  };
  for (const [text, grant] of Object.entries(directories)) {
    assertEquals(parseDirectory(text), grant, text);
  }
});

Deno.test("parseDirectory refuses a grant with a part missing", () => {
  for (
    const text of ["", "..", "../data", "data:/data", "::/data", "data::", "::"]
  ) {
    assertThrows(() => parseDirectory(text), UsageError, "HOST::GUEST");
  }
});

Deno.test("parseHosts reads a list, or every host", () => {
  assertEquals(parseHosts("*"), true);
  assertEquals(parseHosts("a.example"), ["a.example"]);
  assertEquals(parseHosts("a.example:80, [::1]:8080"), [
    "a.example:80",
    "[::1]:8080",
  ]);
});

Deno.test("parseHosts refuses an empty entry", () => {
  for (const text of ["", ",", "a.example,", "a.example,,b.example"]) {
    assertThrows(() => parseHosts(text), UsageError, "expected hosts");
  }
});
