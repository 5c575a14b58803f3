/** Shorter strings are part of too many words: masking them would remove digests from the log, and outputs with them. */
const MIN_LENGTH = 6;

/** Whether a string can be masked wherever it appears. */
const isMaskable = (text: string): boolean => text.trim().length >= MIN_LENGTH;

/**
 * The lines of a secret to mask, trimmed. In a secret of several lines, such as a JSON key, lines of punctuation only, such as `{`, are not masked:
 * GitHub drops every output of a job that contains a masked text
 * (https://github.com/actions/runner/blob/main/src/Runner.Worker/JobExtension.cs), so `{` would drop every output that is JSON.
 */
export function maskableLines(secret: string): string[] {
  const lines = secret.split(/[\r\n]+/).map((line) => line.trim());
  const isMultiLine = lines.filter((line) => line !== '').length > 1;
  return [...new Set(lines)].filter((line) => isMaskable(line) && (!isMultiLine || /[\p{L}\p{N}]/u.test(line)));
}
