import { run, setOutput } from '../lib.mjs';

const inspection = run('docker', 'buildx', 'inspect', '--bootstrap');
const name = /^Name:\s+(\S+)/m.exec(inspection)?.[1] ?? '';
console.log(inspection);
setOutput('name', name);
