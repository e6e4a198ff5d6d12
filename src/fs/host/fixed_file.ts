/** A read-only host file. */

import { fail } from "../error_code.ts";
import { HostFile } from "./host_file.ts";

/** A file opened for reading whose times may not be set either. */
export class FixedFile extends HostFile {
  override setSize(): void {
    fail("EROFS");
  }

  override setTimes(): void {
    fail("EROFS");
  }
}
