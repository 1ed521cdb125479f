import type { CloudContext } from '../cloud/service.ts';

type Place = Pick<CloudContext, 'partition' | 'region' | 'accountId'>;

const base = ({ partition, region, accountId }: Place): string => `arn:${partition}:states:${region}:${accountId}`;

export const stateMachineArn = (place: Place, name: string): string => `${base(place)}:stateMachine:${name}`;

/** @param machine name of the machine, with `/<label>` for children of a Distributed Map */
export const executionArn = (place: Place, machine: string, name: string): string =>
  `${base(place)}:execution:${machine}:${name}`;

export const mapRunArn = (place: Place, machine: string, label: string, id: string): string =>
  `${base(place)}:mapRun:${machine}/${label}:${id}`;

/** The machine's name in its ARN. */
export const machineNameOf = (arn: string): string => arn.split(':')[6] ?? '';
