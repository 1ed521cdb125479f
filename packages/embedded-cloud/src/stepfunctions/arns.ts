import { AwsError, type CloudContext } from '../cloud/service.ts';

type Place = Pick<CloudContext, 'partition' | 'region' | 'accountId'>;

const base = ({ partition, region, accountId }: Place): string => `arn:${partition}:states:${region}:${accountId}`;

export const stateMachineArn = (place: Place, name: string): string => `${base(place)}:stateMachine:${name}`;

/** @param machine name of the machine, with `/<label>` for children of a Distributed Map */
export const executionArn = (place: Place, machine: string, name: string): string =>
  `${base(place)}:execution:${machine}:${name}`;

export const mapRunArn = (place: Place, machine: string, label: string, id: string): string =>
  `${base(place)}:mapRun:${machine}/${label}:${id}`;

const invalid = (message: string): AwsError => new AwsError('InvalidArn', `Invalid Arn: '${message}'`);

/**
 * Refuses a text that is no ARN of Step Functions, and one of another kind of resource.
 * @throws AwsError InvalidArn
 */
export function checkArn(arn: string, kinds: readonly ('stateMachine' | 'execution' | 'express' | 'mapRun')[]): void {
  if (!arn.startsWith('arn:')) throw invalid(`Invalid ARN prefix: ${arn}`);
  const [, partition, service, region, account, kind, ...name] = arn.split(':');
  if (service !== 'states' || !partition || !region || !/^\d{12}$/.test(account ?? '') || name.join('') === '')
    throw invalid(`Malformed ARN: ${arn}`);
  if (!kinds.some((allowed) => allowed === kind)) throw invalid(`Resource type not valid in this context: ${kind}`);
}

/** The machine's name in its ARN. */
export const machineNameOf = (arn: string): string => arn.split(':')[6] ?? '';
