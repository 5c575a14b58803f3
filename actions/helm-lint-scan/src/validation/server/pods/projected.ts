import { isBetween, isMissing, isOnlyOne, isRequired, isRequiredName } from '../checks.ts';
import type { Field, FieldErrors, ServerContext } from '../field.ts';
import { relativeFile } from '../formats/names.ts';
import { checkSignerName } from '../formats/signers.ts';
import { checkSelector } from '../selectors.ts';
import { checkDownwardFiles, checkFiles, isMode } from './volume-files.ts';

/** Source: `validateProjectionSources` in pkg/apis/core/validation/validation.go */

const SOURCES = ['secret', 'configMap', 'downwardAPI', 'serviceAccountToken', 'clusterTrustBundle', 'podCertificate'];
const TOKEN_SECONDS = [600, 2 ** 32] as const;
/** From this version on both are on by default. Before, the server drops the field (ClusterTrustBundleProjection, PodCertificateRequest). */
const FIRST_WITH_CERTIFICATES = 37;

export function* checkProjected(projected: Field, { minor }: ServerContext): FieldErrors {
  yield* isMode(projected.at('defaultMode'));
  const sources = projected.at('sources').items;
  const known = minor < FIRST_WITH_CERTIFICATES ? SOURCES.slice(0, -2) : SOURCES;
  for (const source of sources) {
    yield* isOnlyOne(source, known, 'may not specify more than 1 volume type per source');
    for (const key of ['secret', 'configMap'])
      if (source.at(key).isSet) {
        yield* isRequired(source.at(key, 'name'));
        yield* checkFiles(source.at(key));
      }
    yield* checkDownwardFiles(source.at('downwardAPI', 'items'));
    const token = source.at('serviceAccountToken');
    if (token.isSet) {
      yield* isBetween(token.at('expirationSeconds'), TOKEN_SECONDS);
      yield* isRequiredName(token.at('path'), relativeFile);
    }
    if (minor < FIRST_WITH_CERTIFICATES) continue;
    if (source.at('clusterTrustBundle').isSet) yield* checkTrustBundle(source.at('clusterTrustBundle'));
    if (source.at('podCertificate').isSet) yield* checkCertificate(source.at('podCertificate'));
  }
  yield* arePathsUnique(sources);
}

/** The paths of keys and fields must differ. That of a token is not compared. */
function* arePathsUnique(sources: readonly Field[]): FieldErrors {
  const seen = new Set<string>();
  for (const source of sources)
    for (const key of ['secret', 'configMap', 'downwardAPI'])
      for (const path of source.at(key, 'items').items.map((item) => item.at('path'))) {
        if (path.text !== '' && seen.has(path.text)) yield path.invalid('conflicting duplicate paths');
        seen.add(path.text);
      }
}

function* checkTrustBundle(bundle: Field): FieldErrors {
  const [name, signer] = [bundle.at('name'), bundle.at('signerName')];
  if (name.isSet && signer.isSet) yield bundle.invalid('only one of name and signerName may be used');
  else if (!name.isSet && !signer.isSet) yield bundle.required('either name or signerName must be specified');
  else if (name.isSet) {
    yield* isRequired(name, 'must be a valid object name');
    if (bundle.at('labelSelector').isSet)
      yield bundle.at('labelSelector').invalid('labelSelector must be unset if name is specified');
  } else {
    yield* checkSignerName(signer);
    yield* checkSelector(bundle.at('labelSelector'));
  }
  yield* isRequiredName(bundle.at('path'), relativeFile);
}

const KEY_TYPES = ['RSA3072', 'RSA4096', 'ECDSAP256', 'ECDSAP384', 'ECDSAP521', 'ED25519'];
const CERTIFICATE_PATHS = ['credentialBundlePath', 'keyPath', 'certificateChainPath'];
const MIN_CERTIFICATE_SECONDS = 3600;

function* checkCertificate(certificate: Field): FieldErrors {
  yield* checkSignerName(certificate.at('signerName'));
  const [type, seconds] = [certificate.at('keyType'), certificate.at('maxExpirationSeconds')];
  if (!KEY_TYPES.includes(type.text)) yield type.unsupported(KEY_TYPES);
  if ((seconds.number ?? MIN_CERTIFICATE_SECONDS) < MIN_CERTIFICATE_SECONDS)
    yield seconds.invalid(`if provided, maxExpirationSeconds must be >= ${MIN_CERTIFICATE_SECONDS}`);
  const paths = CERTIFICATE_PATHS.map((key) => certificate.at(key)).filter((path) => !isMissing(path));
  for (const path of paths) for (const problem of relativeFile(path.text)) yield path.invalid(problem);
  if (paths.length === 0)
    yield certificate.required('specify at least one of credentialBundlePath, keyPath, and certificateChainPath');
}
