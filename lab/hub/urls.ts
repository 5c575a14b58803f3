import type { Repository } from './store/types.ts';

/** The addresses of the hub, in the form of GitHub Enterprise Server. */
export class Urls {
  /** Known once the hub listens. */
  root = 'http://127.0.0.1';

  get rest(): string {
    return `${this.root}/api/v3`;
  }

  get graphql(): string {
    return `${this.root}/api/graphql`;
  }

  api(repository: Repository, path = ''): string {
    return `${this.rest}/repos/${repository.owner}/${repository.name}${path}`;
  }

  html(repository: Repository, path = ''): string {
    return `${this.root}/${repository.owner}/${repository.name}${path}`;
  }

  uploads(repository: Repository, path: string): string {
    return `${this.root}/api/uploads/repos/${repository.owner}/${repository.name}${path}`;
  }
}

/** Encodes a path of a file or ref for a URL, without its slashes. */
export function encodePath(path: string): string {
  return path.split('/').map(encodeURIComponent).join('/');
}

/** A global node id. GitHub's are opaque; these can be decoded. */
export function nodeId(type: string, id: string | number): string {
  return Buffer.from(`${type}:${id}`).toString('base64url');
}

export function readNodeId(id: string): { type: string; id: string } | undefined {
  const text = Buffer.from(id, 'base64url').toString('utf8');
  const colon = text.indexOf(':');
  return colon < 0 ? undefined : { type: text.slice(0, colon), id: text.slice(colon + 1) };
}
