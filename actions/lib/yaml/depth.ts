/**
 * The JavaScript engine's message when a document has more levels than its stack. The parser reports it as an error of the document, in different
 * forms, together with errors that follow from it.
 */
const STACK_OVERFLOW = /^Maximum call stack|: Stack overflow$/;

/** The problem to report instead. */
export const NESTED_TOO_DEEPLY = 'is nested too deeply';

/** Whether a message, of the parser or of a thrown error, means that a document has too many levels. */
export const isStackOverflow = (message: string): boolean =>
  STACK_OVERFLOW.test(message.split('\n')[0]?.replace(POSITION, '') ?? '');

/** The parser adds the position to its messages. */
const POSITION = / at line \d+, column \d+:?$/;
