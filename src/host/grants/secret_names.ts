/** Names of files and folders that keep secrets, by custom. */

/** Hidden ones, and what programs call their keys and passwords. */
const SECRET_NAMES: readonly RegExp[] = [
  /^\.env(\..+)?$/i,
  /^\.(ssh|gnupg|aws|azure|kube|docker|gcloud|password-store)$/i,
  /^\.(netrc|npmrc|pypirc|pgpass|htpasswd|git-credentials|vault-token)$/i,
  /^\.?[a-z]*_history$/i,
  /^id_(rsa|dsa|ecdsa|ed25519)/i,
  /\.(pem|key|p12|pfx|jks|keystore|kdbx|gpg|ppk)$/i,
  /^(credentials?|secrets?|passwords?|passwd|shadow|tokens?)(\..+)?$/i,
  /^(service[-_]account|client[-_]secret).*\.json$/i,
];

/** Whether a name is one of a secret, most likely. */
export function isSecretName(name: string): boolean {
  return SECRET_NAMES.some((pattern) => pattern.test(name));
}
