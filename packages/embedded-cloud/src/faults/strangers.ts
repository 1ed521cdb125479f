import { nearestName } from 'located-yaml/nearest-name';
import type { FaultRule } from './fault-file.ts';
import { isNamed, namedBy, shortName } from './select.ts';

/** Names of what a rule may be about; every thing by its logical id and by its own name. */
export interface Inventory {
  readonly function: readonly string[];
  readonly role: readonly string[];
  readonly rule: readonly string[];
}

const TYPES: Readonly<Record<string, readonly (keyof Inventory)[]>> = {
  // A function's role goes by the function's name too: that of its session.
  'AWS::Lambda::Function': ['function', 'role'],
  'AWS::IAM::Role': ['role'],
  'AWS::Events::Rule': ['rule'],
};

/** What a template has of functions, roles and EventBridge rules. */
export function inventoryOf(template: unknown): Inventory {
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
  return { function: [...found.function], role: [...found.role], rule: [...found.rule] };
}

/** What a rule names that is not there, and what was probably meant; undefined when all is there. */
export function strangerOf(rule: FaultRule, inventory: Inventory): string | undefined {
  for (const [kind, pattern] of namedBy(rule)) {
    const names = inventory[kind];
    if (pattern === '*' || names.some((name) => isNamed(pattern, name))) continue;
    const meant = nearestName(shortName(pattern), [...new Set(names.map(shortName))]);
    return `the template has no ${kind} "${pattern}".${meant === undefined ? '' : ` Did you mean ${meant}?`}`;
  }
  return undefined;
}
