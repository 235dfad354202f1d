/** Whether a budget that the question names is held: by the analyser's count, not by the model's word. */
import type { CheckedVariant, ModuleDifference } from '../../protocol/index.js';
import { budgetIn, namedBudgetIn } from '../playbook/budget.js';
import type { AgentCommand } from '../types.js';
import { grouped, numberOf } from '../../texts.js';

export interface BudgetOutcome {
  /** Parameters that the model may have at most. */
  readonly budget: number;
  readonly qualname: string;
  /** What the analyser counts with the changes; `null` if it can't. */
  readonly count: number | null;
}

/** `undefined` if the question has no budget or the changes touch no model. */
export function budgetOutcome(
  command: AgentCommand | null,
  prompt: string,
  checked: CheckedVariant | undefined,
): BudgetOutcome | undefined {
  if (!checked || (command !== 'shrink' && command !== 'design')) return undefined;
  const model = largest(checked.modules, command);
  if (!model) return undefined;
  const budget = command === 'shrink' ? budgetIn(prompt, numberOf(model.before ?? null)) : namedBudgetIn(prompt);
  return budget === undefined ? undefined : { budget, qualname: model.qualname, count: numberOf(model.after ?? null) };
}

/** Whether the count keeps within the budget; `undefined` if there is no count. */
export function isHeld({ budget, count }: BudgetOutcome): boolean | undefined {
  return count === null ? undefined : count <= budget;
}

/** For people, under the answer. */
export function budgetText(outcome: BudgetOutcome): string {
  const { budget, qualname, count } = outcome;
  const most = grouped(budget);
  if (count === null)
    return `**The budget could not be checked**: the analyser can't count all parameters of \`${qualname}\`; at most ${most} were asked for.`;
  const counted = `the analyser counts ${grouped(count)} parameters for \`${qualname}\``;
  return isHeld(outcome)
    ? `**Budget held**: ${counted}, at most ${most} were asked for.`
    : `**The budget is not held**: ${counted}, at most ${most} were asked for.`;
}

function largest(modules: readonly ModuleDifference[], command: AgentCommand): ModuleDifference | undefined {
  const size = ({ before, after }: ModuleDifference): number =>
    numberOf((command === 'shrink' ? before : after) ?? null) ?? 0;
  return modules
    .filter(({ before, after }) => after !== undefined && (command === 'design' || before !== undefined))
    .sort((a, b) => size(b) - size(a))[0];
}
