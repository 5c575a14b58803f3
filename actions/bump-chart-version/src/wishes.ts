import { isScalar } from 'yaml';
import type { ImageReference } from '../../lib/images-output.ts';
import { inChart } from './chart.ts';
import { type ImageMapping, imageMappings, namesImage, unmatched } from './images.ts';
import type { Request } from './inputs.ts';
import { chooseTag, isOlder } from './tags.ts';
import { findOne, type Place } from './targets.ts';
import { locate } from './yaml/locate.ts';
import { lookUp } from './yaml/lookup.ts';
import { type Assignment, pathText } from './yaml/path.ts';
import { isPlainString, meant, type NewScalar, valueIn } from './yaml/scalar.ts';
import type { ParsedDocument, YamlFile } from './yaml/source.ts';

/** A value that shall stand in a place. */
export interface Wish {
  place: Place;
  scalar: NewScalar;
  /** The sibling behind which the key goes when it has to be added. */
  after?: string;
}

export interface Wishes {
  wishes: Wish[];
  problems: string[];
  warnings: string[];
  images: ImageWish[];
}

/** What an image mapping has now and shall have. */
export interface ImageWish {
  file: YamlFile;
  repository: string;
  from: { tag: string | undefined; digest: string | undefined };
  to: { tag: string | undefined; digest: string };
  /** The tag that is there is a higher version. */
  isOlder: boolean;
}

export const fileOf = ({ place }: Wish): YamlFile => ('target' in place ? place.target.file : place.gap.file);

/** Which place a wish is for, so that two for the same are seen. */
export function placeKey({ place }: Wish): string {
  const { file, document, trail } = 'target' in place ? place.target : place.gap;
  return [file.path, document, trail.join('.'), 'gap' in place ? JSON.stringify(place.gap.keys) : ''].join('\0');
}

/** Whether the place has the value already, and has it for every reader. */
export function isThere({ place, scalar }: Wish): boolean {
  if ('gap' in place || place.target.scalar === undefined) return false;
  const old = place.target.scalar;
  if (!Object.is(old.value, valueIn(scalar, '1.2'))) return false;
  return scalar.as === 'typed' || old.type !== 'PLAIN' || isPlainString(old.source ?? '');
}

/** What `values` and `images` ask for in these files. */
export function collectWishes(request: Request, files: ReadonlyMap<string, YamlFile>): Wishes {
  const result: Wishes = { wishes: [], problems: [], warnings: [], images: [] };
  const inCharts = (path: string): string[] => request.charts.map((chart) => inChart(chart, path));
  const searched = request.valuesFiles.flatMap(inCharts);
  for (const assignment of request.values) {
    const { file } = assignment;
    const names = file === undefined ? searched : [...new Set([...inCharts(file), file])];
    addValue(assignment, names, files, request.create, result);
  }
  const valuesFiles = searched.flatMap((path) => files.get(path) ?? []);
  const mappings = valuesFiles.flatMap(imageMappings);
  for (const image of request.images) {
    const named = mappings.filter((mapping) => namesImage(mapping, image));
    if (named.length === 0) result.problems.push(unmatched(image, mappings, valuesFiles));
    for (const mapping of named) addImage(mapping, image, request.create, result);
  }
  return result;
}

function addValue(
  { path, value, quoted }: Assignment,
  names: readonly string[],
  files: ReadonlyMap<string, YamlFile>,
  create: boolean,
  { wishes, problems, warnings }: Wishes,
): void {
  const candidates = names.flatMap((name) => files.get(name) ?? []);
  const place: Place | { problem: string } =
    candidates.length === 0
      ? { problem: `${pathText(path)}: there is no file ${names.join(' or ')}` }
      : findOne(candidates, path, create);
  if ('problem' in place) {
    problems.push(place.problem);
    return;
  }
  const old = 'target' in place ? (place.target.scalar?.value ?? null) : undefined;
  const scalar = meant(value, quoted, old);
  wishes.push({ place, scalar });
  const now = valueIn(scalar, '1.2');
  if ('target' in place && old !== null && typeof old !== typeof now) {
    const { target } = place;
    const becomes = now === null ? 'null' : `the ${typeof now} ${JSON.stringify(value)}`;
    warnings.push(
      `${target.file.path}:${target.line}: ${target.path} was the ${typeof old} ${String(old)} and becomes ${becomes}`,
    );
  }
}

function addImage(mapping: ImageMapping, image: ImageReference, create: boolean, result: Wishes): void {
  const { file, map } = mapping;
  const document = file.documents[mapping.document] as ParsedDocument;
  const tag = chooseTag(image.tags);
  const old = (key: string): string | undefined => {
    const node = lookUp(document, map, key)?.node;
    return isScalar(node) && node.value !== null && node.value !== '' ? String(node.value) : undefined;
  };
  const has = (key: string): boolean => lookUp(document, map, key) !== undefined;
  const here = `${file.path}:${mapping.line}: ${pathText(mapping.steps) || 'the document'} (${image.repository})`;
  if (!has('tag') && !has('digest') && !create) {
    result.problems.push(`${here} has neither tag nor digest; add one, as in digest: "", or set create: true`);
    return;
  }
  if (has('tag') && tag === undefined && !has('digest') && !create) {
    result.problems.push(
      `${here} has a tag and no digest, but the image comes without tags; add digest: "" or set create: true`,
    );
    return;
  }
  if (has('tag') && tag === undefined)
    result.warnings.push(`${here}: the image comes without tags, so the tag stays ${old('tag') ?? 'empty'}`);
  if (!has('digest') && !create) {
    result.warnings.push(`${here} has no digest, so it is pinned by its tag alone; add digest: "" or set create: true`);
  }
  const from = { tag: old('tag'), digest: old('digest') };
  const older = tag !== undefined && from.tag !== undefined && isOlder(tag, from.tag);
  result.images.push({ file, repository: image.repository, from, to: { tag, digest: image.digest }, isOlder: older });
  if (tag !== undefined && (has('tag') || create)) wishFor(mapping, 'tag', tag, 'repository', create, result);
  if (has('digest') || create)
    wishFor(mapping, 'digest', image.digest, has('tag') ? 'tag' : 'repository', create, result);
}

function wishFor(
  mapping: ImageMapping,
  key: string,
  text: string,
  after: string,
  create: boolean,
  { wishes, problems }: Wishes,
): void {
  const { file, document, map, steps } = mapping;
  const scalar: NewScalar = { text, as: 'string' };
  const search = locate(file, document, [...steps, { kind: 'key', key }]);
  if ('found' in search) {
    wishes.push({ place: { target: search.found }, scalar });
    return;
  }
  if (follows(file.documents[document] as ParsedDocument, map, key, text, wishes)) return;
  if ('missing' in search && search.gap !== undefined && create) {
    wishes.push({ place: { gap: search.gap }, scalar, after });
    return;
  }
  problems.push('refused' in search ? search.refused : search.missing);
}

/** Whether a key that has no text of its own (an alias, a merge key) says this once all wishes so far are granted. */
export function follows(
  document: ParsedDocument,
  map: unknown,
  key: string,
  text: string,
  wishes: readonly Wish[],
): boolean {
  const shared = lookUp(document, map, key)?.node;
  if (!isScalar(shared)) return false;
  const wish = wishes.find(({ place }) => 'target' in place && place.target.scalar === shared);
  return (wish?.scalar.text ?? String(shared.value)) === text;
}
