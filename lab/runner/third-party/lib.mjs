// What the stand-ins share. They stand where actions of others stand on GitHub, so they use nothing but Node.
import { execFileSync } from 'node:child_process';
import { appendFileSync } from 'node:fs';

/** The standard output of a program; the job fails when the program does. */
export function run(program, ...args) {
  return execFileSync(program, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] }).trim();
}

export function setOutput(name, value) {
  appendFileSync(process.env.GITHUB_OUTPUT, `${name}=${value}\n`);
}

export function fail(title, message) {
  console.log(`::error title=${title}::${message}`);
  process.exitCode = 1;
}

export function notice(title, message) {
  console.log(`::notice title=${title}::${message}`);
}
