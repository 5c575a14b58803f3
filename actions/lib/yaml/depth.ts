/**
 * The engine's message when a text has more levels than its stack. The parser reports it as an error of the text, in one way or another, with
 * errors that follow from it.
 */
const STACK = /^Maximum call stack|: Stack overflow$/;

/** The problem to report instead. */
export const NESTED_TOO_DEEPLY = 'is nested too deeply';

/** Whether a message, of the parser or of a thrown error, means that a text has too many levels. */
export const isStackOverflow = (message: string): boolean =>
  STACK.test(message.split('\n')[0]?.replace(PLACE, '') ?? '');

/** The parser adds the position to its messages. */
const PLACE = / at line \d+, column \d+:?$/;
