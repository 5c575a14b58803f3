/** Parsers for Git's object formats: https://git-scm.com/docs/git-cat-file and gitformat-signature. */

export interface Person {
  name: string;
  email: string;
  /** ISO 8601, UTC. */
  date: string;
}

export interface Commit {
  oid: string;
  tree: string;
  parents: string[];
  author: Person;
  committer: Person;
  message: string;
  /** The armoured signature and the bytes it signs; null for an unsigned commit. */
  signature: { text: string; payload: string } | null;
}

export interface Tag {
  oid: string;
  object: string;
  type: string;
  name: string;
  tagger: Person;
  message: string;
}

export interface TreeEntry {
  mode: string;
  type: 'blob' | 'tree' | 'commit';
  oid: string;
  name: string;
}

const NOBODY: Person = { name: '', email: '', date: '1970-01-01T00:00:00Z' };

function parsePerson(line: string | undefined): Person {
  const parts = /^(.*?) ?<(.*)> (-?\d+) [+-]\d{4}$/.exec(line ?? '');
  if (!parts) return NOBODY;
  const [, name = '', email = '', seconds = '0'] = parts;
  return { name, email, date: `${new Date(Number(seconds) * 1000).toISOString().slice(0, 19)}Z` };
}

interface Headers {
  fields: Map<string, string[]>;
  message: string;
}

/** Splits an object into its header fields (with their continuation lines) and its message. */
function parseHeaders(text: string): Headers {
  const end = text.indexOf('\n\n');
  const head = end < 0 ? text : text.slice(0, end);
  const fields = new Map<string, string[]>();
  let current: string[] | undefined;
  for (const line of head.split('\n')) {
    if (line.startsWith(' ') && current) {
      current.push(`${current.pop()}\n${line.slice(1)}`);
      continue;
    }
    const space = line.indexOf(' ');
    const key = line.slice(0, space);
    current = fields.get(key) ?? [];
    fields.set(key, current);
    current.push(line.slice(space + 1));
  }
  return { fields, message: end < 0 ? '' : text.slice(end + 2) };
}

export function parseCommit(oid: string, content: Buffer): Commit {
  const text = content.toString('utf8');
  const { fields, message } = parseHeaders(text);
  const signature = fields.get('gpgsig')?.[0];
  return {
    oid,
    tree: fields.get('tree')?.[0] ?? '',
    parents: fields.get('parent') ?? [],
    author: parsePerson(fields.get('author')?.[0]),
    committer: parsePerson(fields.get('committer')?.[0]),
    message: message.replace(/\n$/, ''),
    signature:
      signature === undefined ? null : { text: signature, payload: text.replace(/^gpgsig .*\n(?: .*\n)*/m, '') },
  };
}

export function parseTag(oid: string, content: Buffer): Tag {
  const { fields, message } = parseHeaders(content.toString('utf8'));
  return {
    oid,
    object: fields.get('object')?.[0] ?? '',
    type: fields.get('type')?.[0] ?? 'commit',
    name: fields.get('tag')?.[0] ?? '',
    tagger: parsePerson(fields.get('tagger')?.[0]),
    message: message.replace(/\n$/, ''),
  };
}

export function parseTree(content: Buffer): TreeEntry[] {
  const entries: TreeEntry[] = [];
  let offset = 0;
  while (offset < content.length) {
    const nul = content.indexOf(0, offset);
    const [mode = '', ...name] = content.toString('utf8', offset, nul).split(' ');
    const oid = content.toString('hex', nul + 1, nul + 21);
    const type = mode === '40000' ? 'tree' : mode === '160000' ? 'commit' : 'blob';
    entries.push({ mode: mode.padStart(6, '0'), type, oid, name: name.join(' ') });
    offset = nul + 21;
  }
  return entries;
}

/** Splits a message into its first line and the rest. */
export function splitMessage(message: string): { headline: string; body: string } {
  const [headline = '', ...rest] = message.split('\n');
  return { headline, body: rest.join('\n').replace(/^\n/, '').trimEnd() };
}
