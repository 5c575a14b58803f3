/**
 * The formats of names, in the words of the API server.
 * Source: apimachinery/pkg/util/validation/validation.go, pkg/api/validation/path/name.go
 */

/** Returns everything that is wrong with a text. */
export type Format = (text: string) => string[];

const LABEL = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';
const LABEL_WITH_UNDERSCORE = '_?[a-z0-9]([-_a-z0-9]*[a-z0-9])?';
const QUALIFIED = '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]';

const entirely = (pattern: string): RegExp => new RegExp(`^(?:${pattern})$`);

/** A text of limited length that matches a pattern. The pattern is not tried on a longer text. */
function format(limit: number, pattern: string, problem: string): Format {
  const expression = entirely(pattern);
  const tooLong = `must be no more than ${limit} characters`;
  return (text) => (text.length > limit ? [tooLong] : expression.test(text) ? [] : [problem]);
}

export const dnsLabel = format(
  63,
  LABEL,
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name', or '123-abc')",
);

export const dns1035Label = format(
  63,
  '[a-z]([-a-z0-9]*[a-z0-9])?',
  "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name', or 'abc-123')",
);

export const dnsSubdomain = format(
  253,
  `${LABEL}(\\.${LABEL})*`,
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com')",
);

export const dnsSubdomainWithUnderscore = format(
  253,
  `${LABEL_WITH_UNDERSCORE}(\\.${LABEL_WITH_UNDERSCORE})*`,
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '_', '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com')",
);

export const wildcardSubdomain = format(
  253,
  `\\*\\.${LABEL}(\\.${LABEL})*`,
  "a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which must consist of lower case alphanumeric characters, '-' or '.' and end with an alphanumeric character (e.g. '*.example.com')",
);

export const labelValue = format(
  63,
  `(${QUALIFIED})?`,
  "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue', or 'my_value', or '12345')",
);

const namePart = format(
  63,
  QUALIFIED,
  "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName', or 'my.name', or '123-abc')",
);

const prefixEach = (messages: string[], prefix: string): string[] => messages.map((message) => `${prefix}${message}`);

/** A key of a label, with an optional prefix: `example.com/name`. */
export const qualifiedName: Format = (text) => {
  const parts = text.split('/');
  if (parts.length > 2)
    return ["a qualified name must have at most one '/', after a DNS subdomain (e.g. 'example.com/MyName')"];
  const name = parts.at(-1) ?? '';
  const [prefix] = parts;
  const ofPrefix =
    parts.length < 2 || prefix === undefined ? [] : prefix === '' ? ['must be non-empty'] : dnsSubdomain(prefix);
  const ofName = name === '' ? ['must be non-empty'] : namePart(name);
  return [...prefixEach(ofPrefix, 'prefix part '), ...prefixEach(ofName, 'name part ')];
};

/** The key of an annotation: its case does not matter. */
export const annotationKey: Format = (text) => qualifiedName(text.toLowerCase());

export const portName: Format = (text) => {
  const problems: string[] = [];
  if (text.length > 15) problems.push('must be no more than 15 characters');
  if (!/^[-a-z0-9]+$/.test(text))
    problems.push('must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)');
  if (!/[a-z]/.test(text))
    problems.push(
      `must contain at least one letter (a-z)${/^\d+$/.test(text) ? '; remove the quotes if it is a number' : ''}`,
    );
  if (text.includes('--')) problems.push('must not contain consecutive hyphens');
  if (text.startsWith('-') || text.endsWith('-')) problems.push('must not begin or end with a hyphen');
  return problems;
};

const fileNameProblem: Format = (text) => {
  if (text === '.' || text === '..') return [`must not be '${text}'`];
  return text.startsWith('..') ? ["must not start with '..'"] : [];
};

const configKeyCharacters = format(
  253,
  '[-._a-zA-Z0-9]+',
  "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name', or 'KEY_NAME', or 'key-name')",
);

export const configKey: Format = (text) => [...configKeyCharacters(text), ...fileNameProblem(text)];

/** A name that is a segment of a URL. */
export const pathSegment: Format = (text) => {
  if (text === '.' || text === '..') return [`may not be '${text}'`];
  return ['/', '%'].filter((part) => text.includes(part)).map((part) => `may not contain '${part}'`);
};

/** Before Kubernetes 1.32, which accepts every printable ASCII character (RelaxedEnvironmentVariableValidation). */
const strictEnvName: Format = (text) => [
  ...(/^[-._a-zA-Z][-._a-zA-Z0-9]*$/.test(text)
    ? []
    : [
        "a valid environment variable name must consist of alphabetic characters, digits, '_', '-', or '.', and must not start with a digit (e.g. 'my.env-name', or 'MY_ENV.NAME', or 'MyEnvName1')",
      ]),
  ...fileNameProblem(text),
];

const relaxedEnvName: Format = (text) =>
  /^[\x20-\x3c\x3e-\x7e]+$/.test(text)
    ? []
    : ["a valid environment variable name must consist only of printable ASCII characters other than '='"];

export const envName = (minor: number): Format => (minor < 32 ? strictEnvName : relaxedEnvName);

export const headerName: Format = (text) =>
  /^[-A-Za-z0-9]+$/.test(text)
    ? []
    : ["a valid HTTP header must consist of alphanumeric characters or '-' (e.g. 'X-Header-Name')"];

/** `acme.io/foo` */
export const domainPrefixedPath: Format = (text) => {
  const slash = text.indexOf('/');
  if (slash <= 0 || slash === text.length - 1) return ['must be a domain-prefixed path (such as "acme.io/foo")'];
  const isPath = /^[A-Za-z0-9/\-._~%!$&'()*+,;=:]+$/.test(text.slice(slash + 1));
  return [...dnsSubdomain(text.slice(0, slash)), ...(isPath ? [] : ['Invalid path'])];
};

/** A path inside a volume. */
export const pathWithoutBacksteps: Format = (text) => (text.split('/').includes('..') ? ["must not contain '..'"] : []);

export const relativePath: Format = (text) => [
  ...(text.startsWith('/') ? ['must be a relative path'] : []),
  ...pathWithoutBacksteps(text),
];

export const relativeFile: Format = (text) => [
  ...relativePath(text),
  ...(text.startsWith('..') && !text.startsWith('../') ? ["must not start with '..'"] : []),
];
