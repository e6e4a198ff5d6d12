import { assertEquals, assertThrows } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { ExecutionFailed } from "../../../src/errors.ts";
import { FileSystemError } from "../../../src/fs/error_code.ts";
import { GuestMemory } from "../../../src/imports/wasi/guest_memory.ts";

const PAGE = 65_536;

function guestMemory(): { memory: WebAssembly.Memory; guest: GuestMemory } {
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 4 });
  const guest = new GuestMemory();
  guest.attach(memory);
  return { memory, guest };
}

function codeFrom(act: () => unknown): string {
  return assertThrows(act, FileSystemError).code;
}

describe("GuestMemory", () => {
  it("refuses whatever doesn't lie in the memory", () => {
    const { guest } = guestMemory();
    assertEquals(codeFrom(() => guest.getU8(PAGE)), "EFAULT");
    assertEquals(codeFrom(() => guest.getU32(PAGE - 3)), "EFAULT");
    assertEquals(codeFrom(() => guest.setU64(-1, 0n)), "EFAULT");
    assertEquals(codeFrom(() => guest.bytes(1, PAGE)), "EFAULT");
    assertEquals(codeFrom(() => guest.bytes(-8, 16)), "EFAULT");
    assertEquals(codeFrom(() => guest.bytes(0, -1)), "EFAULT");
    assertEquals(codeFrom(() => guest.getU8(2 ** 32)), "EFAULT");
    assertEquals(guest.bytes(PAGE, 0).length, 0);
  });

  it("sees the memory that the guest grew", () => {
    const { memory, guest } = guestMemory();
    guest.setU8(PAGE - 1, 7);
    memory.grow(1);
    assertEquals(guest.getU8(PAGE - 1), 7);
    guest.setU8(2 * PAGE - 1, 8);
    assertEquals(new Uint8Array(memory.buffer).at(-1), 8);
  });

  it("faults before a memory is attached", () => {
    assertEquals(codeFrom(() => new GuestMemory().getU8(0)), "EFAULT");
  });

  it("refuses pointers of a 64-bit memory with a clear error", () => {
    const { guest } = guestMemory();
    assertThrows(
      () => guest.getU8(8n as unknown as number),
      ExecutionFailed,
      "32 bits",
    );
  });

  it("path takes UTF-8 without NUL up to the longest path", () => {
    const { memory, guest } = guestMemory();
    const bytes = new Uint8Array(memory.buffer);
    bytes.set(new TextEncoder().encode("\uFEFFdätei"));
    assertEquals(guest.path(0, 9), "\uFEFFdätei");
    bytes.set([0x61, 0xff, 0x61], 100);
    assertEquals(codeFrom(() => guest.path(100, 3)), "EILSEQ");
    bytes.set([0x61, 0, 0x61], 200);
    assertEquals(codeFrom(() => guest.path(200, 3)), "EINVAL");
    assertEquals(codeFrom(() => guest.path(0, 4097)), "ENAMETOOLONG");
    assertEquals(codeFrom(() => guest.path(0, -1)), "ENAMETOOLONG");
    assertEquals(codeFrom(() => guest.path(PAGE - 2, 3)), "EFAULT");
  });

  it("buffers checks all of them before the first is used", () => {
    const { guest } = guestMemory();
    guest.setU32(0, 100);
    guest.setU32(4, 10);
    guest.setU32(8, PAGE - 1);
    guest.setU32(12, 2);
    assertEquals(guest.buffers(0, 1).map(({ length }) => length), [10]);
    assertEquals(codeFrom(() => guest.buffers(0, 2)), "EFAULT");
  });

  it("buffers bounds their number and their sum", () => {
    const { guest } = guestMemory();
    assertEquals(codeFrom(() => guest.buffers(0, 1025)), "EINVAL");
    assertEquals(codeFrom(() => guest.buffers(0, -1)), "EINVAL");
    assertEquals(codeFrom(() => guest.buffers(PAGE - 8, 2)), "EFAULT");
    const large = new WebAssembly.Memory({ initial: 1024 });
    guest.attach(large);
    for (let i = 0; i < 64; i++) {
      guest.setU32(i * 8, 1024);
      guest.setU32(i * 8 + 4, 60 * 1024 * 1024);
    }
    assertEquals(codeFrom(() => guest.buffers(0, 64)), "EINVAL");
  });
});
