import { setTimeout as sleep } from 'node:timers/promises';
import { CloudWatchClient, DescribeAlarmsCommand } from '@aws-sdk/client-cloudwatch';
import { DescribeEndpointCommand } from '@aws-sdk/client-sagemaker';
import { dim, print, red, seconds } from '../output.ts';
import { watchDeployment } from '../runs.ts';
import type { Target } from '../target.ts';
import type { Ended } from '../watch.ts';
import { startTraffic, type Tally, tallyText } from './traffic.ts';

interface Watching {
  readonly pipeline: string;
  readonly modelPackageArn: string;
  /** ms since the epoch: older deployments are ignored. */
  readonly since: number;
  /** Real milliseconds between two lines of progress. */
  readonly everyMs?: number;
}

/** How a roll-out under traffic ended. */
export interface RollOutUnderTraffic {
  readonly ended: Ended;
  readonly tally: Tally;
}

const endpointOf = ({ stage }: Target, pipeline: string): string => `tidegate-${stage}-${pipeline}`;

/** The alarms of a roll-out under way, with their states. */
async function alarmStates(client: CloudWatchClient, AlarmNamePrefix: string): Promise<string> {
  const { MetricAlarms = [] } = await client.send(new DescribeAlarmsCommand({ AlarmNamePrefix }));
  return MetricAlarms.map(({ AlarmName = '', StateValue }) => {
    const name = AlarmName.slice(AlarmName.lastIndexOf('-') + 1);
    return StateValue === 'ALARM' ? red(`${name}: ALARM`) : `${name}: ${StateValue === 'OK' ? 'ok' : 'no data'}`;
  }).join('  ');
}

/**
 * Follows the deployment of an approved model while requests arrive. Prints the states of the machine, and now and then which version
 * answers and what the alarms say.
 */
export async function rollOutUnderTraffic(
  target: Target,
  { pipeline, modelPackageArn, since, everyMs = 15_000 }: Watching,
): Promise<RollOutUnderTraffic> {
  const { region, credentials, endpoint } = target.sageMaker.config;
  const cloudWatch = new CloudWatchClient({ region, credentials, ...(endpoint === undefined ? {} : { endpoint }) });
  const EndpointName = endpointOf(target, pipeline);
  const traffic = startTraffic(target, pipeline);
  const over = new AbortController();
  const started = performance.now();
  const progress = (async () => {
    while (!over.signal.aborted) {
      await sleep(everyMs, undefined, { signal: over.signal }).catch(() => undefined);
      const [{ EndpointStatus, PendingDeploymentSummary }, alarms] = await Promise.all([
        target.sageMaker.send(new DescribeEndpointCommand({ EndpointName })),
        alarmStates(cloudWatch, `${EndpointName}-`),
      ]);
      const status = PendingDeploymentSummary?.ProductionVariants?.[0]?.VariantStatus?.[0]?.Status ?? EndpointStatus;
      print(
        `  ${dim(seconds(performance.now() - started).padStart(5))}  ${tallyText(traffic.take())}   ${dim(`${status}`)}${alarms === '' ? '' : `   ${alarms}`}`,
      );
    }
  })();
  try {
    const ended = await watchDeployment(target, modelPackageArn, since, {
      otherwise: 'No deployment started for the approved model.',
    });
    return { ended, tally: await traffic.stop() };
  } finally {
    over.abort();
    await Promise.allSettled([progress, traffic.stop()]);
    cloudWatch.destroy();
  }
}
