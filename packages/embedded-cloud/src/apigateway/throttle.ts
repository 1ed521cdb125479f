import type { Limits } from './http-api.ts';

/**
 * A token bucket, one token a request: it holds `burst` tokens and is refilled at `rate` a second (API Gateway Developer Guide,
 * "Throttle requests to your HTTP APIs").
 *
 * @param now milliseconds
 * @returns whether the next request may pass
 */
export function tokenBucket(limits: () => Limits, now: () => number): () => boolean {
  let tokens = Number.POSITIVE_INFINITY;
  let filledAt = now();
  return () => {
    const { rate, burst } = limits();
    const time = now();
    tokens = Math.min(burst, tokens + ((time - filledAt) / 1000) * rate);
    filledAt = time;
    if (tokens < 1) return false;
    tokens -= 1;
    return true;
  };
}
