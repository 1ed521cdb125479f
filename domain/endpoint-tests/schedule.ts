/** When the requests of a load test are due. */
export interface Load {
  /** Requests a second once the ramp is over. */
  readonly rate: number;
  /** Seconds in which the rate rises from zero, evenly. */
  readonly rampSeconds: number;
  /** Seconds at the full rate. */
  readonly seconds: number;
}

/** How many requests are due during the ramp: the area below it. */
export const rampRequests = ({ rate, rampSeconds }: Pick<Load, 'rate' | 'rampSeconds'>): number =>
  Math.floor((rate * rampSeconds) / 2);

/**
 * The time of each request in milliseconds from the start, ascending. The k-th is due when k requests are: at √(2Rk/r) during a ramp
 * of R seconds to r requests a second, and every 1/r seconds after it. Times do not depend on the answers (an open model), so a
 * slow endpoint delays no request.
 */
export function schedule({ rate, rampSeconds, seconds }: Load): number[] {
  const ramp = rampRequests({ rate, rampSeconds });
  const times = Array.from({ length: ramp }, (_, k) => Math.sqrt((2 * rampSeconds * k) / rate));
  const full = Math.floor(rate * seconds);
  for (let k = 0; k < full; k += 1) times.push(rampSeconds + k / rate);
  return times.map((s) => s * 1000);
}
