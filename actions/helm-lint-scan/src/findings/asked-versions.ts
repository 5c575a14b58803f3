import { basename } from 'node:path/posix';
import type { Resource } from '../manifests/resource.ts';
import { withoutComments } from './hook-events.ts';

/** A template that asks whether the cluster serves an API version. */
export interface AskedVersion {
  file: string;
  /** 1-based. */
  line: number;
  apiVersion: string;
}

const QUESTION = /\bCapabilities\.APIVersions\.Has[ \t]+["`]([^"`\n]+)["`]/g;

/** The API versions that templates ask for by name, `.Capabilities.APIVersions.Has "policy/v1beta1"`. */
export function findAskedVersions(templates: ReadonlyMap<string, string>): AskedVersion[] {
  return [...templates]
    .filter(([, text]) => text.includes('Capabilities.APIVersions.Has'))
    .flatMap(([file, text]) =>
      withoutComments(text)
        .split('\n')
        .flatMap((content, index) =>
          [...content.matchAll(QUESTION)].map(([, apiVersion = '']) => ({ file, line: index + 1, apiVersion })),
        ),
    );
}

/** The question that the API version of a resource may depend on: in its own template, or in one that others include. */
export const findQuestion = (
  questions: readonly AskedVersion[],
  { apiVersion, source }: Pick<Resource, 'apiVersion' | 'source'>,
): AskedVersion | undefined =>
  questions.find(
    (question) =>
      question.apiVersion === apiVersion && (question.file === source.file || basename(question.file).startsWith('_')),
  );
