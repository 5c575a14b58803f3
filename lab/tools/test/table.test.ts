import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { type Tool, toolNames, tools } from '../table.ts';

const goTools = toolNames.flatMap((name) => {
  const tool: Tool = tools[name];
  return tool.from === 'go' ? [{ name, tool }] : [];
});

describe('the table of tools', () => {
  it.each(goTools.filter(({ tool }) => tool.module))(
    '$name has the version that its pinned module builds',
    ({ tool }) => {
      const requirements = readFileSync(join(import.meta.dirname, '..', tool.module ?? '', 'go.mod'), 'utf8');
      const [module] = tool.package.split(/\/cmd(?:\/|$)/);
      expect(requirements).toContain(`\t${module} ${tool.version} `);
    },
  );

  it.each(goTools)('$name has the program name that Go gives it, and is stamped with its version', ({ name, tool }) => {
    const parts = tool.package.split('/').filter((part) => !/^v\d+$/.test(part));
    expect(parts.at(-1)).toBe(tool.program ?? name);
    // Helm is also stamped with the Kubernetes version, and OpenTofu is told that it is a release.
    const versions = `${tool.version} ${tools.kubectl.version} dev=no`;
    for (const stamp of tool.stamps ?? []) expect(versions).toContain(stamp.split('=')[1]);
  });

  it('has programs with different names in each module, because one command puts them into one directory', () => {
    const programs = goTools.map(({ name, tool }) => [tool.module ?? name, tool.program ?? name].join('/'));
    expect(programs).toEqual([...new Set(programs)]);
  });

  it('has the versions of PyPI tools that their requirements pin by hash, without dependencies', () => {
    const found = toolNames.flatMap((name) => {
      const tool: Tool = tools[name];
      return tool.from === 'pypi' ? [tool] : [];
    });
    expect(found.length).toBeGreaterThan(0);
    for (const { package: name, version, requirements } of found) {
      const text = readFileSync(join(import.meta.dirname, '..', '..', '..', requirements), 'utf8');
      const pinned = text.match(/^\S+==\S+(?: \\\n +--hash=sha256:[0-9a-f]{64})+$/gm) ?? [];
      expect(pinned.map((requirement) => requirement.split(' ')[0])).toEqual([`${name}==${version}`]);
    }
  });

  it('has every tool that a script of the lab needs', () => {
    const needs = toolNames.flatMap((name) => {
      const tool: Tool = tools[name];
      return tool.from === 'lab' ? tool.needs : [];
    });
    expect(needs).toEqual(['buildx']);
    expect(toolNames).toEqual(expect.arrayContaining(needs));
  });
});
