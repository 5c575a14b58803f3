import { expect, it } from '@jest/globals';
import { type Case, CHARTS, MANIFESTS } from './cases.ts';
import { type Annotation, annotations, lineOf, step, useScene, write } from './scene.ts';

useScene();

const META = (name: string): string =>
  `apiVersion: v2\nname: ${name}\nversion: 0.1.0\nappVersion: "1.0.0"\nkubeVersion: ">=1.30.0-0"\nicon: https://example.com/icon.svg\n`;

const inDirectory = (root: string, { name, files }: Case): [path: string, text: string][] =>
  Object.entries(files).map(([file, text]) => [`${root}/${name}/${file}`, text]);

/** The errors in a directory, and the warnings where no error is expected: the rule, the file and the line. */
const found = (all: readonly Annotation[], { expected }: Case, directory: string): string[] =>
  all
    .filter(({ level }) => level === 'error' || (level === 'warning' && expected.length === 0))
    .filter(({ file }) => file.startsWith(`${directory}/`))
    .map(({ title, file, line }) => `${title.split(':')[0]} ${file.slice(directory.length + 1)}:${line}`)
    .sort();

const wanted = ({ expected }: Case, directory: string): string[] =>
  expected.map(([rule, file, text]) => `${rule} ${file}:${lineOf(`${directory}/${file}`, text)}`).sort();

it('charts and manifests that linters get wrong are judged right, all in one run', async () => {
  const charts = CHARTS.flatMap((entry) => [
    [`helm/${entry.name}/Chart.yaml`, META(entry.name)] as [string, string],
    ...inDirectory('helm', entry),
  ]);
  write(Object.fromEntries([...charts, ...MANIFESTS.flatMap((entry) => inDirectory('k8s', entry))]));
  const result = await step({
    'kube-versions': '1.34',
    manifests: MANIFESTS.map(({ name }) => `k8s/${name}/**/*.yaml`).join('\n'),
    'max-annotations': '1000',
  });
  const all = annotations(result);
  const cases = [
    ...CHARTS.map((entry) => [entry, `helm/${entry.name}`] as const),
    ...MANIFESTS.map((entry) => [entry, `k8s/${entry.name}`] as const),
  ];
  expect(Object.fromEntries(cases.map(([entry, directory]) => [directory, found(all, entry, directory)]))).toEqual(
    Object.fromEntries(cases.map(([entry, directory]) => [directory, wanted(entry, directory)])),
  );
});
