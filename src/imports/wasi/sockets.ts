/** The WASI functions for sockets, which guests have none of. */

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
  // Who looks for sockets that were handed over must not find what nobody
  // granted: the tree that stands for "/".
  const isGiven = descriptors.has(fd) && !descriptors.isFree(fd);
  fail(isGiven ? "ENOTSOCK" : "EBADF");
}
