/** The settings of a label that name the classes of a multiclass task. */
export interface NamedClasses {
  readonly classes?: readonly unknown[] | undefined;
  readonly map?: Readonly<Record<string, unknown>> | undefined;
}

/** The number of classes that the settings of a label name; 0 when they name none. */
export const classCount = ({ classes, map }: NamedClasses): number =>
  (map === undefined ? classes?.length : Object.keys(map).length) ?? 0;
