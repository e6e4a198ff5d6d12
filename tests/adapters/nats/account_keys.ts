/** An operator, an account and a user, as `nsc` makes them, for tests. */

import { nkeys } from "@nats-io/transport-node";

/** A server's configuration that knows one account, and its user's file. */
export interface Account {
  readonly config: string;
  /** The text of a credentials file. */
  readonly creds: string;
}

/** Makes new keys, and signs who belongs to whom. */
export function makeAccount(): Account {
  const operator = nkeys.createOperator();
  const account = nkeys.createAccount();
  const user = nkeys.createUser();
  const name = account.getPublicKey();
  const operatorJwt = sign(operator, operator, "operator", {
    type: "operator",
  });
  const accountJwt = sign(operator, account, "account", {
    type: "account",
    limits: { subs: -1, data: -1, payload: -1, conn: -1, leaf: -1 },
  });
  const userJwt = sign(account, user, "user", {
    type: "user",
    subs: -1,
    data: -1,
    payload: -1,
  });
  const seed = new TextDecoder().decode(user.getSeed());
  return {
    config: [
      `operator: ${operatorJwt}`,
      "resolver: MEMORY",
      `resolver_preload: { ${name}: ${accountJwt} }`,
    ].join("\n"),
    creds: [
      "-----BEGIN NATS USER JWT-----",
      userJwt,
      "------END NATS USER JWT------",
      "-----BEGIN USER NKEY SEED-----",
      seed,
      "------END USER NKEY SEED------",
      "",
    ].join("\n"),
  };
}

type Key = ReturnType<typeof nkeys.createUser>;

function sign(by: Key, of: Key, name: string, nats: object): string {
  const head = part({ typ: "JWT", alg: "ed25519-nkey" });
  const claims = part({
    jti: crypto.randomUUID(),
    iat: Math.floor(Date.now() / 1_000),
    iss: by.getPublicKey(),
    sub: of.getPublicKey(),
    name,
    nats: { ...nats, version: 2 },
  });
  const signed = new TextEncoder().encode(`${head}.${claims}`);
  return `${head}.${claims}.${base64(by.sign(signed))}`;
}

function part(value: object): string {
  return base64(new TextEncoder().encode(JSON.stringify(value)));
}

function base64(bytes: Uint8Array): string {
  return bytes.toBase64({ alphabet: "base64url", omitPadding: true });
}
