/** The WASI functions for sockets, which guests never have. */

import { fail } from "../../fs/error_code.ts";
import type { WasiContext } from "./wasi_context.ts";

/** Socket imports: no descriptor is ever a socket. */
export const socketFunctions = {
  sock_accept(context: WasiContext, fd: number): void {
    refuse(context, fd);
  },

  sock_recv(context: WasiContext, fd: number): void {
    refuse(context, fd);
  },

  sock_send(context: WasiContext, fd: number): void {
    refuse(context, fd);
  },

  sock_shutdown(context: WasiContext, fd: number): void {
    refuse(context, fd);
  },
};

function refuse({ descriptors }: WasiContext, fd: number): never {
  // A guest that probes for inherited sockets must not find the implicit root
  // directory, which was not granted.
  const isGiven = descriptors.has(fd) && !descriptors.isFree(fd);
  fail(isGiven ? "ENOTSOCK" : "EBADF");
}
