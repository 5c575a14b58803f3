import { readYaml, type YamlFault } from '../manifests/yaml.ts';

/** A file of a chart that was read as data. */
export interface ChartFile {
  text: string;
  value: unknown;
  /** Why it could not be read as data. */
  fault?: YamlFault;
}

/** The first document of a YAML text; one that is empty or broken reads as an empty mapping. */
export function yamlFile(text: string): ChartFile {
  const document = readYaml(text)[0];
  const fault = document?.faults[0];
  return { text, value: document?.value ?? {}, ...(fault === undefined ? {} : { fault }) };
}

/** A JSON file as data; one that is broken has no value. */
export function jsonFile(text: string): ChartFile {
  try {
    return { text, value: JSON.parse(text) };
  } catch (error) {
    return { text, value: undefined, fault: { message: (error as Error).message, line: 1 } };
  }
}
