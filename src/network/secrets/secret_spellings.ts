/** The forms in which a response may repeat a secret. */

/** Fragments of base64 that are shorter would be found by chance. */
const MIN_FRAGMENT = 8;

/** Every form that is masked: as it is, escaped, in hexadecimal, in base64. */
export function spellings(value: string): string[] {
  const bytes = new TextEncoder().encode(value);
  const escaped = percentForms(value);
  const all = [
    value,
    ...escaped,
    ...escaped.map((text) => text.replace(/%../g, (hex) => hex.toLowerCase())),
    JSON.stringify(value).slice(1, -1),
    escapeHtml(value),
    bytes.toHex(),
    bytes.toHex().toUpperCase(),
    ...base64Forms(bytes),
  ];
  // The longest first, so that no form leaves the rest of a longer one.
  return [...new Set(all)].toSorted((a, b) => b.length - a.length);
}

/** As a whole, as of a form, and as a URL's parser leaves it in two places. */
function percentForms(value: string): string[] {
  const url = new URL("http://host");
  url.search = value;
  url.pathname = value;
  return [
    encodeURIComponent(value),
    encodeURI(value),
    new URLSearchParams([["", value]]).toString().slice(1),
    url.search.slice(1),
    url.pathname.slice(1),
  ].filter((text) => text.length >= value.length);
}

/**
 * What base64 of anything with the secret in it contains, for each of the
 * three ways in which the secret can be aligned: the characters that depend on
 * nothing but the secret.
 */
function base64Forms(bytes: Uint8Array): string[] {
  const forms: string[] = [];
  for (const before of [0, 1, 2]) {
    const padded = new Uint8Array(before + bytes.length);
    padded.set(bytes, before);
    const first = Math.ceil(before * 8 / 6);
    const last = Math.floor(padded.length * 8 / 6);
    const text = padded.toBase64({ omitPadding: true }).slice(first, last);
    if (text.length < MIN_FRAGMENT) continue;
    forms.push(text, text.replaceAll("+", "-").replaceAll("/", "_"));
  }
  return forms;
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (found) =>
    ({
      "&": "&amp;",
      "<": "&lt;",
      ">": "&gt;",
      '"': "&quot;",
      "'": "&#39;",
    })[found]!);
}
