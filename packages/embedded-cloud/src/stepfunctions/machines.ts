import { randomUUID } from 'node:crypto';
import { AwsError, type CloudContext } from '../cloud/service.ts';
import { stateMachineArn } from './arns.ts';
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

  /** @throws AwsError StateMachineDoesNotExist */
  require(arn: string): MachineRecord {
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
    if (known) {
      if (known.definition === input.definition && known.roleArn === input.roleArn) return known;
      throw new AwsError('StateMachineAlreadyExists', `State Machine Already Exists: '${known.arn}'`);
    }
    const now = this.#context.clock.now();
    const machine: MachineRecord = {
      arn: this.arnOf(input.name),
      name: input.name,
      roleArn: input.roleArn,
      definition: input.definition,
      type: input.type === 'EXPRESS' ? 'EXPRESS' : 'STANDARD',
      revisionId: randomUUID(),
      createdAt: now,
      updatedAt: now,
      logging: input.logging ?? { level: 'OFF', includeExecutionData: false },
      tracing: input.tracing ?? { enabled: false },
      tags: input.tags ?? {},
    };
    this.#store.putMachine(machine);
    return machine;
  }

  /** Changes a machine; executions in progress keep the definition and role they started with. */
  update(
    arn: string,
    changes: Partial<Pick<MachineRecord, 'definition' | 'roleArn' | 'logging' | 'tracing' | 'tags'>>,
  ): MachineRecord {
    const machine = this.require(arn);
    if (changes.definition !== undefined) requireValid(changes.definition);
    if (changes.roleArn !== undefined) requireRole(changes.roleArn);
    const given = Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined));
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
