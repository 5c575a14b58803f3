import { isComponentName } from '../../../lib/components.ts';
import type { Context } from '../../../lib/runner/context.ts';

/** What started the run, as far as tags depend on it. */
export interface PushEvent {
  /** The branch that was pushed. */
  branch: string | undefined;
  defaultBranch: string | undefined;
  /** The Git tag that was pushed. */
  tag?: string | undefined;
  /** The version of the pushed tag; `undefined` for a branch or another tag. */
  release: ReleaseVersion | undefined;
  /** The component of a tag such as `web-v1.4.2` or `@acme/web@1.4.2`; `undefined` for a version of everything. */
  component?: string | undefined;
  /** The number of the pull request. */
  pullRequest?: number | undefined;
  /** Whether a schedule started the run. */
  scheduled?: boolean;
}

/** A version, as a string and in parts. */
export interface ReleaseVersion {
  text: string;
  major: number;
  minor: number;
  stable: boolean;
}

/** @param event the payload that started the run */
export async function readPushEvent(
  { branch, tag }: Pick<Context, 'branch' | 'tag'>,
  event: Record<string, unknown>,
): Promise<PushEvent> {
  const number = Number((event.pull_request as { number?: unknown } | undefined)?.number);
  return {
    // `pull_request_target` runs on the ref of the base branch, but what is built may come from the author of the pull request.
    branch: event.pull_request === undefined ? branch : undefined,
    defaultBranch: (event.repository as { default_branch?: string } | undefined)?.default_branch,
    tag,
    pullRequest: Number.isSafeInteger(number) && number > 0 ? number : undefined,
    // https://docs.github.com/actions/reference/workflows-and-actions/events-that-trigger-workflows#schedule
    scheduled: typeof event.schedule === 'string',
    ...(tag === undefined ? { release: undefined } : await parseRelease(tag)),
  };
}

async function parseRelease(tag: string): Promise<Pick<PushEvent, 'release' | 'component'>> {
  // Only tags need `semver`; most runs start without it.
  const { isStable, parseComponentTag, versionOfTag, versionText } = await import('../../../lib/versions.ts');
  const ofComponent = parseComponentTag(tag);
  const version = versionOfTag(tag) ?? ofComponent?.version;
  if (version === undefined) return { release: undefined };
  return {
    release: { text: versionText(version), major: version.major, minor: version.minor, stable: isStable(version) },
    component: ofComponent?.component,
  };
}

/**
 * The event as it concerns one image. A tag such as `web-v1.4.2` is a version of the images named `web` only, with or without a path
 * (`shop/web`); a component with a path, such as `@acme/web`, is also the image with this last segment.
 */
export function eventForImage(event: PushEvent, name: string): PushEvent {
  const { component } = event;
  if (component === undefined) return event;
  return isComponentName(component, name) ? { ...event, component: undefined } : { ...event, release: undefined };
}
