/** Shorter texts are part of too many words: hidden, they would take the digests out of the log, and whole outputs with them. */
const MIN_LENGTH = 6;

/** Whether a text may be hidden wherever it stands. */
const isMaskable = (text: string): boolean => text.trim().length >= MIN_LENGTH;

/**
 * The lines of a secret that may be hidden wherever they stand, without white space around them. Of several lines, as in a JSON key, those are left
 * that are punctuation only, such as `{`: GitHub drops every output of a job in which a hidden text is found
 * (https://github.com/actions/runner/blob/main/src/Runner.Worker/JobExtension.cs), so `{` would drop all that is JSON.
 */
export function maskableLines(secret: string): string[] {
  const lines = secret.split(/[\r\n]+/).map((line) => line.trim());
  const several = lines.filter((line) => line !== '').length > 1;
  return [...new Set(lines)].filter((line) => isMaskable(line) && (!several || /[\p{L}\p{N}]/u.test(line)));
}
