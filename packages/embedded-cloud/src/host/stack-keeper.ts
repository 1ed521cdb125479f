import { readFileSync } from 'node:fs';
import type { AuditLog } from '../audit/log.ts';
import type { CloudContext, CloudService, ResourceProvider } from '../cloud/service.ts';
import type { CloudFormationService } from '../cloudformation/service.ts';
import { applyStack, type Stack } from '../cloudformation/stack.ts';
import type { StackResource } from '../cloudformation/stack-state.ts';
import type { IamService } from '../iam/service.ts';
import type { SecretsManagerService } from '../secretsmanager/service.ts';

/** What an update did, by logical ids. */
export interface StackUpdate {
  readonly created: readonly string[];
  readonly changed: readonly string[];
  readonly removed: readonly string[];
}

/** The one stack of a cloud. */
export interface StackKeeper {
  /** Brings the template up. @throws TemplateError */
  create(template: unknown): Promise<void>;
  /** Reads the template again and changes what differs. Calls wait for one another. @throws TemplateError */
  update(): Promise<StackUpdate>;
  /** The stack as last brought up. @throws Error when there is none yet */
  stack(): Stack;
}

interface Parts {
  readonly name: string;
  readonly templatePath: string;
  readonly parameters: Readonly<Record<string, string>>;
  /** Logical id → value of a secret, set only while the secret still has the value it was created with. */
  readonly secrets: Readonly<Record<string, string>>;
  readonly context: CloudContext;
  readonly providers: ReadonlyMap<string, ResourceProvider>;
  readonly services: ReadonlyMap<string, CloudService>;
  readonly audit: AuditLog;
  readonly onProgress: ((message: string) => void) | undefined;
}

/** Reads a compiled template. */
export const readTemplate = (path: string): unknown => JSON.parse(readFileSync(path, 'utf8'));

export function createStackKeeper(parts: Parts): StackKeeper {
  const { name, templatePath, parameters, secrets, context, providers, services, audit, onProgress } = parts;
  let stack: Stack | undefined;

  /** Applies a template to what stands. @returns logical ids of what was made or changed */
  async function bringUp(template: unknown): Promise<string[]> {
    const touched: string[] = [];
    const onResource = ({ logicalId, type }: StackResource) => {
      touched.push(logicalId);
      onProgress?.(`${type} ${logicalId}`);
    };
    stack = await applyStack({
      ...{ name, template, parameters, context, providers, onResource },
      ...(stack && { current: stack }),
    });
    (services.get('cloudformation') as CloudFormationService | undefined)?.show(stack, template);
    const secretsManager = services.get('secretsmanager') as SecretsManagerService | undefined;
    for (const [logicalId, value] of Object.entries(secrets)) secretsManager?.fillInitial(logicalId, value);
    const { roles } = services.get('iam') as IamService;
    audit.describeRoles(
      roles.list().map((role) => ({
        logicalId: role.logicalId,
        arn: role.arn,
        policies: roles.identityPolicies(role),
      })),
    );
    return touched;
  }

  const present = (): Stack => {
    if (stack) return stack;
    throw new Error('The stack is not up yet.');
  };

  return {
    stack: present,
    create: async (template) => void (await bringUp(template)),
    update: oneAtATime(async () => {
      const before = present().resources;
      const touched = await bringUp(readTemplate(templatePath));
      const now = present().resources;
      const outcome: StackUpdate = {
        created: touched.filter((id) => !Object.hasOwn(before, id)),
        changed: touched.filter((id) => Object.hasOwn(before, id)),
        removed: Object.keys(before).filter((id) => !Object.hasOwn(now, id)),
      };
      context.log('info', 'the stack was updated', { ...outcome });
      return outcome;
    }),
  };
}

/** Has calls wait for the one before. */
function oneAtATime<T>(work: () => Promise<T>): () => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return () => {
    const mine = last.then(work);
    last = mine.catch(() => undefined);
    return mine;
  };
}
