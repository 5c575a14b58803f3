import { run } from '../lib.mjs';

console.log(run('helm', 'version'));
