import { nearestName } from 'located-yaml/nearest-name';
import type { FaultRule } from './fault-file.ts';
import type { PageApi } from './page-api.ts';
import { isNamed, namedBy, shortName } from './select.ts';

/** What a rule may name: functions, roles and EventBridge rules by logical id and by own name, and the APIs of pages. */
export interface Inventory {
  readonly stackName: string;
  readonly apis: readonly PageApi[];
  readonly function: readonly string[];
  readonly role: readonly string[];
  readonly rule: readonly string[];
}

type Named = 'function' | 'role' | 'rule';

const TYPES: Readonly<Record<string, readonly Named[]>> = {
  // A function's role goes by the function's name too: that of its session.
  'AWS::Lambda::Function': ['function', 'role'],
  'AWS::IAM::Role': ['role'],
  'AWS::Events::Rule': ['rule'],
};

/** What a template and the pages beside it have that a fault rule may name. */
export function inventoryOf(template: unknown, stackName: string, apis: readonly PageApi[] = []): Inventory {
  const { Resources: resources = {} } = template as {
    readonly Resources?: Readonly<Record<string, { readonly Type?: string; readonly Properties?: object }>>;
  };
  const found = { function: new Set<string>(), role: new Set<string>(), rule: new Set<string>() };
  for (const [logicalId, { Type = '', Properties = {} }] of Object.entries(resources)) {
    for (const kind of TYPES[Type] ?? []) {
      const { FunctionName, RoleName, Name } = Properties as Readonly<Record<string, unknown>>;
      for (const name of [logicalId, FunctionName, RoleName, Name]) if (typeof name === 'string') found[kind].add(name);
    }
  }
  return { stackName, apis, function: [...found.function], role: [...found.role], rule: [...found.rule] };
}

/** What a rule names that does not exist, and the nearest name; undefined when everything exists. */
export function strangerOf(rule: FaultRule, inventory: Inventory): string | undefined {
  for (const [kind, pattern] of namedBy(rule)) {
    const names = inventory[kind];
    if (pattern === '*' || names.some((name) => isNamed(pattern, name, inventory.stackName))) continue;
    const short = (name: string) => shortName(name, inventory.stackName);
    const meant = nearestName(short(pattern), [...new Set(names.map(short))]);
    return `the template has no ${kind} "${pattern}".${meant === undefined ? '' : ` Did you mean ${meant}?`}`;
  }
  return undefined;
}
