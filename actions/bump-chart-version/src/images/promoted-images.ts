import { posix } from 'node:path';
import { ActionError } from '../../../lib/errors.ts';
import { parseDigest, parseImageTag } from '../../../lib/identifiers.ts';
import { normalizeRepository, withoutHost } from '../../../lib/images/references.ts';
import type { Parsed } from '../../../lib/runner/inputs.ts';
import { ChartIndex } from '../charts/chart.ts';
import type { ImagePlace } from '../detectors/detector.ts';
import { imagesIn } from '../detectors/index.ts';
import { overrides } from '../detectors/overrides.ts';
import { readPin } from '../detectors/pin-text.ts';
import { describeDirectory, type FileSource } from '../files/file-source.ts';
import type { Request } from '../inputs/settings.ts';
import type { WantedImage } from '../inputs/wanted-image.ts';
import { basePaths, valuesPaths } from '../plan/values-files.ts';
import { duplicateWarnings } from '../yaml/duplicates.ts';
import { readYaml, type YamlFile } from '../yaml/source.ts';
import { describePlace } from './image-changes.ts';

/**
 * The request with the images that the files of its `from` record, as they are recorded: no registry is asked. They are read once, where the
 * targets are read: a branch of a pull request can have older ones.
 * @throws {ActionError} naming each file that is missing, is not YAML, names no image or is a target itself
 */
export async function withPromotedImages<T extends Request>(request: T, source: FileSource): Promise<T> {
  if (request.from.length === 0) return request;
  const targets = new Set(valuesPaths(request, (path) => source.files.get(path)?.kind === 'file'));
  const files: YamlFile[] = [];
  const problems: string[] = [];
  for (const path of request.from) {
    const file = targets.has(path)
      ? { problem: `${path} is in from and is also one of the files to change` }
      : await readSource(path, source);
    if ('problem' in file) problems.push(file.problem);
    else files.push(file);
  }
  const bases = basePaths(request).flatMap((path) => (request.from.includes(path) ? [] : readBase(path, source)));
  const places = placesIn(files, bases, request);
  for (const [index, { path }] of files.entries()) {
    const found = places[index] ?? [];
    if (found.length === 0) problems.push(`${path} names no image`);
    else if (found.every(({ pins }) => pins.every(({ old }) => old === '')))
      problems.push(`${path} has neither tag nor digest of any image: ${found.map(describePlace).join(', ')}`);
  }
  if (problems.length > 0) {
    throw new ActionError({
      what: 'the images to promote cannot be read',
      why: problems.join('\n'),
      next: 'Correct the input from, or the files that it names. Nothing was changed.',
    });
  }
  return { ...request, from: [], images: recordedImages(places.flat()) };
}

/** A chart's own values; none where they are missing or a link, because only what overrides them needs them. */
function readBase(path: string, { files }: FileSource): YamlFile[] {
  const state = files.get(path);
  return state?.kind === 'file' ? [readYaml(path, state.bytes)] : [];
}

/** The places in each of the files, with those that only override an image of a chart's values. */
function placesIn(
  files: readonly YamlFile[],
  bases: readonly YamlFile[],
  { charts }: Pick<Request, 'charts'>,
): ImagePlace[][] {
  const index = new ChartIndex(charts.map((path) => ({ path })));
  const found = files.map(imagesIn);
  const all = [...found, ...bases.map(imagesIn)].flat();
  const overriding = overrides(all, (file) => index.ownerOf(file)?.path).filter(({ role }) => role !== 'ambiguous');
  return found.map((entries) => {
    const documents = new Set(entries.map(({ file }) => file));
    return [...entries.flatMap(({ places }) => places), ...overriding.filter(({ file }) => documents.has(file))];
  });
}

async function readSource(path: string, source: FileSource): Promise<YamlFile | { problem: string }> {
  const state = source.files.get(path) ?? { kind: 'missing' };
  if (state.kind === 'refused') return { problem: `${path} ${state.why}` };
  if (state.kind === 'missing')
    return { problem: `${path} is missing; ${await describeDirectory(posix.dirname(path), source)}` };
  const file = readYaml(path, state.bytes);
  // Readers differ in which one counts, so what is recorded is not certain.
  const duplicates = duplicateWarnings(file);
  return duplicates.length === 0 ? file : { problem: duplicates.join('\n') };
}

/** One image for each repository that these places name, with the tag and the digest that they have together. */
function recordedImages(places: readonly ImagePlace[]): WantedImage[] {
  return [...Map.groupBy(places, ({ names: [name = ''] }) => normalizeRepository(name))].map(([name, group]) =>
    recordedImage(name, group as [ImagePlace, ...ImagePlace[]]),
  );
}

function recordedImage(name: string, places: readonly [ImagePlace, ...ImagePlace[]]): WantedImage {
  const tags = recordedValues(places, 'tag');
  const digests = recordedValues(places, 'digest');
  const { file, line, names } = tags[0]?.place ?? digests[0]?.place ?? places[0];
  const image: WantedImage = {
    name: withoutHost(name),
    repository: names[0] ?? name,
    tags: tags.slice(0, 1).map(({ text }) => text),
    digest: digests[0]?.text,
    source: { file: file.path, line },
  };
  const unusable = conflict(tags, 'tags') ?? conflict(digests, 'digests') ?? invalidValue(tags, parseImageTag);
  const problem = unusable ?? invalidValue(digests, parseDigest);
  if (problem !== undefined) return { ...image, unusable: problem };
  return tags.length + digests.length > 0
    ? image
    : { ...image, unusable: `${places.map(describePlace).join(', ')} has neither tag nor digest of it` };
}

/** A tag or digest, and the first place that has it. */
interface RecordedValue {
  text: string;
  place: ImagePlace;
}

function recordedValues(places: readonly ImagePlace[], kind: 'tag' | 'digest'): RecordedValue[] {
  const values = new Map<string, RecordedValue>();
  for (const place of places) {
    for (const { form, old } of place.pins) {
      const text = readPin(form, old)[kind];
      if (text !== undefined && !values.has(text)) values.set(text, { text, place });
    }
  }
  return [...values.values()];
}

function conflict(values: readonly RecordedValue[], kind: string): string | undefined {
  if (values.length < 2) return undefined;
  const listed = values.map(({ text, place }) => `${describePlace(place)} has ${text}`);
  return `its ${kind} differ, so it is not known which one to promote: ${listed.join(', ')}`;
}

/** Such as a template. */
function invalidValue([value]: readonly RecordedValue[], parse: (text: string) => Parsed<string>): string | undefined {
  const parsed = value === undefined ? { value } : parse(value.text);
  return value === undefined || 'value' in parsed
    ? undefined
    : `${describePlace(value.place)} has ${JSON.stringify(value.text)}, which ${parsed.problem}`;
}
