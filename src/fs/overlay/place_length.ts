/** Limits names and places to lengths that a host supports. */

import { fail } from "../error_code.ts";
import { nameOf } from "../file_system.ts";
import { isOwnPlace } from "../host/own_names.ts";

/** The longest name and the longest place, in bytes. */
const NAME_MAX = 255;
const PLACE_MAX = 3_500;

/** Fails for a place that a host could not store. */
export function checkPlace(place: string): void {
  if (isOwnPlace(place)) fail("EACCES");
  const name = nameOf(place);
  // Each UTF-16 code unit takes at most three bytes.
  if (name.length * 3 > NAME_MAX && bytesOf(name) > NAME_MAX) {
    fail("ENAMETOOLONG");
  }
  if (place.length * 3 > PLACE_MAX && bytesOf(place) > PLACE_MAX) {
    fail("ENAMETOOLONG");
  }
}

function bytesOf(text: string): number {
  return new TextEncoder().encode(text).length;
}
