// End to end: the real program, a real browser. node tests/e2e/run.mjs PROGRAM [PART OF A TEST'S NAME]
import './board.mjs';
import './client.mjs';
import './companies.mjs';
import './duplicates.mjs';
import './everybody.mjs';
import './funnel.mjs';
import './imports.mjs';
import './leads.mjs';
import './lists.mjs';
import './segments.mjs';
import './settings.mjs';
import './setup.mjs';
import './today.mjs';
import './views.mjs';
import './webhooks.mjs';
import { run } from './frame.mjs';

const [program, only] = process.argv.slice(2);
if (!program) throw new Error("say which program: node tests/e2e/run.mjs PROGRAM [PART OF A TEST'S NAME]");
process.exitCode = (await run(program, only)) === 0 ? 0 : 1;
