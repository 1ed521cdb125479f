import { type Clock, type CloudService, systemClock } from 'embedded-cloud';

/** Longer sleeps are time limits and schedules, not pauses: they keep to real time. */
const LONGEST_LEAP_MS = 10 * 60_000;
const TICK_MS = 10;
/**
 * How many ticks nothing may have happened before time leaps. Ticks and not milliseconds, since a tick is a whole turn of the event
 * loop: on a busy machine a call that was sent may take long to arrive, but it arrives within few turns.
 */
const QUIET_TICKS = 3;
/** The same while an endpoint changes: its containers start in real time, and patience with it is counted in polls. */
const QUIET_TICKS_WHILE_MOVING = 40;

interface Sleeper {
  readonly at: number;
  readonly wake: () => void;
}

/** Whether an endpoint is on its way, going by what was just asked of SageMaker and answered. */
function stillMoving(operation: string, body: unknown, before: boolean): boolean {
  if (/^(Create|Update|Delete)Endpoint$/.test(operation)) return true;
  if (operation !== 'DescribeEndpoint') return before;
  if (/"Status":"Baking"/.test(String(body))) return false;
  return /"EndpointStatus":"(Creating|Updating|SystemUpdating|RollingBack|Deleting)"/.test(String(body));
}

/** A clock that runs with the machine's own and leaps over pauses in which no call is under way. */
export interface LeapClock extends Clock {
  /** Counts the calls to a service made in a role's name as something under way. */
  watch(service: CloudService): void;
  close(): void;
}

/**
 * Makes back-offs, waits and polls of minutes take milliseconds, and never a time limit: while a call runs, time does not leap.
 * Every leap takes a moment of real time, so that polling does not run away from the containers that are polled.
 */
export function createLeapClock(): LeapClock {
  let skew = 0;
  let underWay = 0;
  let quietTicks = 0;
  let moving = false;
  const sleepers = new Set<Sleeper>();
  const now = () => systemClock.now() + skew;
  const stir = () => {
    quietTicks = 0;
  };
  const leap = () => {
    quietTicks += 1;
    if (underWay > 0 || quietTicks <= (moving ? QUIET_TICKS_WHILE_MOVING : QUIET_TICKS)) return;
    const next = [...sleepers].sort((a, b) => a.at - b.at)[0];
    if (!next) return;
    skew += Math.max(0, next.at - now());
    stir();
    next.wake();
  };
  const ticker = setInterval(leap, TICK_MS);
  ticker.unref();

  const sleep: Clock['sleep'] = (ms, signal) => {
    if (ms > LONGEST_LEAP_MS) return systemClock.sleep(ms, signal);
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const timer = setTimeout(() => sleeper.wake(), Math.max(0, ms));
      const over = () => {
        clearTimeout(timer);
        sleepers.delete(sleeper);
        signal?.removeEventListener('abort', onAbort);
      };
      const onAbort = () => {
        over();
        reject(signal?.reason);
      };
      const sleeper: Sleeper = {
        at: Math.ceil(now() + Math.max(0, ms)),
        wake: () => {
          over();
          resolve();
        },
      };
      signal?.addEventListener('abort', onAbort, { once: true });
      sleepers.add(sleeper);
    });
  };

  return {
    now,
    sleep,
    watch(service) {
      const prepare = service.prepare.bind(service);
      service.prepare = async (request) => {
        const call = await prepare(request);
        if (!request.caller.roleArn) return call;
        return {
          ...call,
          execute: async () => {
            underWay += 1;
            stir();
            try {
              const answer = await call.execute();
              moving = stillMoving(call.operation, answer.body, moving);
              return answer;
            } finally {
              underWay -= 1;
              stir();
            }
          },
        };
      };
    },
    close: () => clearInterval(ticker),
  };
}
