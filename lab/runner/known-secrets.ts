/**
 * What GitHub's runner takes for a secret in a text: a secret's whole value and each of its lines, of whatever length, as it is and as it
 * is commonly written elsewhere.
 * Source: actions/runner, src/Runner.Worker/Worker.cs (InitializeSecretMasker), src/Runner.Common/HostContext.cs (the encoders) and
 * src/Sdk/DTLogging/Logging.
 */
export class KnownSecrets {
  readonly #texts = new Set<string>();

  constructor(values: Iterable<string> = []) {
    for (const value of values) this.add(value.trim());
  }

  /** A secret, or what a step masks with `::add-mask::`. */
  add(value: string): void {
    const lines = value.split(/[\r\n]+/).map((line) => line.trim());
    for (const each of [value, ...lines].filter((text) => text.trim() !== ''))
      for (const form of formsOf(each)) if (form !== '') this.#texts.add(form);
  }

  isIn(text: string): boolean {
    return [...this.#texts].some((each) => text.includes(each));
  }
}

/** The value, and how it looks in base64 (also behind one or two bytes), a command line, an expression, JSON, a URI and XML. */
function formsOf(value: string): string[] {
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
    encodeURIComponent(value).replaceAll(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`),
    value.replaceAll(/[<>"'&]/g, (sign) => XML[sign] ?? sign),
    ...(quoted ? [value.slice(1, -1)] : []),
    ...aroundAmpersand(value),
  ];
}

const XML: Readonly<Record<string, string>> = {
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
  '&': '&amp;',
};

/** PowerShell colours what it takes for a command, so that the parts before and behind an ampersand stand alone; none shorter than six. */
function aroundAmpersand(value: string): string[] {
  const plus = value.indexOf('&+');
  const at = plus >= 0 ? plus : value.lastIndexOf('&');
  if (at < 0) return [];
  const parts =
    plus >= 0 ? [value.slice(0, at + 2), value.slice(at + 3)] : [value.slice(0, at + 1), value.slice(at + 1)];
  return parts.filter((part) => part.length >= 6);
}
