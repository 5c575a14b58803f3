import { LabError } from '../errors.ts';

/** What a recorder is told: a JSON file that is its only argument. */
export interface TrafficConfig {
  /** `http://127.0.0.1:PORT/…`; nothing else is ever sent to. */
  url: string;
  /** Requests a second. */
  rate: number;
  /** It stops by itself after so long, whoever forgets it. */
  seconds: number;
  /** Every request goes here, a JSON line each. */
  recordFile: string;
  /** The summary goes here when it stops. */
  reportFile: string;
}

/** Steady traffic stays below this rate; above it is load, which may not last as long. */
const STEADY_RATE = 400;
const STEADY_SECONDS = 1800;
const LOAD_RATE = 2000;
const LOAD_SECONDS = 120;

const NEXT = 'Traffic goes to this machine alone, and both its rate and its time are limited: lab/traffic/config.ts.';

/** The address itself, not a name for it: names can be made to lead elsewhere. */
function refusalOf(text: string): string | undefined {
  const url = URL.parse(text);
  if (url === null) return `${text} is not an address`;
  if (url.protocol !== 'http:') return `${url.protocol} is not spoken`;
  if (url.hostname !== '127.0.0.1') return `${url.hostname} is not 127.0.0.1`;
  return undefined;
}

/** @throws LabError naming the first limit that the settings break */
export function checkConfig(config: TrafficConfig): TrafficConfig {
  const { url, rate, seconds } = config;
  const refuse = (why: string) => new LabError(`No traffic is sent: ${why}.`, NEXT);
  const wrong = refusalOf(url);
  if (wrong !== undefined) throw refuse(wrong);
  if (!(rate > 0 && rate <= LOAD_RATE)) throw refuse(`${rate} requests a second is not between 0 and ${LOAD_RATE}`);
  const longest = rate > STEADY_RATE ? LOAD_SECONDS : STEADY_SECONDS;
  if (!(seconds > 0 && seconds <= longest)) {
    throw refuse(`${seconds} s is not between 0 and ${longest} at ${rate} requests a second`);
  }
  return config;
}
