/** A file of the host that nothing of may be changed. */

import { fail } from "../error_code.ts";
import { HostFile } from "./host_file.ts";

/** A file that was opened to read where its times may not be set either. */
export class FixedFile extends HostFile {
  override setSize(): void {
    fail("EROFS");
  }

  override setTimes(): void {
    fail("EROFS");
  }
}
