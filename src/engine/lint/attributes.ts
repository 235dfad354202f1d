/** Attributes of the user's modules: which there are, and where the source gives them their value. */
import type { PyInstance } from '../python/value.js';
import type { Expr, SourceFile, Stmt } from '../syntax/index.js';
import type { ObservedAssignment } from '../torch/rehearsal.js';
import { statementOf } from '../training/index.js';
import type { Program } from './program.js';
import { nodeAt } from './source.js';

/** Modules whose class the user wrote in the file that is looked at, the last made of each class that are alike. */
export function* ownModules(program: Program): Generator<PyInstance> {
  for (const instance of program.rehearsal.instances)
    if (instance.cls.place?.file.path === program.file.path) yield instance;
}

/** The assignment that gave an attribute its present value, outside of any forward. */
export function assignmentOf(program: Program, module: PyInstance, name: string): ObservedAssignment | undefined {
  return program.rehearsal.assignments.findLast((each) => each.module === module && each.name === name);
}

/** `self.name = value` in the source. */
export interface AssignmentText {
  readonly file: SourceFile;
  readonly statement: Stmt;
  readonly value: Expr;
}

/** The statement `self.name = value` behind an assignment. */
export function writtenAs({ place }: ObservedAssignment): AssignmentText | null {
  const node = place ? nodeAt(place) : undefined;
  const statement = node && place ? statementOf(place.file, node) : null;
  if (!place || !statement) return null;
  if (statement.kind === 'Assign' && statement.targets.length === 1)
    return { file: place.file, statement, value: statement.value };
  if (statement.kind === 'AnnAssign' && statement.value) return { file: place.file, statement, value: statement.value };
  return null;
}
