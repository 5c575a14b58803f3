import { execFileSync } from 'node:child_process';

console.log(execFileSync('helm', ['version'], { encoding: 'utf8' }));
