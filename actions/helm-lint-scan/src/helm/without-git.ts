import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Helm, RenderRequest } from './helm.ts';

/**
 * Helm that gets a copy, without `.git`, of a chart whose folder is the root of a checkout. It reads every file of the folder, and a template
 * could show those of Git, the checkout's token among them: `{{ .Files.Get ".git/config" }}`.
 */
export function withoutGit(helm: Helm): Helm {
  const copies = new Map<string, Promise<string>>();
  const safe = async (request: RenderRequest): Promise<RenderRequest> => {
    const { folder } = request;
    if (!existsSync(join(folder, '.git'))) return request;
    const copy = copies.get(folder) ?? helm.copyChart(folder).then((made) => made.folder);
    copies.set(folder, copy);
    return { ...request, folder: await copy };
  };
  return {
    ...helm,
    render: async (request, broken) => helm.render(await safe(request), broken),
    lint: async (request) => helm.lint(await safe(request)),
  };
}
