import { LabError } from '../errors.ts';

/** The configuration of a recorder: a JSON file, its only argument. */
export interface TrafficConfig {
  /** `http://127.0.0.1:PORT/…`; other addresses are rejected. */
  url: string;
  /** Requests per second. */
  rate: number;
  /** Duration after which it stops, unless it is stopped earlier. */
  seconds: number;
  /** File with one JSON line per request. */
  recordFile: string;
  /** File with the summary, written at the end. */
  reportFile: string;
}

/** A higher rate is load, whose maximum duration is shorter. */
const MAX_STEADY_RATE = 400;
const MAX_STEADY_SECONDS = 1800;
const MAX_LOAD_RATE = 2000;
const MAX_LOAD_SECONDS = 120;

const LIMITS_ADVICE =
  'Traffic is only sent to this machine, and its rate and duration are limited: see lab/traffic/config.ts.';

/** Accepts only the address itself, because a name can resolve to another machine. */
function findUrlProblem(text: string): string | undefined {
  const url = URL.parse(text);
  if (url === null) return `${text} is not a valid URL`;
  if (url.protocol !== 'http:') return `${url.protocol} is not supported`;
  if (url.hostname !== '127.0.0.1') return `${url.hostname} is not 127.0.0.1`;
  return undefined;
}

/** @throws LabError for the first limit that the configuration exceeds */
export function validateConfig(config: TrafficConfig): TrafficConfig {
  const { url, rate, seconds } = config;
  const invalid = (problem: string) => new LabError(`Invalid traffic settings: ${problem}.`, LIMITS_ADVICE);
  const urlProblem = findUrlProblem(url);
  if (urlProblem !== undefined) throw invalid(urlProblem);
  if (!(rate > 0 && rate <= MAX_LOAD_RATE))
    throw invalid(`${rate} requests per second is not between 0 and ${MAX_LOAD_RATE}`);
  const maxSeconds = rate > MAX_STEADY_RATE ? MAX_LOAD_SECONDS : MAX_STEADY_SECONDS;
  if (!(seconds > 0 && seconds <= maxSeconds)) {
    throw invalid(`${seconds} s is not between 0 and ${maxSeconds} at ${rate} requests per second`);
  }
  return config;
}
