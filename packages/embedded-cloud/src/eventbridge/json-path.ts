/**
 * The part of JSONPath EventBridge takes: `$`, `.name`, `[0]` and `[*]`.
 * @returns the value, or undefined when the path leads nowhere.
 */
export function readPath(value: unknown, path: string): unknown {
  const steps = parsePath(path);
  if (!steps) return undefined;
  return steps.reduce<unknown>((node, step) => descend(node, step), value);
}

/** Whether a path has a form EventBridge takes. */
export const isPath = (path: string): boolean => parsePath(path) !== undefined;

type Step = string | number | '*';

function parsePath(path: string): Step[] | undefined {
  if (!/^\$(\.[^.[\]]+|\[(\d+|\*)\])*$/.test(path)) return undefined;
  return [...path.slice(1).matchAll(/\.([^.[\]]+)|\[(\d+|\*)\]/g)].map(([, name, index]) => {
    if (name !== undefined) return name;
    return index === '*' ? '*' : Number(index);
  });
}

function descend(node: unknown, step: Step): unknown {
  if (step === '*') return Array.isArray(node) ? node : undefined;
  if (typeof step === 'number') return Array.isArray(node) ? node[step] : undefined;
  if (Array.isArray(node)) {
    const found = node.map((element) => descend(element, step)).filter((element) => element !== undefined);
    return found.length > 0 ? found : undefined;
  }
  if (typeof node !== 'object' || node === null || !Object.hasOwn(node, step)) return undefined;
  return (node as Record<string, unknown>)[step];
}
