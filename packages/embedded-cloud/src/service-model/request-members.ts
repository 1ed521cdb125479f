import { readFileSync } from 'node:fs';
import { type ServiceModel, shapeOf } from './model.ts';

/** Service → operation → AWS's members, written as in `#src/cloud/members`. Made by `scripts/generate-service-model.ts`. */
export type KnownMembers = Readonly<Record<string, Readonly<Record<string, string>>>>;

export const knownMembers = JSON.parse(
  readFileSync(new URL('request-members.json', import.meta.url), 'utf8'),
) as KnownMembers;

/** The members of an operation's input, with what is inside structures and lists; a shape inside itself is left plain. */
export function membersOf(model: ServiceModel, operation: string): string {
  const inside = (name: string, around: readonly string[]): string => {
    const shape = shapeOf(model, name);
    if (around.includes(name)) return '';
    if (shape.type === 'list') return inside(shape.member.shape, [...around, name]);
    if (shape.type !== 'structure') return '';
    const members = Object.entries(shape.members).map(([member, ref]) => {
      const inner = inside(ref.shape, [...around, name]);
      return inner === '' ? member : `${member}{${inner}}`;
    });
    return members.join(' ');
  };
  const found = Object.hasOwn(model.operations, operation) ? model.operations[operation] : undefined;
  if (!found) throw new Error(`${model.metadata.endpointPrefix} has no operation ${operation}.`);
  return found.input ? inside(found.input.shape, []) : '';
}
