import { prepare } from './prepare.mjs';
import { runBuilt } from './run-built.mjs';

await prepare();
// npm runs a script in the project's folder and names the caller's in INIT_CWD, which is where the user's paths are meant
// from. Where another script runs us, INIT_CWD is that script's and says nothing about us.
if (process.env.npm_lifecycle_event !== 'cvt') delete process.env.INIT_CWD;
await runBuilt('cli.js');
