import { prepare } from './prepare.mjs';
import { runBuilt } from './run-built.mjs';

await prepare();
await runBuilt('serve.js');
