// Runs a command as the leader of a process group: `node guard.mjs COMMAND ARGS…`. The group ends when the command does, or when
// standard input closes, which happens however the process that started this one comes to its end.
import { spawn } from 'node:child_process';

function endGroup() {
  process.kill(process.platform === 'win32' ? process.pid : -process.pid, 'SIGKILL');
}

const [command = '', ...args] = process.argv.slice(2);
const child = spawn(command, args, { stdio: ['ignore', 'inherit', 'inherit'] });
child.once('error', (error) => {
  console.error(`${command}: ${error.message}`);
  endGroup();
});
child.once('exit', endGroup);
for (const event of ['end', 'close', 'error']) process.stdin.once(event, endGroup);
process.stdin.resume();
// The child gets the group's SIGTERM as well; the group ends when it has.
process.on('SIGTERM', () => undefined);
process.on('SIGINT', () => undefined);
