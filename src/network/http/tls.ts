/**
 * TLS over a connection. Uses Node's TLS, because Deno's handshake can't be
 * aborted: a closed handshake keeps its socket open until the server closes it,
 * and one that fails before it starts keeps it forever. Here we keep control of
 * the socket.
 */

import type { Duplex } from "node:stream";
import type { TLSSocket } from "node:tls";
import { isAddress } from "../policy/address_policy.ts";
import { unreachable } from "../policy/refusal.ts";
import { closeRaw, type RawConnection } from "./connection.ts";

/**
 * In earlier versions, Node's TLS over a custom socket blocks the whole thread.
 */
const OLDEST_DENO = [2, 8] as const;

/** Size of one read from the connection. */
const READ_BYTES = 32_768;

/**
 * Performs the handshake, and verifies the certificate against the host. Closes
 * the connection on any failure.
 *
 * @param host A name or an address, IPv6 without brackets.
 * @param caCerts CA certificates to trust, instead of the process's own.
 * @throws {Refusal} when the server can't be trusted.
 * @throws the signal's reason when it is aborted.
 */
export async function encrypted(
  connection: RawConnection,
  host: string,
  signal: AbortSignal,
  caCerts?: readonly string[],
): Promise<RawConnection> {
  const close = () => closeRaw(connection);
  if (isTooOld(Deno.version.deno)) {
    close();
    throw unreachable(`https needs Deno ${OLDEST_DENO.join(".")} or later`);
  }
  signal.addEventListener("abort", close, { once: true });
  try {
    // Loaded only for https URLs.
    const { connect } = await import("node:tls");
    const transport = await duplexOf(connection);
    signal.throwIfAborted();
    const socket = connect({
      socket: transport,
      host,
      ...!isAddress(host) && { servername: host },
      ...caCerts && { ca: [...caCerts] },
      ALPNProtocols: ["http/1.1"],
      // Regardless of the environment of the process.
      rejectUnauthorized: true,
    });
    const tls = new TlsConnection(socket, transport);
    await tls.secured(signal);
    return tls;
  } catch (error) {
    close();
    signal.throwIfAborted();
    throw unreachable(`Cannot trust the server: ${whyNot(error)}`);
  } finally {
    signal.removeEventListener("abort", close);
  }
}

/** A connection after its handshake. */
class TlsConnection implements RawConnection {
  readonly #socket: TLSSocket;
  readonly #transport: Duplex;
  /** Bytes beyond what was requested. */
  #rest = new Uint8Array();
  #changed = Promise.withResolvers<void>();
  #failure: Error | undefined;

  constructor(socket: TLSSocket, transport: Duplex) {
    this.#socket = socket;
    this.#transport = transport;
    const wake = () => {
      this.#changed.resolve();
      this.#changed = Promise.withResolvers();
    };
    const fail = (error: Error) => {
      this.#failure ??= error;
      wake();
    };
    socket.on("error", fail);
    transport.on("error", fail);
    transport.on("close", wake);
    for (const event of ["secureConnect", "readable", "end", "close"]) {
      socket.on(event, wake);
    }
  }

  /** Resolves once the certificate is verified. */
  async secured(signal: AbortSignal): Promise<void> {
    while (!this.#socket.authorized) {
      signal.throwIfAborted();
      if (this.#failure) throw this.#failure;
      if (this.#transport.destroyed) throw new Error("closed");
      await this.#changed.promise;
    }
  }

  async read(into: Uint8Array): Promise<number | null> {
    while (this.#rest.length === 0) {
      const chunk: Uint8Array<ArrayBuffer> | null = this.#socket.read();
      if (chunk) this.#rest = chunk;
      else if (this.#failure) throw this.#failure;
      else if (this.#socket.readableEnded || this.#socket.destroyed) {
        return null;
      } else await this.#changed.promise;
    }
    const count = Math.min(into.length, this.#rest.length);
    into.set(this.#rest.subarray(0, count));
    this.#rest = this.#rest.subarray(count);
    return count;
  }

  async write(bytes: Uint8Array): Promise<number> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#socket.write(bytes, (error) => error ? reject(error) : resolve());
    await promise;
    return bytes.length;
  }

  close(): void {
    this.#socket.destroy();
    this.#transport.destroy();
  }
}

/** Wraps a connection as a Node stream. */
async function duplexOf(connection: RawConnection): Promise<Duplex> {
  const { Duplex } = await import("node:stream");
  return new Duplex({
    read() {
      const buffer = new Uint8Array(READ_BYTES);
      connection.read(buffer).then(
        (count) => this.push(count === null ? null : buffer.subarray(0, count)),
        (error) => this.destroy(error),
      );
    },
    write(bytes: Uint8Array, _encoding, done) {
      writeAll(connection, bytes).then(() => done(), done);
    },
    destroy(error, done) {
      closeRaw(connection);
      done(error);
    },
  });
}

async function writeAll(
  connection: RawConnection,
  bytes: Uint8Array,
): Promise<void> {
  for (let at = 0; at < bytes.length;) {
    at += await connection.write(bytes.subarray(at));
  }
}

/** Whether a version of Deno is older than the first supported one. */
export function isTooOld(version: string): boolean {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const [oldestMajor, oldestMinor] = OLDEST_DENO;
  return major < oldestMajor || (major === oldestMajor && minor < oldestMinor);
}

/**
 * Our own message, as the system's may contain addresses or the certificate.
 */
function whyNot(error: unknown): string {
  const { code = "", message = "" } = error as {
    readonly code?: string;
    readonly message?: string;
  };
  if (code === "ERR_TLS_CERT_ALTNAME_INVALID") {
    return "its certificate is for another name";
  }
  if (code === "CERT_HAS_EXPIRED") return "its certificate has expired";
  if (
    /CERT|SIGNATURE|ISSUER|SIGNED/.test(code) || /certificate/.test(message)
  ) {
    return "its certificate is not valid";
  }
  return "the TLS handshake failed";
}
