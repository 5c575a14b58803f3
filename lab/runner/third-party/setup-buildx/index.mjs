import { execFileSync } from 'node:child_process';
import { appendFileSync } from 'node:fs';

const inspection = execFileSync('docker', ['buildx', 'inspect', '--bootstrap'], { encoding: 'utf8' });
console.log(inspection);
appendFileSync(process.env.GITHUB_OUTPUT, `name=${/^Name:\s+(\S+)/m.exec(inspection)?.[1] ?? ''}\n`);
