import { randomUUID } from 'node:crypto';
import { sameValue } from '../cloud/same-value.ts';
import { AwsError, type CloudContext } from '../cloud/service.ts';
import { checkArn, stateMachineArn } from './arns.ts';
import { isObject } from './asl.ts';
import { InvalidDefinition } from './definition/diagnostics.ts';
import { parseDefinition } from './definition/validate.ts';
import type { MachineRecord, StepFunctionsStore } from './store.ts';

const nameRule = /^[^\s<>{}[\]?*"#%\\^|~`$&,;:/\p{Cc}]{1,80}$/u;

/** What a caller says of a machine. */
export interface MachineInput {
  readonly name: string;
  readonly definition: string;
  readonly roleArn: string;
  readonly type?: string | undefined;
  readonly logging?: unknown;
  readonly tracing?: unknown;
  readonly tags?: Readonly<Record<string, string>>;
}

function requireValid(definition: string): void {
  try {
    parseDefinition(definition);
  } catch (error) {
    if (!(error instanceof InvalidDefinition)) throw error;
    throw new AwsError('InvalidDefinition', `Invalid State Machine Definition: '${error.message}'`);
  }
}

const TYPES = ['STANDARD', 'EXPRESS'] as const;

function readType(given: string | undefined): MachineRecord['type'] {
  const type = TYPES.find((known) => known === (given ?? 'STANDARD'));
  if (type) return type;
  throw new AwsError(
    'ValidationException',
    `1 validation error detected: Value '${given}' at 'type' failed to satisfy constraint: Member must satisfy enum value set: [${TYPES.join(', ')}]`,
  );
}

/** @throws AwsError InvalidLoggingConfiguration for a level without the one destination it needs */
function readLogging(given: unknown): unknown {
  const logging = { level: 'OFF', includeExecutionData: false, ...(isObject(given) && given) };
  const destinations = 'destinations' in logging && Array.isArray(logging.destinations) ? logging.destinations : [];
  if (logging.level !== 'OFF' && destinations.length !== 1)
    throw new AwsError(
      'InvalidLoggingConfiguration',
      'Invalid Logging Configuration: Must specify exactly one Log Destination.',
    );
  return logging;
}

function requireRole(arn: string): void {
  if (!/^arn:[\w-]+:iam::\d{12}:role\/.+$/.test(arn))
    throw new AwsError('InvalidArn', `Invalid Arn: 'Invalid role arn: ${arn}'`);
}

/** Keeps the state machines. */
export class StateMachines {
  readonly #context: CloudContext;
  readonly #store: StepFunctionsStore;

  constructor(context: CloudContext, store: StepFunctionsStore) {
    this.#context = context;
    this.#store = store;
  }

  arnOf(name: string): string {
    return stateMachineArn(this.#context, name);
  }

  /** @throws AwsError InvalidArn, StateMachineDoesNotExist */
  require(arn: string): MachineRecord {
    checkArn(arn, ['stateMachine']);
    const machine = this.#store.machine(arn);
    if (machine) return machine;
    throw new AwsError('StateMachineDoesNotExist', `State Machine Does Not Exist: '${arn}'`);
  }

  /**
   * Makes a machine; one that is the same already is returned.
   * @throws AwsError InvalidName, InvalidDefinition, InvalidArn, StateMachineAlreadyExists
   */
  create(input: MachineInput): MachineRecord {
    if (!nameRule.test(input.name)) throw new AwsError('InvalidName', `Invalid Name: '${input.name}'`);
    requireRole(input.roleArn);
    requireValid(input.definition);
    const known = this.#store.machine(this.arnOf(input.name));
    const type = readType(input.type);
    const logging = readLogging(input.logging);
    const tracing = input.tracing ?? { enabled: false };
    if (known) {
      // API Reference, CreateStateMachine: another role or other tags make no difference, and are not taken over.
      const same = { type, definition: input.definition, logging, tracing };
      if (
        sameValue(same, {
          type: known.type,
          definition: known.definition,
          logging: known.logging,
          tracing: known.tracing,
        })
      )
        return known;
      throw new AwsError('StateMachineAlreadyExists', `State Machine Already Exists: '${known.arn}'`);
    }
    const now = this.#context.clock.now();
    const machine: MachineRecord = {
      arn: this.arnOf(input.name),
      name: input.name,
      roleArn: input.roleArn,
      definition: input.definition,
      type,
      revisionId: randomUUID(),
      createdAt: now,
      updatedAt: now,
      logging,
      tracing,
      tags: input.tags ?? {},
    };
    this.#store.putMachine(machine);
    return machine;
  }

  /** A machine whose tags are meant. @throws AwsError InvalidArn, ResourceNotFound */
  tagged(arn: string): MachineRecord {
    checkArn(arn, ['stateMachine']);
    const machine = this.#store.machine(arn);
    if (machine) return machine;
    throw new AwsError('ResourceNotFound', `Resource not found: '${arn}'`, 400, { resourceName: arn });
  }

  /** @throws AwsError InvalidArn */
  checkArn(arn: string): void {
    checkArn(arn, ['stateMachine']);
  }

  /** Changes a machine; executions in progress keep the definition and role they started with. */
  update(
    arn: string,
    changes: Partial<Pick<MachineRecord, 'definition' | 'roleArn' | 'logging' | 'tracing' | 'tags'>>,
  ): MachineRecord {
    const machine = this.require(arn);
    if (changes.definition !== undefined) requireValid(changes.definition);
    if (changes.roleArn !== undefined) requireRole(changes.roleArn);
    const logging = changes.logging === undefined ? machine.logging : readLogging(changes.logging);
    const given = Object.fromEntries(
      Object.entries({ ...changes, logging }).filter(([, value]) => value !== undefined),
    );
    const changed =
      (changes.definition ?? machine.definition) !== machine.definition ||
      (changes.roleArn ?? machine.roleArn) !== machine.roleArn;
    const updated: MachineRecord = {
      ...machine,
      ...given,
      updatedAt: this.#context.clock.now(),
      revisionId: changed ? randomUUID() : machine.revisionId,
    };
    this.#store.putMachine(updated);
    return updated;
  }

  /** Makes a machine as a template wants it, or changes it to that. */
  put(input: MachineInput): MachineRecord {
    const known = this.#store.machine(this.arnOf(input.name));
    if (!known) return this.create(input);
    const { definition, roleArn, logging, tracing, tags } = input;
    return this.update(known.arn, { definition, roleArn, logging, tracing, ...(tags && { tags }) });
  }

  exists(arn: string): boolean {
    return this.#store.machine(arn) !== undefined;
  }

  /** Removes a machine; its executions continue and can still be described. */
  delete(arn: string): void {
    this.#store.deleteMachine(arn);
  }
}
