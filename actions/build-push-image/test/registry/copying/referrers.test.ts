import { describe, expect, it } from '@jest/globals';
import type { MemoryRegistry } from '../memory-registry.ts';
import { createClient, source, target, useRegistries } from '../scene.ts';

useRegistries();

type Descriptor = ReturnType<MemoryRegistry['addManifest']>;
const tagOf = ({ digest }: { digest: string }) => digest.replace(':', '-');
const copy = ({ digest }: Descriptor, tag = '1.0.0') =>
  createClient(1).copy(`${source.host}/web@${digest}`, [`${target.host}/web:${tag}`]);

/** An index with an image and an attestation of it. */
function addIndex(): { index: Descriptor; image: Descriptor; attestation: Descriptor } {
  const image = source.addImage('web', 'layer');
  const attestation = source.addImage('web', 'attestation');
  return { index: source.addIndex('web', [image, attestation]), image, attestation };
}

/** Adds a signature, and without the referrers API to the fallback tag of its subject. */
function sign(subject: Descriptor, text: string): Descriptor {
  const signature = source.addSignature('web', text, { subject });
  const existing = source.get('web', tagOf(subject))?.data.manifests as object[] | undefined;
  if (!source.referrers) source.addIndex('web', [...(existing ?? []), signature], tagOf(subject));
  return signature;
}

const listed = (registry: MemoryRegistry, subject: Descriptor) =>
  (registry.get('web', tagOf(subject))?.data.manifests as { digest: string; artifactType: string }[] | undefined)?.map(
    ({ digest, artifactType }) => ({ digest, artifactType }),
  );

describe('signatures and attestations that refer to an image', () => {
  it.each([
    [false, false],
    [false, true],
    [true, false],
    [true, true],
  ])('are copied with it (referrers API in the source: %s, in the target: %s)', async (inSource, inTarget) => {
    source.referrers = inSource;
    target.referrers = inTarget;
    const { index, image, attestation } = addIndex();
    const signatures = [index, image, attestation].map((subject) => sign(subject, `of ${subject.digest}`));
    const ofSignature = sign(signatures[0] as Descriptor, 'of a signature');
    expect(await copy(index)).toEqual({ referrers: 4, notCopied: [] });
    for (const { digest } of [...signatures, ofSignature]) expect(target.get('web', digest)?.digest).toBe(digest);
    const { artifactType } = ofSignature as Descriptor & { artifactType: string };
    for (const [position, subject] of [index, image, attestation].entries())
      expect(listed(target, subject)).toEqual(
        inTarget ? undefined : [{ digest: signatures[position]?.digest, artifactType }],
      );
  });

  it('are added to those that the target has', async () => {
    const { index } = addIndex();
    const theirs = sign(index, 'theirs');
    const own = target.addSignature('web', 'own', { subject: index });
    target.addIndex('web', [own], tagOf(index));
    const more = sign(index, 'more');
    await copy(index);
    await copy(index, '1.0.1');
    expect(listed(target, index)?.map(({ digest }) => digest)).toEqual([own.digest, theirs.digest, more.digest]);
  });

  it('are copied as tags of cosign too', async () => {
    const { index, image, attestation } = addIndex();
    const tags = [
      ...['.sig', '.att', '.sbom'].map((suffix) => `${tagOf(index)}${suffix}`),
      ...[image, attestation].map((subject) => `${tagOf(subject)}.sig`),
    ];
    for (const tag of tags) source.addSignature('web', tag, { tag });
    expect(await copy(index)).toEqual({ referrers: 5, notCopied: [] });
    for (const tag of tags) expect(target.get('web', tag)).toEqual(source.get('web', tag));
    expect(await copy(index, '1.0.1')).toEqual({ referrers: 5, notCopied: [] });
  });

  it('never replace a tag of cosign in the target, and the result tells it', async () => {
    const { index } = addIndex();
    const tag = `${tagOf(index)}.sig`;
    source.addSignature('web', 'theirs', { tag });
    const own = target.addSignature('web', 'own', { tag });
    const { referrers, notCopied } = await copy(index);
    expect(target.get('web', tag)?.digest).toBe(own.digest);
    expect([referrers, notCopied]).toEqual([0, [expect.stringContaining('which stays')]]);
  });

  it('are not looked for when only a tag of the repository is set', async () => {
    const { index } = addIndex();
    await createClient(1).copy(`${source.host}/web@${index.digest}`, [`${source.host}/web:2`]);
    expect(source.count(/referrers|sha256-/)).toBe(0);
  });

  it('are looked for once when more tags of the copy are set', async () => {
    const { index } = addIndex();
    const registry = createClient(1);
    await registry.copy(`${source.host}/web@${index.digest}`, [`${target.host}/web:1`]);
    source.requests.length = 0;
    await registry.copy(`${source.host}/web@${index.digest}`, [`${target.host}/web:2`]);
    expect(source.requests).toEqual([]);
  });

  it('are looked for with two requests when there are none', async () => {
    const { index } = addIndex();
    source.manifests.set('web:sha-1', source.manifests.get(`web:${index.digest}`) as never);
    const registry = createClient(1);
    await registry.find(`${source.host}/web:sha-1`);
    await registry.copy(`${source.host}/web@${index.digest}`, [`${target.host}/web:1`]);
    expect(source.requests.filter((request) => /referrers|tags|sha256-/.test(request)).sort()).toEqual([
      `GET /v2/web/referrers/${index.digest}`,
      'GET /v2/web/tags/list?n=1000',
    ]);
  });

  it.each([
    ['lacks a tag that is there', '{"tags":["other"]}'],
    ['is not a list', '<html>'],
    ['is null', '{"tags":null}'],
  ])('are found when the list of tags %s', async (_title, list) => {
    const { index } = addIndex();
    source.manifests.set('web:sha-1', source.manifests.get(`web:${index.digest}`) as never);
    sign(index, 'x');
    const tag = `${tagOf(index)}.sig`;
    source.addSignature('web', tag, { tag });
    source.peculiarity = (request, response) =>
      (request.url?.includes('/tags/') ?? false) && Boolean(response.end(list));
    const registry = createClient(1);
    await registry.find(`${source.host}/web:sha-1`);
    const copied = await registry.copy(`${source.host}/web@${index.digest}`, [`${target.host}/web:1`]);
    expect(copied).toEqual({ referrers: 2, notCopied: [] });
  });

  it('that a registry refuses do not fail the copy, and the result names them', async () => {
    const { index } = addIndex();
    const { digest } = sign(index, 'x');
    target.peculiarity = (request, response) =>
      request.method === 'PUT' &&
      (request.url?.endsWith(digest) ?? false) &&
      Boolean(response.writeHead(400).end('{"errors":[{"code":"MANIFEST_INVALID","message":"no artifacts"}]}'));
    const { referrers, notCopied } = await copy(index);
    expect(referrers).toBe(0);
    expect(notCopied).toEqual([
      expect.stringMatching(new RegExp(`^${source.host}/web@${digest}: .*400 \\(MANIFEST_INVALID: no artifacts\\)$`)),
    ]);
    expect(target.get('web', '1.0.0')?.digest).toBe(index.digest);
  });

  it.each(['source', 'target'])('fail the copy when the %s keeps failing', async (which) => {
    const { index } = addIndex();
    const { digest } = sign(index, 'x');
    (which === 'source' ? source : target).peculiarity = (request, response) =>
      (request.url?.includes(which === 'source' ? '/referrers/' : digest) ?? false) &&
      Boolean(response.writeHead(503).end());
    await expect(copy(index)).rejects.toMatchObject({ kind: 'transient', why: expect.stringContaining('503') });
  });
});
