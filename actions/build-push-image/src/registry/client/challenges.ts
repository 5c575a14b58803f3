/** A way in which a registry authenticates, from its header `WWW-Authenticate`. */
export interface Challenge {
  /** In lower case: `bearer`, `basic`. */
  scheme: string;
  /** By name, in lower case. */
  parameters: ReadonlyMap<string, string>;
}

/** A scheme, or a parameter of the scheme before it, whose value may be quoted. */
const PART = /([a-z][\w-]*)(?:\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+)))?/gi;

/**
 * The challenges of a response, in their order. Some registries, such as that of Gitea, offer several; Node joins their headers.
 * Source: https://www.rfc-editor.org/rfc/rfc9110#section-11.6.1
 */
export function parseChallenges(header: string): Challenge[] {
  const challenges: { scheme: string; parameters: Map<string, string> }[] = [];
  for (const [, name = '', quoted, value = quoted] of header.matchAll(PART))
    if (value === undefined) challenges.push({ scheme: name.toLowerCase(), parameters: new Map() });
    else challenges.at(-1)?.parameters.set(name.toLowerCase(), value.replaceAll(/\\(.)/g, '$1'));
  return challenges;
}
