import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Helm, RenderRequest } from './helm.ts';

/**
 * Replaces a chart whose directory is the root of a checkout by a copy without `.git`. Helm reads every file of the directory, and a
 * template could print those of Git, such as the token of the checkout: `{{ .Files.Get ".git/config" }}`.
 */
export function withoutGit(helm: Helm): Helm {
  const copies = new Map<string, Promise<string>>();
  const withSafeDirectory = async (request: RenderRequest): Promise<RenderRequest> => {
    const { directory } = request;
    if (!existsSync(join(directory, '.git'))) return request;
    const copy = copies.get(directory) ?? helm.copyChart(directory).then((chart) => chart.directory);
    copies.set(directory, copy);
    return { ...request, directory: await copy };
  };
  return {
    ...helm,
    render: async (request, broken) => helm.render(await withSafeDirectory(request), broken),
    lint: async (request) => helm.lint(await withSafeDirectory(request)),
  };
}
