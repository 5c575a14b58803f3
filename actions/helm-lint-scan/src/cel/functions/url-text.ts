/** The parts of a URL, as the functions of CEL return them. */
export interface UrlParts {
  scheme: string;
  host: string;
  hostname: string;
  port: string;
  path: string;
  query: string;
}

/** Characters that need no escape anywhere. The rest of the syntax is left to Go. */
const PLAIN =
  /^(?:([A-Za-z][A-Za-z0-9+.-]*):\/\/([A-Za-z0-9._-]*|\[[0-9a-fA-F:]{2,39}\])(?::(\d{0,5}))?)?(\/[A-Za-z0-9._~/:@!$&'()*+,;=-]*)?(?:\?([^#]*))?$/;

/** `mailto:a@b.example` */
const OPAQUE = /^([A-Za-z][A-Za-z0-9+.-]*):([A-Za-z0-9._~:@!$&'()*+,;=-]+)$/;

/**
 * A URL as the API server reads it: one with a scheme, or a path that begins with a slash.
 * Source: `ParseRequestURI` of https://pkg.go.dev/net/url
 * @returns `undefined` when it certainly is none, `unknown` when it may be one
 */
export function parseUrl(text: string): UrlParts | 'unknown' | undefined {
  if (isCertainlyNone(text)) return undefined;
  const opaque = OPAQUE.exec(text);
  if (opaque !== null)
    return { scheme: (opaque[1] ?? '').toLowerCase(), host: '', hostname: '', port: '', path: '', query: '' };
  const match = PLAIN.exec(text);
  if (match === null) return 'unknown';
  const [, scheme = '', hostname = '', port, path = '', query = ''] = match;
  return {
    scheme: scheme.toLowerCase(),
    host: port === undefined ? hostname : `${hostname}:${port}`,
    hostname: hostname.replaceAll(/[[\]]/g, ''),
    port: port ?? '',
    path,
    query,
  };
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: Go refuses them.
const CONTROL = /[\x00-\x1f\x7f]/;

const isCertainlyNone = (text: string): boolean =>
  text === '' ||
  CONTROL.test(text) ||
  (!text.startsWith('/') && text !== '*' && !/^[A-Za-z][A-Za-z0-9+.-]*:/.test(text));
