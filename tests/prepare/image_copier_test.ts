/** The module that puts memories back. */

import { assert, assertEquals } from "@std/assert";
import { imageCopier } from "../../src/prepare/image_copier.ts";

const PAGE = 4096;
const PAGES = 32;

/** The copier between a memory and an image of the same size. */
function copier(index64: boolean) {
  const pages = PAGES * PAGE / 65_536;
  const guest = index64
    // deno-lint-ignore no-explicit-any -- not known to the types yet
    ? new WebAssembly.Memory({ initial: BigInt(pages), address: "i64" } as any)
    : new WebAssembly.Memory({ initial: pages });
  const image = new WebAssembly.Memory({
    initial: pages,
    maximum: pages,
    shared: true,
  });
  const module = imageCopier(index64);
  const imports = { memory: { guest, image } };
  const { copy, clear } = new WebAssembly.Instance(module, imports)
    .exports as Record<string, (place: number, bytes: number) => void>;
  return {
    guest: new Uint8Array(guest.buffer),
    image: new Uint8Array(image.buffer),
    copy: copy!,
    clear: clear!,
  };
}

Deno.test("A range is made what it was, whatever byte differs", () => {
  for (const index64 of [false, true]) {
    const { guest, image, copy, clear } = copier(index64);
    for (let at = 0; at < image.length; at++) image[at] = at * 7 + (at >> 8);
    copy(0, image.length);
    assertEquals(guest, image);
    for (let at = 0; at < PAGE; at++) {
      guest[at] = guest[at]! ^ (1 << (at % 8));
      copy(0, PAGE);
      assert(guest[at] === image[at], `byte ${at}`);
    }
    clear(PAGE, PAGE);
    for (let at = PAGE; at < 2 * PAGE; at++) {
      assert(guest[at] === 0);
      guest[at] = 1 << (at % 8);
      clear(PAGE, PAGE);
      assert(guest[at] === 0, `byte ${at}`);
    }
  }
});

Deno.test("Nothing outside of a range is touched", () => {
  for (const index64 of [false, true]) {
    const { guest, image, copy, clear } = copier(index64);
    image.fill(5);
    guest.fill(9);
    copy(3 * PAGE, 2 * PAGE);
    clear(9 * PAGE, PAGE);
    for (let page = 0; page < PAGES; page++) {
      const expected = page === 3 || page === 4 ? 5 : page === 9 ? 0 : 9;
      const bytes = guest.subarray(page * PAGE, (page + 1) * PAGE);
      assert(bytes.every((byte) => byte === expected), `page ${page}`);
    }
  }
});
