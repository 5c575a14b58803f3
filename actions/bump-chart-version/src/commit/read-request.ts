import { expandGlobs, hasGlobs } from '../files/expand-globs.ts';
import { withPromotedImages } from '../images/promoted-images.ts';
import type { Settings } from '../inputs/settings.ts';
import { pathsOf } from '../plan/plan.ts';
import { withRollback } from '../rollback/find-rollback.ts';
import { HeadMovedError, type Repository, type Snapshot } from './repository.ts';

/** The files that a request needs, and the request with its globs expanded and its images to promote read at the same commit. */
export interface ReadFiles {
  settings: Settings;
  snapshot: Snapshot;
}

/**
 * Reads the head of the branch. Globs need two more requests: for the head and for its list of files. A rollback also
 * needs those for the commit and its files.
 * @param history whether recent commits are needed
 * @throws {HeadMovedError} when the branch moved in between
 */
export async function readRequest(given: Settings, repository: Repository, history: boolean): Promise<ReadFiles> {
  const { settings, snapshot } = await readHead(given, repository, history);
  const target = settings.rollbackTo;
  if (target === undefined) return { settings, snapshot };
  return { settings: await withRollback(settings, target, { repository, snapshot }), snapshot };
}

async function readHead(settings: Settings, repository: Repository, history: boolean): Promise<ReadFiles> {
  const { branch } = settings;
  if (!hasGlobs(settings)) {
    const snapshot = await repository.read({ branch, paths: pathsOf(settings), history });
    return { settings: await withPromotedImages(settings, snapshot), snapshot };
  }
  const { head } = await repository.read({ branch, paths: [], history: false });
  const expanded = expandGlobs(settings, await repository.listFiles(head));
  const snapshot = await repository.read({ branch, paths: pathsOf(expanded), history });
  if (snapshot.head !== head) throw new HeadMovedError(`${snapshot.branch} moved while its files were listed`);
  return { settings: await withPromotedImages(expanded, snapshot), snapshot };
}
