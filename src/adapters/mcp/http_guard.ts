/** Access control of an HTTP server. */

import {
  hostHeaderValidationResponse,
  originValidationResponse,
} from "@modelcontextprotocol/server";

/** What a request must present. */
export interface HttpGuard {
  /** Allowed names in the Host header, without a port. */
  readonly hosts: readonly string[];
  /** Allowed host names in the Origin header, which browsers send. */
  readonly origins: readonly string[];
  /** The token of `Authorization: Bearer TOKEN`; none required if undefined. */
  readonly token: string | undefined;
}

const ENCODER = new TextEncoder();

/** Why a request is refused; undefined if it is allowed. */
export async function refusal(
  request: Request,
  { hosts, origins, token }: HttpGuard,
): Promise<Response | undefined> {
  const refused = hostHeaderValidationResponse(request, [...hosts]) ??
    originValidationResponse(request, [...origins]);
  if (refused) return refused;
  if (token === undefined) return undefined;
  const given = request.headers.get("authorization") ?? "";
  if (await isEqual(given, `Bearer ${token}`)) return undefined;
  return rpcError(401, -32001, "Unauthorized: the bearer token is wrong", {
    "www-authenticate": "Bearer",
  });
}

/** An error response for a request that never reached a server. */
export function rpcError(
  status: number,
  code: number,
  message: string,
  headers: Record<string, string> = {},
): Response {
  const body = { jsonrpc: "2.0", error: { code, message }, id: null };
  return Response.json(body, { status, headers });
}

/** Compares in constant time, by hash. */
async function isEqual(given: string, wanted: string): Promise<boolean> {
  const [one, other] = await Promise.all([sha256(given), sha256(wanted)]);
  let difference = 0;
  for (let i = 0; i < one.length; i++) difference |= one[i]! ^ other[i]!;
  return difference === 0;
}

async function sha256(text: string): Promise<Uint8Array> {
  const hash = await crypto.subtle.digest("SHA-256", ENCODER.encode(text));
  return new Uint8Array(hash);
}
