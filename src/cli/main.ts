/** `architect`: the engine on the command line. What takes long runs in a thread of its own. */
import { Command, CommanderError, Option } from 'commander';
import { analyze, HALF_DTYPES, type AnalyzeFlags } from './analyze.js';
import type { AdviseFlags } from './advise.js';
import { EXIT, isUsageError } from './exit.js';
import type { LintFlags } from './lint.js';
import type { VerifyFlags } from './verify.js';

declare const ARCHITECT_VERSION: string | undefined;

const VERSION = typeof ARCHITECT_VERSION === 'string' ? ARCHITECT_VERSION : 'development';

const EXAMPLES = `  architect analyze model.py
  architect analyze model.py --call "Net(num_classes=10)" --input 1,3,32,32
  architect analyze train.py --call "build(cfg)" --path ../library --json
  architect analyze --batch < requests.jsonl
  architect lint src --format sarif > findings.sarif
  architect lint train.py --level info --fix
  architect advise model.py loss is 0.1 on training but 0.8 on validation
  architect verify model.py Net
  architect mcp .`;

const EXIT_CODES = `
Exit codes: 0 done, 1 findings at or above the asked level, 2 bad usage or unreadable input, 3 nothing could be resolved.`;

/** The examples of one command, or all of them. */
function examplesOf(command: string): string {
  const lines = EXAMPLES.split('\n').filter((line) => line.startsWith(`  architect ${command}`));
  return `\nExamples:\n${lines.join('\n')}`;
}

const list = (value: string): string[] => value.split(/[\s,]+/).filter((part) => part !== '');
const collect = (value: string, before: readonly string[]): string[] => [...before, value];

function program(): Command {
  const root = new Command('architect')
    .description('Exact parameters, shapes and multiply-accumulates of PyTorch modules, without running Python.')
    .version(VERSION)
    .exitOverride()
    .showHelpAfterError('(architect --help shows how it is used)')
    .addHelpText('after', `${examplesOf('')}\n${EXIT_CODES}`);
  root
    .command('analyze')
    .description('report on the nn.Modules of a file')
    .argument('[file]', 'Python file')
    .option('--call <python>', 'how to make the module, in the namespace of the file')
    .option('--input <spec>', 'input of forward: 1,3,224,224[:dtype] or name=1,128:int64 (repeatable)', collect, [])
    .option('--path <dir>', 'folder in which imports are looked for (repeatable)', collect, [])
    .addOption(new Option('--dtype <dtype>', 'of parameters and inputs, for memory').choices(HALF_DTYPES))
    .addOption(new Option('--autocast <dtype>', 'forward under torch.autocast, for memory').choices(HALF_DTYPES))
    .option('--json', 'print the whole report as JSON')
    .addOption(
      new Option('--batch', 'read requests as JSON lines from standard input, answer each on one line').conflicts([
        'call',
        'dtype',
        'autocast',
        'json',
      ]),
    )
    .option('--time-limit <seconds>', 'longest time for one request', '10')
    .exitOverride()
    .action(async (file: string | undefined, flags: AnalyzeFlags & { readonly batch?: boolean }) => {
      // What reads requests is a program of its own: a single analysis does not wait for it to load.
      process.exitCode = flags.batch ? await (await import('./batch.js')).batch(flags) : await analyze(file, flags);
    });
  root
    .command('lint')
    .description('find mistakes in models, losses and training loops')
    .argument('<paths...>', 'Python files, or folders that hold some')
    .option('--fix', 'write the repairs that are known into the files')
    .addOption(
      new Option('--format <format>', 'how findings are printed')
        .choices(['text', 'json', 'sarif', 'github'])
        .default('text'),
    )
    .addOption(
      new Option('--level <level>', 'the least serious findings to report')
        .choices(['error', 'warning', 'info', 'hint'])
        .default('warning'),
    )
    .option('--select <rules>', 'only these rules: L01,R05', list, [])
    .option('--ignore <rules>', 'all but these rules', list, [])
    .option('--path <dir>', 'folder in which imports are looked for (repeatable)', collect, [])
    .option('--time-limit <seconds>', 'longest time for one file', '10')
    .exitOverride()
    .action(async (paths: readonly string[], flags: LintFlags) => {
      process.exitCode = await (await import('./lint.js')).lint(paths, flags);
    });
  root
    .command('advise')
    .description('diagnosis and prescriptions of the built-in playbook, offline; nothing is changed')
    .argument('<file>', 'Python file with the model or its training')
    .argument('[words...]', 'what you see: fix overfitting, loss is 0.1 on training but 0.8 on validation')
    .option('--path <dir>', 'folder in which imports are looked for (repeatable)', collect, [])
    .option('--json', 'print the advice with its edits as JSON')
    .exitOverride()
    .action(async (file: string, words: readonly string[], flags: AdviseFlags) => {
      process.exitCode = await (await import('./advise.js')).advise(file, words, flags);
    });
  root
    .command('verify')
    .description(
      'check a module in your own Python: counts, forward, backward, gradients, one batch; this runs its code',
    )
    .argument('<file>', 'Python file with the module')
    .argument('[name]', 'its class; the largest one that can be made if left out')
    .option('--call <python>', 'how to make the module, in the namespace of the file')
    .option('--input <spec>', 'input of forward: 1,3,224,224[:dtype] or name=1,128:int64 (repeatable)', collect, [])
    .option('--path <dir>', 'folder in which imports are looked for (repeatable)', collect, [])
    .option('--python <program>', 'the Python to use; an environment that is active or lies here if left out')
    .option('--time-limit <seconds>', 'longest time for the run', '120')
    .option('--yes', 'run it without asking')
    .option('--json', 'print the outcome as JSON')
    .exitOverride()
    .action(async (file: string, name: string | undefined, flags: VerifyFlags) => {
      process.exitCode = await (await import('./verify.js')).verify(file, name, flags);
    });
  root
    .command('mcp')
    .description(
      'serve the analyser’s tools to other agents over the Model Context Protocol (standard input and output)',
    )
    .argument('[folders...]', 'folders that may be read; the current one if left out')
    .exitOverride()
    .action(async (folders: readonly string[]) => {
      process.exitCode = await (await import('./mcp.js')).mcp(folders, VERSION);
    });
  for (const command of root.commands) command.addHelpText('after', examplesOf(command.name()));
  return root;
}

/** Whoever reads the output may stop when it has seen enough (`| head`): nothing is left to do then. */
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(EXIT.done);
});

async function main(): Promise<void> {
  try {
    await program().parseAsync();
  } catch (error) {
    if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? EXIT.done : EXIT.usage;
    else if (isUsageError(error)) {
      process.stderr.write(`architect: ${error.message}\n`);
      process.exitCode = EXIT.usage;
    } else throw error;
  }
}

void main();
