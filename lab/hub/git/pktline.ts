import { ApiError } from '../errors.ts';

/** Git's pkt-line format: https://git-scm.com/docs/protocol-common */

export function pktLine(payload: string | Buffer): Buffer {
  const bytes = Buffer.from(payload);
  return Buffer.concat([Buffer.from((bytes.length + 4).toString(16).padStart(4, '0')), bytes]);
}

export const FLUSH: Buffer = Buffer.from('0000');

/** Moves a ref; all zeros stand for a ref that does not exist. */
export interface RefCommand {
  ref: string;
  before: string;
  after: string;
}

export interface ReceiveRequest {
  commands: RefCommand[];
  capabilities: ReadonlySet<string>;
  /** The offset of the pack, if there is one. */
  packOffset: number;
}

/**
 * Reads the commands at the start of a `git-receive-pack` request: https://git-scm.com/docs/pack-protocol. Push options,
 * which GitHub takes and ignores, are between them and the pack.
 * @throws ApiError 400 when it is not such a request
 */
export function parseReceiveRequest(body: Buffer): ReceiveRequest {
  const commands: RefCommand[] = [];
  let capabilities = new Set<string>();
  const { lines, end } = readSection(body, 0);
  for (const bytes of lines) {
    const [line = '', features] = bytes.toString('utf8').replace(/\n$/, '').split('\0');
    if (features !== undefined) capabilities = new Set(features.trim().split(' '));
    const command = /^([0-9a-f]{40}) ([0-9a-f]{40}) (.+)$/.exec(line);
    if (command) commands.push({ before: command[1] ?? '', after: command[2] ?? '', ref: command[3] ?? '' });
    else if (!line.startsWith('shallow ')) throw new ApiError(400, 'not a push: bad command');
  }
  const packOffset = capabilities.has('push-options') ? readSection(body, end).end : end;
  return { commands, capabilities, packOffset };
}

/** Reads pkt-lines up to a flush. @returns their payloads, and the offset of what follows */
function readSection(body: Buffer, start: number): { lines: Buffer[]; end: number } {
  const lines: Buffer[] = [];
  let offset = start;
  while (offset < body.length) {
    const digits = body.toString('latin1', offset, offset + 4);
    const length = /^[0-9a-f]{4}$/i.test(digits) ? Number.parseInt(digits, 16) : Number.NaN;
    if (Number.isNaN(length) || (length !== 0 && length < 4) || offset + length > body.length)
      throw new ApiError(400, 'not a push: bad pkt-line');
    if (length === 0) return { lines, end: offset + 4 };
    lines.push(body.subarray(offset + 4, offset + length));
    offset += length;
  }
  throw new ApiError(400, 'not a push: the commands do not end');
}

/** The response to a push that was rejected as a whole, with a message for the user. */
export function rejectReceive(
  request: ReceiveRequest,
  { message, reason }: { message: string; reason: string },
): Buffer {
  const lines = request.commands.map(({ ref }) => pktLine(`ng ${ref} ${reason}\n`));
  const report = Buffer.concat([pktLine('unpack ok\n'), ...lines, FLUSH]);
  if (!request.capabilities.has('side-band-64k')) return report;
  const note = message === '' ? Buffer.alloc(0) : pktLine(Buffer.concat([Buffer.from([2]), Buffer.from(message)]));
  return Buffer.concat([note, pktLine(Buffer.concat([Buffer.from([1]), report])), FLUSH]);
}
