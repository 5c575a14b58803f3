import { type Digest, parseDigest } from '../../../../lib/identifiers.ts';
import { ResponseData } from '../../../../lib/requests/responses.ts';
import { toCanonicalJson } from './manifest.ts';

const PREDICATE = /^https:\/\/slsa\.dev\/provenance\//;

/** The blob of an attestation manifest that is the provenance; `undefined` when it has none. */
export function findProvenance(raw: string, server: string): Digest | undefined {
  const layers = ResponseData.json(raw, server, 'the manifest of an attestation').at('layers').optional?.list(1000);
  const layer = layers?.find((entry) => {
    const type = entry.at('annotations').optional?.at('in-toto.io/predicate-type').optional?.string();
    return type !== undefined && PREDICATE.test(type);
  });
  return layer?.at('digest').parsed(parseDigest);
}

/**
 * What a build was asked for, as canonical JSON: the Dockerfile, its target, build arguments and labels, but not when and by which run. `undefined`
 * when the provenance does not have all of it, as with `mode=min`.
 * Source: https://docs.docker.com/build/metadata/attestations/slsa-definitions/
 */
export function parseBuildRequest(raw: string, server: string): string | undefined {
  const predicate = ResponseData.json(raw, server, 'the provenance').at('predicate').optional;
  const version1 = predicate?.at('buildDefinition').optional?.at('externalParameters').optional;
  const request = version1 ?? predicate?.at('invocation').optional;
  const metadata = predicate?.at('runDetails').optional?.at('metadata').optional ?? predicate?.at('metadata').optional;
  const isComplete =
    metadata?.at('buildkit_completeness').optional?.at('request').value === true ||
    metadata?.at('completeness').optional?.at('parameters').value === true;
  if (request === undefined || !isComplete) return undefined;
  const parts = ['configSource', 'request', 'parameters'].map((key) => request.at(key).value ?? null);
  return toCanonicalJson(parts, request);
}
