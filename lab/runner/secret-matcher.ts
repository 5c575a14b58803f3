/**
 * Finds secrets in a string the way GitHub's runner does: a secret's value and each of its lines, regardless of length, unchanged and in
 * common encodings.
 * Source: actions/runner, src/Runner.Worker/Worker.cs (InitializeSecretMasker), src/Runner.Common/HostContext.cs (the encoders) and
 * src/Sdk/DTLogging/Logging.
 */
export class SecretMatcher {
  readonly #variants = new Set<string>();

  constructor(values: Iterable<string> = []) {
    for (const value of values) this.add(value.trim());
  }

  /** Adds a secret, or a value that a step masks with `::add-mask::`. */
  add(value: string): void {
    const lines = value.split(/[\r\n]+/).map((line) => line.trim());
    for (const secret of [value, ...lines].filter((text) => text.trim() !== ''))
      for (const variant of encodeVariants(secret)) if (variant !== '') this.#variants.add(variant);
  }

  occursIn(text: string): boolean {
    return [...this.#variants].some((variant) => text.includes(variant));
  }
}

/** The value, also encoded as base64 (at each byte offset), for a command line, an expression, JSON, a URI and XML. */
function encodeVariants(value: string): string[] {
  const bytes = Buffer.from(value);
  const shifted = [1, 2].map((shift) => (bytes.length > shift ? bytes.subarray(shift) : bytes).toString('base64'));
  const quoted = value.length > 8 && value.startsWith('"') && value.endsWith('"');
  return [
    value,
    bytes.toString('base64'),
    ...shifted,
    value.replaceAll('"', '\\"'),
    value.replaceAll("'", "''"),
    JSON.stringify(value).slice(1, -1),
    encodeURIComponent(value).replaceAll(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`),
    value.replaceAll(/[<>"'&]/g, (char) => XML_ENTITIES[char] ?? char),
    ...(quoted ? [value.slice(1, -1)] : []),
    ...splitAtAmpersand(value),
  ];
}

const XML_ENTITIES: Readonly<Record<string, string>> = {
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
  '&': '&amp;',
};

/** PowerShell highlights commands, which separates the parts around an ampersand. Parts of fewer than six characters are ignored. */
function splitAtAmpersand(value: string): string[] {
  const plus = value.indexOf('&+');
  const index = plus >= 0 ? plus : value.lastIndexOf('&');
  if (index < 0) return [];
  const parts =
    plus >= 0
      ? [value.slice(0, index + 2), value.slice(index + 3)]
      : [value.slice(0, index + 1), value.slice(index + 1)];
  return parts.filter((part) => part.length >= 6);
}
