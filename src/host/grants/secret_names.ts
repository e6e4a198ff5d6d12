/** Conventional names of files and folders with secrets. */

/** Hidden names, and conventional names of keys and passwords. */
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

/** Whether a name probably refers to a secret. */
export function isSecretName(name: string): boolean {
  return SECRET_NAMES.some((pattern) => pattern.test(name));
}
