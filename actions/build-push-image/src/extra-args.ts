import type { Parsed } from '../../lib/inputs.ts';

/** Arguments that the action gives itself, and the input that decides about each. */
const OWN: Readonly<Record<string, string>> = {
  '--output': '`push`',
  '-o': '`push`',
  '--push': '`push`',
  '--load': '`push`',
  '--tag': '`tags`',
  '-t': '`tags`',
  '--metadata-file': 'the output `metadata`',
  '--iidfile': 'the output `digest`',
  '--progress': 'nothing: the log is read by the action',
  '--quiet': 'nothing: the log is read by the action',
  '-q': 'nothing: the log is read by the action',
  '--platform': '`platforms`',
  '--file': '`file` of the image',
  '-f': '`file` of the image',
  '--target': '`target` of the image',
  '--builder': '`builder`',
  '--provenance': '`provenance`',
  '--sbom': '`sbom`',
  '--attest': '`provenance` and `sbom`',
};

/** One more argument for `docker buildx build`, with the value after `=` or on the next line. */
export function parseExtraArgument(text: string): Parsed<string> {
  const flag = /^(?:--[a-z][a-z-]*|-[a-z])/.exec(text)?.[0] ?? '';
  const instead = OWN[flag];
  return instead === undefined ? { value: text } : { problem: `is set by the action; what decides is ${instead}` };
}
