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
  fail(descriptors.has(fd) ? "ENOTSOCK" : "EBADF");
}
