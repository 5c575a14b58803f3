import { readYaml, type YamlProblem } from '../manifests/yaml.ts';

/** A YAML or JSON file of a chart. */
export interface ChartFile {
  text: string;
  value: unknown;
  /** Why it cannot be parsed. */
  problem?: YamlProblem;
}

/** The first document of a YAML file. An empty or invalid one has an empty mapping as value. */
export function yamlFile(text: string): ChartFile {
  const document = readYaml(text)[0];
  const problem = document?.problems[0];
  return { text, value: document?.value ?? {}, ...(problem === undefined ? {} : { problem }) };
}

/** A JSON file. An invalid one has no value. */
export function jsonFile(text: string): ChartFile {
  try {
    return { text, value: JSON.parse(text) };
  } catch (error) {
    return { text, value: undefined, problem: { message: (error as Error).message, line: 1 } };
  }
}
