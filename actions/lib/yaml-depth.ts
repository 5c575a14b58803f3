/**
 * What the engine says when a text has more levels than its stack. The parser hands it on as an error of the text, in one way or another, and
 * goes on with errors that only follow from it.
 */
const STACK = /^Maximum call stack|: Stack overflow$/;

/** What is said instead. */
export const NESTED_TOO_DEEPLY = 'is nested too deeply';

/** Whether the message of an error, of the parser or thrown, is that a text has too many levels. */
export const isStackOverflow = (message: string): boolean =>
  STACK.test(message.split('\n')[0]?.replace(PLACE, '') ?? '');

/** The parser adds the place to its messages. */
const PLACE = / at line \d+, column \d+:?$/;
