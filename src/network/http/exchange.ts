/** One request and its response, on one connection. */

import { framingOf } from "./body_framing.ts";
import type { ByteBudget } from "../policy/byte_budget.ts";
import { concat } from "../bytes.ts";
import type { SecretBook } from "../secrets/secret_book.ts";
import type { Connection } from "./connection.ts";
import type { ConnectionPool } from "./connection_pool.ts";
import type { Destination } from "../policy/host_policy.ts";
import { broken, Refusal, unreachable } from "../policy/refusal.ts";
import type { GuestRequest } from "./request_head.ts";
import { ResponseBody } from "./response_body.ts";
import { readHead, type ResponseHead } from "./response_head.ts";

/** What an exchange needs besides the request. */
export interface ExchangeContext {
  readonly pool: ConnectionPool;
  readonly headerBytes: number;
  readonly budget: ByteBudget;
  readonly secrets: SecretBook;
  readonly signal: AbortSignal;
}

/** A response whose body has not been read. */
export interface Answer {
  readonly head: ResponseHead;
  readonly body: ResponseBody;
}

/** Methods that can be retried safely. */
const IDEMPOTENT: ReadonlySet<string> = new Set(["GET", "HEAD", "OPTIONS"]);

/** Default headers, unless the guest sets them. */
const DEFAULT_HEADERS: readonly (readonly [name: string, value: string])[] = [
  ["accept", "*/*"],
  ["user-agent", "cortex-sandbox"],
];

/**
 * Sends a request and reads the head of the response.
 *
 * @throws {Refusal} when there is no valid response.
 * @throws the signal's reason when it is aborted.
 */
export async function exchange(
  request: GuestRequest,
  destination: Destination,
  context: ExchangeContext,
): Promise<Answer> {
  const isIdempotent = IDEMPOTENT.has(request.method);
  const { pool, signal } = context;
  const first = await pool.take(destination, !isIdempotent, signal);
  try {
    return await answerOn(first.connection, request, destination, context);
  } catch (error) {
    // The server may just have closed a kept connection.
    const isStale = first.isReused && error instanceof NoAnswer;
    if (!isStale) throw error;
  }
  const second = await pool.take(destination, true, signal);
  return await answerOn(second.connection, request, destination, context);
}

/** The connection closed before the first byte of a response. */
class NoAnswer extends Refusal {}

async function answerOn(
  connection: Connection,
  request: GuestRequest,
  destination: Destination,
  context: ExchangeContext,
): Promise<Answer> {
  const { signal } = context;
  const abort = () => connection.close();
  if (signal.aborted) abort();
  signal.addEventListener("abort", abort, { once: true });
  const release = () => signal.removeEventListener("abort", abort);
  try {
    const sending = send(connection, request, destination);
    const head = await headOf(connection, sending, context.headerBytes);
    const framing = framingOf(request.method, head, connection);
    const body = new ResponseBody({
      connection,
      framing,
      isGzip: isGzip(head, framing.isEnd, context.secrets.size > 0),
      budget: context.budget,
      mask: context.secrets.maskingStream(),
      done: (isComplete) => {
        release();
        const isReusable = isComplete && framing.endsClean &&
          head.staysOpen && sending.isDone &&
          connection.received.length === 0 && !connection.isClosed;
        if (isReusable) context.pool.keep(destination, connection);
        else connection.close();
      },
    });
    return { head, body };
  } catch (error) {
    release();
    connection.close();
    signal.throwIfAborted();
    throw error;
  }
}

/** A request being sent; the response may arrive before all of it is sent. */
interface Sending {
  readonly isDone: boolean;
  readonly failure: string | undefined;
}

function send(
  connection: Connection,
  request: GuestRequest,
  destination: Destination,
): Sending {
  const sending: { isDone: boolean; failure: string | undefined } = {
    isDone: false,
    failure: undefined,
  };
  const head = headBytes(request, destination);
  connection.write(concat([head, request.body])).then(
    () => sending.isDone = true,
    (error) => sending.failure = String(error),
  );
  return sending;
}

async function headOf(
  connection: Connection,
  sending: Sending,
  headerBytes: number,
): Promise<ResponseHead> {
  try {
    return await readHead(connection, headerBytes);
  } catch (error) {
    const hasAnswer = connection.received.length > 0;
    if (error instanceof Refusal && (hasAnswer || !isEnd(error))) throw error;
    throw new NoAnswer(
      unreachable("").code,
      sending.failure === undefined
        ? "Server closed the connection before its answer"
        : "Connection broke while the request was sent",
    );
  }
}

function isEnd(refusal: Refusal): boolean {
  return refusal.code === broken("").code &&
    refusal.message.includes("closed the connection");
}

/** @see https://www.rfc-editor.org/rfc/rfc9112#section-3 */
function headBytes(
  { method, url, headers, body }: GuestRequest,
  { host, port, isTls }: Destination,
): Uint8Array {
  const names = new Set(headers.map(([name]) => name));
  const authority = host.includes(":") ? `[${host}]` : host;
  const isUsualPort = port === (isTls ? 443 : 80);
  const lines = [
    `${method} ${url.pathname}${url.search} HTTP/1.1`,
    `host: ${authority}${isUsualPort ? "" : `:${port}`}`,
    "accept-encoding: gzip",
    ...[...DEFAULT_HEADERS.filter(([name]) => !names.has(name)), ...headers]
      .map(([name, value]) => `${name}: ${value}`),
  ];
  const needsLength = body.length > 0 ||
    method === "POST" || method === "PUT" || method === "PATCH";
  if (needsLength) lines.push(`content-length: ${body.length}`);
  return new TextEncoder().encode(`${lines.join("\r\n")}\r\n\r\n`);
}

/**
 * Only gzip is accepted. Other encodings reach the guest unchanged, as with
 * `fetch`, unless they could hide a secret.
 */
function isGzip(
  { headers }: ResponseHead,
  isEmpty: boolean,
  hasSecrets: boolean,
): boolean {
  const coding = (headers.get("content-encoding") ?? "").toLowerCase();
  if (isEmpty || coding === "" || coding === "identity") return false;
  if (coding === "gzip" || coding === "x-gzip") return true;
  if (!hasSecrets) return false;
  throw broken(
    "Server answered with an encoding other than gzip, in which secrets could not be masked",
  );
}
