/** Everything unbounded has its bound here. */
export const budget = {
  /** Evaluated nodes and builtin work units for one run. */
  steps: 16_000_000,
  /** The same for building one module's namespace. */
  moduleSteps: 3_000_000,
  /** The same for a look at what a project's code gives, such as one sample of a data set. */
  apartSteps: 200_000,
  /** Wall-clock milliseconds for one run. */
  milliseconds: 10_000,
  /** Nested Python calls, as CPython's default recursion limit. */
  depth: 950,
  /** Nested forks of the heap under unknown conditions. */
  forks: 24,
  /** Calls of a function from itself, each behind one more condition that is not known. */
  recursion: 5,
  /** Rounds until an unknown loop's state must have come to rest. */
  loopRounds: 4,
  /** Rounds, and steps, after which a loop of a file that trains is not carried out any further. */
  trainingRounds: 8,
  trainingSteps: 50_000,
  /** Elements that may be put into one container at once. */
  elements: 20_000_000,
  /** Steps between looks at the clock and the cancel flag. */
  clockInterval: 4096,
} as const;
