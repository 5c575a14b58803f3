/** Whether `FAULTS=all` asks for every cell. It takes three times as long. */
const IS_COMPLETE = process.env.FAULTS === 'all';

/**
 * The pairs of faults and requests that a test tries: a third of them, in which each fault meets every third request and each request
 * every third fault, or all with `FAULTS=all`.
 * @param requests how many requests a run sends
 */
export function chooseCells<Fault>(faults: readonly Fault[], requests: number): { fault: Fault; request: number }[] {
  return faults.flatMap((fault, index) =>
    Array.from({ length: requests }, (_, request) => ({ fault, request })).filter(
      ({ request }) => IS_COMPLETE || (index + request) % 3 === 0,
    ),
  );
}
