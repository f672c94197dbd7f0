import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../bootstrap/root.mjs';
import { BUNDLED } from './bundled-packages.mjs';
import { gatherNotices, printNotices } from './notices.mjs';

// The build's last step: whose work is in the bundles, for the About box and as a file beside the packaged app.
const notices = gatherNotices();
writeFileSync(join(ROOT, 'dist', 'renderer', 'notices.json'), JSON.stringify(notices));
writeFileSync(join(ROOT, 'dist', 'NOTICES.txt'), printNotices(notices));
// A later build must not find what this one wrote.
rmSync(BUNDLED, { recursive: true });
